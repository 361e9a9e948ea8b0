import { invariant } from '@portillon/core/base/invariant.ts';
import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';

/** `CLASS INSTR LEN data`: a command of either side, or the answer to one (class 80 or 84). */
export interface Apdu {
  /** Class and instruction as one number, `0x0601`. */
  readonly command: number;
  readonly data: Uint8Array;
}

export type ApduToken =
  | { readonly kind: 'apdu'; readonly apdu: Apdu }
  /** Bytes that begin no APDU of this protocol. */
  | { readonly kind: 'damaged' };

/** Class, instruction, and a length of three bytes. */
const longestHead = 5;
const longestData = 0xffff;
/** A length from here on is written as FF and two bytes, low one first (PA00P015). */
const longLength = 0xff;
/** The classes of PA00P015. */
const classes: ReadonlySet<number> = new Set([0x04, 0x05, 0x06, 0x08, 0x0f, 0x80, 0x84]);

export function encodeApdu({ command, data }: Apdu): Uint8Array {
  invariant(data.length <= longestData, 'an APDU carries at most 65,535 bytes');
  const length =
    data.length < longLength ? [data.length] : [longLength, data.length & 0xff, data.length >> 8];
  return Uint8Array.of(command >> 8, command & 0xff, ...length, ...data);
}

export function apduOf(command: number, data: Iterable<number> = []): Apdu {
  return { command, data: Uint8Array.from(data) };
}

/**
 * Cuts the bytes of a TCP connection into APDUs. Nothing marks where one begins, so a class that is none loses everything
 * that waits: the thread is lost, and only a new connection finds it again.
 */
export class ApduParser implements FrameParser<ApduToken> {
  readonly #pending = new PendingBytes(longestHead + longestData);

  push(bytes: Uint8Array): Parsed<ApduToken> {
    const frames: ApduToken[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    for (let first = this.#pending.at(0); first !== undefined; first = this.#pending.at(0)) {
      if (!classes.has(first)) {
        discarded += this.#pending.clear();
        frames.push({ kind: 'damaged' });
        break;
      }
      const size = this.#size();
      if (size === undefined || this.#pending.length < size.head + size.data) break;
      const whole = this.#pending.take(size.head + size.data);
      frames.push({ kind: 'apdu', apdu: apduOf(commandOf(whole), whole.subarray(size.head)) });
    }
    return { frames, discarded: discarded + this.#pending.trim() };
  }

  reset(): number {
    return this.#pending.clear();
  }

  #size(): { readonly head: number; readonly data: number } | undefined {
    const length = this.#pending.at(2);
    if (length === undefined || length < longLength) {
      return length === undefined ? undefined : { head: 3, data: length };
    }
    const low = this.#pending.at(3);
    const high = this.#pending.at(4);
    return low === undefined || high === undefined
      ? undefined
      : { head: longestHead, data: (high << 8) | low };
  }
}

function commandOf(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

/** The APDU that these bytes are, exactly, or null. */
export function decodeApdu(bytes: Uint8Array): Apdu | null {
  const { frames, discarded } = new ApduParser().push(bytes);
  const only = frames.length === 1 && discarded === 0 ? frames[0] : undefined;
  if (only?.kind !== 'apdu') return null;
  return encodeApdu(only.apdu).length === bytes.length ? only.apdu : null;
}
