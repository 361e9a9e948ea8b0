import type { Clock } from '@portillon/core/base/clock.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { Reader, Tx } from './connection.ts';
import type { Outbox } from './outbox.ts';

type Stands = EventOf<'gate.stands'>;
export type StandingKept = Pick<Stands, 'standing'> & { readonly orderId: string | null };
export type SettledOrder = Omit<EventOf<'gate.order-settled'>, 'type'>;
export type AlarmRaised = Omit<EventOf<'gate.alarm-raised'>, 'type'>;

/** Orders of staff are good for seconds: what was settled so long ago comes back in no feed. */
const forgottenAfterMs = 30 * 86_400_000;

/** What an edge must not forget of its gates: how staff have them stand, orders begun, alarms that have not ended. */
export class GateRecords {
  readonly #read: Reader;
  readonly #clock: Clock;
  readonly #outbox: Outbox;

  constructor(read: Reader, clock: Clock, outbox: Outbox) {
    this.#read = read;
    this.#clock = clock;
    this.#outbox = outbox;
  }

  async standing(gateId: string): Promise<StandingKept> {
    const row = await this.#read.get<StandingKept>(
      'SELECT standing, order_id AS orderId FROM gate_standing WHERE gate_id = ?',
      [gateId],
    );
    return row ?? { standing: 'normal', orderId: null };
  }

  async keepStanding(tx: Tx, gateId: string, { standing, orderId }: StandingKept): Promise<void> {
    await tx.run(
      `INSERT INTO gate_standing (gate_id, standing, order_id, since_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (gate_id) DO UPDATE SET standing = excluded.standing, order_id = excluded.order_id,
         since_ms = excluded.since_ms`,
      [gateId, standing, orderId, this.#clock.wallMs()],
    );
  }

  /** Tells the base of a gate, unless it was told the same last (W-GATE-1). True when there was something to tell. */
  async tell(tx: Tx, gate: Omit<Stands, 'type' | 'at'>, at: string): Promise<boolean> {
    const told = JSON.stringify(gate);
    const row = await tx.get<{ told: string | null }>('SELECT told FROM gate_standing WHERE gate_id = ?', [
      gate.gateId,
    ]);
    if (row?.told === told) return false;
    if (!row)
      await this.keepStanding(tx, gate.gateId, { standing: gate.standing, orderId: gate.orderId ?? null });
    await tx.run('UPDATE gate_standing SET told = ? WHERE gate_id = ?', [told, gate.gateId]);
    await this.#outbox.appendEvent(tx, { type: 'gate.stands', ...gate, at });
    return true;
  }

  /** Every order that was begun here; `outcome` null where the edge was killed before it was known (W-GATE-4). */
  async orders(): Promise<readonly { readonly orderId: string; readonly outcome: string | null }[]> {
    return this.#read.all('SELECT order_id AS orderId, outcome FROM gate_order');
  }

  /** Intent before effect. Rejects (a bug) when it was begun before: no order is carried out twice. */
  async beginOrder(tx: Tx, orderId: string): Promise<void> {
    await tx.run('INSERT INTO gate_order (order_id, begun_at_ms) VALUES (?, ?)', [
      orderId,
      this.#clock.wallMs(),
    ]);
  }

  /** In the transaction of what it led to; the base is told with it. */
  async settleOrder(tx: Tx, settled: SettledOrder): Promise<void> {
    await tx.run(
      `INSERT INTO gate_order (order_id, begun_at_ms, outcome) VALUES (?, ?, ?)
       ON CONFLICT (order_id) DO UPDATE SET outcome = excluded.outcome`,
      [settled.orderId, this.#clock.wallMs(), settled.outcome],
    );
    await this.#outbox.appendEvent(tx, { type: 'gate.order-settled', ...settled });
  }

  async tidy(tx: Tx): Promise<void> {
    await tx.run('DELETE FROM gate_order WHERE outcome IS NOT NULL AND begun_at_ms < ?', [
      this.#clock.wallMs() - forgottenAfterMs,
    ]);
  }

  /** Alarms of a gate that have not ended. */
  async openAlarms(gateId: string): Promise<readonly Pick<AlarmRaised, 'alarmId' | 'kind'>[]> {
    return this.#read.all('SELECT alarm_id AS alarmId, kind FROM gate_alarm WHERE gate_id = ?', [gateId]);
  }

  /** Alarms of gates that this edge has no more: nobody will hear of them again. */
  async alarmsOfOthers(gateIds: readonly string[]): Promise<readonly { readonly alarmId: string }[]> {
    return this.#read.all(
      'SELECT alarm_id AS alarmId FROM gate_alarm WHERE gate_id NOT IN (SELECT value FROM json_each(?))',
      [JSON.stringify(gateIds)],
    );
  }

  async raiseAlarm(tx: Tx, alarm: AlarmRaised): Promise<void> {
    await tx.run('INSERT INTO gate_alarm (alarm_id, gate_id, kind) VALUES (?, ?, ?)', [
      alarm.alarmId,
      alarm.gateId,
      alarm.kind,
    ]);
    await this.#outbox.appendEvent(tx, { type: 'gate.alarm-raised', ...alarm });
  }

  async endAlarm(tx: Tx, ended: Omit<EventOf<'gate.alarm-ended'>, 'type'>): Promise<void> {
    await tx.run('DELETE FROM gate_alarm WHERE alarm_id = ?', [ended.alarmId]);
    await this.#outbox.appendEvent(tx, { type: 'gate.alarm-ended', ...ended });
  }
}
