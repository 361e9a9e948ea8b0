import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { GateOrderRecord } from '@portillon/core/wire/messages.ts';
import type { BaseContext } from '../http/base-context.ts';
import type { RefusalWords } from '../http/refusal.ts';
import type {
  GateAlarmView,
  GateHistory,
  GateOrderRequest,
  GateOrderView,
  GateView,
} from '../http/staff/gate-view.ts';
import type { Reach } from '../members/may-do.ts';
import { announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';
import { type FeedEntry, writeFeed } from './feed.ts';
import { inReach } from './reach.ts';
import type { StaffUser } from './staff-accounts.ts';

/** How long an order may be carried out, by the base's time (W-GATE-3): a person stands there and waits. */
const openingLifeMs = 10_000;
const standingLifeMs = 30_000;
/** After so long without a word, an order that is over counts as unanswered. */
const answerGraceMs = 5_000;
const historyShown = 50;
const alarmsShown = 30;

/** Gives an order to a gate; the box hears of it with the feed. */
export async function makeGateOrder(
  base: BaseContext,
  user: StaffUser,
  asked: GateOrderRequest,
): Promise<Result<GateOrderView, RefusalWords>> {
  const orderId = newId<'gate-order'>(base.clock, base.random);
  const nowMs = base.clock.wallMs();
  const now = isoTime(nowMs);
  return base.database.transaction(async (sql) => {
    // Locked, so that two at once follow each other (W-GATE-5).
    const [gate] = await sql.query<{ clubId: string; canHoldOpen: boolean; releasesExit: boolean }>(
      `select gates.club_id as "clubId", can_hold_open as "canHoldOpen", releases_exit as "releasesExit" from gates
         join edges on edges.id = gates.edge_id and edges.status = 'active'
        where edge_id = $1 and gate_id = $2 for update of gates`,
      [asked.edgeId, asked.gateId],
    );
    if (!gate) return err({ code: 'gate.unknown', message: 'there is no such gate' });
    if (asked.action === 'hold-open' && !gate.canHoldOpen) {
      return err({ code: 'gate.cannot-hold-open', message: 'nothing on this gate can hold it open' });
    }
    if (asked.action === 'open-exit' && !gate.releasesExit) {
      return err({ code: 'gate.exit-is-free', message: 'the exit of this gate turns freely' });
    }
    const open = await sql.query<{ expires_at: string }>(
      `select 1 from gate_orders where edge_id = $1 and gate_id = $2 and status = 'open' and expires_at > $3`,
      [asked.edgeId, asked.gateId, now],
    );
    if (open.length > 0) {
      return err({ code: 'gate.order-open', message: 'an order to this gate is under way; wait a moment' });
    }
    const over = await sql.query<{ id: string }>(
      `update gate_orders set status = 'unanswered'
        where edge_id = $1 and gate_id = $2 and status = 'open' returning id`,
      [asked.edgeId, asked.gateId],
    );
    const lifeMs = asked.action.startsWith('open-') ? openingLifeMs : standingLifeMs;
    const expiresAt = isoTime(nowMs + lifeMs);
    await sql.query(
      `insert into gate_orders (id, club_id, edge_id, gate_id, action, reason, words, made_at, made_by, made_by_name,
                                expires_at, status)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open')`,
      [
        orderId,
        gate.clubId,
        asked.edgeId,
        asked.gateId,
        asked.action,
        asked.reason,
        asked.words,
        now,
        user.id,
        user.name,
        expiresAt,
      ],
    );
    const { edgeId, gateId, action } = asked;
    const record: GateOrderRecord = { edgeId, gateId, action, expiresAt };
    const [shown] = await readOrders(sql, 'gate_orders.id = $2', [now, orderId], 1);
    if (!shown) throw new Error(`order ${orderId} has gone`);
    await announce(sql, 'live');
    const told: FeedEntry = { kind: 'gate-order', id: orderId, clubId: gate.clubId, record };
    await writeFeed(sql, [...over.map(({ id }) => goneFromFeed(id)), told], nowMs);
    return ok(shown);
  });
}

/** W-GATE-5: an order that is settled, or over, is in no feed. */
export function goneFromFeed(orderId: string): FeedEntry {
  return { kind: 'gate-order', id: orderId, record: null };
}

/** Acknowledges an alarm once. False when somebody else had, null when there is none. */
export async function acknowledgeAlarm(
  base: BaseContext,
  user: StaffUser,
  alarmId: string,
  words: string,
): Promise<boolean | null> {
  return base.database.transaction(async (sql) => {
    const done = await sql.query(
      `update gate_alarms
          set acknowledged_at = $2, acknowledged_by = $3, acknowledged_by_name = $4, acknowledged_words = $5
        where id = $1 and acknowledged_at is null returning 1`,
      [alarmId, isoTime(base.clock.wallMs()), user.id, user.name, words],
    );
    if (done.length > 0) {
      await announce(sql, 'live');
      return true;
    }
    const known = await sql.query('select 1 from gate_alarms where id = $1', [alarmId]);
    return known.length > 0 ? false : null;
  });
}

/** Gates in reach of boxes in use, by club and name; with each what was ordered of it last. */
export async function readGates(database: Database, reach: Reach, nowMs: number): Promise<GateView[]> {
  const now = isoTime(nowMs);
  const [gates, orders] = await Promise.all([
    database.query<Omit<GateView, 'lastOrder'>>(
      `select gates.edge_id as "edgeId", gate_id as "gateId", gates.club_id as "clubId", name, standing, since,
              can_hold_open as "canHoldOpen", releases_exit as "releasesExit"
         from gates join edges on edges.id = gates.edge_id and edges.status = 'active'
        where ${inReach('gates.club_id', '$1')}
        order by gates.club_id, name, gate_id, gates.edge_id`,
      [reach],
    ),
    readOrders(
      database,
      `gate_orders.id in (select last.id from gates cross join lateral
                            (select id from gate_orders as one
                              where one.edge_id = gates.edge_id and one.gate_id = gates.gate_id
                              order by made_at desc, id desc limit 1) as last
                           where ${inReach('gates.club_id', '$2')})`,
      [now, reach],
      null,
    ),
  ]);
  const keyOf = ({ edgeId, gateId }: { edgeId: string; gateId: string }) => `${edgeId} ${gateId}`;
  const lastOf = new Map(orders.map((order) => [keyOf(order), order]));
  return gates.map((gate) => ({ ...gate, lastOrder: lastOf.get(keyOf(gate)) ?? null }));
}

/** Alarms in reach, of boxes in use, that go on, or that nobody has acknowledged, newest first. */
export function readStandingAlarms(database: Database, reach: Reach): Promise<GateAlarmView[]> {
  return readAlarms(
    database,
    `(gate_alarms.ended_at is null or gate_alarms.acknowledged_at is null)
       and exists (select 1 from edges where edges.id = gate_alarms.edge_id and edges.status = 'active')
       and ${inReach('gate_alarms.club_id', '$1')}`,
    [reach],
    alarmsShown,
  );
}

/** Of one club, or of all in reach with null. */
export async function readGateHistory(
  database: Database,
  { clubId, reach }: { readonly clubId: string | null; readonly reach: Reach },
  nowMs: number,
): Promise<GateHistory> {
  const [orders, alarms] = await Promise.all([
    readOrders(
      database,
      `($2::uuid is null or gate_orders.club_id = $2) and ${inReach('gate_orders.club_id', '$3')}`,
      [isoTime(nowMs), clubId, reach],
      historyShown,
    ),
    readAlarms(
      database,
      `($1::uuid is null or gate_alarms.club_id = $1) and ${inReach('gate_alarms.club_id', '$2')}`,
      [clubId, reach],
      historyShown,
    ),
  ]);
  return { orders, alarms };
}

/** The first value is the time. */
function readOrders(
  sql: Sql,
  where: string,
  values: readonly (string | Reach)[],
  limit: number | null,
): Promise<GateOrderView[]> {
  return sql.query<GateOrderView>(
    `select gate_orders.id, edge_id as "edgeId", club_id as "clubId", gate_id as "gateId", action, reason, words,
            made_at as "madeAt", made_by_name as "madeBy", fault, settled_at as "settledAt",
            case when status = 'open' and expires_at + ${answerGraceMs} * interval '1 ms' <= $1::timestamptz
                 then 'unanswered' else status end as status,
            (select count(*) from passages where passages.order_id = gate_orders.id) as passages
       from gate_orders where ${where} order by made_at desc, gate_orders.id desc limit ${limit ?? 'all'}`,
    values,
  );
}

async function readAlarms(
  sql: Sql,
  where: string,
  values: readonly (string | Reach)[],
  limit: number,
): Promise<GateAlarmView[]> {
  const rows = await sql.query<
    Omit<GateAlarmView, 'acknowledged'> & { ackAt: string | null; ackBy: string; ackWords: string }
  >(
    `select gate_alarms.id, gate_alarms.club_id as "clubId", gate_alarms.gate_id as "gateId",
            coalesce(gates.name, gate_alarms.gate_id) as "gateName", kind, began_at as "beganAt",
            ended_at as "endedAt", times, acknowledged_at as "ackAt", acknowledged_by_name as "ackBy",
            acknowledged_words as "ackWords"
       from gate_alarms
       left join gates on gates.edge_id = gate_alarms.edge_id and gates.gate_id = gate_alarms.gate_id
      where ${where} order by began_at desc, gate_alarms.id desc limit ${limit}`,
    values,
  );
  return rows.map(({ ackAt, ackBy, ackWords, ...alarm }) => ({
    ...alarm,
    acknowledged: ackAt === null ? null : { at: ackAt, by: ackBy, words: ackWords },
  }));
}
