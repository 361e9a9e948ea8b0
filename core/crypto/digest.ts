import { createHash } from 'node:crypto';

/** SHA-256, in lower-case hex. Text is hashed as UTF-8. */
export function sha256Hex(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of a text that comes in pieces. */
export class RunningSha256 {
  readonly #hash = createHash('sha256');

  add(text: string): void {
    this.#hash.update(text);
  }

  /** In lower-case hex, of all that was added so far; more may be added. */
  hex(): string {
    return this.#hash.copy().digest('hex');
  }
}
