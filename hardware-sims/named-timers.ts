import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';

/** Timers of a device, one a name: starting one again moves its end, as a new pulse does. */
export class NamedTimers {
  readonly #clock: Clock;
  readonly #onFired: () => void;
  readonly #cancels = new Map<string, CancelTimer>();

  /** `onFired` is called after what a timer does. */
  constructor(clock: Clock, onFired: () => void) {
    this.#clock = clock;
    this.#onFired = onFired;
  }

  start(name: string, forMs: number, then: () => void): void {
    this.cancel(name);
    this.#cancels.set(
      name,
      this.#clock.setTimer(forMs, () => {
        this.#cancels.delete(name);
        then();
        this.#onFired();
      }),
    );
  }

  cancel(name: string): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  cancelAll(): void {
    for (const name of [...this.#cancels.keys()]) this.cancel(name);
  }
}
