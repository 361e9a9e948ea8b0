import { describe, expect, it } from 'vitest';
import { countryOfSeller, lineLabels, linesToday, type Plan, totalOf, totalToday } from './pricing.ts';

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
