import { isoTime } from '@portillon/core/base/clock.ts';
import { withoutCode } from '../../adapters/incoming-records.ts';
import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import type { Sql } from '../database.ts';
import type { Intake, NotApplied } from './intake.ts';
import { openOtherBaseCase } from './other-base-cases.ts';

/** For what is to come first, mostly in the same page. */
const waitsMs = 10 * 60_000;

/** AD25: puts a record aside. What waits for another one is a case only when it goes on waiting. */
export async function park(intake: Intake, change: IncomingChange, problem: NotApplied): Promise<void> {
  const { sql, adapter, nowMs } = intake;
  const { kind, theirId, revision, ourId, record } = change;
  await sql.query(
    `insert into adapter_parked (adapter, kind, their_id, our_id, revision, record, unread, problem, waits_for, case_due_at, member_id, parked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
             coalesce($11, (select our_id from adapter_ids where adapter = $1 and kind = 'member' and $2 = 'member' and their_id = $3 limit 1)),
             $12)
     on conflict (adapter, kind, their_id) do update
       set our_id = excluded.our_id, revision = excluded.revision, record = excluded.record, unread = excluded.unread, problem = excluded.problem,
           waits_for = excluded.waits_for,
           case_due_at = excluded.case_due_at, member_id = excluded.member_id, parked_at = excluded.parked_at, retry = false`,
    [
      adapter,
      kind,
      theirId,
      ourId ?? null,
      revision,
      change.problem === undefined && record !== null ? JSON.stringify(withoutCode(record)) : null,
      change.problem !== undefined,
      problem.message.slice(0, 400),
      problem.waitsFor,
      problem.waitsFor === null ? null : isoTime(nowMs + waitsMs),
      problem.memberId,
      isoTime(nowMs),
    ],
  );
  if (problem.waitsFor === null)
    await openCase(intake, { kind, theirId, problem: problem.message, memberId: problem.memberId });
}

/** Opens the cases of what has waited for long. */
export async function openDueCases(
  intake: Pick<Intake, 'sql' | 'adapter' | 'nowMs' | 'newId'>,
): Promise<void> {
  const due = await intake.sql.query<Parked & Record<string, unknown>>(
    `update adapter_parked set case_due_at = null where adapter = $1 and case_due_at <= $2
     returning kind, their_id as "theirId", problem, member_id as "memberId"`,
    [intake.adapter, isoTime(intake.nowMs)],
  );
  for (const each of due) await openCase(intake, each);
}

interface Parked {
  readonly kind: string;
  readonly theirId: string;
  readonly problem: string;
  readonly memberId: string | null;
}

function openCase(
  { sql, adapter, nowMs, newId }: Pick<Intake, 'sql' | 'adapter' | 'nowMs' | 'newId'>,
  { kind, theirId, problem, memberId }: Parked,
): Promise<void> {
  const about = `${kind} ${theirId} of theirs`;
  return openOtherBaseCase(
    sql,
    { kind: 'other-base-unusable', adapter, about, memberId, clubId: null, words: problem },
    newId(),
    nowMs,
  );
}

export interface ParkedRecord {
  readonly kind: string;
  readonly theirId: string;
  readonly problem: string;
  readonly parkedAt: string;
}

/** The newest first. */
export async function listParked(sql: Sql, adapter: string, most: number): Promise<readonly ParkedRecord[]> {
  return sql.query<ParkedRecord & Record<string, unknown>>(
    `select kind, their_id as "theirId", problem, parked_at as "parkedAt" from adapter_parked
      where adapter = $1 order by parked_at desc, seq desc limit $2`,
    [adapter, most],
  );
}

/** How many are to be tried again, by the process that reads. */
export async function wantParked(sql: Sql, adapter: string): Promise<number> {
  const wanted = await sql.query(
    'update adapter_parked set retry = true where adapter = $1 and not unread returning 1',
    [adapter],
  );
  return wanted.length;
}
