import { isoTime } from '@portillon/core/base/clock.ts';
import type { FoundSale, FoundSales } from '../http/staff/order-view.ts';
import type { Reach } from '../members/may-do.ts';
import type { CardFee } from '../members/order-lines.ts';
import type { Database } from './database.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';
import { refundState } from './refund-state.ts';

const shown = 5;

interface FoundRow extends MemberRow {
  readonly saleId: string;
  readonly reference: string;
  readonly at: string;
  readonly clubId: string;
  readonly totalCents: number;
  readonly membership: boolean;
  readonly card: FoundSale['card'];
}

/**
 * Sales of the clubs in reach by what the customer was told, however it was typed: newest first, since two may share a
 * reference.
 */
export async function findSales(
  database: Database,
  typed: string,
  reach: Reach,
  nowMs: number,
): Promise<FoundSales> {
  const letters = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
  const [rows, kiosks, networks] = await Promise.all([
    database.query<FoundRow>(
      `select sales.id as "saleId", sales.reference, sales.at, sales.club_id as "clubId",
              sales.total_cents as "totalCents", ${memberColumns('$4')},
              exists (select 1 from memberships where sale_id = sales.id and status = 'active') as membership,
              (select jsonb_build_object('credentialId', credentials.id, 'blocked', credentials.status <> 'active',
                        'orderOpen', exists (select 1 from orders where orders.credential_id = credentials.id
                                              and orders.status = 'open' and orders.expires_at > $3))
                 from credentials
                where credentials.member_id = sales.member_id and not credentials.single_use
                -- Who has a card is helped with a card; where there is none, what stands in for it.
                order by credentials.kind = 'card' desc, credentials.valid_from desc, credentials.id desc limit 1) as card
         from sales left join named_members as members on members.id = sales.member_id
        where replace(sales.reference, '-', '') = $1 and ${inReach('sales.club_id', '$4')}
        order by sales.at desc limit $2`,
      [letters, shown, isoTime(nowMs), reach],
    ),
    database.query<FoundSales['kiosks'][number]>(
      // A box that keeps a fiscal journal is one that sells.
      `select edges.id as "edgeId", edges.club_id as "clubId", edges.enrolled_at as "enrolledAt"
         from edges join clubs on clubs.id = edges.club_id
        where edges.status = 'active' and ${inReach('edges.club_id', '$1')}
          and (exists (select 1 from fiscal_heads where edge_id = edges.id)
               or exists (select 1 from sales where edge_id = edges.id))
        order by clubs.name, edges.enrolled_at, edges.id`,
      [reach],
    ),
    database.query<{ fee: CardFee }>('select card_fee as fee from networks, meta where id = network_id'),
  ]);
  const sales: FoundSale[] = [];
  for (const { member_id, given_name, family_name, has_photo, ...row } of rows) {
    const state = await refundState(database, row.saleId, nowMs);
    if (!state) continue;
    sales.push({
      ...row,
      who: personShown({ member_id, given_name, family_name, has_photo }, false),
      lines: state.lines.map(({ label, grossCents }, index) => ({
        label,
        grossCents,
        givenBackCents: state.givenBack[index] ?? 0,
      })),
      givenBackCents: state.givenBack.reduce((sum, amount) => sum + amount, 0),
      noRefund: state.hindrance,
    });
  }
  return { sales, kiosks, cardFeeCents: networks[0]?.fee.cents ?? 0 };
}
