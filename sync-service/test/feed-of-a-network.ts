import type { Sql } from '../postgres/database.ts';

/**
 * Credentials of members who were never sold to, written into the feed as sales would have it, in statements over whole
 * sets: a million take seconds. Returns the version they end at.
 */
export async function fillFeed(
  sql: Sql,
  place: { readonly planId: string; readonly clubIds: readonly string[] },
  count: number,
): Promise<number> {
  for (let done = 0; done < count; done += 100_000) {
    await sql.query(
      `with head as (
         update feed_head set version = version + $1 returning version - $1 as before
       ), card as (
         select n, ${timeOrderedId('1')} as id, ${timeOrderedId('2')} as member_id, ${timeOrderedId('3')} as membership_id,
                upper('04' || substr(md5('chip' || n), 1, 12)) as uid,
                $4::uuid[] as clubs
           from generate_series($2::int, $2::int + $1::int - 1) as n
       )
       insert into feed_changes (kind, id, version, record)
       select 'credential', id, head.before + n - $2 + 1, jsonb_build_object(
                'kind', 'card', 'cardUid', uid, 'memberId', member_id, 'planId', $3::text,
                'homeClubId', clubs[1 + n % cardinality(clubs)],
                'validFrom', '2026-' || to_char(1 + n % 11, 'FM00') || '-01T08:30:00.000Z', 'validTo', null,
                'singleUse', false, 'status', 'active', 'language', 'fr',
                'account', jsonb_build_object('membershipId', membership_id, 'planId', $3::text,
                  'planFrom', '2026-' || to_char(1 + n % 11, 'FM00') || '-01T08:30:00.000Z', 'validTo', null,
                  'status', 'active', 'debts', '[]'::jsonb))
         from card, head`,
      [Math.min(100_000, count - done), done + 1, place.planId, place.clubIds],
    );
  }
  const [head] = await sql.query<{ version: number }>('select version from feed_head');
  return head?.version ?? 0;
}

/** A UUID of version 7 as devices make them: by time, then by chance. */
function timeOrderedId(salt: string): string {
  const hex = `md5('${salt}-' || n)`;
  const time = `lpad(to_hex(1767225600000 + n * 25000::bigint), 12, '0')`;
  return `(substr(${time}, 1, 8) || '-' || substr(${time}, 9, 4) || '-7' || substr(${hex}, 1, 3) || '-a' ||
           substr(${hex}, 4, 3) || '-' || substr(${hex}, 7, 12))::uuid`;
}
