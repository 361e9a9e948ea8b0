import type { FrameParser, Parsed } from '../framing/frame-parser.ts';
import { PendingBytes } from '../framing/pending-bytes.ts';

/** One packet of OSDP v2 (IEC 60839-11-5): who, which turn, under which protection, what. */
export interface OsdpPacket {
  /** Address of the reader on the line, 0 to 126; 127 is everybody. */
  readonly unit: number;
  readonly from: 'panel' | 'reader';
  /** 0 starts over; then 1, 2, 3, 1 … */
  readonly sequence: number;
  /** CRC-16 at the end; one byte of checksum otherwise. */
  readonly usesCrc: boolean;
  /** The security block in front of the code, if there is one. */
  readonly block: { readonly type: number; readonly data: Uint8Array } | null;
  readonly code: number;
  /** What stands between code and MAC or check; encrypted under block types 17 and 18. */
  readonly data: Uint8Array;
  /** The first four bytes of the MAC, under block types 15 to 18. */
  readonly mac: Uint8Array | null;
  /** What the MAC is computed over: from the start byte up to the MAC itself. */
  readonly macInput: Uint8Array;
}

/** What to send; the rest of a packet follows from it. */
export type OsdpPacketDraft = Pick<OsdpPacket, 'unit' | 'from' | 'sequence' | 'block' | 'code' | 'data'> & {
  readonly usesCrc?: boolean;
};

export const startByte = 0x53;
/** May stand before a packet to wake the receivers of the line; no part of it. */
export const markByte = 0xff;
export const broadcastUnit = 0x7f;
export const macLength = 4;
/** Longest packet that a receiver of ours takes; the standard allows 1440. */
export const longestPacket = 1440;

const replyBit = 0x80;
const crcBit = 0x04;
const blockBit = 0x08;
const headLength = 5;
/** Head, code, one byte of checksum. */
const shortestPacket = headLength + 2;

/** CRC-16 of polynomial 1021, start 1D0F, not reflected (CRC-16/SPI-FUJITSU). */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0x1d0f;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  }
  return crc;
}

/** Two's complement of the sum of all bytes. */
export function checksumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xff;
}

export function carriesMac(blockType: number): boolean {
  return blockType >= 0x15 && blockType <= 0x18;
}

/** The bytes of a packet up to its MAC, with the length that it will have once MAC and check are there. */
export function packetBeforeMac(draft: OsdpPacketDraft): Uint8Array {
  const usesCrc = draft.usesCrc ?? true;
  const block = draft.block ? [draft.block.data.length + 2, draft.block.type, ...draft.block.data] : [];
  const macBytes = draft.block && carriesMac(draft.block.type) ? macLength : 0;
  const length = headLength + block.length + 1 + draft.data.length + macBytes + (usesCrc ? 2 : 1);
  return Uint8Array.from([
    startByte,
    draft.unit | (draft.from === 'reader' ? replyBit : 0),
    length & 0xff,
    length >>> 8,
    (draft.sequence & 3) | (usesCrc ? crcBit : 0) | (draft.block ? blockBit : 0),
    ...block,
    draft.code,
    ...draft.data,
  ]);
}

/** Puts MAC (none for a packet without) and check behind, and the mark in front. */
export function finishPacket(beforeMac: Uint8Array, mac: Uint8Array | null): Uint8Array {
  const checked = Uint8Array.from([...beforeMac, ...(mac ?? [])]);
  const usesCrc = ((beforeMac[4] ?? 0) & crcBit) !== 0;
  const crc = crcOf(checked);
  const check = usesCrc ? [crc & 0xff, crc >>> 8] : [checksumOf(checked)];
  return Uint8Array.from([markByte, ...checked, ...check]);
}

export function encodePacket(draft: OsdpPacketDraft): Uint8Array {
  return finishPacket(packetBeforeMac(draft), null);
}

/**
 * Packets of one direction of the line. A packet is found by start byte, address bit, length and check; noise may look like
 * the head of a long packet, so a right one is looked for behind it too, and the bytes before it are thrown away. Every
 * place where one may begin is tried once when its bytes are there: a line that never stops costs no more than that (OS33).
 */
export class OsdpParser implements FrameParser<OsdpPacket> {
  readonly #from: OsdpPacket['from'];
  readonly #pending = new PendingBytes(longestPacket);
  /** How many bytes have been taken out: places are counted from the first byte of all. */
  #taken = 0;
  /** Where something begins that may still become a packet, in order. */
  #begun: Begun[] = [];
  /** Of what has begun, nothing more can be said before so many bytes of all have come. */
  #soonest = 0;

  constructor(from: OsdpPacket['from']) {
    this.#from = from;
  }

