import { isoTime } from '@portillon/core/base/clock.ts';
import type { MemberSearch, Visitor } from '../http/staff/member-view.ts';
import type { Reach } from '../members/may-do.ts';
import { answerAsTold } from './answer-now.ts';
import type { Sql } from './database.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach, ownMember } from './reach.ts';
import { ToldRecords } from './told-records.ts';

const shown = 20;
const lookedAt = 200;
const credentialsAsked = 400;
const clubsAsked = 20;
const termsTaken = 8;

type CredentialRow = {
  readonly id: string;
  readonly memberId: string;
  readonly kind: 'card' | 'pass' | 'ticket';
  readonly uidOnly: boolean;
  readonly singleUse: boolean;
};

interface FoundRow extends MemberRow {
  readonly own: boolean;
  readonly homeClubId: string;
  readonly mergedInto: string | null;
}

/**
 * Members of the whole network by the beginning of their names, by their whole e-mail address or by the number of a card; one's own
 * first (ST6).
 */
export async function searchMembers(
  sql: Sql,
  typed: string,
  reach: Reach,
  nowMs: number,
): Promise<MemberSearch> {
  const { named, parts } = asNames(typed);
  const rows = await sql.query<FoundRow>(
    // Of a beginning that half the network shares, some are looked at, one's own before others.
    `select ${memberColumns('$1')}, ${ownMember('$1')} as own, home_club_id as "homeClubId", merged_into as "mergedInto"
       from named_members as members
      where id in (
        (select id from named_members where (${named}) and home_club_id = any($1::uuid[]) limit ${lookedAt})
        union (select id from named_members where ${named} limit ${lookedAt})
        union (select id from named_members where lower(email) = lower($2))
        union (select member_id from credentials where card_uid = upper($2)))
      order by own desc, family_name, given_name, id limit $3`,
    [reach, typed.trim(), shown + 1, ...parts],
  );
  const members = rows.slice(0, shown);
  const memberIds = members.flatMap(({ member_id }) => member_id ?? []);
  const credentials = await credentialsOf(sql, memberIds);
  const [first] = await clubsInReach(sql, reach, 1);
  const clubOf = (row: FoundRow) => (row.own ? row.homeClubId : first);
  const clubIds = [...new Set(members.flatMap((row) => clubOf(row) ?? []))];
  const told = await ToldRecords.read(
    sql,
    { credentialIds: credentials.map(({ id }) => id), clubIds },
    nowMs,
  );
  return {
    members: members.flatMap((row) => {
      const who = personShown(row, false);
      const clubId = clubOf(row);
      if (!who) return [];
      const theirs = credentials.filter(({ memberId }) => memberId === who.memberId);
      const answer = clubId === undefined ? null : answerAsTold(told, clubId, theirs, nowMs);
      return [
        {
          who,
          mergedInto: row.mergedInto,
          own: row.own,
          homeClubId: row.own ? row.homeClubId : null,
          answer: answer && clubId !== undefined ? { clubId, outcome: answer.outcome } : null,
        },
      ];
    }),
    more: rows.length > shown,
  };
}

/** What a desk is shown of a member of other clubs. Null when there is no such member. */
export async function readVisitor(
  sql: Sql,
  memberId: string,
  reach: readonly string[],
  nowMs: number,
): Promise<Visitor | null> {
  const [row] = await sql.query<MemberRow & { mergedInto: string | null }>(
    `select ${memberColumns('$2')}, merged_into as "mergedInto" from named_members as members where members.id = $1`,
    [memberId, reach],
  );
  const who = row && personShown(row, false);
  if (!who) return null;
  const credentials = await credentialsOf(sql, [memberId]);
  const clubIds = await clubsInReach(sql, reach, clubsAsked);
  const told = await ToldRecords.read(
    sql,
    { credentialIds: credentials.map(({ id }) => id), clubIds },
    nowMs,
  );
  const answers = clubIds.flatMap((clubId) => {
    const answer = answerAsTold(told, clubId, credentials, nowMs);
    return answer ? [{ clubId, outcome: answer.outcome }] : [];
  });
  return { own: false, at: isoTime(nowMs), who, mergedInto: row.mergedInto, answers };
}

function credentialsOf(sql: Sql, memberIds: readonly string[]): Promise<CredentialRow[]> {
  return sql.query<CredentialRow>(
    `select id, member_id as "memberId", kind, uid_only as "uidOnly", single_use as "singleUse"
       from credentials where member_id = any($1::uuid[]) and not single_use
      order by status <> 'active', valid_from desc, id limit ${credentialsAsked}`,
    [memberIds],
  );
}

async function clubsInReach(sql: Sql, reach: Reach, limit: number): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from clubs where ${inReach('clubs.id', '$1')} order by name limit $2`,
    [reach, limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Whose names begin as was typed: either name whole, or the first words one of them and those that follow the other. Of many words
 * the last are taken as one. Between two ends, not by a pattern: the index alone answers it. The parts are the values from `$4` on.
 */
function asNames(typed: string): { readonly named: string; readonly parts: readonly string[] } {
  const words = typed.trim().split(/\s+/u);
  const terms = [...words.slice(0, termsTaken - 1), words.slice(termsTaken - 1).join(' ')].filter(Boolean);
  const parts = [typed];
  const begins = (name: 'family_name' | 'given_name', index: number) =>
    `(folded($${index + 4}) <> '' and folded(${name}) ~>=~ folded($${index + 4})
      and folded(${name}) ~<~ (folded($${index + 4}) || '\u{10ffff}'))`;
  const ways = [begins('family_name', 0), begins('given_name', 0)];
  for (let first = 1; first < terms.length; first++) {
    const [one, other] = [parts.length, parts.length + 1];
    parts.push(terms.slice(0, first).join(' '), terms.slice(first).join(' '));
    ways.push(
      `${begins('family_name', one)} and ${begins('given_name', other)}`,
      `${begins('given_name', one)} and ${begins('family_name', other)}`,
    );
  }
  return { named: ways.map((way) => `(${way})`).join(' or '), parts };
}
