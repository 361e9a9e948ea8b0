import { type PlanPrice, priceOf } from '@portillon/core/sale/plan-price.ts';
import { pricesBetween } from '@portillon/core/sale/price-rule.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { Sql } from '../database.ts';
import { type SetPriceRows, setPrices, setPricesOf } from './club-prices.ts';

interface FormerRow extends PlanPrice {
  readonly until: string;
}

/**
 * W-PLAN-3: what a plan cost in a club in a stretch of time, by what had been decided when the sale was heard of: built anew at any
 * later time, it is the same.
 */
export async function pricesAtSale(
  sql: Sql,
  sale: { readonly planId: string; readonly clubId: string; readonly receivedAt: string },
  between: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly PlanPrice[]> {
  const [row] = await sql.query<{
    record: Plan;
    timeZone: string;
    prices: SetPriceRows;
    former: readonly FormerRow[];
  }>(
    `select record, former_prices as former, clubs.time_zone as "timeZone",
            ${setPricesOf('plans.id', 'clubs.id', 'clubs.legal_entity_id', 'set_at <= $3 and (withdrawn_at is null or withdrawn_at > $3)')} as prices
       from plans join clubs on clubs.id = $2 where plans.id = $1`,
    [sale.planId, sale.clubId, sale.receivedAt],
  );
  if (!row) return [];
  const { record, timeZone, prices, former } = row;
  // What the plan itself cost by then goes on beyond the moment at which the sale was heard of.
  const heardMs = Date.parse(sale.receivedAt);
  const formerPrices = former.map(({ until, ...price }) => {
    const untilMs = Date.parse(until);
    return { untilMs: untilMs > heardMs ? Math.max(untilMs, between.toMs + 1) : untilMs, price };
  });
  return pricesBetween(setPrices(prices), priceOf(record), { ...between, timeZone }, formerPrices);
}
