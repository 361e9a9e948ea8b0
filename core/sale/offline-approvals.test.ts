import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mayTakeOffline, type OfflineApproval, offlineStanding } from './offline-approvals.ts';

const hourMs = 3_600_000;
const nowMs = Date.parse('2026-11-26T12:00:00Z');
const limits = { mostAmountCents: 10_000, mostCount: 3, mostAgeMs: 24 * hourMs };
const approval = (amountCents: number, hoursAgo = 1): OfflineApproval => ({
  amountCents,
  approvedAtMs: nowMs - hoursAgo * hourMs,
});

it.each([
  ['none unsettled', [], null],
  ['one of a small amount', [approval(4_000)], null],
  ['a cent under the sum', [approval(4_000), approval(5_999)], null],
  ['the sum to the cent', [approval(4_000), approval(6_000)], 'amount'],
  ['the number', [approval(100), approval(100), approval(100)], 'count'],
  ['a millisecond under the age', [{ amountCents: 1, approvedAtMs: nowMs - limits.mostAgeMs + 1 }], null],
  ['the age', [approval(100, 24)], 'age'],
  ['age before sum and number', [approval(9_000, 25), approval(9_000), approval(9_000)], 'age'],
  ['approved by a clock that was ahead', [approval(100, -5)], null],
] as const)('[SA41] %s: limit reached %s %s', (_words, unsettled, limit) => {
  expect(offlineStanding(unsettled, limits, nowMs).limit).toBe(limit);
});

it('[SA41] says how many, how much and since when', () => {
  const unsettled = [approval(4_000, 3), approval(1_000, 7)];
  expect(offlineStanding(unsettled, limits, nowMs)).toEqual({
    count: 2,
    amountCents: 5_000,
    oldestAtMs: nowMs - 7 * hourMs,
    limit: null,
  });
});

it('[SA41] lets the first customer come even where no offline approval is wanted at all', () => {
  const none = { mostAmountCents: 0, mostCount: 0, mostAgeMs: 1 };
  expect(offlineStanding([], none, nowMs).limit).toBeNull();
  expect(mayTakeOffline(offlineStanding([], none, nowMs), 100, none)).toBe(false);
});

it('[SA42] takes one more up to the sum and the number, and none beyond', () => {
  const standing = offlineStanding([approval(4_000)], limits, nowMs);
  expect(mayTakeOffline(standing, 6_000, limits)).toBe(true);
  expect(mayTakeOffline(standing, 6_001, limits)).toBe(false);
  const two = offlineStanding([approval(1), approval(1)], limits, nowMs);
  expect(mayTakeOffline(two, 1, limits)).toBe(true);
  expect(
    mayTakeOffline(offlineStanding([approval(1), approval(1), approval(1)], limits, nowMs), 1, limits),
  ).toBe(false);
});

it('[SA42] never goes beyond sum or number, whatever is asked for in whatever order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { maxLength: 20 }), (amounts) => {
      const taken: OfflineApproval[] = [];
      for (const amountCents of amounts) {
        const standing = offlineStanding(taken, limits, nowMs);
        if (mayTakeOffline(standing, amountCents, limits)) taken.push(approval(amountCents));
      }
      const { count, amountCents } = offlineStanding(taken, limits, nowMs);
      expect(count).toBeLessThanOrEqual(limits.mostCount);
      expect(amountCents).toBeLessThanOrEqual(limits.mostAmountCents);
    }),
  );
});
