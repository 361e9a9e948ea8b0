import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';

/** Without accents and capitals, as two systems may write one name. */
const folded = (member: string) =>
  `regexp_replace(lower(normalize(${member}.given_name || ' ' || ${member}.family_name, NFD)), '[\u0300-\u036f]', '', 'g')`;
/** The last nine digits: with and without the code of the country. */
const phoneEnd = (member: string) => `right(regexp_replace(${member}.phone, '\\D', '', 'g'), 9)`;

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
  const found = await sql.query(
    `insert into possible_duplicates (member_id, other_member_id, keys, found_at)
     select distinct on (1, 2) least(one.id, other.id), greatest(one.id, other.id), agreeing.keys, $2::timestamptz
       from members as one
       join members as other on other.birth_date = one.birth_date and other.id <> one.id
       cross join lateral (
         select jsonb_agg(key) as keys
           from (values ('email', lower(one.email) = lower(other.email)),
                        ('phone', length(${phoneEnd('one')}) = 9 and ${phoneEnd('one')} = ${phoneEnd('other')}),
                        ('name', ${folded('one')} = ${folded('other')})) as compared (key, agrees)
          where agrees
       ) as agreeing
      where one.id = any($1::uuid[]) and agreeing.keys is not null
     on conflict do nothing returning 1`,
    [memberIds, isoTime(nowMs)],
  );
  return found.length;
}
