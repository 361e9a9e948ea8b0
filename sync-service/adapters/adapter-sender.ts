import { delay } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { BaseContext } from '../http/base-context.ts';
import {
  dropOldPassages,
  type Lease,
  type LeasedRow,
  leaseRows,
  type RowOutcome,
  settleRow,
} from '../postgres/adapter-outbox.ts';
import { readMessages } from '../postgres/adapter-records.ts';
import type { MemberBaseAdapter, OutgoingMessage } from './member-base-adapter.ts';

type SenderContext = Pick<BaseContext, 'database' | 'clock' | 'random' | 'log'>;

const atOnce = 20;
const pauseMs = 500;
/** A month of one club, or an hour of two hundred and fifty; the API has them all. */
const passagesMost = 100_000;
const dropEveryMs = 60_000;
/** For reading before and writing after the answer. */
const leaseBeyondAnswerMs = 30_000;

/** Tells the other side what waits, for as long as the process runs. Every process that has the mapping file does. */
export class AdapterSender {
  readonly #base: SenderContext;
  readonly #adapter: MemberBaseAdapter;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #droppedAtMs = Number.NEGATIVE_INFINITY;

  constructor(base: SenderContext, adapter: MemberBaseAdapter) {
    this.#base = base;
    this.#adapter = adapter;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** What is being told is given back, to be told again. Closes the adapter. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#adapter.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#base;
    while (!this.#stopped.signal.aborted) {
      const told = await this.tellOnce().catch((error: Error) => {
        log.warn('adapter.not-told', { adapter: this.#adapter.name, detail: error.message });
        return 0;
      });
      // One of a member at a time: what waited for it is due at once.
      if (told === 0) await delay(clock, pauseMs, this.#stopped.signal).catch(() => undefined);
    }
  }

  /** One round: tells what is due now. Resolves with how many. */
  async tellOnce(): Promise<number> {
    const { database } = this.#base;
    const { name, answerLimitMs } = this.#adapter;
    await this.#drop();
    const lease = await leaseRows(database, name, atOnce, answerLimitMs + leaseBeyondAnswerMs);
    if (lease.rows.length === 0) return 0;
    const messages = await readMessages(database, name, lease.rows);
    await Promise.all(lease.rows.map((row) => this.#tell(row, messages.get(row.id), lease)));
    return lease.rows.length;
  }

  async #drop(): Promise<void> {
    const { database, clock, log } = this.#base;
    const { name, takes } = this.#adapter;
    if (!takes.includes('passage') || clock.monotonicMs() - this.#droppedAtMs < dropEveryMs) return;
    this.#droppedAtMs = clock.monotonicMs();
    const passages = await dropOldPassages(database, name, passagesMost);
    if (passages > 0) log.warn('adapter.passages-dropped', { adapter: name, passages });
  }

  async #tell(row: LeasedRow, message: OutgoingMessage | undefined, { probe }: Lease): Promise<void> {
    const { database, clock, log, random } = this.#base;
    const { name } = this.#adapter;
    const outcome = await this.#outcome(message);
    if (outcome.is === 'not-now' || outcome.is === 'refused') {
      const { kind, messageId } = row;
      log.warn('adapter.not-taken', {
        adapter: name,
        kind,
        messageId,
        outcome: outcome.is,
        detail: outcome.problem,
      });
    }
    await settleRow(database, name, row, outcome, {
      probe,
      spread: random.fraction(),
      caseId: newId(clock, random),
      nowMs: clock.wallMs(),
    });
  }

  async #outcome(message: OutgoingMessage | undefined): Promise<RowOutcome> {
    if (!message) return { is: 'gone' };
    try {
      const outcome = await this.#adapter.deliver(message);
      return outcome.is === 'not-now' && this.#stopped.signal.aborted ? { is: 'given-back' } : outcome;
    } catch (error) {
      // Somebody's adapter that throws all the same (AD4): this message alone waits.
      const problem = `the adapter failed: ${(error as Error).name}`;
      return { is: 'not-now', problem, whole: false, afterMs: null };
    }
  }
}