  push(bytes: Uint8Array): Parsed<OsdpPacket> {
    const frames: OsdpPacket[] = [];
    let discarded = 0;
    this.#pending.append(bytes);
    this.#look(bytes);
    for (let found = this.#next(); found; found = this.#next()) {
      frames.push(found.packet);
      const taken = this.#take(found.start + found.length);
      discarded += lossOf(taken.subarray(0, found.start));
    }
    const [first] = this.#begun;
    discarded += lossOf(this.#take(first ? first.start - this.#taken : this.#pending.length));
    return { frames, discarded };
  }

  reset(): number {
    return lossOf(this.#take(this.#pending.length));
  }

  #look(bytes: Uint8Array): void {
    const before = this.#taken + this.#pending.length - bytes.length;
    for (let at = bytes.indexOf(startByte); at !== -1; at = bytes.indexOf(startByte, at + 1)) {
      this.#begun.push({ start: before + at, needs: 0 });
      this.#soonest = 0;
    }
  }

  /** The first packet that is whole; nothing when none is, and then everything that has begun needs more bytes. */
  #next(): { readonly packet: OsdpPacket; readonly start: number; readonly length: number } | undefined {
    const come = this.#taken + this.#pending.length;
    if (this.#soonest > come) return undefined;
    const bytes = this.#pending.peek(this.#pending.length);
    const begun: Begun[] = [];
    let soonest = Number.POSITIVE_INFINITY;
    for (const place of this.#begun) {
      const start = place.start - this.#taken;
      const found = place.needs > come ? 'unfinished' : readPacket(bytes, start, this.#from);
      if (typeof found === 'object') return { ...found, start };
      if (found === 'no packet') continue;
      if (typeof found === 'number') place.needs = place.start + found;
      begun.push(place);
      soonest = Math.min(soonest, place.needs);
    }
    this.#begun = begun;
    this.#soonest = soonest;
    return undefined;
  }

  #take(count: number): Uint8Array {
    this.#taken += count;
    const [first] = this.#begun;
    if (first && first.start < this.#taken) {
      this.#begun = this.#begun.filter(({ start }) => start >= this.#taken);
      this.#soonest = 0;
    }
    return this.#pending.take(count);
  }
}

interface Begun {
  readonly start: number;
  /** So many bytes of all have to come to say more. */
  needs: number;
}

/** Marks are sent to be thrown away. */
function lossOf(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === markByte ? count : count + 1), 0);
}

/** The packet that begins there; or how many bytes it needs to say whether one does. */
function readPacket(
  bytes: Uint8Array,
  start: number,
  from: OsdpPacket['from'],
): { readonly packet: OsdpPacket; readonly length: number } | 'no packet' | number {
  const [, address, low, high, control] = bytes.subarray(start, start + headLength);
  if (address === undefined) return 2;
  if ((address & replyBit) !== (from === 'reader' ? replyBit : 0)) return 'no packet';
  if (low === undefined || high === undefined || control === undefined) return headLength;
  const length = low | (high << 8);
  if (length < shortestPacket || length > longestPacket) return 'no packet';
  if (bytes.length < start + length) return length;
  const packet = decode(bytes.slice(start, start + length));
  return packet ? { packet, length } : 'no packet';
}

function decode(bytes: Uint8Array): OsdpPacket | undefined {
  const address = bytes[1] ?? 0;
  const control = bytes[4] ?? 0;
  const usesCrc = (control & crcBit) !== 0;
  const end = bytes.length - (usesCrc ? 2 : 1);
  const checked = bytes.subarray(0, end);
  const crc = crcOf(checked);
  const right = usesCrc
    ? bytes[end] === (crc & 0xff) && bytes[end + 1] === crc >>> 8
    : bytes[end] === checksumOf(checked);
  if (!right) return undefined;
  const blockLength = (control & blockBit) !== 0 ? (bytes[headLength] ?? 0) : 0;
  const codeAt = headLength + blockLength;
  if ((control & blockBit) !== 0 && (blockLength < 2 || codeAt >= end)) return undefined;
  const block = blockLength
    ? { type: bytes[headLength + 1] ?? 0, data: bytes.slice(headLength + 2, codeAt) }
    : null;
  const macAt = block && carriesMac(block.type) ? end - macLength : end;
  if (codeAt >= macAt) return undefined;
  return {
    unit: address & ~replyBit,
    from: (address & replyBit) !== 0 ? 'reader' : 'panel',
    sequence: control & 3,
    usesCrc,
    block,
    code: bytes[codeAt] ?? 0,
    data: bytes.slice(codeAt + 1, macAt),
    mac: macAt < end ? bytes.slice(macAt, end) : null,
    macInput: bytes.slice(0, macAt),
  };
}
