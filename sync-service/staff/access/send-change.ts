/** What the base said to something that staff sent: done, or the code of its refusal. A failure rejects. */
export async function sendChange(
  method: 'PUT' | 'POST',
  path: string,
  body: object,
): Promise<{ readonly refused: string | null }> {
  const response = await fetch(`api/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.ok) return { refused: null };
  if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
  const answer = (await response.json()) as { error?: { code?: string } };
  return { refused: answer.error?.code ?? `HTTP ${response.status}` };
}
