import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../base/random.ts';
import { addDays, startOfDayMs } from '../journal/fiscal-time.ts';
import { isFree, type PlanPrice, planOn, priceOf, withPrice } from './plan-price.ts';
import {
  type PriceLevel,
  priceLevels,
  priceOnDay,
  pricesBetween,
  pricesToCome,
  type SetPrice,
} from './price-rule.ts';
import type { Plan } from './pricing.ts';

const plan: Plan = {
  names: { fr: 'Tous les jours', en: 'Every day' },
  descriptions: { fr: '', en: '' },
  commitments: { fr: '', en: '' },
  position: 1,
  monthlyCents: 2_990,
  joiningFeeCents: 2_500,
  vatRate: 2_000,
  scope: 'network',
  hours: null,
  guestTickets: 0,
  soldAtKiosk: true,
};
const own = priceOf(plan);
const cost = (priceCents: number): PlanPrice => ({ priceCents, joiningFeeCents: 0 });
let order = 0;
const set = (level: PriceLevel, from: string, priceCents: number | null): SetPrice => ({
  level,
  from,
  setAtMs: order++,
  price: priceCents === null ? null : cost(priceCents),
});

describe('the price of a plan in a club on a day', () => {
  const network = set('network', '2027-01-01', 3_100);
  const entity = set('legal-entity', '2027-01-01', 3_200);
  const club = set('club', '2027-02-01', 3_300);
  it.each<[string, readonly SetPrice[], string, PlanPrice]>([
    ['is that of the plan where none was set', [], '2027-01-01', own],
    ['is that of the plan the day before the first one begins', [network], '2026-12-31', own],
    ['is that of the network from its first day on', [network], '2027-01-01', cost(3_100)],
    ['is that of the legal entity before that of the network', [network, entity], '2027-01-01', cost(3_200)],
    ['is that of the club before both', [club, network, entity], '2027-02-01', cost(3_300)],
    ['is not yet that of a club whose price begins later', [club, network], '2027-01-31', cost(3_100)],
    [
      'is that of the club, however much later the network sets one',
      [club, set('network', '2028-01-01', 9_900)],
      '2028-06-01',
      cost(3_300),
    ],
    [
      'is that of the latest day of a level, whichever was set last',
      [set('club', '2027-03-01', 2_700), set('club', '2027-01-01', 2_600)],
      '2027-03-01',
      cost(2_700),
    ],
    [
      'is the one set last of one day',
      [set('club', '2027-03-01', 2_700), set('club', '2027-03-01', 2_800)],
      '2027-03-01',
      cost(2_800),
    ],
  ])('[SA91] %s', (_what, prices, day, price) => {
    expect(priceOnDay(prices, own, day)).toEqual(price);
  });

  it('[SA92] is that of the level above again once a club has given its own up, and may be its own once more', () => {
    const prices = [network, club, set('club', '2027-03-01', null), set('club', '2027-04-01', 3_000)];
    const days = ['2027-02-28', '2027-03-01', '2027-04-01'];
    expect(days.map((day) => priceOnDay(prices, own, day).priceCents)).toEqual([3_300, 3_100, 3_000]);
    const given = [set('legal-entity', '2027-01-01', null), set('network', '2027-01-01', null)];
    expect(priceOnDay(given, own, '2027-01-01')).toEqual(own);
  });
});

const random = new SeededRandom(7);
const firstDay = '2026-12-20';
/** Any prices, in any order of their days. */
function anyPrices(): SetPrice[] {
  return Array.from({ length: random.below(8) }, () => {
    const level = priceLevels[random.below(priceLevels.length)] ?? 'network';
    return set(
      level,
      addDays(firstDay, random.below(20)),
      random.below(5) === 0 ? null : 1_000 + random.below(9),
    );
  });
}

