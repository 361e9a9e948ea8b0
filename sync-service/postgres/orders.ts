import { isoTime } from '@portillon/core/base/clock.ts';
import { newId, type OrderId } from '@portillon/core/base/ids.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { countryOfSeller } from '@portillon/core/sale/pricing.ts';
import type { BaseContext } from '../http/base-context.ts';
import type { RefusalCode } from '../http/refusal.ts';
import type { MadeOrder, MakeOrder, OrderList, ShownOrder } from '../http/staff/order-view.ts';
import type { Reach } from '../members/may-do.ts';
import { type CardFee, feeLines, type LineOfSale, linesBack } from '../members/order-lines.ts';
import { announce } from './announcements.ts';
import { credentialRecords } from './credential-feed.ts';
import type { Database, Sql } from './database.ts';
import { writeFeed } from './feed.ts';
import { withNewCode } from './order-codes.ts';
import { orderRecords } from './order-feed.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';
import { refundState } from './refund-state.ts';
import type { StaffUser } from './staff-accounts.ts';

/** How long an order waits for its customer. */
export const orderLifeMs = 7 * 24 * 3_600_000;
const openShown = 200;
const overShown = 100;

export interface OrderRefusal {
  readonly code: Extract<RefusalCode, `order.${string}`>;
  readonly message: string;
}

/** Undoes the transaction and carries the refusal out of it. */
class Refused extends Error {
  readonly refusal: OrderRefusal;

  constructor(code: OrderRefusal['code'], message: string) {
    super(message);
    this.refusal = { code, message };
  }
}

/** What an order is before it has a code. */
interface Draft {
  readonly kind: string;
  readonly clubId: string;
  readonly edgeId: string;
  readonly saleId: string | null;
  readonly memberId: string | null;
  readonly credentialId: string | null;
  readonly lines: readonly LineOfSale[];
  readonly endsMembership: boolean;
}

/**
 * Gives an order: the row, its record in the feed and, for a lost card, the end of that card, in one transaction. The code
 * is told once; the base keeps what stands for it.
 */
export async function makeOrder(
  base: BaseContext,
  user: StaffUser,
  asked: MakeOrder,
): Promise<Result<MadeOrder, OrderRefusal>> {
  const id = newId<'order'>(base.clock, base.random);
  const nowMs = base.clock.wallMs();
  try {
    return ok(
      await base.database.transaction(async (sql) => {
        const draft =
          asked.kind === 'refund'
            ? await refundDraft(sql, asked, nowMs)
            : await replacementDraft(sql, asked, nowMs);
        const code = await insertOrder(sql, base.networkId, { id, draft, asked, user, nowMs });
        // W-ORDER-6: whoever finds the lost card finds a piece of plastic.
        const lost = await sql.query<{ id: string }>(
          "update credentials set status = 'blocked' where id = $1 and status = 'active' returning id",
          [draft.credentialId],
        );
        const lostCards = await credentialRecords(
          sql,
          lost.map((row) => row.id),
        );
        await writeFeed(sql, [...lostCards, ...(await orderRecords(sql, [id]))], nowMs);
        await announce(sql, 'live');
        const [order] = await readOrders(sql, 'orders.id = $3', [isoTime(nowMs), user.reach, id], 1);
        if (!order) throw new Error(`order ${id} has gone`);
        return { order, code };
      }),
    );
  } catch (error) {
    if (error instanceof Refused) return err(error.refusal);
    throw error;
  }
}

