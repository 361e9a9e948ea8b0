import { isoTime } from '@portillon/core/base/clock.ts';
import type { SourceBadge } from '../migration/source-rows.ts';
import type { Sql } from './database.ts';
import type { ChunkResult } from './import-people.ts';
import {
  digestOf,
  type ImportContext,
  type KeptRow,
  keepRows,
  knownWithMembers,
  type RowOutcome,
  rejected,
  tellMembers,
} from './imported-rows.ts';

interface Running {
  readonly memberId: string;
  readonly planId: string;
  readonly clubId: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** Brings a chunk of old badges and old codes over (MI6, MI7, MI10, MI13, MI14). */
export async function importBadges(
  sql: Sql,
  context: ImportContext,
  rows: readonly SourceBadge[],
): Promise<ChunkResult> {
  const columns = context.mapping.badges?.columns;
  const numbers = rows.flatMap(({ cardUid, codeHash }) => cardUid ?? codeHash ?? []);
  // Of two who write the same number at once, one waits (badges.ts); a dry run writes none.
  if (!context.dryRun) {
    await sql.query(
      'select pg_advisory_xact_lock(hashtextextended(number, 0)) from unnest($1::text[]) as number order by number',
      [numbers],
    );
  }
  const { members, known } = await knownWithMembers(sql, context, 'badges', rows);
  const memberIds = [...members.values()].map(({ memberId }) => memberId);
  const running = await runningMemberships(sql, memberIds, context.nowMs);
  const holders = await holdersOf(sql, numbers);
  const write: (KeptRow & { readonly id: string; readonly row: SourceBadge; readonly of: Running })[] = [];
  const outcomes = rows.map((row): RowOutcome => {
    const member = members.get(row.member);
    if (!member || member.ended) return rejected('unknown-member', columns?.member ?? null);
    const before = known.get(row.sourceId);
    const digest = digestOf(row);
    if (before?.digest === digest && !before.ended) return 'unchanged';
    if (before && !before.ended) return rejected('badge-moved', columns?.number ?? null);
    const of = running.get(member.memberId);
    if (!of) return { leftOut: 'membership-over' };
    const id = before?.rowId ?? context.newId();
    const holder = holders.get(row.cardUid ?? row.codeHash ?? '');
    if (holder !== undefined && holder !== id) return rejected('badge-taken', columns?.number ?? null);
    const { sourceId } = row;
    write.push({ id, row, of, sourceId, memberId: member.memberId, rowId: id, digest, held: !context.live });
    return before ? 'updated' : 'written';
  });
  if (write.length === 0) return { outcomes };
  await sql.query(
    `insert into credentials (id, kind, card_uid, code_hash, uid_only, member_id, plan_id, home_club_id, sale_id, valid_from,
                              valid_to, single_use, status)
     select id::uuid, case when code_hash is null then 'card' else 'pass' end, card_uid, code_hash, code_hash is null,
            member_id::uuid, plan_id::uuid, club_id::uuid, null, valid_from::timestamptz, valid_to::timestamptz, false, $1
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
              as line (id, card_uid, code_hash, member_id, plan_id, club_id, valid_from, valid_to)
     on conflict (id) do update set member_id = excluded.member_id, plan_id = excluded.plan_id,
       valid_from = excluded.valid_from, valid_to = excluded.valid_to, status = excluded.status`,
    [
      context.live ? 'active' : 'blocked',
      write.map(({ id }) => id),
      write.map(({ row }) => row.cardUid),
      write.map(({ row }) => row.codeHash),
      write.map(({ memberId }) => memberId),
      write.map(({ of }) => of.planId),
      write.map(({ of }) => of.clubId),
      write.map(({ of }) => of.validFrom),
      write.map(({ of }) => of.validTo),
    ],
  );
  await keepRows(sql, context, 'badges', write);
  if (context.live) {
    await tellMembers(
      sql,
      write.map(({ memberId }) => memberId),
      context,
    );
  }
  return { outcomes };
}

/** Of each member the membership that runs, or will. */
async function runningMemberships(
  sql: Sql,
  memberIds: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, Running>> {
  const rows = await sql.query<Running>(
    `select distinct on (member_id) member_id as "memberId", plan_id as "planId", club_id as "clubId",
            valid_from as "validFrom", valid_to as "validTo"
       from memberships
      where member_id = any($1::uuid[]) and status = 'active' and (valid_to is null or valid_to > $2)
      order by member_id, valid_from, id`,
    [memberIds, isoTime(nowMs)],
  );
  return new Map(rows.map((row) => [row.memberId, row]));
}

/** Which credential has a number now: one that opens, or one that waits. */
async function holdersOf(sql: Sql, numbers: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ number: string; id: string }>(
    `select coalesce(card_uid, code_hash) as number, id from credentials
      where (card_uid = any($1::text[]) or code_hash = any($1::text[]))
        and (status = 'active' or exists (
          select 1 from imported_rows where imported_rows.member_id = credentials.member_id
             and row_id = credentials.id and held))`,
    [numbers],
  );
  return new Map(rows.map(({ number, id }) => [number, id]));
}
