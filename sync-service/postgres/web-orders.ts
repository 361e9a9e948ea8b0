import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { periodFrom } from '@portillon/core/sale/membership-term.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { BaseContext } from '../http/base-context.ts';
import { announce } from './announcements.ts';
import type { ApiKey } from './api-keys.ts';
import { credentialRecords } from './credential-feed.ts';
import { type Sql, sqlState } from './database.ts';
import { writeFeed } from './feed.ts';
import { insertMembers, type MemberAtHand } from './member-names.ts';
import { withNewCode } from './order-codes.ts';
import { orderRecords } from './order-feed.ts';
import { findPossibleDuplicates } from './possible-duplicates.ts';

/** How long an order of a web shop waits: it is paid already (W-ORDER-13). */
export const webOrderLifeMs = 180 * 24 * 3_600_000;
const uniqueViolation = '23505';

export interface WebOrder {
  readonly reference: string;
  readonly clubId: string;
  readonly planId: string;
  /** Null: at any kiosk. */
  readonly collectAtClubId: string | null;
  readonly startsAtMs: number;
  readonly member: {
    readonly givenName: string;
    readonly familyName: string;
    readonly birthDate: string;
    readonly email: string | null;
    readonly phone: string | null;
    readonly language: string;
  };
  /** What the shop says of payment and contract, kept as it is. */
  readonly record: Readonly<Record<string, unknown>>;
}

export interface MadeWebOrder {
  readonly orderId: string;
  readonly memberId: string;
  readonly membershipId: string;
  /** Told once. */
  readonly code: string;
  readonly expiresAt: string;
}

export type WebOrderProblem = 'unknown-club' | 'unknown-plan' | 'no-kiosk' | 'reference-used';

/**
 * The member, the membership and the order for its first card, inside the transaction of the call. The card that the order
 * stands in for was never made: it is there so that a kiosk makes the first card as it makes another one.
 */
export async function makeWebOrder(
  sql: Sql,
  base: BaseContext,
  key: ApiKey,
  order: WebOrder,
  /** Asked for when nothing stands against the order any more. */
  newMember: () => MemberAtHand,
): Promise<MadeWebOrder | { readonly problem: WebOrderProblem }> {
  const nowMs = base.clock.wallMs();
  const now = isoTime(nowMs);
  const id = <Kind extends string>() => newId<Kind>(base.clock, base.random);
  const [place] = await sql.query<{ networkId: string; timeZone: string }>(
    `select network_id as "networkId", time_zone as "timeZone"
       from clubs join legal_entities on legal_entities.id = clubs.legal_entity_id
      where clubs.id = $1 and ($2::uuid is null or legal_entity_id = $2)`,
    [order.clubId, key.legalEntityId],
  );
  if (!place) return { problem: 'unknown-club' };
  const [plan] = await sql.query<{ record: Plan }>(
    'select record from plans where id = $1 and network_id = $2',
    [order.planId, place.networkId],
  );
  if (!plan || plan.record.dayEntry) return { problem: 'unknown-plan' };
  const kiosk = order.collectAtClubId === null ? null : await kioskOf(sql, order.collectAtClubId, key);
  if (order.collectAtClubId !== null && kiosk === null) return { problem: 'no-kiosk' };

  const { prepaid } = plan.record;
  const validFrom = isoTime(order.startsAtMs);
  const validTo = prepaid
    ? isoTime(periodFrom(order.startsAtMs, prepaid.termMonths, place.timeZone).toMs)
    : null;
  const { memberId, keys } = newMember();
  const membershipId = id<'membership'>();
  const voucherId = id<'credential'>();
  const orderId = id<'order'>();
  const { member } = order;
  await insertMembers(sql, keys, [{ memberId, homeClubId: order.clubId, ...member }], nowMs);
  await sql.query(
    `insert into memberships (id, member_id, plan_id, club_id, valid_from, valid_to, status)
     values ($1, $2, $3, $4, $5, $6, 'active')`,
    [membershipId, memberId, order.planId, order.clubId, validFrom, validTo],
  );
  await sql.query(
    `insert into credentials (id, kind, member_id, plan_id, home_club_id, valid_from, valid_to, single_use, status)
     values ($1, 'voucher', $2, $3, $4, $5, $6, false, 'blocked')`,
    [voucherId, memberId, order.planId, order.clubId, validFrom, validTo],
  );
  const expiresAt = isoTime(nowMs + webOrderLifeMs);
  try {
    const code = await withNewCode(base.networkId, async (codeHash) => {
      const inserted = await sql.query(
        `insert into orders (id, kind, club_id, edge_id, code_hash, status, member_id, credential_id, amount_cents,
                             lines, ends_membership, reason, made_at, made_by_key, made_by_name, expires_at,
                             shop_reference, shop_record)
         select $1, 'collection', $2, $3, $4, 'open', $5, $6, 0, '[]', false, $7, $8, api_keys.id, api_keys.name, $9, $7, $10
           from api_keys where api_keys.id = $11
         on conflict (code_hash) where status = 'open' do nothing returning 1`,
        [
          orderId,
          order.collectAtClubId ?? order.clubId,
          kiosk,
          codeHash,
          memberId,
          voucherId,
          order.reference,
          now,
          expiresAt,
          JSON.stringify(order.record),
          key.keyId,
        ],
      );
      return inserted.length > 0;
    });
    await findPossibleDuplicates(sql, [memberId], nowMs, () => id<'case'>());
    await writeFeed(
      sql,
      [...(await credentialRecords(sql, [voucherId])), ...(await orderRecords(sql, [orderId]))],
      nowMs,
    );
    await announce(sql, 'live');
    return { orderId, memberId, membershipId, code, expiresAt };
  } catch (error) {
    if (sqlState(error) !== uniqueViolation) throw error;
    // The transaction is spent: the refusal ends it.
    return { problem: 'reference-used' };
  }
}

