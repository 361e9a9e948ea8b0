/** In place of a tag: never taken, and given free. */
const empty = 0;
const freed = 1;

/**
 * Finds offsets by a hash: open addressing, linear probing, several offsets under one hash. It keeps no keys: whoever looks
 * compares what lies at the offset. A byte of the hash beside each offset keeps all but one in 250 of the others from being
 * looked at.
 */
export class OffsetIndex {
  #tags = new Uint8Array(8);
  #offsets = new Uint32Array(8);
  /** Slots that are not empty. */
  #taken = 0;
  #live = 0;

  get size(): number {
    return this.#live;
  }

  get byteLength(): number {
    return this.#tags.byteLength + this.#offsets.byteLength;
  }

  /** `hashAt` tells the hash of what lies at an offset that was added before. */
  add(hash: number, offset: number, hashAt: (offset: number) => number): void {
    const tags = (this.#taken + 1) * 8 > this.#tags.length * 7 ? this.#resized(hashAt) : this.#tags;
    let slot = hash % tags.length;
    while ((tags[slot] ?? empty) > freed) slot = slot + 1 === tags.length ? 0 : slot + 1;
    if (tags[slot] === empty) this.#taken += 1;
    tags[slot] = tagOf(hash);
    this.#offsets[slot] = offset;
    this.#live += 1;
  }

  remove(hash: number, offset: number): void {
    const slot = this.#slotOf(hash, (found) => found === offset);
    if (slot < 0) return;
    this.#tags[slot] = freed;
    this.#live -= 1;
  }

  /** The first offset that may have this hash and is the one; -1 when there is none. */
  find(hash: number, isTheOne: (offset: number) => boolean): number {
    const slot = this.#slotOf(hash, isTheOne);
    return slot < 0 ? -1 : (this.#offsets[slot] ?? -1);
  }

  /** All of them, in no order. */
  *offsets(): Generator<number> {
    for (const [slot, tag] of this.#tags.entries()) if (tag > freed) yield this.#offsets[slot] ?? 0;
  }

  #slotOf(hash: number, isTheOne: (offset: number) => boolean): number {
    const tags = this.#tags;
    const tag = tagOf(hash);
    for (let slot = hash % tags.length; ; ) {
      const found = tags[slot];
      if (found === empty) return -1;
      if (found === tag && isTheOne(this.#offsets[slot] ?? 0)) return slot;
      slot = slot + 1 === tags.length ? 0 : slot + 1;
    }
  }

  #resized(hashAt: (offset: number) => number): Uint8Array {
    const offsets = [...this.offsets()];
    const length = Math.max(8, Math.ceil((this.#live + 1) * 1.4));
    this.#tags = new Uint8Array(length);
    this.#offsets = new Uint32Array(length);
    this.#taken = 0;
    this.#live = 0;
    for (const offset of offsets) this.add(hashAt(offset), offset, hashAt);
    return this.#tags;
  }
}

function tagOf(hash: number): number {
  return 2 + ((hash >>> 12) % 254);
}
