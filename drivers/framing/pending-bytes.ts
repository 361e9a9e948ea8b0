import { invariant } from '@portillon/core/base/invariant.ts';

/** The bytes a frame parser has received and not used yet, at most `limit` of them. */
export class PendingBytes {
  readonly #limit: number;
  #bytes = new Uint8Array(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Appends. Beyond the limit the oldest bytes go; returns how many went. */
  push(bytes: Uint8Array): number {
    this.append(bytes);
    return this.trim();
  }

  /**
   * Appends all of it, however much: a program that was busy reads many frames at once, and they are taken out before
   * anything is too much. To be followed by `trim`.
   */
  append(bytes: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  /** Beyond the limit the oldest bytes go; returns how many went. */
  trim(): number {
    const excess = Math.max(0, this.#bytes.length - this.#limit);
    this.#bytes = this.#bytes.subarray(excess);
    return excess;
  }

  /** The byte at `index` from the oldest, or undefined when it has not arrived. */
  at(index: number): number | undefined {
    return this.#bytes[index];
  }

  /** Index of the first `byte` at or after `from`, or -1. */
  indexOf(byte: number, from = 0): number {
    return this.#bytes.indexOf(byte, from);
  }

  /** The first `count` bytes without removing them. */
  peek(count: number): Uint8Array {
    invariant(count <= this.#bytes.length, 'peek reaches beyond what has arrived');
    return this.#bytes.slice(0, count);
  }

  /** Removes and returns the first `count` bytes. */
  take(count: number): Uint8Array {
    const taken = this.peek(count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** Removes all. Returns how many that was. */
  clear(): number {
    return this.take(this.#bytes.length).length;
  }
}
