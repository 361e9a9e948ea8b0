import type { ClubRecord, CredentialRecord, PlanRecord } from '@portillon/core/access/access-facts.ts';
import { isBridge } from '@portillon/core/access/bridge-ticket.ts';
import { isTimeZone } from '@portillon/core/access/opening-hours.ts';
import { clockToleranceMs, type JudgedClock } from '@portillon/core/base/clock-trust.ts';
import type { ClubId, CredentialId, EdgeId, MemberId, OrderId, PlanId } from '@portillon/core/base/ids.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { signatureHolds } from '@portillon/core/crypto/signing-key.ts';
import {
  edgeKeyToSign,
  type FeedChange,
  type FeedRecord,
  type GateOrderRecord,
  type OrderRecord,
} from '@portillon/core/wire/messages.ts';
import type { PeerShareOf } from '@portillon/core/wire/peer-messages.ts';
import type { FeedIncludes, SnapshotProgress } from '@portillon/sync-service/agent/agent-store.ts';
import { BookCredentials, type CredentialChange } from './book-credentials.ts';
import { BookSnapshot } from './book-snapshot.ts';
import type { Reader, Tx } from './connection.ts';
import type { KnownCredential } from './credential-table.ts';
import { mergedRecord } from './merged-record.ts';
import { OwnChanges } from './own-changes.ts';
import type { PeerShares } from './peer-shares.ts';

/** Credentials of the version before that are packed at a time. */
const movedAtOnce = 1_000;

/** An answer of the feed, as `applyFeed` of the agent's store has it. */
export interface FeedTold {
  readonly changes: readonly FeedChange[];
  readonly cursor: number;
  readonly baseTimeMs: number;
  readonly includes: FeedIncludes;
}

export type EdgeKeyRecord = NonNullable<Extract<FeedRecord, { kind: 'edge-key' }>['record']>;

type Write = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/**
 * The edge's copy of what it needs to decide. All of it is also in memory, so that a decision waits for no disk: lookups
 * are synchronous and show what is committed.
 */
export class MemberBook {
  readonly #read: Reader;
  readonly #log: Log;
  readonly #clock: JudgedClock;
  readonly #peers: PeerShares;
  readonly #clubs = new Map<string, ClubRecord>();
  readonly #plans = new Map<string, PlanRecord>();
  readonly #credentials: BookCredentials;
  readonly #ownChanges: OwnChanges;
  readonly #snapshot: BookSnapshot;
  readonly #edgeKeys = new Map<string, EdgeKeyRecord>();
  readonly #orders = new Map<string, OrderRecord>();
  readonly #gateOrders = new Map<string, GateOrderRecord>();
  #networkKey: string | null = null;
  #baseTimeMs: number | null = null;
  /** Through which events of each box of the club this book has what they led to; null where nobody has said. */
  #includes: FeedIncludes['boxes'] = null;

  constructor(read: Reader, log: Log, clock: JudgedClock, peers: PeerShares) {
    this.#read = read;
    this.#log = log;
    this.#clock = clock;
    this.#peers = peers;
    this.#credentials = new BookCredentials(read);
    this.#ownChanges = new OwnChanges(this.#credentials);
    this.#snapshot = new BookSnapshot(read, this.#credentials, this.#ownChanges);
  }

