import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';

/** What is compared. Word for word as in the indexes (migrations/…-same-person.ts, …-merged-members.ts). */
const compared = {
  birth: (member: string) => `${member}.birth_date`,
  email: (member: string) => `lower(${member}.email)`,
  /** The last nine digits: with and without the code of the country. */
  phone: (member: string) => `right(regexp_replace(${member}.phone, '\\D', '', 'g'), 9)`,
  /** Without accents and capitals, as two systems may write one name. */
  name: (member: string) =>
    `regexp_replace(lower(normalize(${member}.given_name || ' ' || ${member}.family_name, NFD)), '[\u0300-\u036f]', '', 'g')`,
} as const;

/** Which two have to agree (DU1); the first is the one that is told. */
const keys = [
  ['name', 'birth'],
  ['email', 'birth'],
  ['phone', 'birth'],
  ['email', 'name'],
  ['phone', 'name'],
] as const;

/** More than these with the same key are no help to whoever is to decide. */
const othersShown = 20;

/**
 * Writes down who else in the base may be one of these members (DU1, MI9), with a case for each new pair. Nothing is merged.
 * Returns how many pairs are new; one that was settled is not found again. Of two arrivals at once the second sees the first.
 */
export async function findPossibleDuplicates(
  sql: Sql,
  memberIds: readonly string[],
  nowMs: number,
  newCaseId: () => string,
): Promise<number> {
  if (memberIds.length === 0) return 0;
  // An import takes minutes: nobody waits for that long.
  if (memberIds.length === 1)
    await sql.query(`select pg_advisory_xact_lock(hashtextextended('possible-duplicates', 0))`);
  // One look into an index for each member and key, whatever the planner knows of a table that is being filled.
  const agreeing = keys.map(
    ([key, beside]) =>
      `select one.id as member_id, other.id as other_id, '${key}' as key
         from named_members as one
         cross join lateral (
           select id from named_members as other
            where ${compared[beside]('other')} = ${compared[beside]('one')} and ${compared[key]('other')} = ${compared[key]('one')}
              and other.id <> one.id and other.merged_into is null
            limit ${othersShown}) as other
        where one.id = any($1::uuid[]) and one.merged_into is null${key === 'phone' ? ` and length(${compared.phone('one')}) = 9` : ''}`,
  );
  const found = await sql.query<{ memberId: string; otherId: string; keys: string[]; clubId: string }>(
    `with found as (
       insert into possible_duplicates (member_id, other_member_id, keys, found_at)
       select least(member_id, other_id), greatest(member_id, other_id), jsonb_agg(distinct key), $2::timestamptz
         from (${agreeing.join(' union all ')}) as agreeing
        where not exists (select 1 from erased_members where erased_members.member_id in (agreeing.member_id, other_id))
        group by 1, 2
       on conflict do nothing returning member_id, other_member_id, keys)
     select found.member_id as "memberId", other_member_id as "otherId", keys, home_club_id as "clubId"
       from found join members on members.id = case when found.member_id = any($1::uuid[]) then found.member_id
                                                    else other_member_id end`,
    [memberIds, isoTime(nowMs)],
  );
  if (found.length > 0) {
    await openSamePersonCases(
      sql,
      found.map((pair) => ({ ...pair, caseId: newCaseId() })),
      nowMs,
    );
  }
  return found.length;
}

/** DU3: one case a pair. Its words hold ids and the names of keys, nothing of the person. */
export async function openSamePersonCases(
  sql: Sql,
  pairs: readonly {
    readonly caseId: string;
    readonly memberId: string;
    readonly otherId: string;
    readonly keys: readonly string[];
    readonly clubId: string;
  }[],
  nowMs: number,
): Promise<void> {
  const values = [JSON.stringify(pairs), isoTime(nowMs)];
  const given = `jsonb_to_recordset($1::jsonb)
    as pair("caseId" uuid, "memberId" uuid, "otherId" uuid, keys jsonb, "clubId" uuid)`;
  await sql.query(
    `insert into cases (id, club_id, edge_id, at, kind, amount_cents, detail)
     select "caseId", "clubId", null, $2::timestamptz, 'same-person', 0,
            'members ' || "memberId" || ' and ' || "otherId" || ' agree in ' ||
            (select string_agg(key, ', ' order by key) from jsonb_array_elements_text(keys) as key)
       from ${given}`,
    values,
  );
  await sql.query(
    `update possible_duplicates set case_id = "caseId", settled_at = null
       from ${given}
      where member_id = "memberId" and other_member_id = "otherId" and $2::text is not null`,
    values,
  );
}