/** The box of that club that issues cards and was heard of last; none where its seller leaves web orders (W-SELLER-3). */
async function kioskOf(sql: Sql, clubId: string, { legalEntityId }: ApiKey): Promise<string | null> {
  const [edge] = await sql.query<{ id: string }>(
    `select edges.id from edges join clubs on clubs.id = edges.club_id
                 join legal_entities on legal_entities.id = clubs.legal_entity_id
      where club_id = $1 and status = 'active' and issues_cards and ($2::uuid is null or legal_entity_id = $2)
        and (modules is null or 'web-orders' = any(modules))
      order by last_contact_at desc limit 1`,
    [clubId, legalEntityId],
  );
  return edge?.id ?? null;
}

/**
 * W-ORDER-14: gives an order to the box that asks first, under the lock of its row. `claimed`: another box has it. `unknown`
 * stands for an order that is over, too, and for all of them where the seller leaves web orders (W-SELLER-3).
 */
export async function claimWebOrder(
  sql: Sql,
  edge: { readonly edgeId: string; readonly clubId: string },
  codeHash: string,
  nowMs: number,
): Promise<{ readonly orderId: string } | 'unknown' | 'claimed'> {
  const [order] = await sql.query<{ id: string; edgeId: string | null }>(
    `select id, edge_id as "edgeId" from orders
      where code_hash = $1 and status = 'open' and kind = 'collection' and expires_at > $2
        and exists (select 1 from clubs join legal_entities on legal_entities.id = clubs.legal_entity_id
                     where clubs.id = $3 and (modules is null or 'web-orders' = any(modules)))
      for update`,
    [codeHash, isoTime(nowMs), edge.clubId],
  );
  if (!order) return 'unknown';
  if (order.edgeId !== null) return order.edgeId === edge.edgeId ? { orderId: order.id } : 'claimed';
  await sql.query('update orders set edge_id = $2, club_id = $3 where id = $1', [
    order.id,
    edge.edgeId,
    edge.clubId,
  ]);
  await writeFeed(sql, await orderRecords(sql, [order.id]), nowMs);
  await announce(sql, 'live');
  return { orderId: order.id };
}

/** W-ORDER-16. False when it is not open any more, null when the key gave no such order. */
export async function cancelWebOrder(
  sql: Sql,
  key: ApiKey,
  orderId: string,
  nowMs: number,
): Promise<boolean | null> {
  const [order] = await sql.query<{ status: string; memberId: string; voucherId: string }>(
    `select status, member_id as "memberId", credential_id as "voucherId" from orders
      where id = $1 and made_by_key = $2 for update`,
    [orderId, key.keyId],
  );
  if (!order) return null;
  if (order.status !== 'open') return false;
  await sql.query(
    "update orders set status = 'cancelled', closed_at = $2, closed_by_name = made_by_name where id = $1",
    [orderId, isoTime(nowMs)],
  );
  // The one that was made with it, and no other that the member has without a sale of ours: of two alike it does not matter which.
  await sql.query(
    `update memberships set status = 'cancelled' where id = (
       select memberships.id from memberships join credentials as voucher on voucher.id = $2
        where memberships.member_id = $1 and memberships.sale_id is null and memberships.status = 'active'
          and (memberships.plan_id, memberships.club_id, memberships.valid_from)
            = (voucher.plan_id, voucher.home_club_id, voucher.valid_from)
        order by memberships.id limit 1)`,
    [order.memberId, order.voucherId],
  );
  await writeFeed(
    sql,
    [...(await credentialRecords(sql, [order.voucherId])), ...(await orderRecords(sql, [orderId]))],
    nowMs,
  );
  await announce(sql, 'live');
  return true;
}
