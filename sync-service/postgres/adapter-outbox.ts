import type { DeliveryOutcome, OutgoingKind } from '../adapters/member-base-adapter.ts';
import { openRefusedCase } from './adapter-intake/refused-cases.ts';
import type { Database, Sql } from './database.ts';

/** Begins, or goes on, with what the other side takes from now on. */
export async function registerAdapter(sql: Sql, name: string, kinds: readonly OutgoingKind[]): Promise<void> {
  await sql.query(
    `insert into adapters (name, kinds) values ($1, $2)
     on conflict (name) do update set kinds = excluded.kinds, ended_at = null`,
    [name, kinds],
  );
}

/** A row that this process has to tell, before its lease is over. */
export interface LeasedRow {
  readonly id: string;
  readonly kind: OutgoingKind;
  readonly rowId: string;
  readonly subjectId: string;
  readonly messageId: string;
  readonly version: number;
  /** This one included. */
  readonly attempts: number;
}

export interface Lease {
  /** The other side did not answer before: this one row asks whether it does again. */
  readonly probe: boolean;
  readonly rows: readonly LeasedRow[];
}

/**
 * Takes rows that are due, of each subject the oldest that waits (AD10). While the other side does not answer, one row for all
 * processes together (AD11). A process that dies leaves its rows to the others once the lease is over.
 */
export async function leaseRows(
  database: Database,
  adapter: string,
  most: number,
  leaseMs: number,
): Promise<Lease> {
  return database.transaction(async (sql) => {
    // Those who write the queue hold a weaker lock on this row, and are not kept waiting.
    const [state] = await sql.query<{ failures: number }>(
      `select failures from adapters
        where name = $1 and ended_at is null and (paused_until is null or paused_until <= now()) for no key update`,
      [adapter],
    );
    if (!state) return { probe: false, rows: [] };
    const probe = state.failures > 0;
    const rows = await sql.query<LeasedRow & Record<string, unknown>>(
      `with due as (
         select id from adapter_outbox as message
          where adapter = $1 and state = 'waiting' and due_at <= now() and (leased_until is null or leased_until < now())
            and not exists (select 1 from adapter_outbox as older
                             where older.adapter = message.adapter and older.subject_id = message.subject_id
                               and older.state = 'waiting' and older.seq < message.seq)
          order by due_at, seq limit $2 for update skip locked
       )
       update adapter_outbox as message set leased_until = now() + $3 * interval '1 ms', attempts = attempts + 1
         from due where message.id = due.id
       returning message.id, kind, row_id as "rowId", subject_id as "subjectId", message_id as "messageId", version, attempts`,
      [adapter, probe ? 1 : most, leaseMs],
    );
    if (probe && rows.length > 0) {
      await sql.query(`update adapters set paused_until = now() + $2 * interval '1 ms' where name = $1`, [
        adapter,
        leaseMs,
      ]);
    }
    return { probe, rows };
  });
}

export type RowOutcome =
  | DeliveryOutcome
  /** It is not there any more. */
  | { readonly is: 'gone' }
  /** It was not told: the process ends. */
  | { readonly is: 'given-back' };

const attemptsBeforeDead = 10;
const firstPauseMs = 1_000;
const longestPauseMs = 300_000;
/** A message that is not taken while others are: after the first attempt, the second, and so on. */
const againAfterS = [5, 30, 120, 300, 900, 1_800, 3_600, 7_200, 14_400] as const;

export interface Settling {
  readonly probe: boolean;
  /** 0 to 1: so that what failed together does not come again together. */
  readonly spread: number;
  /** Of the case that opens where it is put aside (AD27). */
  readonly caseId: string;
  readonly nowMs: number;
}

