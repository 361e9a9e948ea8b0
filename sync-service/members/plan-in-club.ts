import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import { priceOf, withPrice } from '@portillon/core/sale/plan-price.ts';
import { priceOnDay, pricesToCome, type SetPrice } from '@portillon/core/sale/price-rule.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import { comingPriceLimit } from '@portillon/core/wire/messages.ts';

/** W-PLAN-2: a plan as a club is told it: at the price that is valid there, with those to come. Pure. */
export function planInClub(
  plan: Plan,
  set: readonly SetPrice[],
  { timeZone, nowMs }: { readonly timeZone: string; readonly nowMs: number },
): Plan {
  const { comingPrices: _, ...itself } = plan;
  const own = priceOf(plan);
  const today = localDate(nowMs, timeZone);
  const comingPrices = pricesToCome(set, own, today).slice(0, comingPriceLimit);
  const priced = withPrice(itself, priceOnDay(set, own, today));
  return comingPrices.length === 0 ? priced : { ...priced, comingPrices };
}