  /** Fills the memory from the disk; once, before the first lookup. */
  async load(): Promise<void> {
    const state = await this.#read.get<{ baseTimeMs: number | null }>(
      'SELECT book_base_time_ms AS baseTimeMs FROM edge_state',
    );
    this.#baseTimeMs = state?.baseTimeMs ?? null;
    await this.#credentials.load();
    await this.#ownChanges.load(this.#read);
    const rows = await this.#read.all<{ kind: FeedRecord['kind']; id: string; record: string }>(
      "SELECT kind, id, record FROM book_record WHERE kind <> 'credential'",
    );
    for (const { kind, id, record } of rows) {
      this.#remember({ kind, id, record: JSON.parse(record) } as FeedRecord);
    }
  }

  /** Takes over what the version before has left, credentials some at a time; once, after `load`. */
  async takeOverOlder(write: Write): Promise<void> {
    for (let moved = movedAtOnce; moved === movedAtOnce; ) {
      moved = await write(async (tx) => {
        const rows = await tx.all<{ id: string; record: string }>(
          `SELECT id, record FROM book_record WHERE kind = 'credential' ORDER BY id LIMIT ${movedAtOnce}`,
        );
        const last = rows.at(-1);
        if (!last) return 0;
        await this.#credentials.put(
          tx,
          rows.map(({ id, record }) => ({
            kind: 'credential',
            id,
            record: JSON.parse(record) as CredentialRecord,
          })),
        );
        await tx.run("DELETE FROM book_record WHERE kind = 'credential' AND id <= ?", [last.id]);
        return rows.length;
      });
    }
    await write((tx) => this.#ownChanges.takeOverOlder(tx, this.#clock.wallMs()));
  }

  /** The key that was pinned at enrolment; edge keys are believed only with its signature. */
  trustNetworkKey(networkKey: string): void {
    this.#networkKey = networkKey;
  }

  credential(credentialId: CredentialId): CredentialRecord | null {
    return this.#credentials.table.get(credentialId);
  }

  /** `cardUid` in upper-case hex. For legacy badges, and to recognise a card on the encoder. */
  credentialByCardUid(cardUid: string): KnownCredential | null {
    return this.#credentials.table.byChip(cardUid);
  }

  /** An old code, by the SHA-256 in hex of what it says. */
  credentialByCode(codeHash: string): KnownCredential | null {
    return this.#credentials.table.byCode(codeHash);
  }

  /** Passes of a member that open something. */
  passesOf(memberId: string): readonly KnownCredential[] {
    return this.#activeOf(memberId, ({ kind }) => kind === 'pass');
  }

  /** Tickets of a member that stand in for a pass, and open something. */
  bridgesOf(memberId: string): readonly KnownCredential[] {
    return this.#activeOf(memberId, isBridge);
  }

  #activeOf(memberId: string, which: (record: CredentialRecord) => boolean): readonly KnownCredential[] {
    return this.#credentials.table
      .ofMember(memberId)
      .filter(({ record }) => record.status === 'active' && which(record));
  }

  /** How many credentials it knows, and what their memory takes. */
  get credentials(): { readonly count: number; readonly memoryBytes: number } {
    const { size, byteLength } = this.#credentials.table;
    return { count: size, memoryBytes: byteLength };
  }

  plan(planId: PlanId): PlanRecord | null {
    return this.#plans.get(planId) ?? null;
  }

  /** Plans on sale at a kiosk, in the order they are shown. */
  plansOnSale(): readonly { readonly planId: PlanId; readonly plan: PlanRecord }[] {
    return this.#plansWhere((plan) => plan.prepaid?.soldAtKiosk ?? plan.soldAtKiosk);
  }

  /** Plans that are sold by the day, in the order they are shown. */
  dayEntries(): readonly { readonly planId: PlanId; readonly plan: PlanRecord }[] {
    return this.#plansWhere((plan) => plan.dayEntry !== undefined);
  }

  #plansWhere(
    which: (plan: PlanRecord) => boolean,
  ): readonly { readonly planId: PlanId; readonly plan: PlanRecord }[] {
    return [...this.#plans]
      .filter(([, plan]) => which(plan))
      .sort(([idA, a], [idB, b]) => a.position - b.position || idA.localeCompare(idB))
      .map(([planId, plan]) => ({ planId: planId as PlanId, plan }));
  }

  club(clubId: ClubId): ClubRecord | null {
    return this.#clubs.get(clubId) ?? null;
  }

  /** The key that signs the grants of that edge, as the network's key vouches for it. */
  edgeKey(edgeId: EdgeId): EdgeKeyRecord | null {
    return this.#edgeKeys.get(edgeId) ?? null;
  }

  /**
   * The order whose code has this hash (core/crypto/order-code.ts). Codes are given again once an order is over: one that is
   * open comes first, then the one that ends last.
   */
  orderByCode(codeHash: string): { readonly orderId: OrderId; readonly record: OrderRecord } | null {
    const found = [...this.#orders].filter(([, record]) => record.codeHash === codeHash);
    const isOpen = (record: OrderRecord) => record.place === 'here' && record.status === 'open';
    found.sort(
      ([, one], [, other]) =>
        Number(isOpen(other)) - Number(isOpen(one)) || other.expiresAt.localeCompare(one.expiresAt),
    );
    const [first] = found;
    return first ? { orderId: first[0] as OrderId, record: first[1] } : null;
  }

  /** Orders of staff to gates of that edge, as the base told them: some may be over, or carried out. */
  gateOrdersTo(edgeId: string): readonly { readonly orderId: string; readonly record: GateOrderRecord }[] {
    return [...this.#gateOrders]
      .filter(([, record]) => record.edgeId === edgeId)
      .map(([orderId, record]) => ({ orderId, record }));
  }

  /** Whether somebody may come with a code that is not over yet. */
  hasOrders(nowMs: number): boolean {
    return [...this.#orders.values()].some(({ expiresAt }) => Date.parse(expiresAt) > nowMs);
  }

  /** Orders of this club that are open and not over. */
  openOrderCount(nowMs: number): number {
    return [...this.#orders.values()].filter(
      (order) => order.place === 'here' && order.status === 'open' && Date.parse(order.expiresAt) > nowMs,
    ).length;
  }

  /** How old the book is, in whole milliseconds; null when it has never been filled. */
  dataAgeMs(nowMs: number): number | null {
    return this.#baseTimeMs === null ? null : Math.max(0, Math.round(nowMs - this.#baseTimeMs));
  }

  /** The base's time when the book was filled last; null when it never was. */
  get baseTimeMs(): number | null {
    return this.#baseTimeMs;
  }

  async cursor(): Promise<number> {
    const row = await this.#read.get<{ cursor: number }>('SELECT feed_cursor AS cursor FROM edge_state');
    return row?.cursor ?? 0;
  }

  /**
   * How long ago this club sold or renewed what a credential is good for, in whole milliseconds; null where it did not, or
   * where that would lie ahead (AC49). From memory.
   */
  soldAgeMs(credentialId: CredentialId, nowMs: number): number | null {
    const soldAtMs = this.#ownChanges.soldAtMs(credentialId);
    if (soldAtMs === null || soldAtMs > nowMs + clockToleranceMs) return null;
    return Math.max(0, Math.round(nowMs - soldAtMs));
  }

  /** A record that cannot be used (an edge key that the network did not sign, an unknown time zone) is left out and logged. */
  async applyFeed(tx: Tx, { changes, cursor, baseTimeMs, includes }: FeedTold): Promise<void> {
    const usable = this.#usable(changes.map(({ change }) => change));
    await this.#putOthers(tx, usable);
    await this.#ownChanges.told(tx, usable.filter(isCredential), includes);
    if (includes.complete) await this.#ownChanges.settle(tx, includes, this.#clock.wallMs());
    await tx.run('UPDATE edge_state SET feed_cursor = ?, book_base_time_ms = ?', [cursor, baseTimeMs]);
    tx.onCommitted(() => {
      this.#baseTimeMs = baseTimeMs;
      if (includes.complete) this.#includes = includes.boxes;
    });
  }

  /**
   * What this edge has just sold, renewed or ended is in the book at once, and reported by the last event of the outbox (W-OWN-1).
   * `asOf`: nothing was sold but what that credential was good for already (AC49).
   */
  async rememberOwnCredential(
    tx: Tx,
    credentialId: CredentialId,
    record: CredentialRecord,
    asOf: CredentialId | null = null,
  ): Promise<void> {
    const nowMs = this.#clock.wallMs();
    const earliestMs = Math.max(0, Math.floor(this.#clock.judgement?.earliestMs ?? nowMs));
    const soldAtMs =
      record.status !== 'active' ? null : asOf === null ? earliestMs : this.#ownChanges.soldAtMs(asOf);
    const before = await this.#credentials.inTx(tx, credentialId);
    const last = await tx.get<{ seq: number }>('SELECT COALESCE(MAX(seq), 0) AS seq FROM outbox');
    const eventSeq = last?.seq ?? 0;
    await this.#ownChanges.make(tx, { credentialId, record, edgeId: null, eventSeq, soldAtMs, nowMs });
    const atMs = Math.floor(nowMs);
    const sold = soldAtMs === null ? {} : { soldAtMs };
    await this.#peers.put(tx, { kind: 'credential', credentialId, record, before, eventSeq, ...sold, atMs });
  }

  /**
   * Another box of the club gave, renewed or ended a credential (W-PEER-8). False where this book knows better: what the base
   * told has it, or the row was ended, which no box takes back.
   */
  async rememberOfPeer(tx: Tx, edgeId: string, share: PeerShareOf<'credential'>): Promise<boolean> {
    const { record, eventSeq = null, soldAtMs = null, atMs } = share;
    const credentialId = share.credentialId as CredentialId;
    const isIncluded = eventSeq !== null && (this.#includes?.[edgeId] ?? -1) >= eventSeq;
    const known = await this.#credentials.inTx(tx, credentialId);
    const isEnd = record.status !== 'active';
    if (isIncluded || (known && known.status !== 'active')) return false;
    if (known && !isEnd && eventSeq === null && (this.#baseTimeMs ?? 0) >= atMs) return false;
    const taken = known ? ofBoth(known, share) : record;
    const nowMs = this.#clock.wallMs();
    const doubtMs = nowMs - (this.#clock.judgement?.earliestMs ?? nowMs);
    await this.#ownChanges.make(tx, {
      ...{ credentialId, record: taken, edgeId, eventSeq, nowMs },
      soldAtMs: isEnd || soldAtMs === null ? null : Math.max(0, Math.floor(soldAtMs - doubtMs)),
    });
    return true;
  }

  /** Of what the club has changed itself, some of what nobody can lose any more (W-OWN-5). How many. */
  forgetOwnChanges(tx: Tx, nowMs: number, limit: number): Promise<number> {
    return this.#ownChanges.forgetOver(tx, nowMs, limit);
  }

  /** The snapshot that is being taken, over restarts; null when none is. */
  snapshotProgress(): Promise<SnapshotProgress | null> {
    return this.#snapshot.progress();
  }

  beginSnapshot(write: Write, progress: SnapshotProgress | null): Promise<void> {
    return this.#snapshot.begin(write, progress);
  }

  /** As in `applyFeed`, a record that cannot be used is left out. */
  stageSnapshot(tx: Tx, records: readonly FeedRecord[], progress: SnapshotProgress | null): Promise<void> {
    return this.#snapshot.stage(tx, this.#usable(records), progress);
  }

  /** Until `followSnapshot` has resolved, a credential is what it was or what it is now. */
  async finishSnapshot(tx: Tx, version: number, baseTimeMs: number, isOtherEpoch: boolean): Promise<void> {
    const others = await this.#snapshot.finish(tx, version, baseTimeMs, isOtherEpoch);
    tx.onCommitted(() => {
      for (const map of [this.#clubs, this.#plans, this.#edgeKeys, this.#orders, this.#gateOrders])
        map.clear();
      for (const change of others) this.#remember(change);
      this.#baseTimeMs = baseTimeMs;
      if (isOtherEpoch) this.#includes = null;
    });
  }

  followSnapshot(): Promise<void> {
    return this.#credentials.follow();
  }

  /** Gives free what an earlier book takes on the disk. */
  tidy(write: Write): Promise<void> {
    return this.#credentials.tidy(write, 'over');
  }

  #usable(changes: readonly FeedRecord[]): readonly FeedRecord[] {
    return changes.filter((change) => {
      // Orders to forget somebody, and people, are no part of the book (purge-orders.ts, club-people.ts).
      if (change.kind === 'purge-order' || change.kind === 'person') return false;
      const problem = this.#problemOf(change);
      if (problem) {
        const { kind, id } = change;
        this.#log.error('a record of the member base was left out', { kind, id, problem });
      }
      return problem === null;
    });
  }

  #problemOf(change: FeedRecord): string | null {
    if (change.kind === 'club' && change.record && !isTimeZone(change.record.timeZone)) {
      return 'unknown time zone';
    }
    if (change.kind === 'edge-key' && change.record) {
      if (!this.#networkKey) return 'no network key is pinned yet';
      const { clubId, publicKey, status, signature } = change.record;
      const holds = signatureHolds(
        this.#networkKey,
        edgeKeyToSign(change.id, clubId, publicKey, status),
        fromBase64url(signature),
      );
      return holds ? null : 'not signed by the key of the network';
    }
    return null;
  }

  /** A few statements for however many records: the gate's decisions wait behind thousands of them otherwise. */
  async #putOthers(tx: Tx, changes: readonly FeedRecord[]): Promise<void> {
    const others = changes.filter((change) => !isCredential(change));
    if (others.length === 0) return;
    const lastOfEach = new Map(others.map((change) => [`${change.kind} ${change.id}`, change]));
    const rows = JSON.stringify(
      [...lastOfEach.values()].map(({ kind, id, record }) => ({
        kind,
        id,
        record: record && JSON.stringify(record),
      })),
    );
    await tx.run(
      `INSERT INTO book_record (kind, id, record)
       SELECT value->>'kind', value->>'id', value->>'record' FROM json_each(?) WHERE value->>'record' IS NOT NULL
       ON CONFLICT (kind, id) DO UPDATE SET record = excluded.record`,
      [rows],
    );
    await tx.run(
      `DELETE FROM book_record WHERE (kind, id) IN
         (SELECT value->>'kind', value->>'id' FROM json_each(?) WHERE value->>'record' IS NULL)`,
      [rows],
    );
    tx.onCommitted(() => {
      for (const change of others) this.#remember(change);
    });
  }

  #remember(change: FeedRecord): void {
    switch (change.kind) {
      case 'club':
        setOrDelete(this.#clubs, change.id, change.record);
        return;
      case 'plan':
        setOrDelete(this.#plans, change.id, change.record);
        return;
      case 'edge-key':
        setOrDelete(this.#edgeKeys, change.id, change.record);
        return;
      case 'order':
        setOrDelete(this.#orders, change.id, change.record);
        return;
      case 'gate-order':
        setOrDelete(this.#gateOrders, change.id, change.record);
        return;
      case 'purge-order':
      case 'person':
        return;
      case 'credential':
        return; // book-credentials.ts
    }
  }
}

/** AC32, AC36, AC38: the member whose presence a credential shares; null for a guest's ticket, and where the book knows of none. */
export function presentMember(row: CredentialRecord | null): MemberId | null {
  return row === null || row.singleUse ? null : (row.memberId as MemberId | null);
}

const isCredential = (change: FeedRecord): change is CredentialChange => change.kind === 'credential';

/** What another box made of it, where this book has a row of its own. Of an end, no more than that it is one. */
function ofBoth(known: CredentialRecord, { record, before }: PeerShareOf<'credential'>): CredentialRecord {
  if (record.status !== 'active') return { ...known, status: record.status };
  return before === undefined ? record : mergedRecord(before, record, known);
}

function setOrDelete<Value>(map: Map<string, Value>, key: string, value: Value | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
