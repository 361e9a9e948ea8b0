import type { Zone, ZoneId } from '@portillon/core/access/zones.ts';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { dayTurned, type Estimate, passed } from '@portillon/core/occupancy/gauge.ts';
import { apply, type Occupancy } from '@portillon/core/occupancy/occupancy.ts';
import type { EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import type { ZoneCount } from '@portillon/core/wire/messages.ts';
import type { Reader, Tx } from './connection.ts';
import { type Count, type CountRow, countOf, emptyCount, judged } from './count.ts';
import type { Outbox } from './outbox.ts';
import type { PeerShares } from './peer-shares.ts';
import { Presence } from './presence.ts';
import { UsedCodes } from './used-codes.ts';

export type DecisionToRecord = Omit<EventOf<'access.decided'>, 'type'>;
export type PassageToRecord = Omit<EventOf<'passage.sensed'>, 'type' | 'occupancyAfter'>;

const countColumns = 'inside, unexplained_exits AS unexplainedExits, gauge';
const countOfClub = `SELECT ${countColumns}, counting_day AS countingDay FROM edge_state`;
const countsOfZones = `SELECT zone, ${countColumns} FROM zone_count`;

const spentMark = 'sha256:';
const spentDigest = (credentialId: string) => spentMark + sha256Hex(`portillon-spent-1\n${credentialId}`);

type ClubRow = CountRow & { readonly countingDay: string | null };
type ZoneRow = CountRow & { readonly zone: string };

export interface PassagesOptions {
  /** False where no gate of this edge sees people leave: then counts live on how long people stay. */
  readonly exitsAreSensed?: boolean | undefined;
  /** The zones inside the club that gates of this edge lead into. */
  readonly zones?: readonly Zone[] | undefined;
}

/** What happens at the gate: each decision and each passage with the event that reports it, the count with the passage. */
export class Passages {
  readonly #read: Reader;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #peers: PeerShares;
  /** By id; those of long ago by a digest of it. */
  readonly #spent = new Set<string>();
  #someAreHidden = false;
  #ofClub: Count = emptyCount;
  readonly #ofZones = new Map<string, Count>();
  #countingDay: string | null = null;
  /** Who went through last time, and which way. */
  readonly presence: Presence;
  /** Codes of passes that have led in here. */
  readonly usedCodes: UsedCodes;
  readonly #exitsAreSensed: boolean;
  readonly #zones: readonly Zone[];

  constructor(read: Reader, clock: Clock, outbox: Outbox, peers: PeerShares, options: PassagesOptions = {}) {
    const { exitsAreSensed = true, zones = [] } = options;
    this.#read = read;
    this.#clock = clock;
    this.#outbox = outbox;
    this.#peers = peers;
    this.#exitsAreSensed = exitsAreSensed;
    this.#zones = zones;
    this.presence = new Presence(read, zones);
    this.usedCodes = new UsedCodes(read);
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<{ id: string }>('SELECT credential_id AS id FROM spent_ticket');
    for (const { id } of rows) this.#spent.add(id);
    this.#someAreHidden = rows.some(({ id }) => id.startsWith(spentMark));
    const row = await this.#read.get<ClubRow>(countOfClub);
    this.#ofClub = countOf(row);
    this.#countingDay = row?.countingDay ?? null;
    for (const ofZone of await this.#read.all<ZoneRow>(countsOfZones)) {
      this.#ofZones.set(ofZone.zone, countOf(ofZone));
    }
    await this.presence.load();
    await this.usedCodes.load();
  }

  recordDecision(tx: Tx, decision: DecisionToRecord): Promise<OutboxEvent> {
    return this.#outbox.appendEvent(tx, { type: 'access.decided', ...decision });
  }

  /**
   * Counts the person in or out, and says how many are inside after that. `memberId` of the card or pass that led through,
   * where there is one and it is known; null for a ticket (AC38).
   */
  async recordPassage(
    tx: Tx,
    passage: PassageToRecord,
    memberId: MemberId | null = null,
  ): Promise<{ readonly event: OutboxEvent; readonly occupancy: Occupancy }> {
    const { credentialId, direction, zone = null } = passage;
    const atMs = Date.parse(passage.at);
    const before = await this.#countIn(tx, zone);
    const count: Count = {
      occupancy: apply(before.occupancy, passage),
      gauge: passed(before.gauge, direction, atMs),
    };
    await this.#keepCount(tx, zone, count);
    const { occupancy } = zone === null ? count : await this.#countIn(tx, null);
    const event = await this.#outbox.appendEvent(tx, {
      type: 'passage.sensed',
      ...passage,
      occupancyAfter: occupancy.inside,
    });
    if (credentialId !== null) {
      const who = credentialId as CredentialId;
      await this.presence.wentThrough(tx, { credentialId: who, memberId, zone, direction, atMs });
      const { decisionId } = passage;
      const shared = { decisionId, credentialId, memberId, zone, direction, atMs: Math.floor(atMs) };
      await this.#peers.put(tx, { kind: 'passage', ...shared });
    }
    return { event, occupancy };
  }

  /** OC16: of the club, or of one zone. */
  async #countIn(tx: Tx, zone: ZoneId): Promise<Count> {
    if (zone === null) return countOf(await tx.get<ClubRow>(countOfClub));
    return countOf(await tx.get<ZoneRow>(`${countsOfZones} WHERE zone = ?`, [zone]));
  }

  async #keepCount(tx: Tx, zone: ZoneId, count: Count): Promise<void> {
    const { inside, unexplainedExits } = count.occupancy;
    const values = [inside, unexplainedExits, JSON.stringify(count.gauge)];
    if (zone === null) {
      await tx.run('UPDATE edge_state SET inside = ?, unexplained_exits = ?, gauge = ?', values);
    } else {
      await tx.run(
        `INSERT INTO zone_count (inside, unexplained_exits, gauge, zone) VALUES (?, ?, ?, ?)
         ON CONFLICT (zone) DO UPDATE SET inside = excluded.inside, unexplained_exits = excluded.unexplained_exits,
           gauge = excluded.gauge`,
        [...values, zone],
      );
    }
    tx.onCommitted(() => {
      if (zone === null) this.#ofClub = count;
      else this.#ofZones.set(zone, count);
    });
  }

  /** The day of the club, `YYYY-MM-DD`, in which counting began; null before the first turn. */
  get countingDay(): string | null {
    return this.#countingDay;
  }

  /** The first day of a box: nothing is counted anew. */
  async beginDay(tx: Tx, day: string): Promise<void> {
    await tx.run('UPDATE edge_state SET counting_day = ?', [day]);
    tx.onCommitted(() => {
      this.#countingDay = day;
    });
  }

  /** OC13, OC17: counting begins anew, in every zone too; from nobody where the club is closed. */
  async turnDay(tx: Tx, day: string, isClosed: boolean): Promise<void> {
    const nowMs = this.#clock.wallMs();
    const zones = (await tx.all<ZoneRow>(countsOfZones)).map(({ zone }) => zone);
    for (const zone of [null, ...zones]) {
      const before = await this.#countIn(tx, zone);
      const gauge = dayTurned(before.gauge, nowMs, isClosed, this.#exitsAreSensed);
      await this.#keepCount(tx, zone, { occupancy: { inside: gauge.atStart, unexplainedExits: 0 }, gauge });
    }
    await this.beginDay(tx, day);
  }

  /** True when this call spent it; false when it was spent here before, and must not be let in a second time. */
  async spendTicket(tx: Tx, credentialId: CredentialId): Promise<boolean> {
    const atMs = Math.floor(this.#clock.wallMs());
    const isFirst = await this.ticketSpent(tx, credentialId, atMs);
    if (isFirst) await this.#peers.put(tx, { kind: 'spent', credentialId, atMs });
    return isFirst;
  }

  /** Here or at another box of the club; true when it was not known yet. */
  async ticketSpent(tx: Tx, credentialId: CredentialId, atMs: number): Promise<boolean> {
    const inserted = await tx.run(
      `INSERT INTO spent_ticket (credential_id, spent_at_ms) SELECT ?1, ?2
        WHERE NOT EXISTS (SELECT 1 FROM spent_ticket WHERE credential_id IN (?1, ?3))`,
      [credentialId, atMs, spentDigest(credentialId)],
    );
    if (inserted === 1) tx.onCommitted(() => this.#spent.add(credentialId));
    return inserted === 1;
  }

  /** RT9: of some of those that were spent before that moment a digest takes the place of the id; resolves with how many. */
  async hideSpent(tx: Tx, beforeMs: number, atOnce: number): Promise<number> {
    const rows = await tx.all<{ id: string; atMs: number }>(
      `DELETE FROM spent_ticket WHERE credential_id IN (
         SELECT credential_id FROM spent_ticket WHERE spent_at_ms < ? AND credential_id NOT LIKE '${spentMark}%' LIMIT ?)
       RETURNING credential_id AS id, spent_at_ms AS atMs`,
      [beforeMs, atOnce],
    );
    const hidden = rows.map(({ id, atMs }) => ({ id, atMs, digest: spentDigest(id) }));
    await tx.run(
      `INSERT INTO spent_ticket (credential_id, spent_at_ms)
       SELECT value->>0, value->>1 FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
      [JSON.stringify(hidden.map(({ digest, atMs }) => [digest, atMs]))],
    );
    tx.onCommitted(() => {
      for (const { id, digest } of hidden) {
        this.#spent.delete(id);
        this.#spent.add(digest);
        this.#someAreHidden = true;
      }
    });
    return rows.length;
  }

  /** PS10: in the transaction of the decision that it led in by. */
  async keepCode(tx: Tx, credentialId: CredentialId, step: number): Promise<void> {
    await this.usedCodes.keep(tx, credentialId, step);
    await this.#peers.put(tx, { kind: 'code', credentialId, step });
  }

  /** From memory, as committed. */
  isSpentHere(credentialId: CredentialId): boolean {
    return (
      this.#spent.has(credentialId) || (this.#someAreHidden && this.#spent.has(spentDigest(credentialId)))
    );
  }

  /** As judged from what is committed, from memory. Before anything is learnt of the sensors it is the plain count. */
  get inside(): Estimate {
    return judged(this.#ofClub, this.#clock.wallMs(), this.#exitsAreSensed);
  }

  /** OC17: the same of each zone inside the club, in the order of the configuration. */
  get insideZones(): readonly ZoneCount[] {
    const nowMs = this.#clock.wallMs();
    return this.#zones.map(({ id, name }) => ({
      zone: id,
      name,
      ...judged(this.#ofZones.get(id) ?? emptyCount, nowMs, this.#exitsAreSensed),
    }));
  }

  /** The plain count of the club. */
  async occupancy(): Promise<Occupancy> {
    return countOf(await this.#read.get<ClubRow>(countOfClub)).occupancy;
  }
}
