import { expect, it } from 'vitest';
import { type PeriodTotals, totalsOfClosings, totalsOfTakings } from './closing.ts';
import type { TakingPayload } from './taking.ts';

function taking(
  no: number,
  type: TakingPayload['type'],
  ttc: number,
  ht: number,
  means: string,
  rate = 2000,
): TakingPayload {
  return {
    est: '12345678900012',
    till: 'B01',
    no,
    dt: '2026-11-22T09:15:42+01:00',
    type,
    ref: type === 'VENTE' ? '' : '1',
    lines: [],
    vat: [{ rate, ht, vat: ttc - ht, ttc }],
    total: ttc,
    pay: [{ means, amount: ttc, terminal: '', acquirer: '', pan: '', auth: '', umr: '' }],
    customer: '',
    software: { version: '1', perimeter: '' },
    perpHt: 0,
  };
}

const day = totalsOfTakings(
  [
    taking(7, 'VENTE', 2990, 2492, 'CB'),
    taking(8, 'VENTE', 1055, 1000, 'SEPA', 550),
    taking(9, 'AVOIR', -2990, -2492, 'CB'),
    taking(10, 'ANNUL', -1055, -1000, 'SEPA', 550),
    taking(11, 'VENTE', 1055, 1000, 'SEPA', 550),
  ],
  { copies: 2, training: 3 },
);

it('[FJ11] a day sums its takings by rate and by means of payment', () => {
  expect(day).toEqual({
    tickets: { first: 7, last: 11, sales: 3, refunds: 1, cancelled: 1 },
    copies: 2,
    training: 3,
    pay: [
      { means: 'CB', amount: 0 },
      { means: 'SEPA', amount: 1055 },
    ],
    vat: [
      { rate: 2000, ht: 0, vat: 0, ttc: 0 },
      { rate: 550, ht: 1000, vat: 55, ttc: 1055 },
    ],
    total: 1055,
    totalHt: 1000,
  });
});

it('[FJ11] a month sums its days, those without takings too', () => {
  const empty: PeriodTotals = totalsOfTakings([], { copies: 0, training: 0 });
  expect(empty).toMatchObject({ tickets: { first: 0, last: 0 }, vat: [], pay: [], total: 0 });
  expect(totalsOfClosings([empty, day, empty])).toEqual(day);
  expect(totalsOfClosings([day, day])).toMatchObject({ total: 2110, totalHt: 2000, copies: 4 });
});
