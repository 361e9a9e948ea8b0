import { PendingBytes } from '../../framing/pending-bytes.ts';
import { type CodeForm, dressLength, longestCode, readCode, type ScanParsed } from '../code-form.ts';
import type { ScanParser } from '../scan-intake.ts';

/** Offsets in the 64-byte input report of Access-IS scanners (README.md). */
const layout = { reportId: 2, lengthAt: 1, aimAt: 2, dataAt: 5, dataBytes: 56, moreAt: 63 } as const;

/** A code as such a scanner sends it, for tests and tools: as many reports as it needs. */
export function encodeHidPosReports(bytes: Uint8Array, symbology: string): readonly Uint8Array[] {
  const reports: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; from += layout.dataBytes) {
    const part = bytes.subarray(from, from + layout.dataBytes);
    const report = new Uint8Array(layout.moreAt + 1);
    report.set([layout.reportId, part.length, ...Buffer.from(symbology, 'latin1')]);
    report.set(part, layout.dataAt);
    report[layout.moreAt] = from + part.length < bytes.length ? 1 : 0;
    reports.push(report);
  }
  return reports;
}

/**
 * Joins input reports into codes. A code that runs over many reports is one if the AIM identifier stays the same. The report
 * itself says where a code ends, so a configured suffix is looked for at its end and nowhere else.
 */
export class HidPosParser implements ScanParser {
  readonly #form: CodeForm;
  readonly #suffix: Uint8Array;
  readonly #pending: PendingBytes;
  #symbology: string | undefined;
  #overlong = 0;

  constructor({ prefix, suffix = '' }: Pick<CodeForm, 'prefix' | 'suffix'> = {}) {
    this.#form = { prefix };
    this.#suffix = new TextEncoder().encode(suffix);
    this.#pending = new PendingBytes(longestCode + dressLength({ prefix, suffix }));
  }

  get isInsideCode(): boolean {
    return this.#symbology !== undefined;
  }

  push(report: Uint8Array): ScanParsed {
    const length = report[layout.lengthAt] ?? 0;
    const symbology = String.fromCharCode(...report.subarray(layout.aimAt, layout.dataAt));
    if (report[0] !== layout.reportId || report.length <= layout.moreAt || length > layout.dataBytes) {
      return { readings: [], discarded: report.length };
    }
    let discarded = 0;
    if (this.#symbology !== undefined && this.#symbology !== symbology) discarded += this.reset();
    this.#symbology = symbology;
    const excess = this.#pending.push(report.subarray(layout.dataAt, layout.dataAt + length));
    this.#overlong += excess;
    discarded += excess;
    if (((report[layout.moreAt] ?? 0) & 1) === 1) return { readings: [], discarded };
    const ended = this.#end(symbology);
    return { readings: ended.readings, discarded: discarded + ended.discarded };
  }

  /** SC4: the rest never came. */
  silence(): ScanParsed {
    const byteCount = this.#pending.length + this.#overlong;
    const discarded = this.reset();
    return { readings: [{ why: 'suffix-missing', byteCount }], discarded };
  }

  reset(): number {
    this.#symbology = undefined;
    this.#overlong = 0;
    return this.#pending.clear();
  }

  #end(symbology: string): ScanParsed {
    const bytes = this.#pending.take(this.#pending.length);
    const byteCount = bytes.length + this.#overlong;
    const isOverlong = this.#overlong > 0;
    this.#symbology = undefined;
    this.#overlong = 0;
    const refused = (why: 'too-long' | 'symbology-missing' | 'suffix-missing'): ScanParsed => ({
      readings: [{ why, byteCount }],
      discarded: bytes.length,
    });
    if (isOverlong) return refused('too-long');
    if (!symbology.startsWith(']')) return refused('symbology-missing');
    const bodyLength = bytes.length - this.#suffix.length;
    if (!this.#suffix.every((byte, at) => bytes[bodyLength + at] === byte)) return refused('suffix-missing');
    const reading = readCode(bytes.subarray(0, bodyLength), this.#form);
    if (!('code' in reading)) return { readings: [reading], discarded: bytes.length };
    return { readings: [{ code: { text: reading.code.text, symbology } }], discarded: 0 };
  }
}
