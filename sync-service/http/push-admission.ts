import type { Clock } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';

/** Pushes of one lane that one process works on at once: more of them would only wait for each other in PostgreSQL. */
const inWorkMost = 4;
const waitingMost = 240;
/** Of the bodies of those that wait, which are held meanwhile. */
const waitingBytesMost = 64 * 1024 * 1024;
/** An edge that would wait longer is told when to come again; it hears something within 5 s in any case (W-PUSH-15). */
const longestWaitMs = 3_000;
const firstGuessMs = 50;
const soonestMs = 200;
/** Not later, however long the line looks: the first pushes after a quiet time take many times what those after them do. */
const latestMs = 4_000;
/** Of the time that a push takes, how much the last one weighs. */
const newest = 0.2;
/** Edges wait up to a quarter longer than they are told: said so much shorter, the places are neither left empty nor fought for. */
const toldShare = 0.9;

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
  readonly cancelLimit: () => void;
}

/** What came of asking to be let in. */
export type Admission =
  | { readonly admitted: true; readonly leave: () => void }
  | { readonly admitted: false; readonly retryAfterMs: number };

/**
 * A lane of pushes: lets a bounded number be worked on, and as many wait as can be served within a bounded time. Who is turned
 * away gets a moment of their own, one after the other at the pace at which pushes are done, so that they do not all come back
 * at once.
 */
export class PushAdmission {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #inWork = 0;
  #takesMs = firstGuessMs;
  /** Until when those who were turned away fill the line, on the monotonic clock. */
  #takenUntilMs = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** `bytes`: of the body that is held until it is let in. */
  async enter(bytes: number): Promise<Admission> {
    if (this.#inWork < inWorkMost) return this.#admit();
    if (!this.#hasRoomFor(bytes)) return this.#turnAway();
    const letIn = await new Promise<boolean>((resolve) => {
      const one: Waiting = {
        bytes,
        enter: () => resolve(true),
        cancelLimit: this.#clock.setTimer(longestWaitMs, () => {
          this.#waiting.splice(this.#waiting.indexOf(one), 1);
          this.#waitingBytes -= bytes;
          resolve(false);
        }),
      };
      this.#waiting.push(one);
      this.#waitingBytes += bytes;
    });
    return letIn ? this.#begun() : this.#turnAway();
  }

  get #lineMs(): number {
    return (this.#waiting.length * this.#takesMs) / inWorkMost;
  }

  #hasRoomFor(bytes: number): boolean {
    return (
      this.#waiting.length < waitingMost &&
      this.#lineMs < longestWaitMs &&
      this.#waitingBytes + bytes <= waitingBytesMost
    );
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
          this.#waitingBytes -= next.bytes;
          next.cancelLimit();
          next.enter();
        } else this.#inWork -= 1;
      },
    };
  }

  #turnAway(): Admission {
    const nowMs = this.#clock.monotonicMs();
    const eachMs = this.#takesMs / inWorkMost;
    this.#takenUntilMs = Math.max(this.#takenUntilMs, nowMs + this.#lineMs) + eachMs;
    const inLineMs = (this.#takenUntilMs - nowMs) * toldShare;
    const latest = latestMs * (0.5 + this.#random.fraction() / 2);
    return { admitted: false, retryAfterMs: Math.round(Math.max(soonestMs, Math.min(latest, inLineMs))) };
  }
}
