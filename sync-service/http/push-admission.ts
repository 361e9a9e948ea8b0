import type { Clock } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';

/** Pushes that one process works on at once: more of them would only wait for each other in PostgreSQL. */
const inWorkMost = 4;
const waitingMost = 96;
/** An edge that waits longer is told when to come again; it hears something within 5 s in any case (W-PUSH-15). */
const longestWaitMs = 2_500;
const firstGuessMs = 50;
const soonestMs = 200;
const latestMs = 10_000;
/** Of the time that a push takes, how much the last one weighs. */
const newest = 0.2;

interface Waiting {
  readonly enter: () => void;
  readonly cancelLimit: () => void;
}

/** What came of asking to be let in. */
export type Admission =
  | { readonly admitted: true; readonly leave: () => void }
  | { readonly admitted: false; readonly retryAfterMs: number };

/**
 * Lets a bounded number of pushes be worked on, and a bounded number wait for a bounded time. Who is turned away gets a moment
 * of their own, one after the other at the pace at which pushes are done, so that they do not all come back at once.
 */
export class PushAdmission {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting: Waiting[] = [];
  #inWork = 0;
  #takesMs = firstGuessMs;
  /** Until when those who were turned away fill the line, on the monotonic clock. */
  #takenUntilMs = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  async enter(): Promise<Admission> {
    if (this.#inWork < inWorkMost) return this.#admit();
    if (this.#waiting.length >= waitingMost) return this.#turnAway();
    const letIn = await new Promise<boolean>((resolve) => {
      const one: Waiting = {
        enter: () => resolve(true),
        cancelLimit: this.#clock.setTimer(longestWaitMs, () => {
          this.#waiting.splice(this.#waiting.indexOf(one), 1);
          resolve(false);
        }),
      };
      this.#waiting.push(one);
    });
    return letIn ? this.#begun() : this.#turnAway();
  }

  #admit(): Admission {
    this.#inWork += 1;
    return this.#begun();
  }

  #begun(): Admission {
    const fromMs = this.#clock.monotonicMs();
    return {
      admitted: true,
      leave: () => {
        this.#takesMs += newest * (this.#clock.monotonicMs() - fromMs - this.#takesMs);
        const next = this.#waiting.shift();
        // The place goes from one to the next: nobody who comes now slips in between.
        if (next) {
          next.cancelLimit();
          next.enter();
        } else this.#inWork -= 1;
      },
    };
  }

  #turnAway(): Admission {
    const nowMs = this.#clock.monotonicMs();
    const eachMs = this.#takesMs / inWorkMost;
    const lineMs = this.#waiting.length * eachMs;
    this.#takenUntilMs = Math.max(this.#takenUntilMs, nowMs + lineMs) + eachMs;
    const retryAfterMs = (this.#takenUntilMs - nowMs) * (1 + this.#random.fraction() / 4);
    return {
      admitted: false,
      retryAfterMs: Math.round(Math.min(latestMs, Math.max(soonestMs, retryAfterMs))),
    };
  }
}
