import type { SamePerson, SamePersonRecord } from '../http/staff/same-person-view.ts';
import type { Reach } from '../members/may-do.ts';
import type { Sql } from './database.ts';
import { pairAskedNow } from './open-pairs.ts';
import { ownMember } from './reach.ts';

/**
 * Both records of a case, as much of each as the account may see (DU3); null where the case is about no pair. While it is open,
 * of a record that was merged the one that stays (DU16).
 */
export async function readSamePerson(sql: Sql, caseId: string, reach: Reach): Promise<SamePerson | null> {
  const [pair] = await sql.query<{ ids: string[]; keys: SamePerson['keys']; mergeId: string | null }>(
    `select coalesce((select array[gone_id, stays_id]::text[] from member_merges where case_id = $1 and undone_at is null),
                     array[member_id, other_member_id]::text[]) as ids, keys,
            (select id from member_merges where case_id = $1 and undone_at is null) as "mergeId"
       from possible_duplicates
      where case_id = $1 or (member_id, other_member_id) in (
        select least(gone_id, stays_id), greatest(gone_id, stays_id) from member_merges
         where case_id = $1 and undone_at is null)`,
    [caseId],
  );
  if (!pair) return null;
  const asked = pair.mergeId === null ? await pairAskedNow(sql, caseId) : null;
  const records = await recordsShown(sql, asked?.length === 2 ? asked : pair.ids, reach, null);
  return { keys: pair.keys, mergeId: pair.mergeId, records };
}

/** Records, the older one first; of a merge, each with what it would have once that is undone. */
export async function recordsShown(
  sql: Sql,
  ids: readonly string[],
  reach: Reach,
  mergeId: string | null,
): Promise<SamePersonRecord[]> {
  const theirs = (table: 'memberships' | 'credentials') =>
    mergeId === null
      ? `${table}.member_id = members.id`
      : `${table}.id in (select jsonb_array_elements_text(
           case when gone_id = members.id then moved else own end -> '${table}')::uuid
           from member_merges where id = $3::uuid)`;
  const rows = await sql.query<
    Omit<SamePersonRecord, 'more'> & NonNullable<SamePersonRecord['more']> & { own: boolean }
  >(
    `select members.id as "memberId", nullif(concat_ws(' ', given_name, family_name), '') as name,
            home_club_id as "homeClubId", clubs.name as "homeClub", ${ownMember('$2')} as own,
            birth_date::text as "birthDate", email, phone, created_at as since,
            coalesce((select jsonb_agg(jsonb_build_object('plan', plans.record->'names', 'from', iso_time(valid_from),
                                                          'to', iso_time(valid_to), 'status', status)
                                       order by valid_from desc)
                        from memberships join plans on plans.id = plan_id
                       where ${theirs('memberships')}), '[]') as memberships,
            (select jsonb_build_object('card', count(*) filter (where kind = 'card'),
                                       'pass', count(*) filter (where kind = 'pass'),
                                       'other', count(*) filter (where kind not in ('card', 'pass')))
               from credentials where ${theirs('credentials')} and status = 'active') as credentials
       from named_members as members join clubs on clubs.id = home_club_id
      where members.id = any($1::uuid[]) order by created_at, members.id`,
    mergeId === null ? [ids, reach] : [ids, reach, mergeId],
  );
  return rows.map(({ own, memberId, name, homeClubId, homeClub, ...more }) => ({
    memberId,
    name,
    homeClubId,
    homeClub,
    more: own ? more : null,
  }));
}
