import { invariant } from '@portillon/core/base/invariant.ts';
import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';

const stx = 0x02;
const etx = 0x03;
export const controlBytes = { enq: 0x05, ack: 0x06, nak: 0x15, eot: 0x04 } as const;
export type ControlName = keyof typeof controlBytes;

/** What arrives on the line: one of the four control bytes, a frame, or a frame that was damaged on the way. */
export type ConcertToken =
  | { readonly kind: ControlName }
  | { readonly kind: 'frame'; readonly text: Uint8Array }
  | { readonly kind: 'damaged' };

/** No text holds a control character, so ETX ends it and everything else ends a frame that lost its end. */
const firstTextByte = 0x20;
/** Three tickets of 999 characters and all short fields of Concert V3; an answer of Concert V2 has 80. */
const longestText = 16_384;

/** `02 text 03 LRC`. */
export function encodeFrame(text: Uint8Array): Uint8Array {
  invariant(text.length > 0 && text.length <= longestText, 'a Concert text has 1 to 16,384 bytes');
  invariant(
    text.every((byte) => byte >= firstTextByte),
    'a Concert text holds no control characters',
  );
  return Uint8Array.of(stx, ...text, etx, checkByte(text));
}

/** LRC: the XOR of text and ETX, STX not counted. Any value, a control byte included. */
function checkByte(text: Uint8Array): number {
  return text.reduce((check, byte) => check ^ byte, etx);
}

const controlNames = new Map<number, ControlName>([
  [controlBytes.enq, 'enq'],
  [controlBytes.ack, 'ack'],
  [controlBytes.nak, 'nak'],
  [controlBytes.eot, 'eot'],
]);

/**
 * Between frames, control bytes count and everything else is noise. In a frame, the first control character is ETX, or
 * the frame is damaged and reading goes on at that character, which may begin something.
 */
export class ConcertParser implements FrameParser<ConcertToken> {
  readonly #pending = new PendingBytes(longestText + 3);
  /** Bytes of the begun frame that are known to be STX and text. */
  #read = 0;

  push(bytes: Uint8Array): Parsed<ConcertToken> {
    const frames: ConcertToken[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    for (let first = this.#pending.at(0); first !== undefined; first = this.#pending.at(0)) {
      if (first === stx) {
        const frame = this.#frame();
        if (!frame) break;
        discarded += frame.discarded;
        frames.push(frame.token);
      } else {
        const control = controlNames.get(first);
        this.#pending.take(1);
        if (control) frames.push({ kind: control });
        else discarded++;
      }
    }
    return { frames, discarded: discarded + this.#pending.trim() };
  }

  reset(): number {
    this.#read = 0;
    return this.#pending.clear();
  }

  /** The frame at the front; nothing while its end has not arrived. */
  #frame(): { readonly token: ConcertToken; readonly discarded: number } | undefined {
    let end = Math.max(1, this.#read);
    for (let byte = this.#pending.at(end); byte !== undefined; byte = this.#pending.at(end)) {
      if (byte < firstTextByte) break;
      end++;
    }
    this.#read = end;
    const last = this.#pending.at(end);
    if (last === undefined && end <= longestText) return undefined;
    if (last !== etx || end > longestText + 1) return this.#damaged(end);
    const lrc = this.#pending.at(end + 1);
    if (lrc === undefined) return undefined;
    const text = this.#pending.peek(end).subarray(1);
    if (text.length === 0 || checkByte(text) !== lrc) return this.#damaged(end + 2);
    this.#take(end + 2);
    return { token: { kind: 'frame', text }, discarded: 0 };
  }

  #damaged(length: number): { readonly token: ConcertToken; readonly discarded: number } {
    this.#take(length);
    return { token: { kind: 'damaged' }, discarded: length };
  }

  #take(length: number): void {
    this.#pending.take(length);
    this.#read = 0;
  }
}