export async function settleRow(
  database: Database,
  adapter: string,
  row: LeasedRow,
  outcome: RowOutcome,
  { probe, spread, caseId, nowMs }: Settling,
): Promise<void> {
  await database.transaction(async (sql) => {
    if (outcome.is === 'taken') await rememberIds(sql, adapter, row, outcome);
    if (outcome.is === 'not-now') {
      if (outcome.whole) {
        await pause(sql, adapter, outcome, { probe, spread });
        await sql.query(
          'update adapter_outbox set leased_until = null, attempts = attempts - 1, problem = $2 where id = $1',
          [row.id, outcome.problem],
        );
        return;
      }
      // It answers, if not to this.
      await answered(sql, adapter, false);
      if (await again(sql, adapter, row, outcome, spread)) await putAside(outcome.problem);
      return;
    }
    if (outcome.is === 'given-back') {
      await sql.query(
        'update adapter_outbox set leased_until = null, attempts = attempts - 1 where id = $1',
        [row.id],
      );
      if (probe) await sql.query('update adapters set paused_until = now() where name = $1', [adapter]);
      return;
    }
    await answered(sql, adapter, outcome.is === 'taken');
    const done =
      outcome.is === 'taken' || outcome.is === 'gone'
        ? await sql.query('delete from adapter_outbox where id = $1 and version = $2 returning 1', [
            row.id,
            row.version,
          ])
        : await sql.query(
            `update adapter_outbox set state = $3, problem = $4, settled_at = now(), leased_until = null
              where id = $1 and version = $2 returning 1`,
            outcome.is === 'refused'
              ? [row.id, row.version, 'dead', outcome.problem]
              : [row.id, row.version, 'overruled', null],
          );
    // It has changed since, and goes again, in its place.
    if (done.length === 0) {
      await sql.query(
        'update adapter_outbox set leased_until = null, attempts = 0, due_at = now() where id = $1',
        [row.id],
      );
    } else if (outcome.is === 'refused') await putAside(outcome.problem);

    function putAside(problem: string): Promise<void> {
      return openRefusedCase(sql, { adapter, kind: row.kind, rowId: row.rowId, problem }, caseId, nowMs);
    }
  });
}

async function rememberIds(
  sql: Sql,
  adapter: string,
  row: LeasedRow,
  { theirId, revision }: Extract<DeliveryOutcome, { is: 'taken' }>,
): Promise<void> {
  if (theirId === null && revision === null) return;
  await sql.query(
    `insert into adapter_ids (adapter, kind, our_id, their_id, revision) values ($1, $2, $3, $4, $5)
     on conflict (adapter, kind, our_id) do update
       -- What began at their side keeps the id that they gave it.
       set their_id = case when adapter_ids.made then adapter_ids.their_id
                           else coalesce(excluded.their_id, adapter_ids.their_id) end,
           revision = excluded.revision`,
    [adapter, row.kind, row.rowId, theirId, revision],
  );
}

async function pause(
  sql: Sql,
  adapter: string,
  { problem, afterMs }: { readonly problem: string; readonly afterMs: number | null },
  { probe, spread }: { readonly probe: boolean; readonly spread: number },
): Promise<void> {
  // Of many that fail at once, one counts.
  await sql.query(
    `update adapters set failures = failures + 1, problem = $2,
            paused_until = now() + greatest($3::float8, least($4 * power(2, least(failures, 20)), $5) * (1 + $6::float8 / 5))
                                   * interval '1 ms'
      where name = $1 and ($7 or paused_until is null or paused_until <= now())`,
    [adapter, problem, afterMs ?? 0, firstPauseMs, longestPauseMs, spread, probe],
  );
}

/** One row for all: written when it says something new, and once a second. */
async function answered(sql: Sql, adapter: string, taken: boolean): Promise<void> {
  await sql.query(
    `update adapters set failures = 0, paused_until = null, problem = null,
            last_taken_at = case when $2 then now() else last_taken_at end
      where name = $1
        and (failures > 0 or ($2 and (last_taken_at is null or last_taken_at < now() - interval '1 second')))`,
    [adapter, taken],
  );
}

