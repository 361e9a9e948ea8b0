import type { Clock } from '@portillon/core/base/clock.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import {
  type AnchorAnswer,
  anchorFault,
  type ChainHead,
  compareAnchor,
} from '@portillon/core/journal/anchor.ts';
import type { Company } from '@portillon/core/journal/archive-manifest.ts';
import type { ClosingPayload } from '@portillon/core/journal/closing.ts';
import {
  composeArchive,
  composeDuplicate,
  composeEvent,
  composeTaking,
  composeTraining,
  type Duplicate,
  type RecordPlace,
} from '@portillon/core/journal/compose-record.ts';
import type { ClosingFacts } from '@portillon/core/journal/due-closings.ts';
import {
  eventPayloadSchema,
  type FiscalEventDetail,
  type FiscalEventKind,
} from '@portillon/core/journal/fiscal-event.ts';
import {
  type FiscalRules,
  fiscalRulesOfFrance,
  type ReceiptMarks,
} from '@portillon/core/journal/fiscal-rules.ts';
import { wholeSecond } from '@portillon/core/journal/fiscal-time.ts';
import { type Software, shapes, softwareSchema } from '@portillon/core/journal/payload-shapes.ts';
import { type Chain, type FiscalRecord, readFields } from '@portillon/core/journal/record-layout.ts';
import type { Taking, TakingPayload } from '@portillon/core/journal/taking.ts';
import { timeFault } from '@portillon/core/journal/time-fault.ts';
import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';
import type { Reader, Tx } from './connection.ts';
import {
  type ArchivePeriod,
  type ArchiveRefusal,
  draftArchive,
  type FinishedArchive,
  finished,
  keptYearsDefault,
  type Purged,
  type PurgeRefusal,
  purgeArchived,
  remakeArchive,
} from './fiscal-archives.ts';
import { writeDueClosings } from './fiscal-closings.ts';
import { FiscalKeys } from './fiscal-keys.ts';
import { fiscalRecords, type StoredRecord } from './fiscal-records.ts';
import { fiscalRegistrations } from './fiscal-registrations.ts';
import { type BrokenChain, checkTails } from './fiscal-tail-check.ts';
import { lastTold } from './fiscal-told.ts';
import { journalBreaks } from './journal-breaks.ts';

/** The till as the law knows it. */
export interface FiscalTill {
  /** SIRET of the establishment, 14 digits. */
  readonly est: string;
  /** Number of the till in the establishment: `B01`. A journal has one for ever; another till starts on a folder of its own. */
  readonly till: string;
  readonly timeZone: string;
  readonly software: Software;
  /** Of the country of the seller; those of France unless told. */
  readonly rules?: FiscalRules;
}

export interface FiscalJournalOptions {
  readonly till: FiscalTill;
  readonly read: Reader;
  readonly write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly log: Log;
  /** A closing was written, signed by this public key; in the same transaction (FJ26). */
  readonly onClosed?: (tx: Tx, closing: StoredRecord, publicKey: string) => Promise<void>;
}

export interface PurgeOptions {
  readonly keptYears?: number;
  readonly operator?: string;
}

/** While it lasts nothing is sold (FJ25). */
export interface Practice {
  /** Id of the member of staff who began it. */
  readonly operator: string;
  /** Number of the event that says so. */
  readonly eventNo: number;
}

/** A moment further back than this, within an open day, is told as a jump of the clock. */
const clockJumpMs = 60_000;
const theTillItself = 'BORNE';

/**
 * The fiscal journal of this till (core/journal/SPEC.md). Appending is part of the caller's transaction, with what else
 * belongs to the sale: if it rejects, let the whole transaction fail. It rejects with `StoreFault` when nothing may be
 * recorded: `journal.key-lost`, `journal.period-closed`, `journal.clock-doubtful`, `journal.older-copy`, `journal.forked`. Appends of one transaction are awaited
 * one after the other.
 */
export class FiscalJournal {
  readonly #options: FiscalJournalOptions;
  readonly #keys: FiscalKeys;
  /** What was seen elsewhere says that this disk must not sell. */
  #stopped: Fault | null = null;

  private constructor(options: FiscalJournalOptions, keys: FiscalKeys) {
    this.#options = options;
    this.#keys = keys;
  }

