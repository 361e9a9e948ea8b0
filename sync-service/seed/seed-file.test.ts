import { readFileSync } from 'node:fs';
import { isCreditorIdentifier } from '@portillon/core/sale/creditor-identifier.ts';
import { countryOfSeller } from '@portillon/core/sale/pricing.ts';
import { expect, it } from 'vitest';
import { planRecord, seedFileSchema } from './seed-file.ts';

const seed = seedFileSchema.parse(
  JSON.parse(readFileSync(new URL('demo-network.json', import.meta.url), 'utf8')),
);
const [plan] = seed.plans.filter(({ prepaid, soldAtKiosk }) => !prepaid && soldAtKiosk);
if (!plan) throw new Error('the demonstration network sells a plan by the month');

it('[W-PLAN-1] tells of a prepaid plan that it is not sold by the month, and that it is sold', () => {
  const prepaid = { termMonths: 3, priceCents: 9_990 } as const;
  expect(planRecord({ ...plan, monthlyCents: 0, prepaid }, 4)).toMatchObject({
    position: 4,
    soldAtKiosk: false,
    prepaid: { termMonths: 3, priceCents: 9_990, soldAtKiosk: true },
  });
  expect(planRecord({ ...plan, soldAtKiosk: false, prepaid }, 4)).toMatchObject({
    prepaid: { soldAtKiosk: false },
  });
});

it('[W-PLAN-1] tells of a plan paid by the month what it always told', () => {
  expect(planRecord(plan, 1)).toEqual({ ...plan, position: 1 });
});

it('seeds a network of Spain whose seller and rates are Spanish, and a creditor', () => {
  const madrid = seedFileSchema.parse(
    JSON.parse(readFileSync(new URL('madrid-network.json', import.meta.url), 'utf8')),
  );
  for (const entity of madrid.legalEntities) {
    expect(countryOfSeller(entity)).toBe('ES');
    expect(isCreditorIdentifier(entity.creditorId ?? '')).toBe(true);
  }
  for (const { vatByCountry } of madrid.plans) expect(vatByCountry?.ES).toBeDefined();
});
