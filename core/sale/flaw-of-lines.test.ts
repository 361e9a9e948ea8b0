import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flawOfLines, type LineAmounts } from './flaw-of-lines.ts';
import {
  dayEntryLines,
  debtLines,
  linesToday,
  type Plan,
  renewalLines,
  type SaleLine,
  totalOf,
} from './pricing.ts';

const amount = fc.integer({ min: 0, max: 50_000_000 });
const rate = fc.oneof(
  fc.constantFrom(0, 400, 550, 600, 1_000, 2_000, 2_100),
  fc.integer({ min: 0, max: 10_000 }),
);

const plans: fc.Arbitrary<Plan> = fc
  .record({
    price: amount,
    joiningFeeCents: amount,
    dayCents: amount,
    isPrepaid: fc.boolean(),
    vatRate: rate,
    inPortugal: fc.record({ plan: rate, joiningFee: rate }),
  })
  .map(({ price, joiningFeeCents, dayCents, isPrepaid, vatRate, inPortugal }) => ({
    names: { fr: 'Tous les jours', en: 'Every day' },
    descriptions: { fr: '', en: '' },
    commitments: { fr: '', en: '' },
    position: 1,
    monthlyCents: isPrepaid ? 0 : price,
    joiningFeeCents,
    vatRate,
    vatByCountry: { PT: inPortugal },
    scope: 'network',
    hours: null,
    guestTickets: 0,
    soldAtKiosk: !isPrepaid,
    dayEntry: { priceCents: dayCents },
    ...(isPrepaid ? { prepaid: { termMonths: 3, priceCents: price, soldAtKiosk: true } } : {}),
  }));

const debts = fc.array(
  fc.record({
    debtId: fc.uuid(),
    legalEntityId: fc.uuid(),
    amountCents: fc.integer({ min: 1, max: 4_000_000 }),
    vatRate: rate,
    reason: fc.constantFrom('card-replacement' as const, 'other' as const),
    since: fc.constant('2026-11-03T09:00:00.000Z'),
  }),
  { minLength: 1, maxLength: 20 },
);

const month: LineAmounts = {
  quantity: 1,
  unitCents: 5_490,
  grossCents: 5_490,
  netCents: 4_575,
  vatRate: 2_000,
};

describe('lines of a sale', () => {
  it('[W-PUSH-16] agree with themselves, whatever a kiosk sells at whatever price and rate', () => {
    const agree = (lines: readonly SaleLine[]) => flawOfLines(lines, totalOf(lines)) === null;
    fc.assert(
      fc.property(plans, fc.constantFrom('FR', 'PT'), (plan, country) =>
        [linesToday, dayEntryLines, renewalLines].every((lines) => agree(lines('p', plan, 'fr', country))),
      ),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(debts, (owed) => agree(debtLines(owed, 'en'))));
    expect(flawOfLines([], 0)).toBeNull();
  });

  it.each<Partial<LineAmounts>>([
    { netCents: -1 },
    { netCents: 0 },
    { netCents: 4_577 },
    { netCents: 5_491, vatRate: 0 },
    { unitCents: -1 },
    { unitCents: 0 },
    { quantity: 2 },
    { vatRate: 0 },
    { unitCents: -5_490, grossCents: -5_490, netCents: -4_575 },
  ])('[W-PUSH-16] do not where one says %o', (bent) => {
    const line = { ...month, ...bent };
    expect(flawOfLines([month, line], month.grossCents + line.grossCents)).toMatch(
      new RegExp(`^line 2 does not agree with itself: .* gross ${line.grossCents}, net ${line.netCents} at `),
    );
  });

  it('[W-PUSH-16] may be one cent off in the net', () => {
    for (const netCents of [4_574, 4_575, 4_576]) {
      expect(flawOfLines([{ ...month, netCents }], 5_490)).toBeNull();
    }
  });

  it('[W-PUSH-16] come to the total', () => {
    expect(flawOfLines([month], 1)).toBe('the lines come to 5490 cents, the total says 1');
  });
});
