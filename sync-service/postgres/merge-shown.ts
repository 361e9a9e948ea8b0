import type { MemberAccess } from '../http/staff/member-view.ts';
import type { MergedPair } from '../http/staff/same-person-view.ts';
import type { Reach } from '../members/may-do.ts';
import type { Sql } from './database.ts';
import { recordsShown } from './same-person.ts';

/** DU11: merges in force of a person, also those before another, the last first: into whom this record went, and who went with it. */
export function readMerges(sql: Sql, memberId: string): Promise<MemberAccess['merges']> {
  return sql.query<MemberAccess['merges'][number]>(
    `with recursive up (id) as (
       select $1::uuid union select merged_into from up join members using (id) where merged_into is not null)
     select member_merges.id as "mergeId", case when gone_id in (select id from up) then 'into' else 'from' end as way, iso_time(at) as at,
            user_name as by, reason,
            jsonb_build_object('memberId', members.id, 'homeClub', clubs.name,
                               'name', nullif(concat_ws(' ', given_name, family_name), '')) as other
       from member_merges
       join named_members as members on members.id = case when gone_id in (select id from up) then stays_id else gone_id end
       join clubs on clubs.id = home_club_id
      where undone_at is null and gone_id = any(array(select records_of(array[$1::uuid]))) order by member_merges.at desc, member_merges.id`,
    [memberId],
  );
}

/** DU11: both records as they would be once the merge is undone; null where it is none, or was undone. */
export async function readMergedPair(sql: Sql, mergeId: string, reach: Reach): Promise<MergedPair | null> {
  const [merge] = await sql.query<{ goneId: string; staysId: string }>(
    'select gone_id as "goneId", stays_id as "staysId" from member_merges where id = $1 and undone_at is null',
    [mergeId],
  );
  if (!merge) return null;
  const { goneId, staysId } = merge;
  return { mergeId, goneId, records: await recordsShown(sql, [goneId, staysId], reach, mergeId) };
}