/** True when it is put aside. */
async function again(
  sql: Sql,
  adapter: string,
  row: LeasedRow,
  { problem, afterMs }: { readonly problem: string; readonly afterMs: number | null },
  spread: number,
): Promise<boolean> {
  const seconds = againAfterS[Math.min(row.attempts, againAfterS.length) - 1] ?? againAfterS[0];
  const inMs = Math.max(afterMs ?? 0, seconds * 1_000 * (1 + spread / 5));
  const [settled] = await sql.query<{ dead: boolean }>(
    `update adapter_outbox as message
        set leased_until = null, problem = $2, first_failed_at = coalesce(first_failed_at, now()),
            due_at = now() + $3 * interval '1 ms',
            state = case when dead then 'dead' else state end, settled_at = case when dead then now() end
       from (select $4 and exists (select 1 from adapters join adapter_outbox as failed on failed.id = $1
                                    where name = $5 and last_taken_at > failed.first_failed_at) as dead) as judged
      where message.id = $1 returning dead`,
    [row.id, problem, inMs, row.attempts >= attemptsBeforeDead, adapter],
  );
  return settled?.dead ?? false;
}

export interface AdapterState {
  readonly name: string;
  readonly kinds: readonly OutgoingKind[];
  readonly waiting: number;
  readonly overruled: number;
  readonly dead: number;
  /** Of what waits longest. */
  readonly oldestAt: string | null;
  readonly failures: number;
  readonly pausedUntil: string | null;
  readonly problem: string | null;
  readonly endedAt: string | null;
  /** Passages that were dropped because too many waited. */
  readonly dropped: number;
  /** What comes from them; null where nothing is read. */
  readonly intake: {
    readonly applied: number;
    /** When they last had nothing more to say. */
    readonly readAt: string | null;
    readonly failures: number;
    readonly problem: string | null;
    readonly parked: number;
  } | null;
}

export async function listAdapters(sql: Sql): Promise<readonly AdapterState[]> {
  return sql.query<AdapterState & Record<string, unknown>>(
    `select name, kinds, failures, paused_until as "pausedUntil", adapters.problem, ended_at as "endedAt",
            count(*) filter (where state = 'waiting')::int as waiting,
            count(*) filter (where state = 'overruled')::int as overruled,
            count(*) filter (where state = 'dead')::int as dead,
            min(created_at) filter (where state = 'waiting') as "oldestAt", dropped,
            (select jsonb_build_object('applied', applied, 'readAt', iso_time(read_at), 'failures', failures, 'problem', problem,
                      'parked', (select count(*) from adapter_parked where adapter = name))
               from adapter_intake where adapter = name) as intake
       from adapters left join adapter_outbox on adapter = name group by name order by name`,
  );
}

export interface SetAside {
  readonly messageId: string;
  readonly kind: OutgoingKind;
  readonly rowId: string;
  readonly state: 'overruled' | 'dead';
  readonly problem: string | null;
  readonly settledAt: string;
}

/** The newest first. */
export async function listSetAside(sql: Sql, adapter: string, most: number): Promise<readonly SetAside[]> {
  return sql.query<SetAside & Record<string, unknown>>(
    `select message_id as "messageId", kind, row_id as "rowId", state, problem, settled_at as "settledAt"
       from adapter_outbox where adapter = $1 and state <> 'waiting' order by settled_at desc, id limit $2`,
    [adapter, most],
  );
}

/** All that is dead, or one message. How many. */
export async function resendDead(sql: Sql, adapter: string, messageId: string | null): Promise<number> {
  const sent = await sql.query(
    `update adapter_outbox set state = 'waiting', attempts = 0, first_failed_at = null, due_at = now(), settled_at = null
      where adapter = $1 and state = 'dead' and ($2::uuid is null or message_id = $2) returning 1`,
    [adapter, messageId],
  );
  return sent.length;
}

/** AD28: of passages that wait, the newest stay; the oldest go, and are counted. How many went. */
export async function dropOldPassages(sql: Sql, adapter: string, most: number): Promise<number> {
  const [dropped] = await sql.query<{ count: number }>(
    `with old as (
       delete from adapter_outbox where id in (
         select id from adapter_outbox where adapter = $1 and kind = 'passage' and leased_until is null
          order by seq desc offset $2) returning 1),
     counted as (
       update adapters set dropped = dropped + (select count(*) from old)
        where name = $1 and exists (select 1 from old))
     select count(*)::int as count from old`,
    [adapter, most],
  );
  return dropped?.count ?? 0;
}
