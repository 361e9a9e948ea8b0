import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { CredentialPacking, PackedKeys } from './credential-packing.ts';
import { OffsetIndex } from './offset-index.ts';

export const idBytesLength = 16;
const keyNames = ['member', 'chip', 'code'] as const;
/** The length of the packed bytes, behind the id. */
const lengthBytes = 4;
const headBytes = idBytesLength + lengthBytes;

/** Bytes that are let lie before a shard is written anew: a part of what is in use, and never for a few. */
const deadAllowed = { part: 0.2, bytes: 4_096 };
/** Memory is taken in pieces of this size and not moved: growing one piece would leave holes behind as large as the table. */
const pieceBits = 16;
const pieceBytes = 1 << pieceBits;

/**
 * A part of the table: records in pieces of memory, `id │ length │ packed`, and where they begin by id, member, chip and code.
 * Small enough that writing it anew is over in a moment. An offset is the number of the piece and the place in it.
 */
export class CredentialShard {
  readonly #packing: CredentialPacking;
  #pieces: Buffer[] = [];
  /** In the last piece. */
  #used = pieceBytes;
  #live = 0;
  #dead = 0;
  #ids = new OffsetIndex();
  #keys = newKeyIndexes();

  constructor(packing: CredentialPacking) {
    this.#packing = packing;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Of memory that it holds, whether in use or not. */
  get byteLength(): number {
    const indexes = [this.#ids, ...keyNames.map((name) => this.#keys[name])];
    const pieces = this.#pieces.reduce((sum, { length }) => sum + length, 0);
    return pieces + indexes.reduce((sum, index) => sum + index.byteLength, 0);
  }

  /** Where the record of that id begins; -1 when there is none. */
  offsetOf(id: Buffer, hash: number): number {
    return this.#ids.find(hash, (offset) => {
      const at = placeOf(offset);
      return this.#pieceOf(offset).compare(id, 0, idBytesLength, at, at + idBytesLength) === 0;
    });
  }

  recordAt(offset: number): CredentialRecord {
    return this.#packing.unpack(this.#pieceOf(offset), placeOf(offset) + headBytes);
  }

  idAt(offset: number): Buffer {
    const at = placeOf(offset);
    return this.#pieceOf(offset).subarray(at, at + idBytesLength);
  }

  /** `bytes` from `start` to `end` hold what was packed. */
  put(id: Buffer, hash: number, bytes: Buffer, start: number, end: number): void {
    const before = this.offsetOf(id, hash);
    const length = end - start;
    if (before >= 0) {
      this.#forgetKeys(before);
      if (this.#lengthAt(before) === headBytes + length) {
        bytes.copy(this.#pieceOf(before), placeOf(before) + headBytes, start, end);
        this.#rememberKeys(before);
        return;
      }
      this.#drop(before, hash);
    }
    const offset = this.#room(headBytes + length);
    const [piece, at] = [this.#pieceOf(offset), placeOf(offset)];
    id.copy(piece, at, 0, idBytesLength);
    piece.writeUInt32LE(length, at + idBytesLength);
    bytes.copy(piece, at + headBytes, start, end);
    this.#ids.add(hash, offset, this.#hashOfId);
    this.#rememberKeys(offset);
    this.#tidy();
  }

  delete(id: Buffer, hash: number): void {
    const offset = this.offsetOf(id, hash);
    if (offset < 0) return;
    this.#forgetKeys(offset);
    this.#drop(offset, hash);
    this.#tidy();
  }

  /** Visits each record that has this key. */
  each(name: keyof PackedKeys, key: Buffer, hash: number, visit: (offset: number) => void): void {
    this.#keys[name].find(hash, (offset) => {
      const piece = this.#pieceOf(offset);
      const found = this.#packing.keysOf(piece, placeOf(offset) + headBytes)[name];
      if (found && piece.compare(key, 0, key.length, found.start, found.end) === 0) visit(offset);
      return false;
    });
  }

  #pieceOf(offset: number): Buffer {
    const piece = this.#pieces[offset >>> pieceBits];
    invariant(piece, 'an offset lies in a piece');
    return piece;
  }

  /** With its head. */
  #lengthAt(offset: number): number {
    return headBytes + this.#pieceOf(offset).readUInt32LE(placeOf(offset) + idBytesLength);
  }

  #drop(offset: number, hash: number): void {
    const length = this.#lengthAt(offset);
    this.#ids.remove(hash, offset);
    this.#live -= length;
    this.#dead += length;
  }

  /** A place for so many bytes in one piece; what is larger than a piece has one of its own. */
  #room(length: number): number {
    if (this.#used + length > pieceBytes) {
      this.#pieces.push(Buffer.allocUnsafeSlow(Math.max(pieceBytes, length)));
      this.#used = 0;
    }
    const offset = (this.#pieces.length - 1) * pieceBytes + this.#used;
    this.#used += length;
    this.#live += length;
    return offset;
  }

  readonly #hashOfId = (offset: number): number => {
    const at = placeOf(offset);
    return hashOf(this.#pieceOf(offset), at, at + idBytesLength);
  };

  #keysAt(offset: number): PackedKeys {
    return this.#packing.keysOf(this.#pieceOf(offset), placeOf(offset) + headBytes);
  }

  #rememberKeys(offset: number): void {
    const keys = this.#keysAt(offset);
    for (const name of keyNames) {
      const key = keys[name];
      if (key) {
        const hash = hashOf(this.#pieceOf(offset), key.start, key.end);
        this.#keys[name].add(hash, offset, this.#hashOfKey[name]);
      }
    }
  }

  #forgetKeys(offset: number): void {
    const keys = this.#keysAt(offset);
    for (const name of keyNames) {
      const key = keys[name];
      if (key) this.#keys[name].remove(hashOf(this.#pieceOf(offset), key.start, key.end), offset);
    }
  }

  readonly #hashOfKey = Object.fromEntries(
    keyNames.map((name) => [
      name,
      (offset: number) => {
        const key = this.#keysAt(offset)[name];
        return key ? hashOf(this.#pieceOf(offset), key.start, key.end) : 0;
      },
    ]),
  ) as Record<keyof PackedKeys, (offset: number) => number>;

  /** Writes the shard anew, without what nobody finds any more. */
  #tidy(): void {
    if (this.#dead < deadAllowed.bytes || this.#dead < (this.#live + this.#dead) * deadAllowed.part) return;
    const before = this.#pieces;
    const offsets = [...this.#ids.offsets()];
    this.#pieces = [];
    this.#used = pieceBytes;
    this.#live = 0;
    this.#dead = 0;
    this.#ids = new OffsetIndex();
    this.#keys = newKeyIndexes();
    for (const offset of offsets) {
      const piece = before[offset >>> pieceBits];
      invariant(piece, 'an offset lies in a piece');
      const at = placeOf(offset);
      const length = headBytes + piece.readUInt32LE(at + idBytesLength);
      const now = this.#room(length);
      piece.copy(this.#pieceOf(now), placeOf(now), at, at + length);
      this.#ids.add(this.#hashOfId(now), now, this.#hashOfId);
      this.#rememberKeys(now);
    }
  }
}

function placeOf(offset: number): number {
  return offset & (pieceBytes - 1);
}

function newKeyIndexes(): Record<keyof PackedKeys, OffsetIndex> {
  return { member: new OffsetIndex(), chip: new OffsetIndex(), code: new OffsetIndex() };
}

/** FNV-1a, mixed once more (murmur3's end), so that every bit counts for the shard and for the slot. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
