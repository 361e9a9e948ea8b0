import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { type Holds, holdsOf } from '../../privacy/erasure-holds.ts';
import type { Traits } from '../../privacy/names-in-words.ts';
import type { Sql } from '../database.ts';
import { wordsAbout } from './words-about.ts';

/** What would go, by place; counts only. */
export interface PlannedErasure {
  readonly particulars: number;
  readonly photos: number;
  readonly documents: number;
  readonly credentials: number;
  readonly entries: number;
  readonly words: number;
  readonly boxes: number;
}

export interface ErasurePlan {
  readonly memberId: string;
  readonly goes: PlannedErasure;
  readonly holds: Holds;
  /** Of all that was found; carried out only while it is still so (PV20). */
  readonly digest: string;
}

/** PV20: looks and changes nothing. Null when the base knows no such member. */
export async function planErasure(sql: Sql, memberId: string, nowMs: number): Promise<ErasurePlan | null> {
  const traits = await traitsOf(sql, memberId);
  if (!traits) return null;
  const ofSales = 'select id from sales where member_id = $1::uuid';
  const [counts] = await sql.query<
    Omit<PlannedErasure, 'words' | 'documents'> & { sales: number; contracts: number; mandates: number }
  >(
    `select (select count(*) from members where id = $1 and person is not null) as particulars,
            (select count(*) from attachments where member_id = $1 and purpose = 'photo' and sealed is not null)
              as photos,
            (select count(*) from attachments where member_id = $1 and purpose = 'contract' and sealed is not null)
              as contracts,
            (select count(*) from attachments where member_id = $1 and purpose = 'mandate' and sealed is not null)
              as mandates,
            (select count(*) from credentials where member_id = $1) as credentials,
            (select count(*) from decisions
              where credential_id in (select id from credentials where member_id = $1))
              + (select count(*) from passages
                  where credential_id in (select id from credentials where member_id = $1)) as entries,
            (select count(*) from edges where status = 'active') as boxes,
            (select count(*) from sales where member_id = $1) as sales`,
    [memberId],
  );
  if (!counts) return null;
  // One after the other: inside a transaction there is one connection.
  const debts = await sql.query<{ amountCents: number }>(
    'select amount_cents as "amountCents" from debts where member_id = $1 and settled_at is null',
    [memberId],
  );
  const openCases = await sql.query<{ caseId: string; amountCents: number }>(
    `select id as "caseId", coalesce(amount_cents, 0) as "amountCents" from cases
      where (sale_id in (${ofSales}) or position($1::text in detail) > 0
             or id in (select case_id from decision_cases join decisions on decisions.id = decision_id
                         join credentials on credentials.id = credential_id where member_id = $1::uuid))
        and kind not in ('same-person', 'other-base-gone')
        and not exists (select 1 from case_settlements where case_id = cases.id)`,
    [memberId],
  );
  const openOrders = await sql.query<{ orderId: string }>(
    `select id as "orderId" from orders
      where (member_id = $1::uuid or sale_id in (${ofSales})) and status in ('open', 'in-doubt')
        and (status = 'in-doubt' or expires_at > $2)`,
    [memberId, new Date(nowMs).toISOString()],
  );
  const copies = await sql.query(
    `select 1 from erasure_requests where member_id = $1 and asks = 'copy' and state = 'open'`,
    [memberId],
  );
  const periods = await sql.query<{ validTo: string | null; status: 'active' | 'cancelled' }>(
    // Of all records of the person (DU10): they are with the one that stays, documents with the one they were taken of.
    `select valid_to as "validTo", status from memberships where member_id = any(array(select records_of(array[$1::uuid])))
      order by valid_from, id`,
    [memberId],
  );
  const { sales, contracts, mandates, ...goes } = counts;
  const holds = holdsOf(
    {
      debts,
      openCases,
      openOrders,
      copiesAwaited: copies.length,
      periods,
      sales,
      documents: { contract: contracts, mandate: mandates },
    },
    nowMs,
  );
  const keeps = (what: 'contract' | 'mandate') => holds.kept.some((kept) => kept.what === what);
  const documents = (keeps('contract') ? 0 : contracts) + (keeps('mandate') ? 0 : mandates);
  const words = (await wordsAbout(sql, memberId, traits)).length;
  const plan = { memberId, goes: { ...goes, documents, words }, holds };
  // By the day: the end of a cancelled membership is now, and moves on while somebody reads.
  const kept = holds.kept.map(({ until, ...rest }) => ({ ...rest, until: until?.slice(0, 10) ?? null }));
  return {
    ...plan,
    digest: sha256Hex(JSON.stringify({ ...plan, holds: { blocking: holds.blocking, kept } })),
  };
}

/** PV37: the member has a name, and it could not be opened: its key is missing or damaged. To be asked while names are open. */
export async function isNameUnread(sql: Sql, memberId: string): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from members
      where id = $1 and person is not null and not exists (select 1 from member_names where id = $1)`,
    [memberId],
  );
  return rows.length > 0;
}

/**
 * What would give the member away; null when the base knows no such member. Of one who is forgotten once more, what the base
 * happens to know: the key to the rest was destroyed.
 */
export async function traitsOf(
  sql: Sql,
  memberId: string,
  { asFarAsKnown = false } = {},
): Promise<Traits | null> {
  const [row] = await sql.query<Traits>(
    `select given_name as "givenName", family_name as "familyName", email, phone,
            array(select card_uid from credentials where member_id = members.id and card_uid is not null)
              as "cardNumbers"
       from ${asFarAsKnown ? 'members left join member_names using (id)' : 'named_members as members'} where id = $1`,
    [memberId],
  );
  return row ?? null;
}
