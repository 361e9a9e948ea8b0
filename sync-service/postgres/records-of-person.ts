import type { Sql } from './database.ts';

/** The record that stands for this member: its own id, or that of the one it was merged into (DU9). */
export async function memberThatStays(sql: Sql, memberId: string): Promise<string> {
  return (await recordsThatStay(sql, [memberId])).get(memberId) ?? memberId;
}

/**
 * The same, with all records of the person locked until the transaction ends: no merge moves what belongs to it, nor gives it
 * back, meanwhile.
 */
export async function lockMemberThatStays(sql: Sql, memberId: string): Promise<string> {
  await lockRecordsOf(sql, [memberId]);
  return memberThatStays(sql, memberId);
}

/**
 * Locks all records of these persons until the transaction ends, always in the order of their ids, and resolves with them in that
 * order. Who was merged while it waited is found at a second look: then all locks are taken anew, so that the order holds.
 */
export async function lockRecordsOf(sql: Sql, memberIds: readonly string[]): Promise<string[]> {
  for (let known = await recordsOf(sql, memberIds); ; ) {
    await sql.query('savepoint locks');
    await sql.query(
      `select pg_advisory_xact_lock(hashtextextended(id::text, 0))
         from (select id from unnest($1::uuid[]) as id order by id) as asked`,
      [known],
    );
    const records = await recordsOf(sql, memberIds);
    await sql.query(
      records.every((id) => known.includes(id)) ? 'release savepoint locks' : 'rollback to savepoint locks',
    );
    if (records.every((id) => known.includes(id))) return records;
    known = records;
  }
}

/** These records and every other of the same persons, in the order of their ids. */
export async function recordsOf(sql: Sql, memberIds: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ id: string }>('select id from records_of($1::uuid[]) as id order by id', [
    memberIds,
  ]);
  return rows.map(({ id }) => id);
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

/** DU10: every other record of the same person, however many merges lie between. */
export async function otherRecordsOf(sql: Sql, memberId: string): Promise<string[]> {
  return (await recordsOf(sql, [memberId])).filter((id) => id !== memberId);
}

/** This record, the one it was merged into, and so on: each holds what was given to it when they were merged (DU5). */
export async function recordsUpFrom(sql: Sql, memberId: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `with recursive up (id) as (
       select $1::uuid union select merged_into from up join members using (id) where merged_into is not null)
     select id from up order by id`,
    [memberId],
  );
  return rows.map(({ id }) => id);
}
