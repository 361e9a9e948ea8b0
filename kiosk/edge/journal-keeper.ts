import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import type { ChainHead } from '@portillon/core/journal/anchor.ts';
import type { FiscalRules } from '@portillon/core/journal/fiscal-rules.ts';
import type { Software } from '@portillon/core/journal/payload-shapes.ts';
import type { EdgeStore } from '../store/edge-store.ts';
import type { FiscalJournal, Practice } from '../store/fiscal-journal.ts';

/** Who sells here, as the feed told it. */
export interface Taxpayer {
  /** SIRET of the establishment. */
  readonly est: string;
  readonly timeZone: string;
  /** Of the country of the seller (FJ30). */
  readonly rules: FiscalRules;
}

interface JournalKeeperOptions {
  readonly store: EdgeStore;
  /** The till as its establishment calls it. */
  readonly till: string;
  readonly software: Software;
  readonly taxpayer: () => Taxpayer | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether something can be sold has changed. */
  readonly onChange: () => void;
  /** Something was written that the base may be told of. */
  readonly onRecord: () => void;
}

/** How often it is looked whether a day is over. A till that sells closes what is due by itself before each record. */
const lookEveryMs = 60_000;
/** Before the club is known nobody can sell; with a fault nobody may. */
const notYetKnown = fault('sync.unreachable', 'the club of this till is not known yet');

/**
 * Keeps the fiscal journal of a till that sells: opens it as soon as the taxpayer is known, closes days, months and years
 * when they are over, and says whether anything may be sold.
 */
export class JournalKeeper {
  readonly #options: JournalKeeperOptions;
  #journal: FiscalJournal | null = null;
  #fault: Fault | null = notYetKnown;
  #practice: Practice | null = null;
  #cancelLook: CancelTimer = () => undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: JournalKeeperOptions) {
    this.#options = options;
  }

  get journal(): FiscalJournal | null {
    return this.#journal;
  }

  /** Why nothing may be sold; null when it may. */
  get fault(): Fault | null {
    return this.#fault;
  }

  /** Set while staff practise and nothing is sold (FJ25), as it was when the journal was looked at last. */
  get practice(): Practice | null {
    return this.#practice;
  }

  /** Opens the journal if it can be opened by now, closes what is over, and asks itself whether anything may be sold. */
  look(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (this.#stopped) return;
      this.#cancelLook();
      const before = this.#fault?.code;
      const practisedBefore = this.#practice?.eventNo;
      this.#fault = await this.#problem();
      if (this.#stopped) return;
      if (this.#practice?.eventNo !== practisedBefore) this.#options.onChange();
      if (this.#fault?.code !== before) {
        if (this.#fault) this.#options.log.warn('journal.nothing-may-be-sold', { ...this.#fault });
        this.#options.onChange();
      }
      this.#cancelLook = this.#options.clock.setTimer(lookEveryMs, () => void this.look());
    });
    return this.#turn;
  }

  /** Tells the journal that the till stops, and looks no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    await this.#turn;
    await this.#tell('stop');
  }

  async #problem(): Promise<Fault | null> {
    const { store } = this.#options;
    try {
      if (!this.#journal) {
        const opened = await this.#open();
        if (opened) return opened;
      }
      const journal = this.#journal;
      if (!journal) return notYetKnown;
      const anchors = store.fiscalAnchors;
      if (anchors) await this.#compare(journal, anchors);
      this.#practice = await journal.practice();
      const refusal = await journal.refusal();
      if (refusal) return refusal;
      const closed = await store.write((tx) => journal.closeWhatIsDue(tx));
      if (closed.length > 0) this.#options.onRecord();
      return null;
    } catch (error) {
      if (error instanceof StoreFault) return error.fault;
      throw error;
    }
  }

  /** FJ17: on an older copy of the disk, or another one, the journal refuses from now on. */
  async #compare(journal: FiscalJournal, anchors: readonly ChainHead[]): Promise<void> {
    const answer = await journal.compareWith(anchors);
    if (answer !== 'behind' && answer !== 'forked') return;
    this.#options.log.error('journal.not-what-the-base-has-seen', { answer });
  }

  async #open(): Promise<Fault | null> {
    const { store, till, software, taxpayer } = this.#options;
    const known = taxpayer();
    if (!known) return notYetKnown;
    const opened = await store.openJournal({ ...known, till, software });
    if (!opened.ok) return opened.error;
    this.#journal = opened.value;
    await this.#tell('start');
    return null;
  }

  async #tell(kind: 'start' | 'stop'): Promise<void> {
    const journal = this.#journal;
    if (!journal) return;
    try {
      await this.#options.store.write((tx) => journal.appendEvent(tx, kind));
      this.#options.onRecord();
    } catch (error) {
      this.#options.log.error('journal.event-not-written', { kind, detail: String(error) });
    }
  }
}
