import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';

export interface LeapingClockOptions {
  /** What runs underneath: the machine's clock. */
  readonly under: Clock;
  /** Added to the wall time underneath. */
  readonly offsetMs: number;
  /**
   * True where nothing but people and other programs is waited for (the member base): a leap brings timers nearer by what was
   * leapt over, as if the time had passed. False where devices are driven: their timers keep to the time of the devices, and a leap
   * moves the wall only.
   */
  readonly timersLeap: boolean;
  /**
   * True for a program that would take a wall which goes on alone for a clock that somebody has set (the edge): what has passed
   * leaps with it, and timers that do not leap keep to what is left of them. As `timersLeap` when it is not said.
   */
  readonly monotonicLeaps?: boolean;
}

interface Timer {
  readonly fire: () => void;
  readonly dueMs: number;
  cancel: CancelTimer;
}

/**
 * Time of a day that is played. It runs as fast as the machine's, and leaps forward when it is told to: over the minutes in
 * which nothing happens in the club. All programs of a day are given the same offsets, so that their walls agree.
 */
export class LeapingClock implements Clock {
  readonly #under: Clock;
  readonly #timersLeap: boolean;
  readonly #monotonicLeaps: boolean;
  readonly #timers = new Set<Timer>();
  #offsetMs: number;
  #leaptMs = 0;

  constructor({ under, offsetMs, timersLeap, monotonicLeaps }: LeapingClockOptions) {
    this.#under = under;
    this.#offsetMs = offsetMs;
    this.#timersLeap = timersLeap;
    this.#monotonicLeaps = monotonicLeaps ?? timersLeap;
  }

  get offsetMs(): number {
    return this.#offsetMs;
  }

  wallMs(): number {
    return this.#under.wallMs() + this.#offsetMs;
  }

  monotonicMs(): number {
    return this.#under.monotonicMs() + this.#leaptMs;
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    if (!this.#timersLeap) return this.#under.setTimer(delayMs, fire);
    const timer: Timer = { fire, dueMs: this.monotonicMs() + delayMs, cancel: () => undefined };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => {
      timer.cancel();
      this.#timers.delete(timer);
    };
  }

  /** Throws when time would run backwards. */
  leap(offsetMs: number): void {
    const byMs = offsetMs - this.#offsetMs;
    if (byMs < 0) throw new Error(`the clock of a day does not go back (by ${-byMs} ms)`);
    this.#offsetMs = offsetMs;
    if (this.#monotonicLeaps) this.#leaptMs += byMs;
    if (!this.#timersLeap) return;
    for (const timer of this.#timers) this.#arm(timer);
  }

  #arm(timer: Timer): void {
    timer.cancel();
    timer.cancel = this.#under.setTimer(Math.max(0, timer.dueMs - this.monotonicMs()), () => {
      this.#timers.delete(timer);
      timer.fire();
    });
  }
}
