/**
 * One sensing input of a gate, sampled at every poll. A change counts once two samples in a row show it: contacts bounce
 * and a body sways. Somebody went through at the first sample of a rise; the next needs the input to have been off again.
 */
export class PassageSensor {
  readonly #stuckAfterMs: number;
  #steady: boolean | undefined;
  #changedAtMs = 0;
  #candidateSinceMs: number | undefined;

  constructor(stuckAfterMs: number) {
    this.#stuckAfterMs = stuckAfterMs;
  }

  /** Takes a sample. Gives the time of the passage that it proves, or undefined. */
  sample(on: boolean, nowMs: number): number | undefined {
    if (this.#steady === undefined || on === this.#steady) {
      // What is on when we begin to look proves nothing.
      if (this.#steady === undefined) this.#changedAtMs = nowMs;
      this.#steady = on;
      this.#candidateSinceMs = undefined;
      return undefined;
    }
    if (this.#candidateSinceMs === undefined) {
      this.#candidateSinceMs = nowMs;
      return undefined;
    }
    this.#steady = on;
    this.#changedAtMs = this.#candidateSinceMs;
    this.#candidateSinceMs = undefined;
    return on ? this.#changedAtMs : undefined;
  }

  /** The last sample differs from what is held for true: the next should come soon, before a short turn is over. */
  get isUnsettled(): boolean {
    return this.#candidateSinceMs !== undefined;
  }

  /** On for longer than any person takes: passages can no longer be told. */
  isStuck(nowMs: number): boolean {
    return this.#steady === true && nowMs - this.#changedAtMs > this.#stuckAfterMs;
  }

  /** The line was lost: what happened meanwhile was not seen. */
  forget(): void {
    this.#steady = undefined;
    this.#candidateSinceMs = undefined;
  }
}
