import { isoTime } from '@portillon/core/base/clock.ts';
import type { FoundSale } from '../http/staff/order-view.ts';
import { givenBackByLine, type LineBack, type LineOfSale } from '../members/order-lines.ts';
import type { Sql } from './database.ts';

/** What can be given back of a sale (W-ORDER-9). */
export interface RefundState {
  readonly edgeId: string;
  readonly clubId: string;
  /** Null where it is nobody's in particular. */
  readonly memberId: string | null;
  readonly lines: readonly LineOfSale[];
  /** By line. */
  readonly givenBack: readonly number[];
  /** Why no order can be given for it; null when one can. */
  readonly hindrance: FoundSale['noRefund'];
}

interface SaleRow {
  readonly edgeId: string;
  readonly clubId: string;
  readonly memberId: string | null;
  readonly lines: LineOfSale[];
  readonly cancelled: boolean;
  readonly hasRecord: boolean;
  readonly boxInUse: boolean;
}

/** Null when the base knows no such sale. */
export async function refundState(
  sql: Sql,
  saleId: string,
  nowMs: number,
  lock: 'lock' | 'look' = 'look',
): Promise<RefundState | null> {
  const [sale] = await sql.query<SaleRow>(
    `select edge_id as "edgeId", sales.club_id as "clubId", member_id as "memberId", lines,
            cancelled_at is not null as cancelled, fiscal_record_no is not null as "hasRecord",
            edges.status = 'active' as "boxInUse"
       from sales join edges on edges.id = sales.edge_id
      where sales.id = $1 ${lock === 'lock' ? 'for update of sales' : ''}`,
    [saleId],
  );
  if (!sale) return null;
  const { edgeId, clubId, memberId, lines } = sale;
  const refunds = await linesGivenBack(sql, saleId, lines);
  const givenBack = givenBackByLine(lines.length, refunds);
  const [orders] = await sql.query<{ open: boolean; inDoubt: boolean }>(
    `select coalesce(bool_or(status = 'open' and expires_at > $2), false) as open,
            coalesce(bool_or(status = 'in-doubt' and not exists
              (select 1 from case_settlements where case_id = doubt_case_id)), false) as "inDoubt"
       from orders where sale_id = $1 and kind = 'refund'`,
    [saleId, isoTime(nowMs)],
  );
  return { edgeId, clubId, memberId, lines, givenBack, hindrance: hindrance() };

  function hindrance(): RefundState['hindrance'] {
    if (sale?.cancelled) return 'cancelled';
    if (!sale?.hasRecord) return 'no-record';
    if (lines.every(({ grossCents }, index) => grossCents === givenBack[index])) return 'nothing-left';
    if (!sale.boxInUse) return 'box-gone';
    if (orders?.inDoubt) return 'in-doubt';
    return orders?.open ? 'order-open' : null;
  }
}

/**
 * Of each refund its lines, with their place in the sale: what the box has told, and what staff found to be given back after
 * all where nobody knew. A refund whose order the base has lost is laid to the lines by what was sold.
 */
async function linesGivenBack(sql: Sql, saleId: string, lines: readonly LineOfSale[]): Promise<LineBack[][]> {
  const rows = await sql.query<{ lines: (LineOfSale & { ofLine?: number })[] }>(
    `select coalesce(orders.lines, refunds.lines) as lines
       from refunds left join orders on orders.id = refunds.order_id where refunds.sale_id = $1
     union all
     select orders.lines from orders join case_settlements on case_settlements.case_id = doubt_case_id
      where sale_id = $1 and kind = 'refund' and status = 'in-doubt'
        and outcome in ('refunded-at-terminal', 'refunded-by-transfer')`,
    [saleId],
  );
  return rows.map((row) =>
    row.lines.map((line) => ({
      ...line,
      ofLine:
        line.ofLine ??
        Math.max(
          0,
          lines.findIndex(({ productId }) => productId === line.productId),
        ),
    })),
  );
}
