import type { Random } from '@portillon/core/base/random.ts';

const firstMs = 250;
const longestMs = 10_000;

/** How long to wait after each failure in a row: doubling, bounded, and spread, so that 250 clubs do not come back at once. */
export class BackOff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Between half of the step and the whole of it. */
  nextMs(): number {
    const stepMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    return stepMs * (0.5 + this.#random.fraction() / 2);
  }

  reset(): void {
    this.#failures = 0;
  }
}
