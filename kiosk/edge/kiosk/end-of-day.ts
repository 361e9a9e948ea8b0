import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { eventPayloadSchema, type FiscalEventDetail } from '@portillon/core/journal/fiscal-event.ts';
import {
  cardTotals,
  compareDayTotals,
  type DayComparison,
  netOf,
  type OwnTotals,
  type ToldTotals,
} from '@portillon/core/sale/day-totals.ts';
import type { PaymentTerminal } from '@portillon/drivers/payment-terminal/payment-terminal.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import type { IntentId } from '../../store/intents.ts';

export interface EndOfDayOptions {
  readonly store: EdgeStore;
  /** Null while it cannot be opened: then nothing is asked. */
  readonly journal: () => FiscalJournal | null;
  readonly terminal: PaymentTerminal;
  /** No visit is under way. */
  readonly isQuiet: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Something was written that the base may be told of. */
  readonly onEvent: () => void;
  /** What the terminal had approved without the bank is settled. */
  readonly onSettled: () => void;
}

/** What became of the last closed day; `waiting` until the terminal has been asked. No personal data. */
export interface EndOfDayHealth {
  /** `2026-11-22`; null before a day is closed. */
  readonly day: string | null;
  readonly outcome: 'no-day-yet' | 'cannot' | 'waiting' | HowItEnded;
}

/** The words that stand in the journal, too. */
type HowItEnded = 'same' | 'different' | 'unheard';

/** What was asked of the terminal, as its intent holds it. */
interface Asked {
  readonly intentId: IntentId;
  readonly day: string;
  /** Takings up to this one are compared. */
  readonly throughNo: number;
}

interface Heard extends Asked {
  readonly told: ToldTotals;
  readonly comparison: DayComparison;
}

interface Unheard extends Asked {
  readonly told: null;
}

/** What the journal says of earlier comparisons. */
interface Compared {
  /** The last day that was asked for; null before the first. */
  readonly day: string | null;
  /** Takings after which the terminal's totals may begin: one, or more after ends of day that nobody heard (SA29). */
  readonly starts: readonly [number, ...number[]];
}

const intentKind = 'terminal.end-of-day';
/** How often it is looked whether a day is closed and the kiosk quiet. */
const lookEveryMs = 60_000;
/** A terminal that did not begin is asked again after this. */
const askAgainMs = 900_000;
/** Ends of day in a row that nobody heard; of more, the oldest is no longer believed to be where the totals begin. */
const startsMost = 31;

/**
 * Compares, once for each closed day, what the terminal has booked with the card takings of the journal (SA25 to SA30,
 * core/sale/SPEC.md):
 *
 *   day closed, kiosk quiet ─▶ intent on disk ─▶ the terminal closes its batch and tells
 *     ─▶ one transaction: outcome, event of the journal, and a case where they differ
 *
 * Through which taking was compared stands in the journal's last event P70 and nowhere else.
 */
