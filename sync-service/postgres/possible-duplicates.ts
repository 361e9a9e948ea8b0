import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';

/** What is compared beside the date of birth. Word for word as in the indexes (migrations/…-same-person.ts). */
const compared = {
  email: (member: string) => `lower(${member}.email)`,
  /** The last nine digits: with and without the code of the country. */
  phone: (member: string) => `right(regexp_replace(${member}.phone, '\\D', '', 'g'), 9)`,
  /** Without accents and capitals, as two systems may write one name. */
  name: (member: string) =>
    `regexp_replace(lower(normalize(${member}.given_name || ' ' || ${member}.family_name, NFD)), '[\u0300-\u036f]', '', 'g')`,
} as const;

/** More than these with the same key are no help to whoever is to decide. */
const othersShown = 20;

/**
 * Writes down who else in the base may be one of these members (MI9): born on the same day, and with the same e-mail, phone
 * or name. Nothing is merged. Returns how many pairs are new; one that was settled is not found again.
 */
export async function findPossibleDuplicates(
  sql: Sql,
  memberIds: readonly string[],
  nowMs: number,
): Promise<number> {
  if (memberIds.length === 0) return 0;
  // One look into an index for each member and key, whatever the planner knows of a table that is being filled.
  const agreeing = Object.entries(compared).map(
    ([key, of]) =>
      `select one.id as member_id, other.id as other_id, '${key}' as key
         from members as one
         cross join lateral (
           select id from members as other
            where other.birth_date = one.birth_date and ${of('other')} = ${of('one')} and other.id <> one.id
            limit ${othersShown}) as other
        where one.id = any($1::uuid[])${key === 'phone' ? ` and length(${of('one')}) = 9` : ''}`,
  );
  const found = await sql.query(
    `insert into possible_duplicates (member_id, other_member_id, keys, found_at)
     select least(member_id, other_id), greatest(member_id, other_id), jsonb_agg(distinct key), $2::timestamptz
       from (${agreeing.join(' union all ')}) as agreeing
      group by 1, 2
     on conflict do nothing returning 1`,
    [memberIds, isoTime(nowMs)],
  );
  return found.length;
}
