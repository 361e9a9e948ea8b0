import type { CancelTimer } from '@portillon/core/base/clock.ts';
import type { Reach } from '../../members/may-do.ts';
import { readLiveView } from '../../postgres/live-view.ts';
import type { BaseContext } from '../base-context.ts';
import type { LiveView } from './live-view.ts';

/** Nobody reads faster, and a busy network must not drown the page. */
const shortestGapMs = 250;
/** A quiet page still learns that an edge has gone silent. */
const longestGapMs = 5_000;

type Watcher = (view: LiveView) => void;

/** Reads the live view once for all who watch the same clubs in this process, whenever something was announced (ST4). */
export class LiveBoard {
  readonly #base: BaseContext;
  readonly #watchers = new Map<Watcher, Reach>();
  readonly #stopListening: () => void;
  #cancelTimer: CancelTimer = () => undefined;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #lastReadMs = Number.NEGATIVE_INFINITY;
  #reading = false;

  constructor(base: BaseContext) {
    this.#base = base;
    this.#stopListening = base.announcements.on('live', () => this.#readIn(0));
  }

  /** Shows the view of these clubs at once, then at every change. Returns how to stop watching. */
  watch(reach: Reach, watcher: Watcher): () => void {
    this.#watchers.set(watcher, reach);
    this.#readIn(0);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#rest();
    };
  }

  stop(): void {
    this.#watchers.clear();
    this.#stopListening();
    this.#rest();
  }

  #rest(): void {
    this.#cancelTimer();
    this.#dueAtMs = Number.POSITIVE_INFINITY;
  }

  #readIn(delayMs: number): void {
    if (this.#watchers.size === 0) return;
    const { clock } = this.#base;
    const nowMs = clock.monotonicMs();
    const dueAtMs = Math.max(nowMs + delayMs, this.#lastReadMs + shortestGapMs);
    if (dueAtMs >= this.#dueAtMs) return;
    this.#cancelTimer();
    this.#dueAtMs = dueAtMs;
    this.#cancelTimer = clock.setTimer(dueAtMs - nowMs, () => {
      this.#dueAtMs = Number.POSITIVE_INFINITY;
      void this.#read();
    });
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#readIn(shortestGapMs);
      return;
    }
    const { database, clock, log } = this.#base;
    this.#reading = true;
    this.#lastReadMs = clock.monotonicMs();
    try {
      const reaches = new Map([...this.#watchers.values()].map((reach) => [reachKey(reach), reach]));
      for (const [key, reach] of reaches) {
        const view = await readLiveView(database, reach, clock.wallMs());
        for (const [watcher, its] of [...this.#watchers]) if (reachKey(its) === key) watcher(view);
      }
    } catch (error) {
      log.warn('live.read-failed', { detail: error instanceof Error ? error.message : String(error) });
    } finally {
      this.#reading = false;
    }
    this.#readIn(longestGapMs);
  }
}

/** The same for accounts that see the same clubs. */
export function reachKey(reach: Reach): string {
  return reach === null ? 'network' : reach.join();
}
