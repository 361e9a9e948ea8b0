import { invariant } from '@portillon/core/base/invariant.ts';
import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';

const stx = 0x02;
const etx = 0x03;
export const signBytes = { ack: 0x06, nak: 0x15, enq: 0x05 } as const;
export type K7Sign = keyof typeof signBytes;

/** What arrives on the line: a frame, an acknowledgement with its address, or a frame that was damaged on the way. */
export type K7Token =
  | { readonly kind: 'frame'; readonly address: number; readonly text: Uint8Array }
  | { readonly kind: K7Sign; readonly address: number }
  | { readonly kind: 'damaged' };

const headerLength = 5;
const signLength = 3;
/** "Package length at max 300 bytes" (K720/K730/K750 protocol, II). */
const longestFrame = 300;
const longestText = longestFrame - headerLength - 2;
const shortestText = 2;
const mostAddress = 15;

function addressDigits(address: number): readonly [number, number] {
  invariant(address >= 0 && address <= mostAddress, 'an address is 0 to 15');
  return [0x30 + Math.floor(address / 10), 0x30 + (address % 10)];
}

/** `02 ADDH ADDL LENH LENL | text | 03 BCC`, BCC being the XOR of everything before it. */
export function encodeK7Frame(address: number, text: Uint8Array): Uint8Array {
  invariant(text.length >= shortestText && text.length <= longestText, 'a K7x0 text has 2 to 293 bytes');
  const body = Uint8Array.of(
    stx,
    ...addressDigits(address),
    text.length >> 8,
    text.length & 0xff,
    ...text,
    etx,
  );
  return Uint8Array.of(...body, checkByte(body));
}

export function encodeK7Sign(sign: K7Sign, address: number): Uint8Array {
  return Uint8Array.of(signBytes[sign], ...addressDigits(address));
}

function checkByte(body: Uint8Array): number {
  return body.reduce((check, byte) => check ^ byte, 0);
}

/** A wrong check byte loses the frame; a wrong length or end loses everything up to the next byte that may start one. */
export class K7Parser implements FrameParser<K7Token> {
  readonly #pending = new PendingBytes(2 * longestFrame);

  push(bytes: Uint8Array): Parsed<K7Token> {
    const frames: K7Token[] = [];
    let discarded = this.#pending.push(bytes);
    for (;;) {
      const taken = this.#next();
      if (taken === 'wait') return { frames, discarded };
      discarded += taken.discarded;
      if (taken.token) frames.push(taken.token);
    }
  }

  reset(): number {
    return this.#pending.clear();
  }

  #next(): 'wait' | { readonly token?: K7Token; readonly discarded: number } {
    const first = this.#pending.at(0);
    if (first === undefined) return 'wait';
    const sign = signNamed(first);
    if (first !== stx && !sign) return { discarded: this.#pending.take(1).length };
    const address = this.#address();
    if (address === 'wait') return 'wait';
    if (address === undefined) return { discarded: this.#pending.take(1).length };
    if (sign) {
      this.#pending.take(signLength);
      return { token: { kind: sign, address }, discarded: 0 };
    }
    const [high, low] = [this.#pending.at(3), this.#pending.at(4)];
    if (high === undefined || low === undefined) return 'wait';
    const textLength = (high << 8) | low;
    const frameLength = headerLength + textLength + 2;
    const isPossible = textLength >= shortestText && textLength <= longestText;
    if (isPossible && this.#pending.length < frameLength) return 'wait';
    if (!isPossible || this.#pending.at(frameLength - 2) !== etx) {
      const next = this.#pending.indexOf(stx, 1);
      const lost = this.#pending.take(next === -1 ? this.#pending.length : next).length;
      return { token: { kind: 'damaged' }, discarded: lost };
    }
    const frame = this.#pending.take(frameLength);
    if (checkByte(frame.subarray(0, -1)) !== frame.at(-1)) {
      return { token: { kind: 'damaged' }, discarded: frameLength };
    }
    return { token: { kind: 'frame', address, text: frame.slice(headerLength, -2) }, discarded: 0 };
  }

  /** Undefined where the two bytes are no address. */
  #address(): number | 'wait' | undefined {
    const [high, low] = [this.#pending.at(1), this.#pending.at(2)];
    if (high === undefined) return 'wait';
    if (high !== 0x30 && high !== 0x31) return undefined;
    if (low === undefined) return 'wait';
    const address = (high - 0x30) * 10 + (low - 0x30);
    return low >= 0x30 && low <= 0x39 && address <= mostAddress ? address : undefined;
  }
}

function signNamed(byte: number): K7Sign | undefined {
  if (byte === signBytes.ack) return 'ack';
  if (byte === signBytes.nak) return 'nak';
  return byte === signBytes.enq ? 'enq' : undefined;
}
