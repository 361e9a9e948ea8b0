import { describe, expect, it } from 'vitest';
import {
  countryOfSeller,
  debtLines,
  lineLabels,
  linesToday,
  type Plan,
  renewalLines,
  totalOf,
  totalToday,
} from './pricing.ts';

const plan: Plan = {
  names: { fr: 'Tous les jours', en: 'Every day' },
  descriptions: { fr: '', en: '' },
  commitments: { fr: '', en: '' },
  position: 1,
  monthlyCents: 2_990,
  joiningFeeCents: 2_500,
  vatRate: 2_000,
  vatByCountry: { PT: { plan: 2_300, joiningFee: 600 } },
  scope: 'network',
  hours: null,
  guestTickets: 0,
  soldAtKiosk: true,
};

describe('what is paid today', () => {
  it('is the first month and the fee for the card, each a line with its own net', () => {
    expect(linesToday('p', plan, 'fr', 'FR')).toMatchObject([
      { label: 'Tous les jours, premier mois', grossCents: 2_990, netCents: 2_492, vatRate: 2_000 },
      {
        label: "Frais d'adhésion",
        productId: 'joining-fee',
        grossCents: 2_500,
        netCents: 2_083,
        vatRate: 2_000,
      },
    ]);
  });

  it('has the rates of the country of the seller, line by line', () => {
    expect(linesToday('p', plan, 'en', 'PT')).toMatchObject([
      { grossCents: 2_990, netCents: 2_431, vatRate: 2_300 },
      { grossCents: 2_500, netCents: 2_358, vatRate: 600 },
    ]);
    expect(countryOfSeller({ vatNumber: 'pt501234567' })).toBe('PT');
  });

  it('is the same amount in every country and language, since prices include tax', () => {
    for (const country of ['FR', 'ES', 'PT']) {
      expect(totalOf(linesToday('p', plan, 'en', country))).toBe(totalToday(plan));
    }
    expect(linesToday('p', plan, 'en', 'FR').map(({ label }) => label)).toEqual(lineLabels(plan, 'en'));
    expect(linesToday('p', { ...plan, joiningFeeCents: 0 }, 'en', 'FR')).toHaveLength(1);
  });
});

describe('what a member pays', () => {
  const prepaid: Plan = {
    ...plan,
    monthlyCents: 0,
    soldAtKiosk: false,
    prepaid: { termMonths: 1, priceCents: 3_990, soldAtKiosk: true },
  };

  it('[SA72] is the whole term of a prepaid plan, and the joining fee the first time only', () => {
    expect(linesToday('p', prepaid, 'fr', 'FR')).toMatchObject([
      { label: 'Tous les jours', productId: 'p', grossCents: 3_990 },
      { productId: 'joining-fee', grossCents: 2_500 },
    ]);
    expect(totalToday(prepaid)).toBe(6_490);
    expect(renewalLines('p', prepaid, 'en', 'PT')).toEqual([
      expect.objectContaining({ label: 'Every day', productId: 'p', grossCents: 3_990, vatRate: 2_300 }),
    ]);
  });

  it('[SA74] is a line for each debt, at its own rate, with the debt as its product', () => {
    const debt = {
      debtId: 'a',
      legalEntityId: 'here',
      amountCents: 1_000,
      vatRate: 550,
      reason: 'card-replacement',
      since: '2026-11-03T09:00:00.000Z',
    } as const;
    expect(debtLines([debt, { ...debt, debtId: 'b', reason: 'other', vatRate: 2_000 }], 'en')).toMatchObject([
      { label: 'Card replacement', productId: 'a', grossCents: 1_000, netCents: 948, vatRate: 550 },
      { label: 'Amount owed to the club', productId: 'b', vatRate: 2_000 },
    ]);
  });
});
