import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { keptSinceMs } from '@portillon/core/base/kept-since.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { type RetentionId, retentionTable } from '../privacy/kept/retention-table.ts';
import type { Database, Sql } from './database.ts';
import { eraseMember } from './erasure/erase-member.ts';
import { planPerson } from './erasure/person-plan.ts';
import { logPrivacy } from './erasure/privacy-log.ts';
import { lockRecordsOf } from './records-of-person.ts';
import { reduceEvents } from './reduce-events.ts';

/** Rows that have been kept long enough: what happens to them, and which they are. `$1` is the end of the term, `$2` now. */
interface RetentionRule {
  readonly id: RetentionId;
  readonly table: string;
  readonly key: string;
  /** What is set; without it the row goes. */
  readonly set?: string;
  readonly over: string;
}

/** A photo may lie with a record that was merged, once or several times: its person's memberships are with the one that stays. */
const ofThePerson = 'memberships.member_id = any(array(select records_of(array[attachments.member_id])))';
const noPeriodRuns = `not exists (select 1 from memberships where ${ofThePerson}
  and status = 'active' and (valid_to is null or valid_to > $1::timestamptz))`;

/** RT3, RT4. */
export const retentionRules: readonly RetentionRule[] = [
  ...['decisions', 'passages', 'interventions'].map((table) => ({
    id: 'entry-log' as const,
    table,
    key: 'id',
    set: 'credential_id = null',
    over: 'credential_id is not null and at < $1::timestamptz',
  })),
  {
    id: 'photo',
    table: 'attachments',
    key: 'digest',
    set: `sealed = null, received_at = coalesce(received_at, $2::timestamptz), problem = 'kept-long-enough'`,
    over: `purpose = 'photo' and sealed is not null and ${noPeriodRuns}
      and exists (select 1 from memberships where ${ofThePerson})`,
  },
  {
    id: 'unpaid',
    table: 'debts',
    key: 'id',
    set: `words = ''`,
    // The sale that settled it was received by then, whatever the clock of the box says.
    over: `words <> '' and least(settled_at, (select received_at from sales where sales.id = settled_by_sale)) < $1::timestamptz`,
  },
  // Whether its adapter still runs or not.
  { id: 'adapters-parked', table: 'adapter_parked', key: 'ctid', over: 'parked_at < $1::timestamptz' },
  { id: 'told-records', table: 'told_records', key: 'ctid', over: 'to_at < $1::timestamptz' },
  { id: 'read-logs', table: 'api_reads', key: 'id', over: 'at < $1::timestamptz' },
  // The database itself keeps them for a year by its own clock (ST10).
  ...['person_reads', 'member_searches'].map((table) => ({
    id: 'read-logs' as const,
    table,
    key: 'id',
    over: `at < $1::timestamptz and at < now() - interval '365 days'`,
  })),
  { id: 'api-answers', table: 'api_answers', key: 'ctid', over: 'at < $1::timestamptz' },
  { id: 'sessions', table: 'staff_sessions', key: 'token_hash', over: 'expires_at < $1::timestamptz' },
  { id: 'sessions', table: 'staff_provider_visits', key: 'state_hash', over: 'expires_at < $1::timestamptz' },
];

/**
 * RT5: whose last contractual activity was before `$1`, on any record of the person (DU10). A period that was cancelled ended with
 * what cancelled it. What a box sold, or was answered, counts from when the base received it, since its clock may be years wrong and
 * a key that was destroyed is gone; what is dated into days to come has not been.
 */
const ofRecords = 'member_id = any(person.records)';
const overPeople = `select members.id, last.at from members, lateral (
    select case when exists (select 1 from members as gone where gone.merged_into = members.id)
                then array(select records_of(array[members.id])) else array[members.id] end as records
  ) as person, lateral (
    select max(at) filter (where at <= now() or ends) as at from (
      select created_at, false from members as record where record.id = any(person.records)
      union all select case when status = 'active' then coalesce(valid_to, 'infinity') end, true from memberships where ${ofRecords}
      union all select valid_from, false from memberships where ${ofRecords}
      union all select coalesce(received_at, at), false from sales where ${ofRecords}
      union all select made_at, false from orders where ${ofRecords}
      union all select closed_at, false from orders where ${ofRecords}
      union all select since, false from debts where ${ofRecords}
      union all select settled_at, false from debts where ${ofRecords}
      union all select refunds.at, false from refunds join sales on sales.id = refunds.sale_id where sales.${ofRecords}
      union all select case channel when 'kiosk' then received_at else least(at, received_at) end, false from consents where ${ofRecords}
    ) as activity (at, ends)
  ) as last
  where (members.created_at < $1::timestamptz or members.created_at > now()) and last.at < $1::timestamptz and not exists (select 1 from erased_members where member_id = members.id)
    and not members.staff and members.merged_into is null`;

/** `held`: time is over, and something stands against it (PV10). */
export type RetentionCounts = Readonly<Record<string, number>>;

export interface RetentionContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
}

const rowsAtOnce = 5_000;
const peopleAtOnce = 200;
const everyMs = 24 * 3_600_000;
/** RT7: what else the base has to do once an hour waits for no more of it. */
const reducingMostMs = 30 * 60_000;

interface RetentionOptions {
  readonly dryRun?: boolean;
  /** By the base itself: once a day, and within a bound. */
  readonly onceADay?: boolean;
  readonly stopping?: AbortSignal;
  /** Of the events, which take longest. */
  readonly onProgress?: (lookedThrough: number, ofAtMost: number) => void;
}

/**
 * RT6. Ends what has been kept long enough, some rows a transaction, in one process at a time. A dry run counts and changes nothing.
 * `onceADay`: null when a process did it within a day.
 */
