import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergedRecord } from './merged-record.ts';
import { sampleCredential, sampleId } from './test/sample-records.ts';

type Account = NonNullable<CredentialRecord['account']>;

const may = '2027-05-01T00:00:00.000Z';
const june = '2027-06-01T00:00:00.000Z';
const debt = (number: number, amountCents = 1_500): Account['debts'][number] => ({
  debtId: sampleId(600 + number),
  legalEntityId: sampleId(700),
  amountCents,
  vatRate: 2_000,
  reason: 'other',
  since: may,
});
const account = (over: Partial<Account> = {}): Account => ({
  membershipId: sampleId(500),
  planId: sampleId(20),
  planFrom: '2026-01-01T00:00:00.000Z',
  validTo: may,
  status: 'active',
  debts: [],
  ...over,
});
const card = (over: Partial<CredentialRecord> = {}) =>
  sampleCredential({ validTo: may, account: account(), ...over });

it('[W-OWN-2] shows what either has changed, and of the same thing what the club has', () => {
  const renewed = card({ validTo: june, account: account({ validTo: june }) });
  const suspended = card({ standing: { suspendedUntil: may } });
  expect(mergedRecord(card(), renewed, suspended)).toEqual({ ...renewed, standing: { suspendedUntil: may } });
  const shortened = card({ validTo: '2027-01-01T00:00:00.000Z', homeClubId: sampleId(9) });
  expect(mergedRecord(card(), renewed, shortened)).toEqual({ ...renewed, homeClubId: sampleId(9) });
  // Of what was sold here the base knew nothing before.
  expect(mergedRecord(null, renewed, { ...card(), language: 'fr' })).toEqual({ ...renewed, language: 'fr' });
});

it('[W-OWN-2] has a debt open where neither has it settled', () => {
  const owing = (...numbers: number[]) =>
    card({ account: account({ debts: numbers.map((no) => debt(no)) }) });
  const merged = (before: number[], ours: number[], theirs: number[]) =>
    mergedRecord(owing(...before), owing(...ours), owing(...theirs)).account?.debts.map(
      ({ debtId }) => debtId,
    );
  expect(merged([1, 2], [2], [1, 2])).toEqual([debt(2).debtId]);
  expect(merged([1, 2], [1, 2], [1])).toEqual([debt(1).debtId]);
  expect(merged([1], [], [1, 2])).toEqual([debt(2).debtId]);
  expect(merged([], [3], [2])).toEqual([debt(2).debtId, debt(3).debtId]);
});

const anyRecord = fc
  .record({
    status: fc.constantFrom('active' as const, 'blocked' as const, 'spent' as const),
    validTo: fc.constantFrom(may, june, null),
    debts: fc.subarray([1, 2, 3]),
    standing: fc.constantFrom(undefined, { staff: true as const }, { suspendedUntil: may }),
  })
  .map(({ debts, standing, ...more }) => {
    const held = account({ debts: debts.map((number) => debt(number)) });
    return card({ ...more, account: held, ...(standing ? { standing } : {}) });
  });

/** In whatever order the debts stand. */
const sorted = (record: CredentialRecord) => ({
  ...record,
  debts: record.account?.debts.map(({ debtId }) => debtId).sort(),
  account: { ...record.account, debts: [] },
});

it('[W-OWN-2] is what one of them has where the other has changed nothing, and ended where either has ended it', () => {
  fc.assert(
    fc.property(anyRecord, anyRecord, anyRecord, (before, ours, theirs) => {
      const status = ours.status === 'active' ? theirs.status : ours.status;
      expect(sorted(mergedRecord(ours, ours, theirs))).toEqual({ ...sorted(theirs), status });
      expect(sorted(mergedRecord(theirs, ours, theirs))).toEqual({ ...sorted(ours), status });
      const isActive = ours.status === 'active' && theirs.status === 'active';
      expect(mergedRecord(before, ours, theirs).status === 'active').toBe(isActive);
    }),
  );
});