  /**
   * Makes the key and the first event, or loads the key and checks the tail of each chain; then writes what has changed
   * (software, taxpayer) as events. Faults: `config.invalid` for a till that cannot be, `journal.key-lost`, `journal.key-wrong`, `journal.broken`, and those of the
   * store. With a fault the till sells nothing.
   */
  static async open(options: FiscalJournalOptions): Promise<Result<FiscalJournal, Fault>> {
    const { est, till: name, software } = options.till;
    // Found now, and not with a customer's money on the way.
    if (
      !shapes.establishment.safeParse(est).success ||
      !shapes.till.safeParse(name).success ||
      !softwareSchema.safeParse(software).success
    )
      return err(
        fault('config.invalid', `no journal for till "${name}" of "${est}" with ${software.version}`),
      );
    const flaw = options.till.rules?.taxpayerFlaw;
    if (flaw) return err(fault('config.invalid', `no journal for till "${name}": ${flaw}`));
    const keys = new FiscalKeys(options.keys);
    const journal = new FiscalJournal(options, keys);
    try {
      const current = await FiscalKeys.current(options.read);
      if (current) {
        const owner = await journal.#ownerTill();
        if (owner !== options.till.till)
          return err(fault('config.invalid', `the journal of this disk is that of till "${owner}"`));
        await keys.load(current);
        await keys.destroyRetired(options.read);
        const broken = await journal.#checkTails();
        if (broken) return err(broken);
        await journal.#tellChanges();
      } else {
        const recorded = await fiscalRecords.heads(options.read);
        if (recorded.length > 0) return err(fault('journal.key-lost', 'records without any key'));
        await journal.#initialise();
      }
      return ok(journal);
    } catch (error) {
      if (error instanceof StoreFault) return err(error.fault);
      throw error;
    }
  }

  /** A sale, credit or cancellation. `subject` is what it is found by again: the id of the sale. Not signed. */
  async appendTaking(tx: Tx, taking: Taking, subject: string): Promise<StoredRecord> {
    invariant((await this.practice(tx)) === null, 'a till in practice takes no money');
    const place = await this.#place(tx, 'T', 'guarded');
    let original: StoredRecord | null = null;
    if (taking.originalNo !== null) {
      original = await fiscalRecords.record(tx, 'T', taking.originalNo);
      invariant(original?.type === 'VENTE', `taking ${taking.originalNo} is no sale that can be undone`);
    }
    const before = fiscalRecords.perpetualAfter(await fiscalRecords.last(tx, 'T'));
    const { record } = composeTaking(place, taking, before);
    const stored = await this.#insert(tx, place, record, taking.type, subject);
    await this.#register(tx, stored, original);
    return stored;
  }

