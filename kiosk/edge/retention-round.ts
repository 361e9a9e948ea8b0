import type { CancelTimer } from '@portillon/core/base/clock.ts';
import { entryLogTerm, keptSinceMs } from '@portillon/core/base/kept-since.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { EdgeStore } from '../store/edge-store.ts';
import type { EdgeClock } from './edge-clock.ts';

interface RetentionRoundOptions {
  readonly store: EdgeStore;
  readonly clock: EdgeClock;
  readonly log: Log;
  /** The operator's own term, in days; it shortens the usual one, and never lengthens it. */
  readonly entryLogDays?: number | undefined;
}

const dayMs = 86_400_000;
/** The start has enough to do. */
const firstAfterMs = 10 * 60_000;
const everyMs = 6 * 3_600_000;

/** RT8: ends what the box has kept long enough, with or without a base, by itself. */
export class RetentionRound {
  readonly #options: RetentionRoundOptions;
  #cancel: CancelTimer = () => undefined;
  #working: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: RetentionRoundOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next(firstAfterMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#working;
  }

  #next(afterMs: number): void {
    this.#cancel = this.#options.clock.setTimer(afterMs, () => {
      this.#working = this.#end()
        .catch((error: unknown) => {
          this.#options.log.error('retention.failed', { detail: String(error) });
        })
        .then(() => {
          if (!this.#stopped) this.#next(everyMs);
        });
    });
  }

  async #end(): Promise<void> {
    const { store, clock, log, entryLogDays } = this.#options;
    // A clock that is not right ends nothing early.
    const nowMs = clock.judgement.earliestMs;
    const usualMs = keptSinceMs(nowMs, entryLogTerm);
    const beforeMs = entryLogDays === undefined ? usualMs : Math.max(usualMs, nowMs - entryLogDays * dayMs);
    const ended = await store.endAged({ nowMs, beforeMs, isStopping: () => this.#stopped });
    if (Object.keys(ended).length > 0) log.info('retention.ended', { ...ended });
  }
}