export class EndOfDay {
  readonly #options: EndOfDayOptions;
  #health: EndOfDayHealth;
  #compared: Compared | null = null;
  /** Told by the terminal and not on disk yet. */
  #unwritten: Heard | Unheard | null = null;
  #askAgainAtMs = 0;
  #cancelLook: CancelTimer = () => undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: EndOfDayOptions) {
    this.#options = options;
    const { canReconcile } = options.terminal.capabilities;
    this.#health = { day: null, outcome: canReconcile ? 'no-day-yet' : 'cannot' };
  }

  get health(): EndOfDayHealth {
    return this.#health;
  }

  start(): void {
    void this.look();
  }

  /** Looks whether something is to be asked, and asks it. Resolves when that is done; never rejects. */
  look(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#stopped) return;
      this.#cancelLook();
      try {
        await this.#look();
      } catch (error) {
        this.#options.log.error('end-of-day.failed', { detail: String(error) });
      }
      if (this.#stopped) return;
      this.#cancelLook = this.#options.clock.setTimer(lookEveryMs, () => void this.look());
    });
    return this.#turn;
  }

  /** Resolves when nothing of it runs any more. What is being asked is ended by the terminal's driver. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    await this.#turn;
  }

  async #look(): Promise<void> {
    const journal = this.#options.journal();
    if (!journal) return;
    if (this.#unwritten) await this.#write(journal, this.#unwritten);
    const day = await journal.lastClosedDay();
    if (day === null) return;
    if (!this.#options.terminal.capabilities.canReconcile) {
      this.#cannot(day);
      return;
    }
    const compared = this.#compared ?? (await this.#recall(journal));
    if (compared.day !== null && compared.day >= day) return;
    this.#health = { day, outcome: 'waiting' };
    if (await this.#mayAsk()) await this.#ask(journal, day, compared);
  }

  /** SA30. */
  #cannot(day: string): void {
    if (this.#health.day === day) return;
    this.#health = { day, outcome: 'cannot' };
    this.#options.log.warn('end-of-day.terminal-cannot', { day, code: 'terminal.cannot' });
  }

  /** SA29: what was being asked when the power went was not heard. Then, what the journal tells. */
  async #recall(journal: FiscalJournal): Promise<Compared> {
    const { store } = this.#options;
    for (const { intentId, kind, subject, detail } of await store.intents.unfinishedIntents()) {
      if (kind !== intentKind) continue;
      await this.#write(journal, {
        intentId,
        day: subject,
        throughNo: Number(detail.throughNo),
        told: null,
      });
    }
    let compared: Compared = { day: null, starts: [0] };
    for (const { payload } of await journal.eventsOf('terminal-reconciliation')) {
      const { subject, reason, recordNo } = eventPayloadSchema.parse(JSON.parse(payload ?? '')).detail;
      const outcome = howItEnded(reason);
      compared = afterComparison(compared, subject ?? '', outcome, recordNo ?? 0);
      this.#health = { day: compared.day, outcome };
    }
    this.#compared = compared;
    return compared;
  }

  /** SA25. */
  async #mayAsk(): Promise<boolean> {
    const { clock, isQuiet, store, terminal } = this.#options;
    return (
      clock.monotonicMs() >= this.#askAgainAtMs &&
      terminal.state.status === 'ready' &&
      (await store.visits.visitInFlight()) === null &&
      isQuiet()
    );
  }

  async #ask(journal: FiscalJournal, day: string, { starts }: Compared): Promise<void> {
    const { store, terminal, isQuiet, clock, log } = this.#options;
    const [first, ...others] = starts;
    const { asked, takings } = await store.write(async (tx) => {
      const found = await journal.takingsAfter(Math.min(...starts), tx);
      const throughNo = found.at(-1)?.no ?? Math.max(...starts);
      const intent = { kind: intentKind, subject: day, detail: { throughNo } };
      const intentId = await store.intents.recordIntent(tx, intent);
      return { asked: { intentId, day, throughNo }, takings: found };
    });
    if (!isQuiet()) {
      await store.recordOutcome(asked.intentId, 'not-asked');
      return;
    }
    const answer = await terminal.reconcile();
    if (answer.kind === 'unavailable') {
      log.warn('end-of-day.not-told', { day, code: answer.fault.code, detail: answer.fault.detail });
      if (answer.mayHaveClosed) {
        await this.#write(journal, { ...asked, told: null });
        return;
      }
      this.#askAgainAtMs = clock.monotonicMs() + askAgainMs;
      await store.recordOutcome(asked.intentId, 'not-asked');
      return;
    }
    const ownAfter = (no: number): OwnTotals => cardTotals(takings.filter((taking) => taking.no > no));
    const comparison = compareDayTotals(answer, [ownAfter(first), ...others.map(ownAfter)]);
    await this.#write(journal, { ...asked, told: answer, comparison });
  }

  /** SA28: outcome, event and case together. What cannot be written is tried again at the next look, and not asked again. */
  async #write(journal: FiscalJournal, ended: Heard | Unheard): Promise<void> {
    const { store, clock, random, log, onEvent } = this.#options;
    const { intentId, day, throughNo } = ended;
    const outcome = ended.told === null ? 'unheard' : ended.comparison.kind;
    this.#unwritten = ended;
    await store.write(async (tx) => {
      await store.intents.recordOutcome(tx, intentId, outcome);
      await journal.appendEvent(tx, 'terminal-reconciliation', {
        subject: day,
        reason: outcome,
        recordNo: throughNo,
        ...(ended.told === null ? {} : figures(ended)),
      });
      if (ended.told === null) return;
      await store.offlineApprovals.settleThrough(tx, throughNo);
      if (ended.comparison.kind === 'same') return;
      await store.outbox.appendEvent(tx, {
        type: 'case.opened',
        caseId: newId<'case'>(clock, random),
        at: isoTime(clock.wallMs()),
        kind: 'totals-differ',
        saleId: null,
        saleReference: null,
        amountCents: Math.abs(ended.comparison.differenceCents),
        tried: [
          `the terminal told: ${sumWords(ended.told)}`,
          `the journal says: ${sumWords(ended.comparison.own)}, up to taking ${throughNo}`,
        ],
        detail: `${day}: ${ended.comparison.words}`,
      });
    });
    this.#unwritten = null;
    this.#compared = this.#compared && afterComparison(this.#compared, day, outcome, throughNo);
    this.#health = { day, outcome };
    if (outcome === 'same') log.info('end-of-day.compared', { day, outcome, throughNo });
    else log.warn('end-of-day.compared', { day, outcome, throughNo });
    if (outcome !== 'unheard') this.#options.onSettled();
    onEvent();
  }
}

function afterComparison(
  { starts }: Compared,
  day: string,
  outcome: HowItEnded,
  throughNo: number,
): Compared {
  if (outcome !== 'unheard') return { day, starts: [throughNo] };
  const [oldest, ...newer] = starts.filter((no) => no !== throughNo);
  return {
    day,
    starts: oldest === undefined ? [throughNo] : [oldest, ...newer.slice(2 - startsMost), throughNo],
  };
}

function howItEnded(word: string | undefined): HowItEnded {
  return word === 'same' || word === 'different' ? word : 'unheard';
}

function figures({ told, comparison: { own } }: Heard): FiscalEventDetail {
  return {
    ownCents: netOf(own),
    ownCount: own.debits.count + own.credits.count,
    toldCents: netOf(told),
    toldCount: told.debits.count + told.credits.count,
  };
}

/** `3 payments of 99.80, 1 given back of 39.90`. */
function sumWords({ debits, credits }: ToldTotals): string {
  const euros = (amountCents: number) => (amountCents / 100).toFixed(2);
  const taken = `${debits.count} ${debits.count === 1 ? 'payment' : 'payments'} of ${euros(debits.amountCents)}`;
  return credits.count === 0
    ? taken
    : `${taken}, ${credits.count} given back of ${euros(credits.amountCents)}`;
}
