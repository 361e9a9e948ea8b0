import type { Clock } from '@portillon/core/base/clock.ts';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import {
  dayTurned,
  type Estimate,
  emptyGauge,
  estimate,
  type Gauge,
  passed,
} from '@portillon/core/occupancy/gauge.ts';
import { apply, emptyClub, type Occupancy } from '@portillon/core/occupancy/occupancy.ts';
import type { EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import type { Reader, Tx } from './connection.ts';
import type { Outbox } from './outbox.ts';
import { Presence } from './presence.ts';
import { UsedCodes } from './used-codes.ts';

export type DecisionToRecord = Omit<EventOf<'access.decided'>, 'type'>;
export type PassageToRecord = Omit<EventOf<'passage.sensed'>, 'type' | 'occupancyAfter'>;

const countColumns =
  'SELECT inside, unexplained_exits AS unexplainedExits, gauge, counting_day AS countingDay FROM edge_state';

interface CountRow extends Occupancy {
  readonly gauge: string | null;
  readonly countingDay: string | null;
}

/** What happens at the gate: each decision and each passage with the event that reports it, the count with the passage. */
export class Passages {
  readonly #read: Reader;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #spent = new Set<string>();
  #occupancy: Occupancy = emptyClub;
  #gauge: Gauge = emptyGauge;
  #countingDay: string | null = null;
  /** Who went through last time, and which way. */
  readonly presence: Presence;
  /** Codes of passes that have led in here. */
  readonly usedCodes: UsedCodes;
  /** Whether people who leave are seen; without it the count lives on how long people stay. */
  readonly #exitsAreSensed: boolean;

  constructor(read: Reader, clock: Clock, outbox: Outbox, exitsAreSensed = true) {
    this.#read = read;
    this.#clock = clock;
    this.#outbox = outbox;
    this.#exitsAreSensed = exitsAreSensed;
    this.presence = new Presence(read);
    this.usedCodes = new UsedCodes(read);
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<{ id: string }>('SELECT credential_id AS id FROM spent_ticket');
    for (const { id } of rows) this.#spent.add(id);
    const row = await this.#read.get<CountRow>(countColumns);
    this.#occupancy = occupancyOf(row);
    this.#gauge = gaugeOf(row);
    this.#countingDay = row?.countingDay ?? null;
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
    const { credentialId, direction } = passage;
    const atMs = Date.parse(passage.at);
    const row = await tx.get<CountRow>(countColumns);
    const occupancy = apply(occupancyOf(row), passage);
    const gauge = passed(gaugeOf(row), direction, atMs);
    await tx.run('UPDATE edge_state SET inside = ?, unexplained_exits = ?, gauge = ?', [
      occupancy.inside,
      occupancy.unexplainedExits,
      JSON.stringify(gauge),
    ]);
    const event = await this.#outbox.appendEvent(tx, {
      type: 'passage.sensed',
      ...passage,
      occupancyAfter: occupancy.inside,
    });
    if (credentialId !== null) {
      const who = credentialId as CredentialId;
      await this.presence.wentThrough(tx, { credentialId: who, memberId, direction, atMs });
    }
    tx.onCommitted(() => {
      this.#occupancy = occupancy;
      this.#gauge = gauge;
    });
    return { event, occupancy };
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

  /** OC13: counting begins anew, from nobody where the club is closed. */
  async turnDay(tx: Tx, day: string, isClosed: boolean): Promise<void> {
    const nowMs = this.#clock.wallMs();
    const row = await tx.get<CountRow>(countColumns);
    const gauge = dayTurned(gaugeOf(row), nowMs, isClosed, this.#exitsAreSensed);
    const occupancy = { inside: gauge.atStart, unexplainedExits: 0 };
    await tx.run('UPDATE edge_state SET inside = ?, unexplained_exits = 0, gauge = ?, counting_day = ?', [
      occupancy.inside,
      JSON.stringify(gauge),
      day,
    ]);
    tx.onCommitted(() => {
      this.#occupancy = occupancy;
      this.#gauge = gauge;
      this.#countingDay = day;
    });
  }

  /** True when this call spent it; false when it was spent here before, and must not be let in a second time. */
  async spendTicket(tx: Tx, credentialId: CredentialId): Promise<boolean> {
    const inserted = await tx.run(
      'INSERT INTO spent_ticket (credential_id, spent_at_ms) VALUES (?, ?) ON CONFLICT DO NOTHING',
      [credentialId, this.#clock.wallMs()],
    );
    tx.onCommitted(() => this.#spent.add(credentialId));
    return inserted === 1;
  }

  /** From memory, as committed. */
  isSpentHere(credentialId: CredentialId): boolean {
    return this.#spent.has(credentialId);
  }

  /** As judged from what is committed, from memory. Before anything is learnt of the sensors it is the plain count. */
  get inside(): Estimate {
    const judged = estimate(this.#gauge, this.#clock.wallMs(), this.#exitsAreSensed);
    if (!this.#exitsAreSensed || this.#gauge.daysLearnt > 0) return judged;
    const { inside } = this.#occupancy;
    return { inside, low: Math.min(judged.low, inside), high: Math.max(judged.high, inside) };
  }

  /** The plain count. */
  async occupancy(): Promise<Occupancy> {
    return occupancyOf(await this.#read.get<CountRow>(countColumns));
  }
}

function occupancyOf(row: CountRow | null): Occupancy {
  return row ? { inside: row.inside, unexplainedExits: row.unexplainedExits } : emptyClub;
}

function gaugeOf(row: CountRow | null): Gauge {
  return row?.gauge ? (JSON.parse(row.gauge) as Gauge) : emptyGauge;
}
