import type { FrameParser, Parsed } from '../../framing/frame-parser.ts';
import { PendingBytes } from '../../framing/pending-bytes.ts';
import { type Apdu, type ApduToken, decodeApdu, encodeApdu } from './apdu.ts';

const dle = 0x10;
const stx = 0x02;
const etx = 0x03;
export const blockAnswers = { ack: 0x06, nak: 0x15 } as const;

/** What arrives on a serial line: a block that holds an APDU, one that was damaged, or the answer to a block of ours. */
export type BlockToken = ApduToken | { readonly kind: keyof typeof blockAnswers };

/** The longest APDU with every byte doubled, and the marks around it. */
const longestBlock = 2 * (0xffff + 5) + 6;
const markLength = 2;
const checkLength = 2;

/**
 * `10 02 | APDU, each 10 in it doubled | 10 03 | CRC low, high` (PA00P016). The check bytes are not doubled.
 */
export function encodeBlock(apdu: Apdu): Uint8Array {
  const bytes = encodeApdu(apdu);
  const check = blockCheck(bytes);
  const doubled = [...bytes].flatMap((byte) => (byte === dle ? [dle, dle] : [byte]));
  return Uint8Array.of(dle, stx, ...doubled, dle, etx, check & 0xff, check >> 8);
}

/** CRC-CCITT with its bits reflected (8408), begun with 0, over the APDU before doubling and the end mark 03. */
export function blockCheck(apdu: Uint8Array): number {
  let check = 0;
  for (const byte of [...apdu, etx]) {
    check ^= byte;
    for (let bit = 0; bit < 8; bit++) check = check & 1 ? (check >> 1) ^ 0x8408 : check >> 1;
  }
  return check;
}

/** A wrong check or a wrong byte after 10 loses the block; other bytes are lost up to the next that may begin something. */
export class BlockParser implements FrameParser<BlockToken> {
  readonly #pending = new PendingBytes(longestBlock);
  /** Bytes of the begun block that are known to be its content. */
  #read = markLength;

  push(bytes: Uint8Array): Parsed<BlockToken> {
    const frames: BlockToken[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    for (let first = this.#pending.at(0); first !== undefined; first = this.#pending.at(0)) {
      const answer = answerNamed(first);
      if (answer) {
        this.#pending.take(1);
        frames.push({ kind: answer });
        continue;
      }
      const second = this.#pending.at(1);
      if (first === dle && second === undefined) break;
      if (first !== dle || second !== stx) {
        this.#pending.take(1);
        discarded++;
        continue;
      }
      const block = this.#block();
      if (block === undefined) break;
      this.#read = markLength;
      if (block.apdu === null) {
        discarded += this.#pending.take(block.length).length;
        frames.push({ kind: 'damaged' });
        continue;
      }
      this.#pending.take(block.length);
      frames.push({ kind: 'apdu', apdu: block.apdu });
    }
    const lost = this.#pending.trim();
    if (lost > 0) this.#read = markLength;
    return { frames, discarded: discarded + lost };
  }

  reset(): number {
    this.#read = markLength;
    return this.#pending.clear();
  }

  get isInsideBlock(): boolean {
    return this.#pending.length > 0;
  }

  /** The block at the front, `apdu` null when it is damaged, or undefined while its end has not arrived. */
  #block(): { readonly length: number; readonly apdu: Apdu | null } | undefined {
    for (let at = this.#read; ; at++) {
      this.#read = at;
      const byte = this.#pending.at(at);
      if (byte === undefined) return undefined;
      if (byte !== dle) continue;
      const next = this.#pending.at(++at);
      if (next === undefined) return undefined;
      if (next === dle) continue;
      // 10 02 begins the next block: the end of this one is missing.
      if (next !== etx) return { length: next === stx ? at - 1 : at + 1, apdu: null };
      const low = this.#pending.at(at + 1);
      const high = this.#pending.at(at + checkLength);
      if (low === undefined || high === undefined) return undefined;
      const bytes = undoubled(this.#pending.peek(at - 1).subarray(markLength));
      const isWhole = blockCheck(bytes) === ((high << 8) | low);
      return { length: at + 1 + checkLength, apdu: isWhole ? decodeApdu(bytes) : null };
    }
  }
}

function undoubled(bytes: Uint8Array): Uint8Array {
  const content: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    content.push(byte);
    if (byte === dle) at++;
  }
  return Uint8Array.from(content);
}

function answerNamed(byte: number): keyof typeof blockAnswers | undefined {
  if (byte === blockAnswers.ack) return 'ack';
  return byte === blockAnswers.nak ? 'nak' : undefined;
}
