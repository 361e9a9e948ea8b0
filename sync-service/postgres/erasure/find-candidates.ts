import {
  type Agreement,
  agreements,
  emailForm,
  isCandidate,
  type MatchKey,
  type PersonSaid,
  phoneForm,
  referenceForm,
} from '../../privacy/person-match.ts';
import type { Sql } from '../database.ts';

/** A member that what was said may point at. */
export interface Candidate {
  readonly memberId: string;
  readonly name: string | null;
  readonly birthDate: string | null;
  readonly homeClubId: string;
  readonly memberSince: string;
  readonly found: Partial<Record<MatchKey, Agreement>>;
  /** Forgotten already: nothing is left but ids. */
  readonly erasedAt: string | null;
}

interface Row {
  readonly memberId: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly birthDate: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly homeClubId: string;
  readonly memberSince: string;
  readonly references: string[];
  readonly erasedAt: string | null;
}

const candidatesShown = 20;
/** Born on one day, of a million members: some dozens. */
const looked = 2_000;

/** PV2: everybody in whom something that points at a person agrees, by several ways at once; no guess among them. */
export async function findCandidates(sql: Sql, said: PersonSaid): Promise<Candidate[]> {
  const reference = said.reference ? referenceForm(said.reference) : null;
  const rows = await sql.query<Row>(
    `with asked as (
       select id from named_members where birth_date = $1::date
       union select id from named_members where lower(email) = $2
       union select id from named_members where right(regexp_replace(phone, '\\D', '', 'g'), 9) = $3
       union select member_id from credentials where card_uid = $4
       union select member_id from sales where reference = $6
       union select id from members where id = $5::uuid
     )
     select members.id as "memberId", given_name as "givenName", family_name as "familyName",
            birth_date as "birthDate", email, phone, home_club_id as "homeClubId", created_at as "memberSince",
            erased_at as "erasedAt",
            array(select card_uid from credentials where member_id = members.id and card_uid is not null
                  union all select reference from sales where member_id = members.id) as references
       from asked join named_members as members on members.id = asked.id
       left join erased_members on erased_members.member_id = members.id
      limit ${looked}`,
    [
      said.birthDate ?? null,
      said.email ? emailForm(said.email) : null,
      said.phone ? phoneForm(said.phone) : null,
      reference,
      said.memberId ?? null,
      // As customers are told it: M7QK-2F9C.
      reference?.replace(/^(.{4})(.{4})$/, '$1-$2') ?? null,
    ],
  );
  return rows
    .map((row) => ({ row, found: agreements(said, row) }))
    .filter(({ found }) => isCandidate(found))
    .map(({ row, found }) => ({
      memberId: row.memberId,
      name: [row.givenName, row.familyName].filter(Boolean).join(' ') || null,
      birthDate: row.birthDate,
      homeClubId: row.homeClubId,
      memberSince: row.memberSince,
      found,
      erasedAt: row.erasedAt,
    }))
    .sort((one, other) => rank(other.found) - rank(one.found) || one.memberId.localeCompare(other.memberId))
    .slice(0, candidatesShown);
}

/** What contradicts weighs more than what agrees. */
function rank(found: Candidate['found']): number {
  const values = Object.values(found);
  return values.filter((one) => one === 'same').length - 10 * values.filter((one) => one === 'other').length;
}
