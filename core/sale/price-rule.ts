import { addDays, type LocalDate, localDate, startOfDayMs } from '../journal/fiscal-time.ts';
import type { PlanPrice, PriceFrom } from './plan-price.ts';

/** From the widest to the most specific. */
export const priceLevels = ['network', 'legal-entity', 'club'] as const;
export type PriceLevel = (typeof priceLevels)[number];

/** A price that was set and not withdrawn, of those that concern one club. */
export interface SetPrice {
  readonly level: PriceLevel;
  /** Its first day on the calendar of the club. */
  readonly from: LocalDate;
  readonly setAtMs: number;
  /** Null: from then on what the level above says counts again (SA92). */
  readonly price: PlanPrice | null;
}

/** What the plan itself cost before it was given another price. */
export interface FormerPrice {
  readonly untilMs: number;
  readonly price: PlanPrice;
}

/**
 * SA91: what a plan costs in a club on a day. `set` in the order in which they were set; `own` is the price of the plan
 * itself.
 */
export function priceOnDay(set: readonly SetPrice[], own: PlanPrice, day: LocalDate): PlanPrice {
  for (const level of priceLevels.toReversed()) {
    const price = newest(set.filter((each) => each.level === level && each.from <= day))?.price;
    if (price) return price;
  }
  return own;
}

function newest(set: readonly SetPrice[]): SetPrice | null {
  return set.reduce<SetPrice | null>(
    (best, each) => (best === null || each.from >= best.from ? each : best),
    null,
  );
}

/** The days after this one on which the price of the club changes, and to what. */
export function pricesToCome(set: readonly SetPrice[], own: PlanPrice, day: LocalDate): readonly PriceFrom[] {
  const days = [...new Set(set.map(({ from }) => from))].filter((from) => from > day).sort();
  let before = priceOnDay(set, own, day);
  return days.flatMap((from) => {
    const price = priceOnDay(set, own, from);
    if (isSame(price, before)) return [];
    before = price;
    return [{ from, ...price }];
  });
}

export interface PriceTime {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
}

/**
 * Every price that was valid in the club at some moment of a stretch of time, the last one first. `former` from the oldest on: what
 * the plan itself cost before.
 */
export function pricesBetween(
  set: readonly SetPrice[],
  own: PlanPrice,
  { fromMs, toMs, timeZone }: PriceTime,
  former: readonly FormerPrice[] = [],
): readonly PlanPrice[] {
  const at = (ms: number) =>
    priceOnDay(
      set.filter(({ setAtMs }) => setAtMs <= ms),
      former.find(({ untilMs }) => ms < untilMs)?.price ?? own,
      localDate(ms, timeZone),
    );
  const turns = [
    ...set.map(({ setAtMs }) => setAtMs),
    ...former.map(({ untilMs }) => untilMs),
    ...daysBetween(localDate(fromMs, timeZone), localDate(toMs, timeZone)).map((day) =>
      startOfDayMs(day, timeZone),
    ),
  ].filter((ms) => ms > fromMs && ms < toMs);
  const moments = [fromMs, ...turns, toMs].sort((one, other) => other - one);
  return moments
    .map(at)
    .filter((price, index, all) => all.findIndex((each) => isSame(each, price)) === index);
}

export function isSame(one: PlanPrice, other: PlanPrice): boolean {
  return one.priceCents === other.priceCents && one.joiningFeeCents === other.joiningFeeCents;
}

function daysBetween(first: LocalDate, last: LocalDate): LocalDate[] {
  const days = [first];
  for (let day = first; day < last; ) {
    day = addDays(day, 1);
    days.push(day);
  }
  return days;
}
