import type { SetPrice } from '@portillon/core/sale/price-rule.ts';

/** A price of those that concern one club, as `setPricesOf` gives it. */
interface SetPriceRow extends Omit<SetPrice, 'setAtMs' | 'price'> {
  readonly setAt: string;
  readonly priceCents: number | null;
  readonly joiningFeeCents: number | null;
}
/** Null where none is set. */
export type SetPriceRows = readonly SetPriceRow[] | null;

/** SQL: of which level a price is. */
export const levelOfPrice = `case when plan_prices.club_id is not null then 'club'
  when plan_prices.legal_entity_id is not null then 'legal-entity' else 'network' end`;

/** SQL, a condition: a price concerns a club. Both are names of columns or parameters. */
export function concerns(clubId: string, legalEntityId: string): string {
  return `(plan_prices.club_id = ${clubId} or plan_prices.legal_entity_id = ${legalEntityId}
    or plan_prices.club_id is null and plan_prices.legal_entity_id is null)`;
}

/** SQL, a value: the prices of a plan that concern a club and are not withdrawn, in the order in which they were set. */
export function setPricesOf(planId: string, clubId: string, legalEntityId: string, which = 'true'): string {
  return `(select jsonb_agg(jsonb_build_object('level', ${levelOfPrice}, 'from', valid_from, 'setAt', set_at,
                                               'priceCents', price_cents, 'joiningFeeCents', joining_fee_cents)
                            order by set_at, plan_prices.id)
             from plan_prices
            where plan_prices.plan_id = ${planId} and ${concerns(clubId, legalEntityId)} and ${which})`;
}

export const notWithdrawn = 'withdrawn_at is null';

export function setPrices(rows: SetPriceRows): readonly SetPrice[] {
  return (rows ?? []).map(({ level, from, setAt, priceCents, joiningFeeCents }) => ({
    level,
    from,
    setAtMs: Date.parse(setAt),
    price: priceCents === null || joiningFeeCents === null ? null : { priceCents, joiningFeeCents },
  }));
}
