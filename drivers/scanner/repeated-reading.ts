const repeatWithinMs = 2_000;

/** Tells a code that is still held before the scanner from one shown anew: the same text within 2 s of its last reading. */
export class RepeatedReading {
  #text: string | undefined;
  #lastReadMs = Number.NEGATIVE_INFINITY;

  isRepeat(text: string, readMonotonicMs: number): boolean {
    const repeat = text === this.#text && readMonotonicMs - this.#lastReadMs < repeatWithinMs;
    this.#text = text;
    this.#lastReadMs = readMonotonicMs;
    return repeat;
  }
}
