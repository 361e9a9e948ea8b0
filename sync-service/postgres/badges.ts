import { isoTime } from '@portillon/core/base/clock.ts';
import { announce } from './announcements.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Database } from './database.ts';
import { writeFeed } from './feed.ts';

export interface NewBadge {
  readonly credentialId: string;
  /** Upper-case hexadecimal. */
  readonly cardUid: string;
  readonly nowMs: number;
}

/** Writes down the old badge of a member, for the membership that is active, and tells every edge. */
export async function addBadge(
  database: Database,
  memberId: string,
  { credentialId, cardUid, nowMs }: NewBadge,
): Promise<'added' | 'no-membership' | 'taken'> {
  return database.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [cardUid]);
    const before = await sql.query("select 1 from credentials where card_uid = $1 and status = 'active'", [
      cardUid,
    ]);
    if (before.length > 0) return 'taken';
    const written = await sql.query(
      `insert into credentials
         (id, kind, card_uid, member_id, plan_id, home_club_id, sale_id, valid_from, valid_to, single_use, status, uid_only)
       select $1, 'card', $2, member_id, plan_id, club_id, null, $4, valid_to, false, 'active', true
         from memberships
        where member_id = $3 and status = 'active' and (valid_to is null or valid_to > $4)
        order by valid_from limit 1
       returning 1`,
      [credentialId, cardUid, memberId, isoTime(nowMs)],
    );
    if (written.length === 0) return 'no-membership';
    await announce(sql, 'live');
    await writeFeed(sql, await credentialRecords(sql, [credentialId]), nowMs);
    return 'added';
  });
}

/** How many old badges still open, by the club where their membership was sold. */
export async function badgesLeft(
  database: Database,
): Promise<readonly { readonly clubId: string; readonly left: number }[]> {
  return database.query(
    `select home_club_id as "clubId", count(*)::int as left
       from credentials where uid_only and status = 'active' group by home_club_id order by home_club_id`,
  );
}
