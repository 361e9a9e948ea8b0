import { isoTime } from '@portillon/core/base/clock.ts';
import { addDays, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { SourceMember, SourceMembership } from '../migration/source-rows.ts';
import type { Sql } from './database.ts';
import {
  digestOf,
  type ImportContext,
  keepRows,
  knownRows,
  knownWithMembers,
  type RowOutcome,
  rejected,
  tellClubs,
  tellMembers,
} from './imported-rows.ts';
import { insertMembers, renameMembers } from './member-names.ts';
import { findPossibleDuplicates } from './possible-duplicates.ts';
import { recordsThatStay } from './records-of-person.ts';

export interface ChunkResult {
  /** One for each line, in their order. */
  readonly outcomes: readonly RowOutcome[];
  readonly possibleDuplicates?: number;
}

/** Brings a chunk of members over (MI6, MI8, MI9). Lines of one chunk have different numbers. */
export async function importMembers(
  sql: Sql,
  context: ImportContext,
  rows: readonly SourceMember[],
): Promise<ChunkResult> {
  const known = await knownRows(
    sql,
    context,
    'members',
    rows.map(({ sourceId }) => sourceId),
  );
  const merged = await recordsThatStay(
    sql,
    [...known.values()].map(({ memberId }) => memberId),
  );
  const lines = rows.map((row) => {
    const before = known.get(row.sourceId);
    const digest = digestOf(row);
    const same = before !== undefined && before.digest === digest && !before.ended;
    return { ...row, digest, before, same, memberId: before?.memberId ?? context.newId() };
  });
  const fresh = lines.filter(({ before }) => !before);
  const changed = lines.filter(({ before, same, memberId }) => before && !same && !merged.has(memberId));
  const { keys, clubId, nowMs } = context;
  const newMembers = fresh.map((line) => ({ ...line, homeClubId: clubId }));
  await insertMembers(sql, keys, newMembers, nowMs);
  // Without a name it was taken out on its member's wish, and stays so.
  const renamed = await renameMembers(sql, keys, changed, nowMs, { onlyNamed: true });
  const done = new Set([...fresh.map(({ memberId }) => memberId), ...renamed]);
  await keepRows(
    sql,
    context,
    'members',
    lines
      .filter(({ memberId }) => done.has(memberId))
      .map(({ sourceId, memberId, digest }) => ({ sourceId, memberId, rowId: memberId, digest })),
  );
  const possibleDuplicates = await findPossibleDuplicates(sql, [...done], context.nowMs, context.newId);
  await tellClubs(sql, renamed, context, { renamed: true });
  const outcomes = lines.map(({ before, same, memberId }): RowOutcome => {
    if (same) return 'unchanged';
    if (!before) return 'written';
    if (merged.has(memberId)) return { leftOut: 'merged' };
    return done.has(memberId) ? 'updated' : { leftOut: 'erased' };
  });
  return { outcomes, possibleDuplicates };
}

/** Moments of a membership in the club's zone: from the first moment of its first day to the end of its last. */
export function momentsOf(row: Pick<SourceMembership, 'from' | 'to'>, timeZone: string) {
  return {
    validFrom: isoTime(startOfDayMs(row.from, timeZone)),
    validTo: row.to === null ? null : isoTime(startOfDayMs(addDays(row.to, 1), timeZone)),
  };
}

/** Brings a chunk of memberships over (MI6, MI7, MI8). */
export async function importMemberships(
  sql: Sql,
  context: ImportContext,
  rows: readonly SourceMembership[],
): Promise<ChunkResult> {
  const { mapping, planIds, clubId, timeZone, nowMs } = context;
  const { members, known } = await knownWithMembers(sql, context, 'memberships', rows);
  const sold = await soldSince(
    sql,
    [...members.values()].map(({ memberId }) => memberId),
  );
  const write: (ReturnType<typeof momentsOf> & {
    readonly id: string;
    readonly memberId: string;
    readonly planId: string;
    readonly status: string;
    readonly sourceId: string;
    readonly digest: string;
  })[] = [];
  const outcomes = rows.map((row): RowOutcome => {
    const member = members.get(row.member);
    if (!member || member.ended) return rejected('unknown-member', mapping.memberships.columns.member);
    const before = known.get(row.sourceId);
    const digest = digestOf(row);
    if (before?.digest === digest && !before.ended) return 'unchanged';
    if (before && sold.has(member.memberId)) return { leftOut: 'sold-since' };
    write.push({
      id: before?.rowId ?? context.newId(),
      memberId: member.memberId,
      planId: planIds.get(row.plan) ?? '',
      status: row.status,
      sourceId: row.sourceId,
      digest,
      ...momentsOf(row, timeZone),
    });
    return before ? 'updated' : 'written';
  });
  if (write.length === 0) return { outcomes };
  await sql.query(
    `insert into memberships (id, member_id, plan_id, club_id, sale_id, valid_from, valid_to, status)
     select id::uuid, member_id::uuid, plan_id::uuid, $1, null, valid_from::timestamptz, valid_to::timestamptz, status
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
              as line (id, member_id, plan_id, valid_from, valid_to, status)
     on conflict (id) do update set member_id = excluded.member_id, plan_id = excluded.plan_id,
       valid_from = excluded.valid_from, valid_to = excluded.valid_to, status = excluded.status`,
    [
      clubId,
      write.map(({ id }) => id),
      write.map(({ memberId }) => memberId),
      write.map(({ planId }) => planId),
      write.map(({ validFrom }) => validFrom),
      write.map(({ validTo }) => validTo),
      write.map(({ status }) => status),
    ],
  );
  await keepRows(
    sql,
    context,
    'memberships',
    write.map((line) => ({ ...line, rowId: line.id })),
  );
  const touched = write.map(({ memberId }) => memberId);
  await followMemberships(sql, touched, nowMs);
  await tellMembers(sql, touched, context);
  return { outcomes };
}

/** Members whom a sale here has touched since they were brought over. */
async function soldSince(sql: Sql, memberIds: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await sql.query<{ id: string }>(
    'select distinct member_id as id from sales where member_id = any($1::uuid[])',
    [memberIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Old badges go with the membership that runs; where none does any more, they open nothing until one does again. */
async function followMemberships(sql: Sql, memberIds: readonly string[], nowMs: number): Promise<void> {
  const now = isoTime(nowMs);
  await sql.query(
    `update credentials set plan_id = running.plan_id, valid_from = running.valid_from, valid_to = running.valid_to
       from imported_rows
       cross join lateral (
         select plan_id, valid_from, valid_to from memberships
          where memberships.member_id = imported_rows.member_id and status = 'active'
            and (valid_to is null or valid_to > $2)
          order by valid_from, id limit 1) as running
      where imported_rows.member_id = any($1::uuid[]) and imported_rows.kind = 'badges' and ended_at is null
        and credentials.id = imported_rows.row_id`,
    [memberIds, now],
  );
  const over = await sql.query<{ id: string }>(
    `update imported_rows set ended_at = $2, held = false
      where member_id = any($1::uuid[]) and kind = 'badges' and ended_at is null
        and not exists (select 1 from memberships where memberships.member_id = imported_rows.member_id
                           and status = 'active' and (valid_to is null or valid_to > $2))
     returning row_id as id`,
    [memberIds, now],
  );
  await sql.query(
    "update credentials set status = 'blocked' where id = any($1::uuid[]) and status = 'active'",
    [over.map(({ id }) => id)],
  );
}