/** W-ORDER-9: the row of the sale is locked, so that two orders for one sale follow each other. */
async function refundDraft(
  sql: Sql,
  asked: Extract<MakeOrder, { kind: 'refund' }>,
  nowMs: number,
): Promise<Draft> {
  const state = await refundState(sql, asked.saleId, nowMs, 'lock');
  if (!state) throw new Refused('order.unknown-sale', 'there is no such sale');
  if (state.hindrance !== null) throw new Refused('order.not-possible', refusalWords[state.hindrance]);
  const lines = linesBack(state.lines, state.givenBack, asked.backCents);
  if (!lines.ok) throw new Refused('order.too-much', lines.error);
  const { edgeId, clubId, memberId } = state;
  const { kind, saleId } = asked;
  // What is nobody's in particular ends with the last of its money (W-ORDER-10).
  const backCents = asked.backCents.map((amount, index) => amount + (state.givenBack[index] ?? 0));
  const isAll = state.lines.every(({ grossCents }, index) => grossCents === backCents[index]);
  const endsMembership = asked.endsMembership || (memberId === null && isAll);
  return { kind, clubId, edgeId, saleId, memberId, credentialId: null, lines: lines.value, endsMembership };
}

const refusalWords = {
  cancelled: 'the sale was undone at once: the money is back already',
  'nothing-left': 'all of it was given back',
  'no-record': 'the sale has no record in a fiscal journal that a credit note could name',
  'box-gone': 'the box that made the sale is no longer in use',
  'order-open': 'an order for this sale is open already; cancel it first',
  'in-doubt': 'nobody knows yet whether an earlier refund went through; settle its case first',
} as const;

async function replacementDraft(
  sql: Sql,
  asked: Extract<MakeOrder, { kind: 'card-replacement' }>,
  nowMs: number,
): Promise<Draft> {
  const [card] = await sql.query<{ memberId: string; saleId: string | null }>(
    `select member_id as "memberId", sale_id as "saleId" from credentials
      where id = $1 and not single_use and member_id is not null for update`,
    [asked.credentialId],
  );
  if (!card) throw new Refused('order.unknown-card', 'there is no such card');
  const runs = await sql.query("select 1 from memberships where member_id = $1 and status = 'active'", [
    card.memberId,
  ]);
  if (runs.length === 0)
    throw new Refused('order.not-possible', 'the membership has ended: there is nothing to open');
  const open = await sql.query(
    "select 1 from orders where credential_id = $1 and status = 'open' and expires_at > $2",
    [asked.credentialId, isoTime(nowMs)],
  );
  if (open.length > 0) throw new Refused('order.not-possible', refusalWords['order-open']);
  const replaced = await sql.query(
    `select 1 from orders
      where credential_id = $1
        and (status = 'collected' or status = 'in-doubt' and not exists
              (select 1 from case_settlements where case_id = doubt_case_id))`,
    [asked.credentialId],
  );
  if (replaced.length > 0)
    throw new Refused('order.not-possible', 'this card has been replaced, or nobody knows yet');
  const [kiosk] = await sql.query<{ clubId: string; vatNumber: string; fee: CardFee }>(
    `select edges.club_id as "clubId", legal_entities.vat_number as "vatNumber", networks.card_fee as fee
       from edges join clubs on clubs.id = edges.club_id
       join legal_entities on legal_entities.id = clubs.legal_entity_id
       join networks on networks.id = legal_entities.network_id
      where edges.id = $1 and edges.status = 'active'`,
    [asked.edgeId],
  );
  if (!kiosk) throw new Refused('order.unknown-kiosk', 'there is no such kiosk in use');
  const { clubId, vatNumber, fee } = kiosk;
  return {
    kind: asked.kind,
    clubId,
    edgeId: asked.edgeId,
    saleId: card.saleId,
    memberId: card.memberId,
    credentialId: asked.credentialId,
    lines: asked.free ? [] : feeLines(fee, countryOfSeller({ vatNumber })),
    endsMembership: false,
  };
}

