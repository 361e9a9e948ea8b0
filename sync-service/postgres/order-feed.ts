import type { OrderRecord } from '@portillon/core/wire/messages.ts';
import type { Sql } from './database.ts';
import type { FeedEntry } from './feed.ts';

type HereRecord = Extract<OrderRecord, { place: 'here' }>;
type OrderRow = Omit<HereRecord, 'place' | 'collection'> & { readonly id: string; readonly clubId: string };

/**
 * Orders as their club needs them: ids, amounts, dates; nothing of the person, no code, no reason (W-ORDER-2).
 * One that no box has claimed is nobody's yet (W-ORDER-14).
 */
export async function orderRecords(sql: Sql, ids: readonly string[]): Promise<FeedEntry[]> {
  if (ids.length === 0) return [];
  const rows = await sql.query<OrderRow>(
    `select orders.id, orders.club_id as "clubId", orders.code_hash as "codeHash",
            orders.expires_at as "expiresAt", orders.kind, orders.status, orders.edge_id as "edgeId",
            orders.sale_id as "saleId", sales.reference as "saleReference",
            orders.credential_id as "credentialId", orders.member_id as "memberId",
            orders.amount_cents as "amountCents", orders.lines,
            case when orders.ends_membership
                 then array(select credentials.id::text from credentials
                         where credentials.member_id = orders.member_id
                            or orders.member_id is null and credentials.sale_id = orders.sale_id
                         order by credentials.id desc limit 20)
                 else array[]::text[] end as ends,
            array(select other.id::text from orders as other
                    join case_settlements on case_settlements.case_id = other.doubt_case_id
                   where other.sale_id = orders.sale_id and other.kind = 'refund' and orders.kind = 'refund'
                     and other.status = 'in-doubt'
                     and outcome not in ('refunded-at-terminal', 'refunded-by-transfer')
                   order by other.id desc limit 20) as "notGivenBack"
       from orders left join sales on sales.id = orders.sale_id
      where orders.id = any($1::uuid[]) and orders.edge_id is not null`,
    [ids],
  );
  return rows.map(({ id, clubId, ...record }) => ({
    kind: 'order',
    id,
    clubId,
    record: {
      place: 'here',
      ...record,
      ...(record.kind === 'collection' ? { kind: 'card-replacement', collection: true as const } : {}),
    },
  }));
}
