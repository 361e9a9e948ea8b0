import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { TimeLimit } from './time-limits.ts';

interface IdleTimerOptions {
  readonly clock: Clock;
  /** Each second of the countdown, and once when it ends. */
  readonly onTick: () => void;
  readonly onExpired: () => void;
}

/** Counts a screen's quiet time and its countdown. A touch begins anew. */
export class IdleTimer {
  readonly #options: IdleTimerOptions;
  #limit: TimeLimit | null = null;
  #secondsLeft: number | null = null;
  #cancel: CancelTimer = () => undefined;

  constructor(options: IdleTimerOptions) {
    this.#options = options;
  }

  /** What the screen is told: null while it is quiet. */
  get countdown(): { readonly warning: boolean; readonly secondsLeft: number } | null {
    if (this.#secondsLeft === null) return null;
    return { warning: this.#limit?.losesSomething === true, secondsLeft: this.#secondsLeft };
  }

  /** Begins anew with this limit; null stops it. */
  restart(limit: TimeLimit | null): void {
    this.#cancel();
    this.#limit = limit;
    this.#secondsLeft = null;
    if (!limit) return;
    if (limit.quietSeconds === 0) this.#secondsLeft = limit.countdownSeconds;
    this.#cancel = this.#options.clock.setTimer(
      limit.quietSeconds === 0 ? 1_000 : limit.quietSeconds * 1_000,
      () => this.#tick(),
    );
  }

  /** A touch or a key. True when it ended a countdown. */
  touch(): boolean {
    const ended = this.#secondsLeft !== null;
    this.restart(this.#limit);
    return ended;
  }

  #tick(): void {
    const countdownSeconds = this.#limit?.countdownSeconds ?? 0;
    this.#secondsLeft = this.#secondsLeft === null ? countdownSeconds : this.#secondsLeft - 1;
    if (this.#secondsLeft <= 0) {
      this.restart(null);
      this.#options.onExpired();
      return;
    }
    this.#cancel = this.#options.clock.setTimer(1_000, () => this.#tick());
    this.#options.onTick();
  }
}