/** Returns the code. Open orders of the network never share one. */
async function insertOrder(
  sql: Sql,
  networkId: string,
  order: {
    readonly id: OrderId;
    readonly draft: Draft;
    readonly asked: MakeOrder;
    readonly user: StaffUser;
    readonly nowMs: number;
  },
): Promise<string> {
  const { id, draft, asked, user, nowMs } = order;
  return withNewCode(networkId, async (codeHash) => {
    const inserted = await sql.query(
      `insert into orders (id, kind, club_id, edge_id, code_hash, status, sale_id, member_id, credential_id,
                           amount_cents, lines, ends_membership, reason, case_id, made_at, made_by, made_by_name,
                           expires_at)
       values ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10, $11, $12,
               (select cases.id from cases where cases.id = $13), $14, $15, $16, $17)
       on conflict (code_hash) where status = 'open' do nothing returning 1`,
      [
        id,
        draft.kind,
        draft.clubId,
        draft.edgeId,
        codeHash,
        draft.saleId,
        draft.memberId,
        draft.credentialId,
        draft.lines.reduce((sum, { grossCents }) => sum + grossCents, 0),
        JSON.stringify(draft.lines),
        draft.endsMembership,
        asked.reason,
        asked.caseId,
        isoTime(nowMs),
        user.id,
        user.name,
        isoTime(nowMs + orderLifeMs),
      ],
    );
    return inserted.length > 0;
  });
}

/** False when the order is not open any more, null when there is none. A lost card stays blocked. */
export async function cancelOrder(
  base: BaseContext,
  user: StaffUser,
  orderId: string,
): Promise<boolean | null> {
  return base.database.transaction(async (sql) => {
    const [found] = await sql.query<{ status: string }>(
      'select status from orders where id = $1 for update',
      [orderId],
    );
    if (!found) return null;
    if (found.status !== 'open') return false;
    await sql.query(
      "update orders set status = 'cancelled', closed_at = $2, closed_by_name = $3 where id = $1",
      [orderId, isoTime(base.clock.wallMs()), user.name],
    );
    await writeFeed(sql, await orderRecords(sql, [orderId]), base.clock.wallMs());
    await announce(sql, 'live');
    return true;
  });
}

/** The orders of one club, or of all in reach with null. */
export async function readOrderList(
  database: Database,
  { clubId, reach }: { readonly clubId: string | null; readonly reach: Reach },
  nowMs: number,
): Promise<OrderList> {
  const values = [isoTime(nowMs), reach, clubId];
  const ofClub = `($3::uuid is null or orders.club_id = $3) and ${inReach('orders.club_id', '$2')}`;
  const isOpen = "orders.status = 'open' and orders.expires_at > $1";
  const [open, over] = await Promise.all([
    readOrders(database, `${ofClub} and ${isOpen}`, values, openShown),
    readOrders(database, `${ofClub} and not (${isOpen})`, values, overShown),
  ]);
  return { open, over };
}

/** How many there are in reach. */
export async function countOrders(sql: Sql, reach: Reach): Promise<{ given: number; closed: number }> {
  const [counts] = await sql.query<{ given: number; closed: number }>(
    `select count(*) as given, count(*) filter (where status <> 'open') as closed
       from orders where ${inReach('orders.club_id', '$1')}`,
    [reach],
  );
  return counts ?? { given: 0, closed: 0 };
}

/** The first value is the time, the second the reach of who asks. */
async function readOrders(
  sql: Sql,
  where: string,
  values: readonly (string | Reach)[],
  limit: number,
): Promise<ShownOrder[]> {
  const rows = await sql.query<Omit<ShownOrder, 'who'> & MemberRow>(
    `select orders.id, orders.kind, orders.club_id as "clubId", sales.reference as "saleReference",
            case when orders.status = 'open' and orders.expires_at <= $1 then 'expired' else orders.status end as status,
            orders.amount_cents as "amountCents", orders.reason, orders.made_at as "madeAt",
            orders.made_by_name as "madeBy", orders.expires_at as "expiresAt", orders.closed_at as "closedAt",
            orders.closed_by_name as "closedBy", ${memberColumns('$2')}
       from orders left join sales on sales.id = orders.sale_id and ${inReach('sales.club_id', '$2')}
       left join named_members as members on members.id = orders.member_id
      where ${where} order by orders.made_at desc, orders.id limit ${limit}`,
    values,
  );
  return rows.map(({ member_id, given_name, family_name, has_photo, ...order }) => ({
    ...order,
    who: personShown({ member_id, given_name, family_name, has_photo }, false),
  }));
}
