import { type Clock, delay } from '@portillon/core/base/clock.ts';

/** Wakes a loop that waits. A ring while nobody waits is kept for the next wait; many are one. */
export class Bell {
  #rung = false;
  #answer: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#answer();
  }

  /** Resolves at a ring, after `limitMs`, or when `stopped` aborts, whichever is first. */
  async wait(clock: Clock, limitMs: number, stopped: AbortSignal): Promise<void> {
    if (!this.#rung && !stopped.aborted) {
      const over = new AbortController();
      const ring = new Promise<void>((resolve) => {
        this.#answer = resolve;
      });
      const pause = delay(clock, limitMs, AbortSignal.any([over.signal, stopped])).catch(() => undefined);
      await Promise.race([ring, pause]);
      over.abort();
      this.#answer = () => undefined;
    }
    this.#rung = false;
  }
}
