import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { ClockKept, JudgedClock } from '@portillon/core/base/clock-trust.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { asStoreFault, StoreFault } from '@portillon/core/base/store-fault.ts';
import type { ChainHead } from '@portillon/core/journal/anchor.ts';
import { chains } from '@portillon/core/journal/record-layout.ts';
import type { Estimate } from '@portillon/core/occupancy/gauge.ts';
import { type OutboxEvent, toldClosingMaxLength } from '@portillon/core/wire/event.ts';
import type {
  FeedChange,
  FeedRecord,
  FiscalAnchor,
  FiscalHead,
  ZoneCount,
} from '@portillon/core/wire/messages.ts';
import type { PeerShare } from '@portillon/core/wire/peer-messages.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import type {
  AgentStore,
  EdgeIdentity,
  FeedIncludes,
  SnapshotProgress,
} from '@portillon/sync-service/agent/agent-store.ts';
import { FileKeyStore } from '@portillon/sync-service/secrets/file-key-store.ts';
import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';
import type { SealOfSystem } from '@portillon/sync-service/secrets/secret-seal.ts';
import { type Ended, type Ending, endAged } from './aged-rows.ts';
import { Attachments } from './attachments.ts';
import { ClubPeople } from './club-people.ts';
import type { Tx } from './connection.ts';
import { Database } from './database.ts';
import { DispenserCounts } from './dispenser-counts.ts';
import { FiscalBooks } from './fiscal-books.ts';
import { FiscalJournal, type FiscalTill } from './fiscal-journal.ts';
import { fiscalRecords, type StoredRecord } from './fiscal-records.ts';
import type { BrokenChain } from './fiscal-tail-check.ts';
import { FolderLock } from './folder-lock.ts';
import { GateRecords } from './gate-records.ts';
import { Identity } from './identity.ts';
import { type Intent, type IntentId, Intents } from './intents.ts';
import { journalBreaks } from './journal-breaks.ts';
import { MemberBook, presentMember } from './member-book.ts';
import { OfflineApprovals } from './offline-approvals.ts';
import { Outbox } from './outbox.ts';
import { Passages, type PassagesOptions } from './passages.ts';
import { PeerShares } from './peer-shares.ts';
import { PurgeOrders } from './purge-orders.ts';
import { PushReceipts } from './push-receipts.ts';
import { Sales } from './sales.ts';
import { migrate } from './schema.ts';
import { UsedOrders } from './used-orders.ts';
import { Visits } from './visits.ts';

/** Where nobody says what is in it. */
const nothingIncluded: FeedIncludes = { own: null, boxes: null, complete: false };

export interface EdgeStoreOptions extends PassagesOptions {
  /** The data folder of this edge; made when it is not there. */
  readonly folder: string;
  /** What the operating system keeps the secrets under; without it they lie in clear, and the log says so. */
  readonly seal?: SealOfSystem | undefined;
  /** There are other boxes in this club that ask what this one knows (core/wire/SPEC.md, Peers). */
  readonly hasPeers?: boolean;
  /** Staff see here who came in: names and photos of the club's own people are kept (W-PERSON-5). */
  readonly showsPeople?: boolean;
  readonly clock: JudgedClock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * All that the edge must not forget. What belongs together is written through `write`, with the parts below, in one
 * transaction:
 *
 *     await store.write(async (tx) => {
 *       const event = await store.outbox.appendEvent(tx, body);
 *       await store.attachments.putAttachment(tx, digest, sealed, event.seq);
 *     });
 *
 * Every method rejects with `StoreFault` when the disk fails; methods of `AgentStore` are durable when they resolve.
 */
export class EdgeStore implements AgentStore {
  readonly outbox: Outbox;
  readonly attachments: Attachments;
  readonly intents: Intents;
  readonly visits: Visits;
  readonly sales: Sales;
  readonly offlineApprovals: OfflineApprovals;
  readonly dispenserCounts: DispenserCounts;
  readonly book: MemberBook;
  readonly usedOrders: UsedOrders;
  readonly passages: Passages;
  readonly gates: GateRecords;
  /** What the other boxes of the club may ask for. */
  readonly peers: PeerShares;
  readonly purgeOrders: PurgeOrders;
  /** What stands in the fiscal journal, for those who may read it. */
  readonly books: FiscalBooks;
  readonly keys: KeyStore;
  readonly #people: ClubPeople;
  readonly #identity: Identity;
  readonly #receipts: PushReceipts;
  readonly #database: Database;
  readonly #lock: FolderLock;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #toldListeners: (() => void)[] = [];
  #fiscalAnchors: readonly ChainHead[] | null = null;
  #tidying: Promise<void> = Promise.resolve();
  #closing = false;

