import { planInEffect } from '@portillon/core/access/plan-in-effect.ts';
import type { PlanId } from '@portillon/core/base/ids.ts';
import { feedRecordSchema } from '@portillon/core/wire/messages.ts';
import { expect, it } from 'vitest';
import { sampleCredential, sampleId } from './test/sample-records.ts';

const now = sampleId<'plan'>(20) as PlanId;
const next = sampleId<'plan'>(21) as PlanId;
const account = {
  membershipId: sampleId(30),
  planId: next,
  planFrom: '2026-12-27T00:00:00.000Z',
  validTo: '2027-01-27T00:00:00.000Z',
  status: 'active',
  debts: [],
} as const;

it('[W-ACCOUNT-2] is the plan of the record until the one of the later period begins', () => {
  const record = sampleCredential({ planId: now, account: { ...account, debts: [] } });
  expect(planInEffect(record, Date.parse(account.planFrom) - 1)).toBe(now);
  expect(planInEffect(record, Date.parse(account.planFrom))).toBe(next);
});

it('[W-ACCOUNT-1] is the plan of the record where a base of the version before told no account', () => {
  const told = feedRecordSchema.parse({ kind: 'credential', id: sampleId(1), record: sampleCredential() });
  expect(told.kind === 'credential' && told.record && planInEffect(told.record, 0)).toBe(now);
});
