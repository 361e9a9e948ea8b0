/** Chance as a parameter. Never used for keys or nonces: those come from the system's generator. */
export interface Random {
  /** A fraction in [0, 1). */
  fraction(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** `count` bytes. */
  bytes(count: number): Uint8Array;
}

/** A generator that repeats itself from its seed (sfc32), so that a failing run can be replayed with one line. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = (seed ^ 0x9e3779b9) | 0;
    this.#c = (seed ^ 0x243f6a88) | 0;
    for (let round = 0; round < 15; round++) this.#next();
  }

  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }

  below(below: number): number {
    return Math.floor(this.fraction() * below);
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 0xff);
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}
