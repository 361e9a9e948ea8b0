import type { Sql } from './database.ts';

/** The record that stands for this member: its own id, or that of the one it was merged into (DU9). */
export async function memberThatStays(sql: Sql, memberId: string): Promise<string> {
  return (await recordsThatStay(sql, [memberId])).get(memberId) ?? memberId;
}

/**
 * The same, locked until the transaction ends: no merge moves what belongs to it, nor gives it back, meanwhile. In the order of
 * the merges, from who went to who stays.
 */
export async function lockMemberThatStays(sql: Sql, memberId: string): Promise<string> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [memberId]);
  const stays = await memberThatStays(sql, memberId);
  return stays === memberId ? memberId : lockMemberThatStays(sql, stays);
}

/** Of members that were merged into another record, the one that stays. */
export async function recordsThatStay(
  sql: Sql,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.query<{ asked: string; id: string }>(
    `with recursive stays as (
       select id as asked, id, merged_into from members where id = any($1::uuid[]) and merged_into is not null
       union select asked, members.id, members.merged_into from stays join members on members.id = stays.merged_into)
     select asked, id from stays where merged_into is null`,
    [memberIds],
  );
  return new Map(rows.map(({ asked, id }) => [asked, id]));
}

/** DU10: every other record that was merged into the same one, and that one. */
export async function otherRecordsOf(sql: Sql, memberId: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `with recursive same as (
       select id, merged_into from members where id = $1
       union select members.id, members.merged_into from same join members
          on members.merged_into = same.id or members.id = same.merged_into)
     select id from same where id <> $1 order by id`,
    [memberId],
  );
  return rows.map(({ id }) => id);
}