  private constructor(database: Database, lock: FolderLock, keys: KeyStore, options: EdgeStoreOptions) {
    const { clock, random, log } = options;
    const { read } = database;
    this.#database = database;
    this.#lock = lock;
    this.#clock = clock;
    this.#log = log;
    this.keys = keys;
    this.#identity = new Identity(read, keys);
    this.outbox = new Outbox(read, clock, random);
    this.attachments = new Attachments(read, clock);
    this.#receipts = new PushReceipts(read, clock);
    this.intents = new Intents(read, clock, random);
    this.visits = new Visits(read, keys, log);
    this.sales = new Sales(read, clock);
    this.offlineApprovals = new OfflineApprovals(read, clock);
    this.dispenserCounts = new DispenserCounts(read);
    this.peers = new PeerShares(read, clock, options.hasPeers ?? false);
    this.book = new MemberBook(read, log, clock, this.peers);
    this.usedOrders = new UsedOrders(read, clock);
    this.passages = new Passages(read, clock, this.outbox, this.peers, options);
    this.gates = new GateRecords(read, clock, this.outbox);
    this.#people = new ClubPeople({
      read,
      write: (work) => this.write(work),
      keys,
      clock,
      isShown: options.showsPeople ?? false,
      log,
    });
    this.purgeOrders = new PurgeOrders({
      read,
      write: (work) => this.write(work),
      emptyLog: () => database.emptyLog(),
      outbox: this.outbox,
      presence: this.passages.presence,
      people: this.#people,
      clock,
      log,
    });
    this.books = new FiscalBooks(read);
  }

  /** Faults: `store.in-use`, `store.newer-schema`, `store.full`, `store.failed`. */
  static async open(options: EdgeStoreOptions): Promise<Result<EdgeStore, Fault>> {
    const { folder, log } = options;
    const undo: (() => Promise<void>)[] = [];
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
        throw asStoreFault(error);
      });
      const lock = await FolderLock.take(folder);
      undo.unshift(() => lock.release());
      const database = await Database.open(join(folder, 'edge.sqlite'));
      undo.unshift(() => database.close());
      await migrate(database);
      const keysFolder = join(folder, 'keys');
      const keys = await FileKeyStore.open(keysFolder, (await options.seal?.(keysFolder)) ?? null);
      if (keys.place === 'open-file')
        log.warn('secrets lie in files: whoever reads this disk reads them', { keyStore: keys.place });
      const store = new EdgeStore(database, lock, keys, options);
      await store.#start();
      return ok(store);
    } catch (error) {
      for (const step of undo) await step();
      if (error instanceof StoreFault) return err(error.fault);
      throw error;
    }
  }

  async #start(): Promise<void> {
    const identity = await this.identity();
    if (identity) this.book.trustNetworkKey(identity.networkKey);
    await this.book.load();
    await this.book.takeOverOlder((work) => this.write(work));
    this.#tidying = this.#tidyBook();
    await this.#people.begin();
    await this.passages.load();
    this.#knowWhoIsPresent();
    await this.write((tx) => this.visits.tidy(tx));
    await this.write((tx) => this.gates.tidy(tx));
    await this.purgeOrders.carryOut();
  }

  /** Of the club, for staff; null on a box that shows them to nobody. */
  get people(): ClubPeople | null {
    return this.#people.isShown ? this.#people : null;
  }

  /** Called after what the base told has changed: this edge's identity, or records of the member book. */
  onToldByBase(listener: () => void): void {
    this.#toldListeners.push(listener);
  }

  /** FJ41: the till sells nothing from now on. */
  rememberBreak(broken: BrokenChain): Promise<void> {
    return this.write((tx) => journalBreaks.remember(tx, broken, this.#clock.wallMs()));
  }

  /**
   * The fiscal journal of the till in this box: opened once, when the till knows its taxpayer. Faults: see
   * `FiscalJournal.open`.
   */
  openJournal(till: FiscalTill): Promise<Result<FiscalJournal, Fault>> {
    return FiscalJournal.open({
      till,
      read: this.#database.read,
      write: (work) => this.write(work),
      keys: this.keys,
      clock: this.#clock,
      log: this.#log,
      onClosed: (tx, closing, publicKey) => this.#tellClosing(tx, closing, publicKey),
    });
  }

  /** FJ26. One that is too long for an event (a hundred means of payment) stays here, and the log says so: the till goes on. */
  async #tellClosing(
    tx: Tx,
    { no, text, payload, signature, atMs }: StoredRecord,
    publicKey: string,
  ): Promise<void> {
    if (payload === null || Math.max(text.length, payload.length) > toldClosingMaxLength) {
      this.#log.error('journal.closing-not-told', { no });
      return;
    }
    const at = isoTime(atMs);
    await this.outbox.appendEvent(tx, { type: 'till.closed', at, text, payload, signature, publicKey });
  }

  /** One transaction; see `Database.write`. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#database.write(work);
  }

  /** Finishes what was queued and gives the folder free. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#tidying;
    await this.#database.close();
    await this.visits.keyDestroyed();
    await this.#lock.release();
  }

  /** Durable when resolved: only then may the act begin. */
  recordIntent(intent: Intent): Promise<IntentId> {
    return this.write((tx) => this.intents.recordIntent(tx, intent));
  }

  /** For an outcome that nothing else depends on; otherwise `intents.recordOutcome` in the transaction of what followed. */
  recordOutcome(intentId: IntentId, outcome: string): Promise<void> {
    return this.write((tx) => this.intents.recordOutcome(tx, intentId, outcome));
  }

  saveVisit(visitId: string, json: string): Promise<void> {
    return this.write((tx) => this.visits.saveVisit(tx, visitId, json));
  }

  /** The visit is over: its JSON cannot be read again, and attachments that no event names are erased. */
  async clearVisit(tx: Tx, visitId: string): Promise<void> {
    await this.visits.clearVisit(tx, visitId);
    await this.attachments.dropUnlinked(tx);
    await this.#people.dropPhotos(tx);
  }

  /** What the clock of this box had seen; null on one that has seen nothing. */
  clockKept(): Promise<ClockKept | null> {
    return this.#database.read.get<ClockKept>(
      `SELECT seen_ms AS seenMs, counted_ms AS countedMs, offset_ms AS offsetMs, drift_ppm AS driftPpm,
              reset_ms AS resetMs FROM clock`,
    );
  }

  async keepClock({ seenMs, countedMs, offsetMs, driftPpm, resetMs }: ClockKept): Promise<void> {
    await this.write((tx) =>
      tx.run(
        `INSERT INTO clock (only_row, seen_ms, counted_ms, offset_ms, drift_ppm, reset_ms) VALUES (1, ?, ?, ?, ?, ?)
         ON CONFLICT (only_row) DO UPDATE SET seen_ms = excluded.seen_ms, counted_ms = excluded.counted_ms, offset_ms = excluded.offset_ms,
           drift_ppm = excluded.drift_ppm, reset_ms = excluded.reset_ms`,
        [seenMs, countedMs, offsetMs, driftPpm, resetMs],
      ),
    );
  }

  identity(): Promise<EdgeIdentity | null> {
    return this.#identity.identity();
  }

  async saveIdentity(identity: EdgeIdentity): Promise<void> {
    await this.write((tx) => this.#identity.saveIdentity(tx, identity));
    await this.#identity.destroyOlderCardKeys(identity);
    this.book.trustNetworkKey(identity.networkKey);
    for (const listener of this.#toldListeners) listener();
  }

  reserveCounters(count: number): Promise<number> {
    return this.write(async (tx) => {
      const row = await tx.get<{ first: number }>(
        `UPDATE edge_state SET next_request_counter = next_request_counter + ?1
         RETURNING next_request_counter - ?1 AS first`,
        [count],
      );
      invariant(row, 'the state of the edge has its row');
      return row.first;
    });
  }

  outboxAfter(seq: number, limit: number, bodiesLength?: number): Promise<readonly OutboxEvent[]> {
    return this.outbox.after(seq, limit, bodiesLength);
  }

  eventHash(seq: number): Promise<string | null> {
    return this.outbox.eventHash(seq);
  }

  appliedThrough(): Promise<{ readonly seq: number; readonly epoch: number }> {
    return this.outbox.appliedThrough();
  }

  saveAppliedThrough(seq: number, epoch: number, receipt: PushReceipt | null = null): Promise<void> {
    return this.write(async (tx) => {
      await this.outbox.saveAppliedThrough(tx, seq, epoch);
      if (receipt) await this.#receipts.keep(tx, receipt);
    });
  }

  receipts(): Promise<readonly PushReceipt[]> {
    return this.#receipts.lastOfEpochs();
  }

  erasedThrough(): Promise<number> {
    return this.#receipts.erasedThrough();
  }

  eraseSent(newest: PushReceipt): Promise<number> {
    return this.write((tx) => this.#receipts.eraseSent(tx, newest));
  }

  /** RT8: what this box has kept long enough. */
  endAged(ending: Ending): Promise<Ended> {
    const { book, intents, passages, peers, purgeOrders, gates } = this;
    const [people, receipts] = [this.#people, this.#receipts];
    const parts = { book, intents, passages, peers, purgeOrders, gates, people, receipts };
    return endAged((work) => this.write(work), parts, ending);
  }

  attachment(digest: string): Promise<Uint8Array | null> {
    return this.attachments.sealedBytes(digest);
  }

  async confirmAttachment(digest: string): Promise<void> {
    await this.write(async (tx) => {
      await this.attachments.confirm(tx, digest);
      await this.purgeOrders.confirmed(tx, digest);
    });
    await this.purgeOrders.carryOut();
  }

  unconfirmedAttachments(limit: number): Promise<readonly string[]> {
    return this.attachments.unconfirmed(limit);
  }

  feedCursor(): Promise<number> {
    return this.book.cursor();
  }

  async applyFeed(
    changes: readonly FeedChange[],
    cursor: number,
    baseTimeMs: number,
    includes: FeedIncludes = nothingIncluded,
  ): Promise<void> {
    await this.write(async (tx) => {
      const records = changes.map(({ change }) => change);
      await this.book.applyFeed(tx, { changes, cursor, baseTimeMs, includes });
      await this.purgeOrders.take(tx, records);
      await this.#people.apply(tx, records);
    });
    await this.purgeOrders.carryOut();
    if (changes.length > 0) this.#knowWhoIsPresent();
    if (changes.length > 0) for (const listener of this.#toldListeners) listener();
  }

  /** What another box of the club has told, and how far it was heard, in one transaction; times by our own clock. */
  async hearPeer(edgeId: string, shares: readonly PeerShare[], cursor: number): Promise<void> {
    await this.write(async (tx) => {
      for (const share of shares) await this.#hear(tx, edgeId, share);
      await this.peers.keepCursor(tx, edgeId, cursor);
    });
    this.#knowWhoIsPresent();
    if (shares.some(({ kind }) => kind === 'credential')) {
      for (const listener of this.#toldListeners) listener();
    }
  }

  /** Nothing of it is told to a third box: each hears all others itself. */
  async #hear(tx: Tx, edgeId: string, share: PeerShare): Promise<void> {
    const { passages, book } = this;
    switch (share.kind) {
      case 'spent':
        await passages.ticketSpent(tx, share.credentialId as CredentialId, share.atMs);
        return;
      case 'passage':
        await passages.presence.heard(tx, {
          credentialId: share.credentialId as CredentialId,
          memberId: share.memberId as MemberId | null,
          zone: share.zone,
          direction: share.direction,
          atMs: share.atMs,
        });
        return;
      case 'code': {
        const credentialId = share.credentialId as CredentialId;
        await passages.usedCodes.keep(tx, credentialId, share.step);
        tx.onCommitted(() => passages.usedCodes.take(credentialId, share.step));
        return;
      }
      case 'credential':
        await book.rememberOfPeer(tx, edgeId, share);
        return;
      case 'let-in':
      case 'let-in-over':
        // Over in seconds: the gates keep them in memory (peer-follower.ts).
        return;
    }
  }

  snapshotProgress(): Promise<SnapshotProgress | null> {
    return this.book.snapshotProgress();
  }

  async beginSnapshot(progress: SnapshotProgress | null): Promise<void> {
    await this.write((tx) => this.#people.dropStaged(tx));
    await this.book.beginSnapshot((work) => this.write(work), progress);
  }

  stageSnapshot(records: readonly FeedRecord[], progress: SnapshotProgress | null): Promise<void> {
    return this.write(async (tx) => {
      await this.book.stageSnapshot(tx, records, progress);
      await this.purgeOrders.take(tx, records);
      await this.#people.stage(tx, records);
    });
  }

  async finishSnapshot(version: number, baseTimeMs: number, isOtherEpoch = false): Promise<void> {
    await this.#tidying;
    await this.write(async (tx) => {
      await this.book.finishSnapshot(tx, version, baseTimeMs, isOtherEpoch);
      await this.#people.finish(tx);
    });
    await this.book.followSnapshot();
    await this.purgeOrders.carryOut();
    this.#tidying = this.#tidyBook();
    this.#knowWhoIsPresent();
    for (const listener of this.#toldListeners) listener();
  }

  /** What is left when the box stops, the next start goes on with; nobody waits for it, and a full disk is told elsewhere. */
  #tidyBook(): Promise<void> {
    return this.book
      .tidy((work) => {
        if (this.#closing) throw new StoreFault('store.failed', 'the store is about to close');
        return this.write(work);
      })
      .catch((error: unknown) => {
        if (!(error instanceof StoreFault)) throw error;
        if (!this.#closing) this.#log.warn('book.not-tidied', { detail: error.message });
      });
  }

  /** AC37: the book may have learnt whose a credential is that went through by its grant alone. */
  #knowWhoIsPresent(): void {
    const { presence } = this.passages;
    for (const credentialId of presence.ofNobody) {
      const memberId = presentMember(this.book.credential(credentialId));
      if (memberId) presence.belongsTo(credentialId, memberId);
    }
  }

  async occupancy(): Promise<Estimate & { readonly at: string; readonly zones?: ZoneCount[] }> {
    const { inside, insideZones } = this.passages;
    const zones = insideZones.length === 0 ? {} : { zones: [...insideZones] };
    return { ...inside, at: isoTime(this.#clock.wallMs()), ...zones };
  }

  /** The last record of every chain of the journal; none on a box that never sold. */
  fiscalHeads(): Promise<readonly FiscalHead[]> {
    return fiscalRecords.heads(this.#database.read);
  }

  /** What the base had noted of the journal; the keeper of the journal compares. */
  async checkFiscalAnchors(anchors: readonly FiscalAnchor[]): Promise<void> {
    const before = JSON.stringify(this.#fiscalAnchors);
    this.#fiscalAnchors = anchors.flatMap(({ chain, no, signature }) => {
      const known = chains.find((letter) => letter === chain);
      return known ? [{ chain: known, no, signature }] : [];
    });
    if (JSON.stringify(this.#fiscalAnchors) === before) return;
    for (const listener of this.#toldListeners) listener();
  }

  /** The heads that the base told last; null when it has not been asked since the start. */
  get fiscalAnchors(): readonly ChainHead[] | null {
    return this.#fiscalAnchors;
  }
}
