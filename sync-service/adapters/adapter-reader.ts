import { delay } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { BaseContext } from '../http/base-context.ts';
import { KeysNotReached } from '../keys/member-keys.ts';
import { NotYet } from '../postgres/adapter-intake/apply-changes.ts';
import {
  applyPage,
  giveIntakeBack,
  leaseIntake,
  readFailed,
  retryParked,
} from '../postgres/adapter-intake/intake-state.ts';
import { KeyNotAtHand } from '../postgres/member-names.ts';
import type { MemberBaseAdapter } from './member-base-adapter.ts';

type ReaderContext = Pick<BaseContext, 'database' | 'memberKeys' | 'clock' | 'random' | 'log'>;

const most = 100;
const pauseMs = 250;
const usuallyEveryMs = 1_000;
const notYetMs = 1_000;
const retryEveryMs = 1_000;
/** For applying a page. */
const leaseBeyondAnswerMs = 10_000;

/** Takes what changes at the other side, for as long as the process runs. Of several processes one does (AD20). */
export class AdapterReader {
  readonly #base: ReaderContext;
  readonly #adapter: MemberBaseAdapter;
  readonly #holder: string;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  readonly #newMemberIds = new Map<string, string>();
  #retriedAtMs = Number.NEGATIVE_INFINITY;

  constructor(base: ReaderContext, adapter: MemberBaseAdapter) {
    this.#base = base;
    this.#adapter = adapter;
    this.#holder = newId(base.clock, base.random);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** To be called with the adapter being closed, which cuts what is under way. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    const { database } = this.#base;
    await giveIntakeBack(database, this.#adapter.name, this.#holder).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#base;
    while (!this.#stopped.signal.aborted) {
      const more = await this.readOnce().catch((error: Error) => {
        log.warn('adapter.not-read', { adapter: this.#adapter.name, detail: error.message });
        return false;
      });
      if (!more) await delay(clock, pauseMs, this.#stopped.signal).catch(() => undefined);
    }
  }

  /** One look, if it is due and nobody else has it. True when there is more to read at once. */
  async readOnce(): Promise<boolean> {
    const { database, memberKeys, clock, log } = this.#base;
    const { name, changes, answerLimitMs, changesEveryMs } = this.#adapter;
    if (!changes) return false;
    const lease = await leaseIntake(database, name, this.#holder, answerLimitMs + leaseBeyondAnswerMs);
    if (!lease) return false;
    const by = {
      keys: memberKeys,
      nowMs: clock.wallMs(),
      newId: () => newId(clock, this.#base.random),
      newMemberIds: this.#newMemberIds,
    };
    try {
      await this.#retry(by);
      const page = await changes(lease.cursor, most).catch(
        (error: Error) =>
          ({ is: 'not-now', problem: `the adapter failed: ${error.name}`, afterMs: null }) as const,
      );
      if (this.#stopped.signal.aborted) return false;
      if (page.is !== 'page') {
        await readFailed(database, name, page);
        log.warn('adapter.not-read', { adapter: name, detail: page.problem });
        return false;
      }
      const everyMs = changesEveryMs ?? usuallyEveryMs;
      const applied = await applyPage(
        database,
        name,
        { ...page, after: lease.cursor },
        { ...by, nowMs: clock.wallMs(), everyMs },
      );
      this.#newMemberIds.clear();
      return applied && page.more;
    } catch (error) {
      // Who is meant was another in between: seen anew, the key is fetched with the others.
      const isNotYet = error instanceof NotYet || error instanceof KeyNotAtHand;
      const { message } = error as Error;
      if (!isNotYet) log.warn('adapter.not-applied', { adapter: name, detail: message });
      const isKnown = isNotYet || error instanceof KeysNotReached;
      await readFailed(database, name, {
        problem: isKnown ? message : 'its changes could not be applied: the log says why',
        afterMs: notYetMs,
      });
      return false;
    }
  }

  async #retry(by: Parameters<typeof retryParked>[2]): Promise<void> {
    const { database, clock } = this.#base;
    if (clock.monotonicMs() - this.#retriedAtMs < retryEveryMs) return;
    this.#retriedAtMs = clock.monotonicMs();
    await retryParked(database, this.#adapter.name, by);
  }
}