  /** FJ29. */
  async #register(tx: Tx, taking: StoredRecord, original: StoredRecord | null): Promise<void> {
    const last = await fiscalRegistrations.last(tx);
    const previousDigest = last?.digest ?? '';
    const registration = this.#rules.registration(taking, previousDigest, original);
    if (!registration) return;
    const no = (last?.no ?? 0) + 1;
    await fiscalRegistrations.insert(tx, { ...registration, no, takingNo: taking.no, previousDigest });
  }

  get #rules(): FiscalRules {
    return this.#options.till.rules ?? fiscalRulesOfFrance;
  }

  /** What the paper of a taking or of a practice shows of its record, as the country wants it. */
  marksOf(record: StoredRecord): ReceiptMarks {
    return (record.chain === 'T' ? this.#rules : fiscalRulesOfFrance).receiptMarks(record);
  }

  /** The same while practising: its own chain, in no total (FJ14). `operator` is the id of the member of staff. */
  async appendTraining(tx: Tx, taking: Taking, operator: string, subject: string): Promise<StoredRecord> {
    const place = await this.#place(tx, 'X', 'guarded');
    return this.#insert(tx, place, composeTraining(place, taking, operator), taking.type, subject);
  }

  /** Whether the till is in practice, as its events say: a restart changes nothing (FJ25). */
  async practice(reader: Reader = this.#options.read): Promise<Practice | null> {
    const event = await fiscalRecords.lastOfTypes(reader, 'J', ['training-start', 'training-end']);
    if (event?.type !== 'training-start') return null;
    const { operator } = eventPayloadSchema.parse(JSON.parse(event.payload ?? 'null'));
    return { operator, eventNo: event.no };
  }

  /**
   * A receipt that is handed out again; call it before the paper or mail goes out. The answer says which
   * duplicate it is: 1 for the second time.
   */
  async appendDuplicate(
    tx: Tx,
    duplicate: Omit<Duplicate, 'copyNo'>,
  ): Promise<{ readonly record: StoredRecord; readonly copyNo: number }> {
    const { original, originalNo } = duplicate;
    const place = await this.#place(tx, 'D', 'guarded');
    const handedOut = await fiscalRecords.record(tx, original === 'T1' ? 'T' : 'X', originalNo);
    invariant(handedOut, `${original} ${originalNo} is there to be handed out again`);
    const subject = `${original}:${originalNo}`;
    const copyNo = (await fiscalRecords.ofSubject(tx, 'D', subject)).length + 1;
    const record = composeDuplicate(place, { ...duplicate, copyNo });
    return { record: await this.#insert(tx, place, record, duplicate.channel, subject), copyNo };
  }

  /** Events are recorded whatever the clock says. `operator` is `BORNE` or the id of a member of staff. */
  async appendEvent(
    tx: Tx,
    kind: FiscalEventKind,
    detail: FiscalEventDetail = {},
    operator: string = theTillItself,
  ): Promise<StoredRecord> {
    const place = await this.#place(tx, 'J', 'always');
    return this.#insert(tx, place, composeEvent(place, kind, operator, detail), kind, null);
  }

  /**
   * Writes the closings of every period that is over and resolves with them; nothing when there are none. Call it at local
   * midnight and at each start. Rejects with `journal.clock-doubtful` when the last closed day is more than 400 days back.
   */
  async closeWhatIsDue(tx: Tx): Promise<readonly ClosingPayload[]> {
    const facts = await this.#closingFacts(tx);
    const refusal = timeFault(facts);
    if (refusal?.code === 'journal.clock-doubtful') throw new StoreFault(refusal.code, refusal.detail);
    return this.#close(tx, facts);
  }

  /** A person has looked at the clock and found it right: closes all that is open, however long ago it was opened. */
  async confirmClock(tx: Tx, operator: string): Promise<readonly ClosingPayload[]> {
    const facts = await this.#closingFacts(tx);
    await this.appendEvent(tx, 'clock-confirmed', { to: isoTime(facts.nowMs) }, operator);
    return this.#close(tx, facts);
  }

  /** Why a taking would be refused now, or null. To be asked before money is. */
  async refusal(): Promise<Fault | null> {
    const { read } = this.#options;
    return this.#stopped ?? (await journalBreaks.fault(read)) ?? timeFault(await this.#closingFacts(read));
  }

  /** FJ41: the breaks that a person has settled; none where none was open. Rejects with `journal.broken` for a tail (FJ18). */
  async settleBreaks(tx: Tx, operator: string): Promise<readonly BrokenChain[]> {
    const [tail] = await checkTails(tx);
    if (tail) throw new StoreFault('journal.broken', `${tail.chain}1 number ${tail.no} ${tail.problem}`);
    const settled = await journalBreaks.settle(tx, operator, this.#options.clock.wallMs());
    // Events that do not hold are not gone on with.
    if (settled.some(({ chain }) => chain === 'J')) return settled;
    for (const { chain, no } of settled)
      await this.appendEvent(tx, 'break-settled', { chain, recordNo: no }, operator);
    return settled;
  }

  /** Takings of a sale, the oldest first. */
  takingsOf(subject: string, reader: Reader = this.#options.read): Promise<readonly StoredRecord[]> {
    return fiscalRecords.ofSubject(reader, 'T', subject);
  }

  /** What was practised under this id, the oldest first. */
  practisesOf(subject: string, reader: Reader = this.#options.read): Promise<readonly StoredRecord[]> {
    return fiscalRecords.ofSubject(reader, 'X', subject);
  }

  /** Takings recorded after that of this number, in order; 0 for all. */
  takingsAfter(no: number, reader: Reader = this.#options.read): Promise<readonly TakingPayload[]> {
    return fiscalRecords.takingsAfter(reader, no);
  }

  /** `2026-11-22`; null before the first day is closed. */
  async lastClosedDay(): Promise<string | null> {
    return (await fiscalRecords.lastClosing(this.#options.read, 'J'))?.period ?? null;
  }

  /** Events of a kind, the oldest first. */
  eventsOf(kind: FiscalEventKind): Promise<readonly StoredRecord[]> {
    return fiscalRecords.ofType(this.#options.read, 'J', kind);
  }

  /** To be noted elsewhere: the last record of each chain. */
  heads(): Promise<readonly ChainHead[]> {
    return fiscalRecords.heads(this.#options.read);
  }

  /**
   * How the disk stands to heads noted elsewhere (FJ17). With `behind` and `forked` takings, practice and duplicates are
   * refused from now on, until a later comparison is good.
   */
  async compareWith(anchor: readonly ChainHead[]): Promise<AnchorAnswer> {
    const known = new Map<string, string>();
    for (const { chain, no } of anchor) {
      const record = await fiscalRecords.record(this.#options.read, chain, no);
      if (record) known.set(`${chain}${no}`, record.signature);
    }
    const answer = compareAnchor(
      anchor,
      await this.heads(),
      (chain, no) => known.get(`${chain}${no}`) ?? null,
    );
    this.#stopped = anchorFault(answer);
    return answer;
  }

  /** A new key signs from now on; the old one is destroyed (FJ19). `operator` is the id of a member of staff, or BORNE. */
  async rotateKey(operator: string = theTillItself): Promise<void> {
    const next = await this.#keys.make();
    await this.#options.write(async (tx) => {
      const current = await this.#keys.signer(tx);
      const detail = {
        kid: current.kid,
        publicKey: current.publicKey,
        nextKid: next.kid,
        nextPublicKey: next.publicKey,
      };
      const event = await this.appendEvent(tx, 'key-rotation', detail, operator);
      await this.#keys.introduce(tx, next, event.no + 1);
      await this.appendEvent(tx, 'key-rotation', detail, operator);
    });
    await this.#keys.destroyRetired(this.#options.read);
  }

  /**
   * Makes the archive of a period whose days are closed, and records it (`A1`, and an event). The files are what is to be
   * written to a medium outside this box (`writeArchiveFolder`). `yearly` for the archive of a whole fiscal year.
   */
  async archive(
    company: Company,
    period: ArchivePeriod,
    kind: 'intermediate' | 'yearly' = 'intermediate',
  ): Promise<Result<FinishedArchive, ArchiveRefusal>> {
    const { read, till: self, clock, write } = this.#options;
    const draft = await draftArchive(read, self, company, period, wholeSecond(clock.wallMs()));
    if (!draft.ok) return draft;
    const { manifest, manifestText } = draft.value.files;
    return write(async (tx) => {
      const place = await this.#place(tx, 'A', 'always');
      invariant(place.no === manifest.no, 'one archive is made at a time');
      const { from, to, vat, total, perpetualAfter: perpetual } = manifest;
      const record = composeArchive(place, { from, to, vat, total, perpetual, manifest: manifestText });
      await this.#insert(tx, place, record, kind, null);
      await this.appendEvent(tx, kind === 'yearly' ? 'yearly-archive' : 'intermediate-archive', {
        recordNo: record.no,
        from,
        to,
      });
      return ok(finished(record, draft.value.files));
    });
  }

  /** An archive that was made before, the same to the byte; null when there is none or its records were purged since. */
  archiveAgain(no: number): Promise<FinishedArchive | null> {
    return remakeArchive(this.#options.read, no);
  }

  /**
   * Deletes line data that are archived and older than `keptYears` full calendar years; closings, events and all totals stay
   * (FJ22). `operator` is the id of a member of staff, or BORNE.
   */
  purge({
    keptYears = keptYearsDefault,
    operator = theTillItself,
  }: PurgeOptions = {}): Promise<Result<readonly Purged[], PurgeRefusal>> {
    return this.#options.write(async (tx) => {
      const nowMs = wholeSecond(this.#options.clock.wallMs());
      const purged = await purgeArchived(tx, { keptYears }, nowMs, this.#options.till.timeZone);
      if (!purged.ok) return purged;
      for (const { chain, throughNo, count } of purged.value)
        await this.appendEvent(tx, 'purge', { chain, recordNo: throughNo, count }, operator);
      return purged;
    });
  }

  async #ownerTill(): Promise<string> {
    const first = await fiscalRecords.record(this.#options.read, 'J', 1);
    const fields = first && readFields('J1', first.text);
    if (!fields) throw new StoreFault('journal.broken', 'J1 number 1 cannot be read');
    return fields.till;
  }

  async #initialise(): Promise<void> {
    const signer = await this.#keys.make();
    await this.#options.write(async (tx) => {
      await this.#keys.introduce(tx, signer, 1);
      await this.appendEvent(tx, 'initialisation', {
        kid: signer.kid,
        publicKey: signer.publicKey,
        ...this.#self(),
      });
    });
  }

  #self() {
    const { est, timeZone, software } = this.#options.till;
    return { est, timeZone, version: software.version, perimeter: software.perimeter };
  }

  /** Compares with what the last event of each sort told, which is signed. */
  async #tellChanges(): Promise<void> {
    const self = this.#self();
    await this.#options.write(async (tx) => {
      const told = await lastTold(tx);
      if (told.est !== self.est || told.timeZone !== self.timeZone)
        await this.appendEvent(tx, 'taxpayer-change', { est: self.est, timeZone: self.timeZone });
      if (told.version !== self.version || told.perimeter !== self.perimeter)
        await this.appendEvent(tx, 'software-change', { version: self.version, perimeter: self.perimeter });
    });
  }

  async #checkTails(): Promise<Fault | null> {
    const broken = await checkTails(this.#options.read);
    const [first] = broken;
    if (!first) return null;
    const detail = `${first.chain}1 number ${first.no} ${first.problem}`;
    this.#options.log.error('journal.broken', { chain: first.chain, no: first.no, problem: first.problem });
    // A failure that the events themselves are part of cannot be written among them.
    if (broken.every(({ chain }) => chain !== 'J')) {
      await this.#options.write((tx) =>
        this.appendEvent(tx, 'integrity-failure', { chain: first.chain, recordNo: first.no }),
      );
    }
    return fault('journal.broken', detail);
  }

  /** The next place of a chain. A guarded record may be refused for its time, and first closes what is due (FJ12). */
  async #place(tx: Tx, chain: Chain, guard: 'guarded' | 'always'): Promise<RecordPlace> {
    const atMs = wholeSecond(this.#options.clock.wallMs());
    if (guard === 'guarded') await this.#beforeRecord(tx, chain, atMs);
    const last = await fiscalRecords.last(tx, chain);
    return {
      ...this.#options.till,
      no: (last?.no ?? 0) + 1,
      previousSignature: last?.signature ?? '',
      atMs,
      signer: await this.#keys.signer(tx),
    };
  }

  async #beforeRecord(tx: Tx, chain: Chain, atMs: number): Promise<void> {
    const facts = await this.#closingFacts(tx);
    const refusal = this.#stopped ?? (await journalBreaks.fault(tx)) ?? timeFault(facts);
    if (refusal) throw new StoreFault(refusal.code, refusal.detail);
    await this.#close(tx, facts);
    const last = await fiscalRecords.last(tx, chain);
    if (last && atMs < last.atMs - clockJumpMs)
      await this.appendEvent(tx, 'clock-jump', { from: isoTime(last.atMs), to: isoTime(atMs) });
  }

  #close(tx: Tx, facts: ClosingFacts): Promise<readonly ClosingPayload[]> {
    return writeDueClosings(tx, facts, {
      place: () => this.#place(tx, 'C', 'always'),
      insert: async (place, record, level, filedMs) => {
        const closing = await this.#insert(tx, place, record, level, null, filedMs);
        await this.#options.onClosed?.(tx, closing, place.signer.publicKey);
      },
      tell: (kind, detail) => this.appendEvent(tx, kind, detail),
    });
  }

  async #closingFacts(reader: Reader): Promise<ClosingFacts> {
    const nowMs = wholeSecond(this.#options.clock.wallMs());
    return {
      openedAtMs: (await fiscalRecords.firstUseMs(reader)) ?? nowMs,
      last: {
        J: await fiscalRecords.lastClosing(reader, 'J'),
        M: await fiscalRecords.lastClosing(reader, 'M'),
        A: await fiscalRecords.lastClosing(reader, 'A'),
      },
      nowMs,
      timeZone: this.#options.till.timeZone,
    };
  }

  async #insert(
    tx: Tx,
    place: RecordPlace,
    record: FiscalRecord,
    type: string,
    subject: string | null,
    filedMs: number = place.atMs,
  ): Promise<StoredRecord> {
    const stored = { ...record, type, atMs: place.atMs, filedMs, subject };
    await fiscalRecords.insert(tx, stored, place.previousSignature);
    return stored;
  }
}
