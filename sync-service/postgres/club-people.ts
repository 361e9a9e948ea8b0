import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';
import { photoOf } from './person-shown.ts';
import { lockRecordsOf } from './records-of-person.ts';

/** W-PERSON-1: a club goes on knowing somebody whose membership has just ended, and may be renewed. */
const lapsedMs = 30 * 24 * 3_600_000;

/**
 * What the feed keeps of somebody of a club: whose name is told, and the digest of the photo. The name itself is added
 * where the feed is read: no second copy of it, in the base or in a backup.
 */
export interface PersonEntry {
  readonly kind: 'person';
  /** Of this member in this club: who moves is gone from one club and new in the other. */
  readonly id: string;
  readonly clubId: string;
  readonly record: { readonly memberId: string; readonly photo: string | null } | null;
}

interface Changed {
  readonly id: string;
  readonly clubId: string;
  readonly about: string;
  readonly told: boolean;
  readonly photo: string | null;
}

/**
 * Of these persons, whichever record of theirs is named, what clubs are to be told otherwise than they were; `renamed` where the name
 * may be another one.
 */
export async function changedPeople(
  sql: Sql,
  memberIds: readonly string[],
  nowMs: number,
  { renamed = false } = {},
): Promise<PersonEntry[]> {
  const rows = await changes(sql, memberIds, nowMs, renamed);
  return rows.map(({ id, clubId, about, told, photo }) => ({
    kind: 'person',
    id,
    clubId,
    record: told ? { memberId: about, photo } : null,
  }));
}

/** Those of these members of whom a club is to be told something else. */
export async function whoChanged(sql: Sql, memberIds: readonly string[], nowMs: number): Promise<string[]> {
  const rows = await changes(sql, memberIds, nowMs, false);
  return [...new Set(rows.map(({ about }) => about))];
}

async function changes(
  sql: Sql,
  memberIds: readonly string[],
  nowMs: number,
  renamed: boolean,
): Promise<Changed[]> {
  if (memberIds.length === 0) return [];
  return sql.query<Changed & { [column: string]: unknown }>(
    `with asked as (select id from records_of($1::uuid[]) as id), wanted as (
       select md5(members.id || ' ' || home_club_id)::uuid as id, home_club_id, members.id as member_id,
              ${photoOf('members')} as photo
         from asked join members on members.id = asked.id
        where person is not null and merged_into is null
          -- One look into the index for each, whatever the planner knows.
          and (select true from memberships
                where memberships.member_id = members.id and status = 'active'
                  and (valid_to is null or valid_to > $2::timestamptz) limit 1)
     ), told as (
       select feed_changes.id, club_id, record
         from feed_changes where kind = 'person' and record->>'memberId' = any(array(select id::text from asked))
     )
     select id, coalesce(home_club_id, club_id) as "clubId", coalesce(member_id, (record->>'memberId')::uuid) as about,
            member_id is not null as told, photo
       from wanted full join told using (id)
      where member_id is null or record is null or $3 or record->>'photo' is distinct from photo
      order by id`,
    [memberIds, isoTime(nowMs - lapsedMs), renamed],
  );
}

/** As above; what another transaction changes of these members is seen, or waits. */
export async function lockedPeople(
  sql: Sql,
  memberIds: readonly string[],
  nowMs: number,
  which: { readonly renamed?: boolean } = {},
): Promise<PersonEntry[]> {
  if (memberIds.length === 0) return [];
  return changedPeople(sql, await lockRecordsOf(sql, memberIds), nowMs, which);
}

/** The photo that a club was told of somebody, by its digest; null where it was not, whoever it is of (W-PERSON-4). */
export async function photoToldTo(sql: Sql, clubId: string, digest: string): Promise<string | null> {
  const [photo] = await sql.query<{ memberId: string }>(
    `select attachments.member_id as "memberId"
       from feed_changes join attachments on attachments.member_id = any(
              array(select records_of(array[(record->>'memberId')::uuid])))
      where kind = 'person' and club_id = $1 and record->>'photo' = $2
        and digest = $2 and purpose = 'photo' and sealed is not null and problem is null`,
    [clubId, digest],
  );
  return photo?.memberId ?? null;
}
