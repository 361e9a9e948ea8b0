import { PendingBytes } from '../../framing/pending-bytes.ts';
import {
  type CodeForm,
  dressLength,
  longestCode,
  readCode,
  type ScanParsed,
  type ScanReading,
} from '../code-form.ts';
import type { ScanParser } from '../scan-intake.ts';

const cr = 0x0d;
const lf = 0x0a;

/** A code as a serial scanner sends it; the simulated scanner uses this, too. */
export function encodeSerialScan(
  text: string,
  {
    prefix = '',
    suffix = '\r',
    symbology = '',
  }: { prefix?: string; suffix?: string; symbology?: string } = {},
): Uint8Array {
  return new TextEncoder().encode(prefix + symbology + text + suffix);
}

/** Cuts what a serial scanner sends into codes (SC1), and undresses them. */
export class SerialScanParser implements ScanParser {
  readonly #form: CodeForm;
  readonly #suffix: Uint8Array | undefined;
  readonly #pending: PendingBytes;
  /** Of a code that is longer than any may be: how many bytes of it are thrown away already. */
  #overlong = 0;
  /** The last bytes that came, to find the suffix of a code that is thrown away. */
  #tail: readonly number[] = [];

  constructor(form: CodeForm = {}) {
    this.#form = form;
    this.#suffix = form.suffix === undefined ? undefined : new TextEncoder().encode(form.suffix);
    this.#pending = new PendingBytes(longestCode + dressLength(form));
  }

  get isInsideCode(): boolean {
    return this.#pending.length > 0 || this.#overlong > 0;
  }

  push(bytes: Uint8Array): ScanParsed {
    const readings: ScanReading[] = [];
    let discarded = 0;
    let from = 0;
    for (let index = 0; index < bytes.length; index++) {
      const ending = this.#endsWith(bytes[index] ?? 0);
      if (ending === 0) continue;
      discarded += this.#append(bytes.subarray(from, index + 1));
      const ended = this.#end(ending);
      readings.push(...ended.readings);
      discarded += ended.discarded;
      from = index + 1;
    }
    discarded += this.#append(bytes.subarray(from));
    return { readings, discarded };
  }

  /** SC4: where a suffix was configured, half a code is no code. */
  silence(): ScanParsed {
    if (!this.#suffix || this.#suffix.length === 0 || this.#overlong > 0) return this.#end(0);
    const byteCount = this.#pending.clear();
    this.#tail = [];
    return byteCount === 0
      ? { readings: [], discarded: 0 }
      : { readings: [{ why: 'suffix-missing', byteCount }], discarded: byteCount };
  }

  reset(): number {
    this.#overlong = 0;
    this.#tail = [];
    return this.#pending.clear();
  }

  /** How many bytes the ending has that this byte completes; 0 when it completes none. */
  #endsWith(byte: number): number {
    const suffix = this.#suffix;
    if (!suffix) return byte === cr || byte === lf ? 1 : 0;
    if (suffix.length === 0) return 0;
    this.#tail = [...this.#tail, byte].slice(-suffix.length);
    const isWhole =
      this.#tail.length === suffix.length && suffix.every((each, at) => this.#tail[at] === each);
    return isWhole ? suffix.length : 0;
  }

  #end(endingLength: number): ScanParsed {
    const held = this.#pending.take(this.#pending.length);
    const bytes = held.subarray(0, Math.max(0, held.length - endingLength));
    const overlong = this.#overlong;
    this.#overlong = 0;
    this.#tail = [];
    if (overlong > 0) {
      return {
        readings: [{ why: 'too-long', byteCount: overlong + bytes.length }],
        discarded: bytes.length,
      };
    }
    if (bytes.length === 0) return { readings: [], discarded: 0 }; // the LF of CRLF
    const reading = readCode(bytes, this.#form);
    return { readings: [reading], discarded: 'code' in reading ? 0 : bytes.length };
  }

  #append(bytes: Uint8Array): number {
    const excess = this.#pending.push(bytes);
    this.#overlong += excess;
    return excess;
  }
}
