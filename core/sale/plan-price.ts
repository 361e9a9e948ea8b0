import type { LocalDate } from '../journal/fiscal-time.ts';
import { type Plan, priceOfPeriod } from './pricing.ts';

/** What a plan costs, tax included. */
export interface PlanPrice {
  /** Of a month, of the whole term of a prepaid plan, or of a day entry. */
  readonly priceCents: number;
  readonly joiningFeeCents: number;
}

/** A price that begins with a day on the calendar of the club. */
export interface PriceFrom extends PlanPrice {
  readonly from: LocalDate;
}

export function priceOf(plan: Plan): PlanPrice {
  const { dayEntry, joiningFeeCents } = plan;
  return { priceCents: dayEntry?.priceCents ?? priceOfPeriod(plan), joiningFeeCents };
}

/** Nothing would be paid for it: at first, or for a term that follows (SA96). */
export function isFree({ dayEntry, prepaid }: Plan, { priceCents, joiningFeeCents }: PlanPrice): boolean {
  return priceCents === 0 && (dayEntry !== undefined || prepaid !== undefined || joiningFeeCents === 0);
}

/** The same plan at another price. */
export function withPrice(plan: Plan, { priceCents, joiningFeeCents }: PlanPrice): Plan {
  const { dayEntry, prepaid } = plan;
  if (dayEntry) return { ...plan, joiningFeeCents, dayEntry: { ...dayEntry, priceCents } };
  if (prepaid) return { ...plan, joiningFeeCents, prepaid: { ...prepaid, priceCents } };
  return { ...plan, joiningFeeCents, monthlyCents: priceCents };
}

/** SA93: the plan as it is sold on a day in the club that was told of it. Its own price had begun when it was told. */
export function planOn(plan: Plan, day: LocalDate): Plan {
  const begun = (plan.comingPrices ?? []).filter(({ from }) => from <= day);
  const newest = begun.reduce<PriceFrom | null>(
    (best, each) => (best === null || each.from >= best.from ? each : best),
    null,
  );
  return newest === null ? plan : withPrice(plan, newest);
}
