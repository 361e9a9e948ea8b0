import { PendingBytes } from '../../framing/pending-bytes.ts';
import { codeText, longestCode } from '../code-text.ts';

/** Offsets in the 64-byte input report of Access-IS scanners (README.md). */
const layout = { reportId: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataBytes: 56, moreAt: 63 } as const;

export interface HidPosCode {
  readonly text: string;
  /** AIM identifier, `]Q1`. */
  readonly symbology: string;
}

/** What one report came to: a whole code, nothing yet, or bytes that make no code. */
export interface HidPosParsed {
  readonly code: HidPosCode | undefined;
  readonly discarded: number;
}

/** Joins input reports into codes. A code that runs over many reports is one if the AIM identifier stays the same. */
export class HidPosParser {
  readonly #pending = new PendingBytes(longestCode + 1);
  #symbology: string | undefined;

  push(report: Uint8Array): HidPosParsed {
    const length = report[layout.lengthAt] ?? 0;
    const symbology = String.fromCharCode(...report.subarray(layout.aimAt, layout.dataAt));
    if (report[0] !== layout.reportId || report.length <= layout.moreAt || length > layout.dataBytes) {
      return { code: undefined, discarded: report.length };
    }
    let discarded = 0;
    if (this.#symbology !== undefined && this.#symbology !== symbology) discarded += this.reset();
    this.#symbology = symbology;
    discarded += this.#pending.push(report.subarray(layout.dataAt, layout.dataAt + length));
    if (((report[layout.moreAt] ?? 0) & 1) === 1) return { code: undefined, discarded };
    const bytes = this.#pending.take(this.#pending.length);
    this.#symbology = undefined;
    const text = symbology.startsWith(']') ? codeText(bytes) : undefined;
    if (text === undefined) return { code: undefined, discarded: discarded + bytes.length };
    return { code: { text, symbology }, discarded };
  }

  /** Forgets a code that has begun. Returns how many bytes that threw away. */
  reset(): number {
    this.#symbology = undefined;
    return this.#pending.clear();
  }
}
