import { isoTime } from '@portillon/core/base/clock.ts';
import type { BadgeList } from '../http/staff/badge-view.ts';
import type { Reach } from '../members/may-do.ts';
import { announce } from './announcements.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Database } from './database.ts';
import { writeFeed } from './feed.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';

export interface NewBadge {
  readonly credentialId: string;
  /** The number of a chip, in upper-case hexadecimal; or the SHA-256 of what an old code says, in hexadecimal. */
  readonly knownBy: { readonly cardUid: string } | { readonly codeHash: string };
  readonly nowMs: number;
}

/** Writes down the old badge or the old code of a member, for the membership that is active, and tells every edge. */
export async function addBadge(
  database: Database,
  memberId: string,
  { credentialId, knownBy, nowMs }: NewBadge,
): Promise<'added' | 'no-membership' | 'taken'> {
  const [cardUid, codeHash] = 'cardUid' in knownBy ? [knownBy.cardUid, null] : [null, knownBy.codeHash];
  return database.transaction(async (sql) => {
    await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [cardUid ?? codeHash]);
    const before = await sql.query(
      "select 1 from credentials where (card_uid = $1 or code_hash = $2) and status = 'active'",
      [cardUid, codeHash],
    );
    if (before.length > 0) return 'taken';
    const written = await sql.query(
      `insert into credentials
         (id, kind, card_uid, member_id, plan_id, home_club_id, sale_id, valid_from, valid_to, single_use, status, uid_only,
          code_hash)
       select $1, $5, $2, member_id, plan_id, club_id, null, $4, valid_to, false, 'active', $6, $7
         from memberships
        where member_id = $3 and status = 'active' and (valid_to is null or valid_to > $4)
        order by valid_from limit 1
       returning 1`,
      [
        credentialId,
        cardUid,
        memberId,
        isoTime(nowMs),
        codeHash === null ? 'card' : 'pass',
        codeHash === null,
        codeHash,
      ],
    );
    if (written.length === 0) return 'no-membership';
    await announce(sql, 'live');
    await writeFeed(sql, await credentialRecords(sql, [credentialId]), nowMs);
    return 'added';
  });
}

const usedWithinMs = 30 * 86_400_000;
const copiesShown = 100;

/** Of the clubs in reach: how many old badges still open, by the club where their membership was sold, and which were copied. */
export async function readBadges(database: Database, reach: Reach, nowMs: number): Promise<BadgeList> {
  const [clubs, copies] = await Promise.all([
    database.query<BadgeList['clubs'][number]>(
      `select clubs.id as "clubId", count(*) filter (where uid_only)::int as left,
              count(*) filter (where uid_only and exists (
                select 1 from decisions where decisions.credential_id = credentials.id and by_number
                   and outcome = 'granted' and decisions.at > $1))::int as "inUse",
              count(*) filter (where not uid_only and kind = 'card')::int as cards,
              coalesce((policy->>'uidBadges')::boolean, false) as accepted,
              count(*) filter (where code_hash is not null)::int as codes,
              coalesce((policy->>'staticCodes')::boolean, false) as "codesAccepted"
         from clubs join credentials on credentials.home_club_id = clubs.id
        where (credentials.kind = 'card' or code_hash is not null) and credentials.status = 'active'
          and ${inReach('clubs.id', '$2')}
        group by clubs.id order by count(*) filter (where uid_only) desc, clubs.name`,
      [isoTime(nowMs - usedWithinMs), reach],
    ),
    database.query<Omit<BadgeList['copies'][number], 'who'> & MemberRow>(
      `select copied.id as "caseId", copied.at, copied.club_id as "clubId", copied.detail, credentials.status,
              ${memberColumns('$1')}
         from (select *, substring(detail from '^credential ([0-9a-f-]{36})')::uuid as badge_id from cases
                where kind = 'badge-copied' and ${inReach('club_id', '$1')}
                  and not exists (select 1 from case_settlements where case_id = cases.id)) as copied
         left join credentials on credentials.id = badge_id
         left join named_members as members on members.id = credentials.member_id
        order by copied.at, copied.id limit ${copiesShown}`,
      [reach],
    ),
  ]);
  return {
    clubs,
    copies: copies.map(({ member_id, given_name, family_name, has_photo, ...copy }) => ({
      ...copy,
      who: personShown({ member_id, given_name, family_name, has_photo }, false),
    })),
  };
}
