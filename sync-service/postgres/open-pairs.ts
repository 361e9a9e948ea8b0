import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';
import type { By } from './member-merges.ts';
import { openSamePersonCases } from './possible-duplicates.ts';
import { recordsOf, recordsThatStay } from './records-of-person.ts';

interface Pair {
  readonly memberId: string;
  readonly otherId: string;
}

/**
 * Whom a case asks about by now (DU16): of a record that was merged, the one that stays. One id once both are one person; null
 * where the case is settled, or about no pair.
 */
export async function pairAskedNow(sql: Sql, caseId: string): Promise<readonly string[] | null> {
  const [pair] = await sql.query<Pair>(
    `select member_id as "memberId", other_member_id as "otherId" from possible_duplicates
      where case_id = $1 and settled_at is null`,
    [caseId],
  );
  return pair ? staying(pair, await staysOf(sql, [pair])) : null;
}

/** DU16: every other open case that asks no more than another by now is closed by the merge, and carries its words. */
export async function closeSameQuestions(
  sql: Sql,
  staysId: string,
  { mergeId, by: { user, reason, nowMs } }: { readonly mergeId: string; readonly by: By },
): Promise<void> {
  const pairs = await sql.query<Pair & { caseId: string }>(
    `select case_id as "caseId", member_id as "memberId", other_member_id as "otherId"
       from possible_duplicates join cases on cases.id = case_id
      where settled_at is null and (member_id = any($1::uuid[]) or other_member_id = any($1::uuid[]))
        and not exists (select 1 from case_settlements where case_settlements.case_id = cases.id)
      order by at, case_id`,
    [await recordsOf(sql, [staysId])],
  );
  const stays = await staysOf(sql, pairs);
  const asksItself = (pair: Pair) =>
    staying(pair, stays).every((id) => [pair.memberId, pair.otherId].includes(id));
  const asked = new Set<string>();
  // The one that names the records that stay goes on rather than one that came to mean them.
  for (const pair of [...pairs.filter(asksItself), ...pairs.filter((each) => !asksItself(each))]) {
    const now = staying(pair, stays);
    if (now.length === 2 && !asked.has(now.join())) {
      asked.add(now.join());
      continue;
    }
    const closed = await sql.query(
      `insert into case_settlements (case_id, settled_at, user_id, user_name, outcome, words)
       values ($1, $2, $3, $4, 'merged', $5) on conflict do nothing returning 1`,
      [pair.caseId, isoTime(nowMs), user.id, user.name, reason],
    );
    if (closed.length === 0) continue;
    await sql.query('update possible_duplicates set settled_at = $2, closed_by = $3 where case_id = $1', [
      pair.caseId,
      isoTime(nowMs),
      mergeId,
    ]);
  }
}

/** After a merge was undone: its pair, and what it closed, each question once. Resolves with the case of the pair. */
export async function askAgain(
  sql: Sql,
  merge: { readonly mergeId: string; readonly pair: readonly [string, string] },
  nowMs: number,
  newCaseId: () => string,
): Promise<string> {
  const { mergeId, pair } = merge;
  const found = await sql.query<Pair & { keys: string[]; clubId: string }>(
    `select member_id as "memberId", other_member_id as "otherId", keys, home_club_id as "clubId"
       from possible_duplicates
       join member_merges on member_merges.id = $3
       join members on members.id = case when $2::uuid in (member_id, other_member_id) then $2::uuid else other_member_id end
      where possible_duplicates.case_id = member_merges.case_id or closed_by = $3
         or (member_id, other_member_id) = (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid))
      order by possible_duplicates.case_id is not distinct from member_merges.case_id desc,
               $1::uuid in (member_id, other_member_id) and $2::uuid in (member_id, other_member_id) desc,
               found_at, member_id, other_member_id`,
    [...pair, mergeId],
  );
  const open = await sql.query<Pair>(
    `select member_id as "memberId", other_member_id as "otherId" from possible_duplicates
      where settled_at is null and case_id is not null
        and (member_id = any($1::uuid[]) or other_member_id = any($1::uuid[]))`,
    [await recordsOf(sql, pair)],
  );
  const stays = await staysOf(sql, [...found, ...open]);
  const asked = new Set(open.map((each) => staying(each, stays).join()));
  const caseId = newCaseId();
  for (const [index, each] of found.entries()) {
    const now = staying(each, stays);
    if (index > 0 && (now.length < 2 || asked.has(now.join()))) continue;
    asked.add(now.join());
    await openSamePersonCases(sql, [{ ...each, caseId: index === 0 ? caseId : newCaseId() }], nowMs);
  }
  await sql.query('update possible_duplicates set closed_by = null where closed_by = $1', [mergeId]);
  return caseId;
}

/** DU6, DU16: neither the pair that a case names nor the one that it came to mean is asked about again. */
export async function twoPersons(sql: Sql, caseId: string, nowMs: number): Promise<void> {
  const now = (await pairAskedNow(sql, caseId)) ?? [];
  if (now.length === 2) {
    await sql.query(
      `insert into possible_duplicates (member_id, other_member_id, keys, found_at, settled_at)
       select least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), keys, $4::timestamptz, $4::timestamptz
         from possible_duplicates where case_id = $1
       on conflict do nothing`,
      [caseId, ...now, isoTime(nowMs)],
    );
  }
  await sql.query('update possible_duplicates set settled_at = $2 where case_id = $1', [
    caseId,
    isoTime(nowMs),
  ]);
}

function staysOf(sql: Sql, pairs: readonly Pair[]): Promise<ReadonlyMap<string, string>> {
  return recordsThatStay(
    sql,
    pairs.flatMap(({ memberId, otherId }) => [memberId, otherId]),
  );
}

const staying = ({ memberId, otherId }: Pair, stays: ReadonlyMap<string, string>): readonly string[] =>
  [...new Set([memberId, otherId].map((id) => stays.get(id) ?? id))].sort();
