/** Why an answer was not read to its end. */
export class AnswerTooLong extends Error {
  readonly code = 'answer-too-long';
}

/**
 * The body of an answer, unpacked, and no more of it than that: who is no base, or no box, may answer without end, and so may a few
 * packed bytes. Rejects with `AnswerTooLong` and hangs up.
 */
export async function answerBytes(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bytesMax) throw new AnswerTooLong(`the answer is longer than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
