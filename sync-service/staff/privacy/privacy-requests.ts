import type { z } from 'zod';

/** What the base said to something the privacy desk sent: its answer, or the code of its refusal. A failure rejects. */
export async function sendPrivacy<Value>(
  path: string,
  body: object,
  schema?: z.ZodType<Value>,
): Promise<{ readonly value: Value } | { readonly refused: string }> {
  const response = await fetch(`api/privacy/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
  const answer: unknown = await response.json();
  if (response.ok) return { value: schema ? schema.parse(answer) : (answer as Value) };
  return { refused: (answer as { error?: { code?: string } }).error?.code ?? `HTTP ${response.status}` };
}
