import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';

/** The clock of a box that somebody has set: its wall time is off, its timers run as they should. */
export class WrongClock implements Clock {
  readonly #clock: Clock;
  #errorMs: number;

  constructor(clock: Clock, errorMs: number) {
    this.#clock = clock;
    this.#errorMs = errorMs;
  }

  set(errorMs: number): void {
    this.#errorMs = errorMs;
  }

  wallMs(): number {
    return this.#clock.wallMs() + this.#errorMs;
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    return this.#clock.setTimer(delayMs, fire);
  }
}