export async function applyRetention(
  context: RetentionContext,
  { dryRun = false, onceADay = false, stopping, onProgress }: RetentionOptions = {},
): Promise<RetentionCounts | null> {
  const database = context.database.for('job');
  const alone = await database.alone('retention');
  try {
    const beganMs = context.clock.wallMs();
    if (onceADay) {
      const recent = await database.query('select 1 from retention_runs where began_at > $1 limit 1', [
        isoTime(beganMs - everyMs),
      ]);
      if (recent.length > 0) return null;
    }
    const counts: Record<string, number> = {};
    for (const rule of retentionRules) {
      counts[rule.table] = (counts[rule.table] ?? 0) + (await endRows(database, rule, beganMs, dryRun));
    }
    Object.assign(counts, await endPeople(context, database, beganMs, dryRun));
    const untilMs = onceADay ? context.clock.monotonicMs() + reducingMostMs : Number.POSITIVE_INFINITY;
    counts.edge_events = await reduceEvents(database, {
      beforeMs: Date.parse(endOfTerm('entry-log', beganMs)),
      nowMs: beganMs,
      dryRun,
      ...(onProgress ? { onProgress } : {}),
      goesOn: () => stopping?.aborted !== true && context.clock.monotonicMs() < untilMs,
    });
    // What a stop cut short goes on at the next start.
    if (!dryRun && stopping?.aborted !== true) {
      await database.query('insert into retention_runs (began_at, ended_at, counts) values ($1, $2, $3)', [
        isoTime(beganMs),
        isoTime(context.clock.wallMs()),
        JSON.stringify(counts),
      ]);
    }
    return counts;
  } finally {
    await alone.release();
  }
}

/** The end of the term of a line of the table, as text for SQL. */
export function endOfTerm(id: RetentionId, nowMs: number): string {
  const { period } = retentionTable.find((line) => line.id === id) ?? { period: null };
  if (period === null) throw new Error(`${id} has no term`);
  // Of what ends at once, not the beginning of the day.
  return isoTime('days' in period && period.days === 0 ? nowMs : keptSinceMs(nowMs, period));
}

async function endRows(sql: Sql, rule: RetentionRule, nowMs: number, dryRun: boolean): Promise<number> {
  const { id, table, key, set, over } = rule;
  // Both are named, so that PostgreSQL knows what they are in a rule that needs one of them only.
  const where = `${over} and $1::timestamptz <= $2::timestamptz`;
  const values = [endOfTerm(id, nowMs), isoTime(nowMs)];
  if (dryRun) {
    const [row] = await sql.query<{ count: number }>(
      `select count(*)::int as count from ${table} where ${where}`,
      values,
    );
    return row?.count ?? 0;
  }
  const some = `select ${key} from ${table} where ${where} limit ${rowsAtOnce}`;
  const act = set ? `update ${table} set ${set}` : `delete from ${table}`;
  let ended = 0;
  for (;;) {
    const [row] = await sql.query<{ count: number }>(
      `with gone as (${act} where ${key} = any(array(${some})) and $2::timestamptz is not null returning 1)
       select count(*)::int as count from gone`,
      values,
    );
    ended += row?.count ?? 0;
    if ((row?.count ?? 0) < rowsAtOnce) return ended;
  }
}

async function endPeople(
  context: RetentionContext,
  database: Database,
  nowMs: number,
  dryRun: boolean,
): Promise<{ members: number; held: number }> {
  const end = endOfTerm('person', nowMs);
  let members = 0;
  let held = 0;
  let after = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const people = await database.query<{ id: string; at: string }>(
      `${overPeople} and (last.at, members.id) > ($2::timestamptz, $3::uuid) order by last.at, members.id limit ${peopleAtOnce}`,
      [end, after.at, after.id],
    );
    for (const { id } of people) {
      if (await endPerson(context, database, id, { end, nowMs, dryRun })) members += 1;
      else held += 1;
    }
    const last = people.at(-1);
    if (!last || people.length < peopleAtOnce) break;
    after = last;
  }
  return { members, held };
}

/** The same way as a request to be forgotten (PV30); false where something stands against it, or the person came back just now. */
async function endPerson(
  context: RetentionContext,
  database: Database,
  memberId: string,
  { end, nowMs, dryRun }: { readonly end: string; readonly nowMs: number; readonly dryRun: boolean },
): Promise<boolean> {
  return database.transaction(async (sql) => {
    await lockRecordsOf(sql, [memberId]);
    const person = await planPerson(sql, memberId, nowMs);
    if (!person || person.shown.holds.blocking.length > 0) return false;
    if (dryRun) return true;
    const still = await sql.query(`${overPeople} and members.id = $2`, [end, memberId]);
    if (still.length === 0) return false;
    for (const { memberId: id, goes, holds } of person.records) {
      const orderId = newId<'purge-order'>(context.clock, context.random);
      const { kept } = holds;
      await eraseMember(sql, {
        memberId: id,
        orderId,
        requestId: null,
        why: 'kept-long-enough',
        kept,
        nowMs,
      });
      const detail = { goes, kept };
      await logPrivacy(sql, context, null, { action: 'kept-long-enough', memberId: id, orderId, detail });
    }
    return true;
  });
}

export interface RetentionRun {
  readonly beganAt: string;
  readonly counts: RetentionCounts;
}

/** The last rounds, newest first. */
export function readRetentionRuns(sql: Sql): Promise<RetentionRun[]> {
  return sql.query<RetentionRun & { [column: string]: unknown }>(
    'select began_at as "beganAt", counts from retention_runs order by began_at desc limit 10',
  );
}