describe('prices to come', () => {
  it('[SA93] bring a kiosk to the price of each day that follows, and tell no change that is none', () => {
    for (let round = 0; round < 400; round++) {
      const prices = anyPrices();
      const told = addDays(firstDay, random.below(20));
      const comingPrices = [...pricesToCome(prices, own, told)];
      const asTold = { ...withPrice(plan, priceOnDay(prices, own, told)), comingPrices };
      for (let day = told, left = 25; left > 0; left--, day = addDays(day, 1)) {
        expect(priceOf(planOn(asTold, day))).toEqual(priceOnDay(prices, own, day));
      }
      expect(priceOf(planOn(asTold, '1999-01-01'))).toEqual(priceOf(asTold));
      const steps = [asTold, ...comingPrices.map(({ from }) => planOn(asTold, from))].map(priceOf);
      for (const [index, step] of steps.entries()) expect(step).not.toEqual(steps[index + 1]);
    }
  });

  it('[SA91] are the same whatever the order in which prices of different days were set', () => {
    for (let round = 0; round < 200; round++) {
      const prices = anyPrices().filter(
        (each, index, all) => all.findIndex(({ from }) => from === each.from) === index,
      );
      const other = prices.toReversed();
      for (let left = 0; left < 22; left++) {
        const day = addDays(firstDay, left);
        expect(priceOnDay(other, own, day)).toEqual(priceOnDay(prices, own, day));
      }
    }
  });

  it('[SA93] concern the fee and whichever price its kind of plan has', () => {
    const price = { priceCents: 1_500, joiningFeeCents: 100 };
    const prepaid = {
      ...plan,
      monthlyCents: 0,
      prepaid: { termMonths: 3, priceCents: 9_900, soldAtKiosk: true },
    } as const;
    const dayEntry = { ...plan, monthlyCents: 0, dayEntry: { priceCents: 1_200 } };
    for (const each of [plan, prepaid, dayEntry]) {
      const changed = planOn({ ...each, comingPrices: [{ from: '2027-01-01', ...price }] }, '2027-01-01');
      expect(priceOf(changed)).toEqual(price);
      // [SA96] Of a plan by the month the fee alone is something to pay.
      expect(isFree(each, { priceCents: 0, joiningFeeCents: 100 })).toBe(each !== plan);
      expect(isFree(each, { priceCents: 0, joiningFeeCents: 0 })).toBe(true);
      expect(isFree(each, { priceCents: 1, joiningFeeCents: 0 })).toBe(false);
      expect(withPrice(changed, priceOf(each))).toEqual({ ...each, comingPrices: changed.comingPrices });
    }
  });
});

describe('the prices of a stretch of time', () => {
  const timeZone = 'Europe/Lisbon';
  const midnightMs = startOfDayMs('2027-01-01', timeZone);
  const prices: readonly SetPrice[] = [
    { level: 'network', from: '2027-01-01', setAtMs: 0, price: cost(3_100) },
  ];
  const between = (fromMs: number, toMs: number, of = prices) =>
    pricesBetween(of, own, { fromMs, toMs, timeZone }).map(({ priceCents }) => priceCents);

  it('[SA91] turn at midnight of the club, and the last one stands first', () => {
    expect(between(midnightMs - 2, midnightMs - 1)).toEqual([2_990]);
    expect(between(midnightMs - 1, midnightMs)).toEqual([3_100, 2_990]);
    expect(between(midnightMs, midnightMs + 1)).toEqual([3_100]);
    const inParisMs = startOfDayMs('2027-01-01', 'Europe/Paris');
    expect(between(inParisMs, inParisMs)).toEqual([2_990]);
  });

  it('[SA91] hold what the plan itself cost before, and after it was changed', () => {
    const noonMs = midnightMs - 12 * 3_600_000;
    const former = [
      { untilMs: noonMs - 10, price: cost(1_000) },
      { untilMs: noonMs, price: cost(2_000) },
    ];
    const at = (fromMs: number, toMs: number) =>
      pricesBetween([], own, { fromMs, toMs, timeZone }, former).map(({ priceCents }) => priceCents);
    expect(at(noonMs - 20, noonMs - 11)).toEqual([1_000]);
    expect(at(noonMs - 10, noonMs - 1)).toEqual([2_000]);
    expect(at(noonMs - 20, noonMs)).toEqual([2_990, 2_000, 1_000]);
    expect(at(noonMs, noonMs + 1)).toEqual([2_990]);
  });

  it('[SA91] hold what began and was replaced in between, and nothing before it was set', () => {
    const noonMs = midnightMs + 12 * 3_600_000;
    const today = { level: 'club', from: '2027-01-01', setAtMs: noonMs, price: cost(2_000) } as const;
    expect(between(noonMs - 1, noonMs + 1, [...prices, today])).toEqual([2_000, 3_100]);
    expect(between(noonMs - 2, noonMs - 1, [...prices, today])).toEqual([3_100]);
    const before = midnightMs - 3 * 86_400_000;
    expect(between(before, noonMs, [...prices, today])).toEqual([2_000, 3_100, 2_990]);
  });
});
