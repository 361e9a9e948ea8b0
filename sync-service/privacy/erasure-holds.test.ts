import { expect, it } from 'vitest';
import { type HoldFacts, holdsOf } from './erasure-holds.ts';

const nowMs = Date.parse('2026-11-26T12:00:00.000Z');
const nothing: HoldFacts = {
  debts: [],
  openCases: [],
  openOrders: [],
  copiesAwaited: 0,
  periods: [],
  sales: 0,
  documents: { contract: 0, mandate: 0 },
};
const ended = (validTo: string) => ({ validTo, status: 'active' as const });

it('[PV10] is held up by what is not settled', () => {
  expect(holdsOf(nothing, nowMs)).toEqual({ blocking: [], kept: [] });
  const { blocking } = holdsOf(
    {
      ...nothing,
      debts: [{ amountCents: 500 }, { amountCents: 700 }],
      openCases: [{ caseId: 'c', amountCents: 0 }],
      openOrders: [{ orderId: 'o' }],
      copiesAwaited: 1,
      periods: [
        ended('2026-12-01T00:00:00.000Z'),
        ended('2027-12-01T00:00:00.000Z'),
        ended('2020-01-01T00:00:00.000Z'),
      ],
    },
    nowMs,
  );
  expect(blocking).toEqual([
    { kind: 'debt', count: 2, amountCents: 1_200 },
    { kind: 'open-case', count: 1, amountCents: 0 },
    { kind: 'open-order', count: 1 },
    { kind: 'copy-awaited', count: 1 },
    { kind: 'running-membership', until: '2027-12-01T00:00:00.000Z' },
  ]);
  const endless = holdsOf({ ...nothing, periods: [{ validTo: null, status: 'active' }] }, nowMs);
  expect(endless.blocking).toEqual([{ kind: 'running-membership', until: null }]);
  expect(holdsOf({ ...nothing, periods: [{ validTo: null, status: 'cancelled' }] }, nowMs).blocking).toEqual(
    [],
  );
});

it('[PV11] [PV12] keeps documents as long as the law asks from the end of the last period, and sales for good', () => {
  const held = { ...nothing, sales: 3, documents: { contract: 2, mandate: 1 } };
  const kept = (validTo: string) =>
    holdsOf({ ...held, periods: [ended('2019-01-01T00:00:00.000Z'), ended(validTo)] }, nowMs).kept;
  const sales = { what: 'sales', count: 3, until: null };
  expect(kept('2026-01-31T00:00:00.000Z')).toEqual([
    sales,
    { what: 'contract', count: 2, until: '2031-01-31T00:00:00.000Z' },
    { what: 'mandate', count: 1, until: '2027-03-03T00:00:00.000Z' },
  ]);
  expect(kept('2024-01-01T00:00:00.000Z')).toEqual([
    sales,
    { what: 'contract', count: 2, until: '2029-01-01T00:00:00.000Z' },
  ]);
  expect(kept('2021-01-01T00:00:00.000Z')).toEqual([sales]);
  const cancelled = holdsOf(
    { ...held, periods: [{ validTo: '2030-01-01T00:00:00.000Z', status: 'cancelled' }] },
    nowMs,
  );
  expect(cancelled.kept[1]).toEqual({ what: 'contract', count: 2, until: '2031-11-26T12:00:00.000Z' });
});
