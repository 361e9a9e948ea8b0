import type { CredentialPacking, PackedKeys } from './credential-packing.ts';
import { OffsetIndex } from './offset-index.ts';

export const idBytesLength = 16;
const keyNames = ['member', 'chip', 'code'] as const;
/** The length of the packed bytes, behind the id. */
const lengthBytes = 4;
const headBytes = idBytesLength + lengthBytes;

/** Bytes that are let lie before a shard is written anew: a part of what is in use, and never for a few. */
const deadAllowed = { part: 0.2, bytes: 4_096 };

/**
 * A part of the table: records one after the other in one piece of memory, `id │ length │ packed`, and where they begin by
 * id, member, chip and code. Small enough that making room or writing it anew is over in a moment.
 */
export class CredentialShard {
  readonly #packing: CredentialPacking;
  #heap = Buffer.alloc(256);
  #used = 0;
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
    return this.#heap.length + indexes.reduce((sum, index) => sum + index.byteLength, 0);
  }

  get heap(): Buffer {
    return this.#heap;
  }

  /** Where the record of that id begins; -1 when there is none. */
  offsetOf(id: Buffer, hash: number): number {
    return this.#ids.find(
      hash,
      (offset) => this.#heap.compare(id, 0, idBytesLength, offset, offset + idBytesLength) === 0,
    );
  }

  packedOffset(offset: number): number {
    return offset + headBytes;
  }

  /** `bytes` from `start` to `end` hold what was packed. */
  put(id: Buffer, hash: number, bytes: Buffer, start: number, end: number): void {
    const before = this.offsetOf(id, hash);
    const length = end - start;
    if (before >= 0) {
      this.#forgetKeys(before);
      if (this.#heap.readUInt32LE(before + idBytesLength) === length) {
        bytes.copy(this.#heap, before + headBytes, start, end);
        this.#rememberKeys(before);
        return;
      }
      this.#ids.remove(hash, before);
      this.#dead += this.#lengthAt(before);
    }
    this.#room(headBytes + length);
    const offset = this.#used;
    id.copy(this.#heap, offset, 0, idBytesLength);
    this.#heap.writeUInt32LE(length, offset + idBytesLength);
    bytes.copy(this.#heap, offset + headBytes, start, end);
    this.#used += headBytes + length;
    this.#ids.add(hash, offset, this.#hashOfId);
    this.#rememberKeys(offset);
    this.#tidy();
  }

  delete(id: Buffer, hash: number): void {
    const offset = this.offsetOf(id, hash);
    if (offset < 0) return;
    this.#forgetKeys(offset);
    this.#ids.remove(hash, offset);
    this.#dead += this.#lengthAt(offset);
    this.#tidy();
  }

  /** Visits each record that has this key. */
  each(name: keyof PackedKeys, key: Buffer, hash: number, visit: (offset: number) => void): void {
    this.#keys[name].find(hash, (offset) => {
      const found = this.#packing.keysOf(this.#heap, offset + headBytes)[name];
      if (found && this.#heap.compare(key, 0, key.length, found.start, found.end) === 0) visit(offset);
      return false;
    });
  }

  *offsets(): Generator<number> {
    yield* this.#ids.offsets();
  }

  #lengthAt(offset: number): number {
    return headBytes + this.#heap.readUInt32LE(offset + idBytesLength);
  }

  readonly #hashOfId = (offset: number): number => hashOf(this.#heap, offset, offset + idBytesLength);

  #rememberKeys(offset: number): void {
    const keys = this.#packing.keysOf(this.#heap, offset + headBytes);
    for (const name of keyNames) {
      const key = keys[name];
      if (key) this.#keys[name].add(hashOf(this.#heap, key.start, key.end), offset, this.#hashOfKey[name]);
    }
  }

  #forgetKeys(offset: number): void {
    const keys = this.#packing.keysOf(this.#heap, offset + headBytes);
    for (const name of keyNames) {
      const key = keys[name];
      if (key) this.#keys[name].remove(hashOf(this.#heap, key.start, key.end), offset);
    }
  }

  readonly #hashOfKey = Object.fromEntries(
    keyNames.map((name) => [
      name,
      (offset: number) => {
        const key = this.#packing.keysOf(this.#heap, offset + headBytes)[name];
        return key ? hashOf(this.#heap, key.start, key.end) : 0;
      },
    ]),
  ) as Record<keyof PackedKeys, (offset: number) => number>;

  #room(count: number): void {
    if (this.#used + count <= this.#heap.length) return;
    const larger = Buffer.alloc(Math.ceil((this.#used + count) * 1.125));
    this.#heap.copy(larger, 0, 0, this.#used);
    this.#heap = larger;
  }

  /** Writes the shard anew, without what nobody finds any more. */
  #tidy(): void {
    if (this.#dead < deadAllowed.bytes || this.#dead < this.#used * deadAllowed.part) return;
    const before = this.#heap;
    const offsets = [...this.#ids.offsets()];
    this.#heap = Buffer.alloc(Math.ceil((this.#used - this.#dead) * 1.125));
    this.#used = 0;
    this.#dead = 0;
    this.#ids = new OffsetIndex();
    this.#keys = newKeyIndexes();
    for (const offset of offsets) {
      const length = headBytes + before.readUInt32LE(offset + idBytesLength);
      before.copy(this.#heap, this.#used, offset, offset + length);
      this.#ids.add(this.#hashOfId(this.#used), this.#used, this.#hashOfId);
      this.#rememberKeys(this.#used);
      this.#used += length;
    }
  }
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
