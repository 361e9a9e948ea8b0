import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';
import { codeText, longestCode } from '../code-text.ts';

const cr = 0x0d;
const lf = 0x0a;

/** A code as a serial scanner sends it; the simulated scanner uses this, too. */
export function encodeSerialScan(text: string, { prefix = '', suffix = '\r' } = {}): Uint8Array {
  return new TextEncoder().encode(prefix + text + suffix);
}

/**
 * Cuts what a serial scanner sends into codes. CR, LF and CRLF all end one, so the suffix need not be configured: no code
 * may contain either. A code that does not begin with the configured prefix, or is no text (code-text.ts), is noise.
 */
export class SerialScanParser implements FrameParser<string> {
  readonly #prefix: Uint8Array;
  readonly #pending: PendingBytes;
  /** The code being received is longer than any may be: all of it is thrown away, up to its end. */
  #overlong = false;

  constructor(prefix = '') {
    this.#prefix = new TextEncoder().encode(prefix);
    this.#pending = new PendingBytes(this.#prefix.length + longestCode);
  }

  /** Whether a code has begun and not ended yet. */
  get isInsideCode(): boolean {
    return this.#pending.length > 0 || this.#overlong;
  }

  push(bytes: Uint8Array): Parsed<string> {
    const frames: string[] = [];
    let discarded = 0;
    let from = 0;
    for (let index = 0; index < bytes.length; index++) {
      if (bytes[index] !== cr && bytes[index] !== lf) continue;
      discarded += this.#append(bytes.subarray(from, index));
      const ended = this.finish();
      frames.push(...ended.frames);
      discarded += ended.discarded;
      from = index + 1;
    }
    discarded += this.#append(bytes.subarray(from));
    return { frames, discarded };
  }

  /** Ends the code being received, as a suffix does: for the silence after a scanner that sends none. */
  finish(): Parsed<string> {
    const bytes = this.#pending.take(this.#pending.length);
    const overlong = this.#overlong;
    this.#overlong = false;
    const prefixed = this.#prefix.every((byte, index) => bytes[index] === byte);
    const text = overlong || !prefixed ? undefined : codeText(bytes.subarray(this.#prefix.length));
    return text === undefined ? { frames: [], discarded: bytes.length } : { frames: [text], discarded: 0 };
  }

  reset(): number {
    this.#overlong = false;
    return this.#pending.clear();
  }

  #append(bytes: Uint8Array): number {
    const excess = this.#pending.push(bytes);
    if (excess > 0) this.#overlong = true;
    return excess;
  }
}
