import { invariant } from '@portillon/core/base/invariant.ts';
import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';

const stx = 0xf2;
const etx = 0x03;
export const controlBytes = { ack: 0x06, nak: 0x15, eot: 0x04 } as const;

/** What arrives on the line: a frame, one of the three control bytes, or a frame that was damaged on the way. */
export type CrtToken =
  | { readonly kind: 'frame'; readonly address: number; readonly text: Uint8Array }
  | { readonly kind: keyof typeof controlBytes }
  | { readonly kind: 'damaged' };

const headerLength = 4;
/** 512 bytes of data behind six of head and status (CRT-591-M protocol, 2). */
const longestText = 518;
const shortestText = 3;
const longestFrame = 1_024;

/** `F2 ADDR LENH LENL | text | 03 BCC`, BCC being the XOR of everything before it. */
export function encodeFrame(address: number, text: Uint8Array): Uint8Array {
  invariant(text.length >= shortestText && text.length <= longestText, 'a CRT text has 3 to 518 bytes');
  const body = Uint8Array.of(stx, address, text.length >> 8, text.length & 0xff, ...text, etx);
  return Uint8Array.of(...body, checkByte(body));
}

function checkByte(body: Uint8Array): number {
  return body.reduce((check, byte) => check ^ byte, 0);
}

/** A wrong check byte loses the frame; a wrong length or end loses everything up to the next byte that may start one. */
export class CrtParser implements FrameParser<CrtToken> {
  readonly #pending = new PendingBytes(longestFrame);

  push(bytes: Uint8Array): Parsed<CrtToken> {
    const frames: CrtToken[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    for (let first = this.#pending.at(0); first !== undefined; first = this.#pending.at(0)) {
      const control = controlNamed(first);
      if (control) {
        this.#pending.take(1);
        frames.push({ kind: control });
        continue;
      }
      if (first !== stx) {
        this.#pending.take(1);
        discarded++;
        continue;
      }
      const textLength = this.#textLength();
      if (textLength === undefined) break;
      const frameLength = headerLength + textLength + 2;
      const isPossible = textLength >= shortestText && textLength <= longestText;
      if (isPossible && this.#pending.length < frameLength) break;
      if (!isPossible || this.#pending.at(frameLength - 2) !== etx) {
        discarded += this.#skipToNextStart();
        frames.push({ kind: 'damaged' });
        continue;
      }
      const frame = this.#pending.take(frameLength);
      if (checkByte(frame.subarray(0, -1)) === frame.at(-1)) {
        frames.push({ kind: 'frame', address: frame[1] ?? 0, text: frame.slice(headerLength, -2) });
      } else {
        discarded += frameLength;
        frames.push({ kind: 'damaged' });
      }
    }
    return { frames, discarded: discarded + this.#pending.trim() };
  }

  reset(): number {
    return this.#pending.clear();
  }

  #textLength(): number | undefined {
    const high = this.#pending.at(2);
    const low = this.#pending.at(3);
    return high === undefined || low === undefined ? undefined : (high << 8) | low;
  }

  #skipToNextStart(): number {
    const next = this.#pending.indexOf(stx, 1);
    return this.#pending.take(next === -1 ? this.#pending.length : next).length;
  }
}

function controlNamed(byte: number): keyof typeof controlBytes | undefined {
  if (byte === controlBytes.ack) return 'ack';
  if (byte === controlBytes.nak) return 'nak';
  return byte === controlBytes.eot ? 'eot' : undefined;
}
