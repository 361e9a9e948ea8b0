import { type EventBody, eventBodySchema } from '@portillon/core/wire/event.ts';
import { expect, it } from 'vitest';
import { newTestId, renewalEvent, settledDebtEvent } from '../test/test-edge.ts';
import { planAt } from './account-rows.ts';
import type { Facts, KnownAccount } from './event-facts.ts';
import { eventRows } from './event-rows.ts';

const reporter = { edgeId: newTestId(), clubId: newTestId(), legalEntityId: newTestId() };
const member = { memberId: newTestId(), legalEntityId: reporter.legalEntityId, planId: newTestId() };
const caseId = newTestId();
const period = { from: '2026-12-27T00:00:00.000Z', to: '2027-01-27T00:00:00.000Z' };
const held = {
  membershipId: newTestId(),
  planId: newTestId(),
  validFrom: '2026-11-26T10:00:00.000Z',
  validTo: period.from,
};
const debt = {
  debtId: newTestId(),
  memberId: member.memberId,
  legalEntityId: reporter.legalEntityId,
  amountCents: 2_990,
  settledBySale: null,
};

const rowsOf = (event: EventBody, account: KnownAccount | null) => {
  const facts: Facts = {
    reporter,
    receivedAt: '2026-12-31T00:00:00.000Z',
    usedTickets: new Set(),
    planPrices: [],
    decisionGranted: false,
    saleClubId: null,
    saleMoney: null,
    order: null,
    gateOrder: null,
    purge: null,
    replaced: null,
    holder: null,
    lastClosing: null,
    usedTwice: [],
    copiedBadge: null,
    settledCase: null,
    account,
    newCaseId: () => caseId,
  };
  return eventRows(eventBodySchema.parse(event), facts);
};

it('[W-ACCOUNT-3] adds a period and moves the end of the cards; the plan of now stays until the period begins', () => {
  const event = { ...renewalEvent(member, period), at: '2026-12-20T10:00:00.000Z' };
  expect(rowsOf(event, { periods: [held], debts: [] })).toMatchObject({
    value: [
      { table: 'sales', row: { total_cents: 3_990, member_id: member.memberId, fiscal_record_no: 7 } },
      {
        table: 'memberships',
        row: { plan_id: member.planId, valid_from: period.from, valid_to: period.to, sale_id: event.saleId },
      },
      {
        do: 'update',
        table: 'credentials',
        set: { valid_to: period.to, plan_id: held.planId },
        where: { member_id: member.memberId, kind: 'card' },
      },
      { set: { valid_to: period.to }, where: { member_id: member.memberId, kind: 'pass' } },
    ],
  });
});

it('[W-ACCOUNT-3] puts another plan in force at once where the period begins at once', () => {
  const event = { ...renewalEvent(member, period), at: period.from };
  expect(rowsOf(event, { periods: [held], debts: [] })).toMatchObject({
    value: [{}, {}, { set: { plan_id: member.planId } }, {}],
  });
});

it.each([
  ['ends later', { ...held, validTo: '2026-12-27T00:00:00.001Z' }],
  ['has no end', { ...held, validTo: null }],
])('[W-ACCOUNT-4] keeps the money and opens a case where the period before %s', (_, before) => {
  const event = renewalEvent(member, period);
  expect(rowsOf(event, { periods: [before], debts: [] })).toMatchObject({
    value: [
      { table: 'sales' },
      {
        table: 'cases',
        row: { id: caseId, kind: 'paid-twice', amount_cents: 3_990, sale_id: event.saleId },
      },
    ],
  });
});

it('[W-ACCOUNT-4] takes in a period that comes after a later one, and leaves the end where it is', async () => {
  const later = {
    ...held,
    membershipId: newTestId(),
    validFrom: period.to,
    validTo: '2027-02-27T00:00:00.000Z',
  };
  const rows = rowsOf(renewalEvent(member, period), { periods: [held, later], debts: [] });
  expect(rows).toMatchObject({
    value: [
      { table: 'sales' },
      { table: 'memberships', row: { valid_to: period.to } },
      { table: 'credentials', set: { valid_to: later.validTo } },
      { table: 'credentials', set: { valid_to: later.validTo } },
    ],
  });
});

it('[W-ACCOUNT-7] [I2] keeps the money of a renewal after the end, and opens a case', () => {
  const event = renewalEvent(member, period);
  expect(rowsOf(event, { periods: [], debts: [] })).toMatchObject({
    value: [
      { table: 'sales' },
      { table: 'cases', row: { kind: 'paid-not-served', amount_cents: 3_990, sale_id: event.saleId } },
    ],
  });
});

it('[W-ACCOUNT-5] settles what is open, and opens a case for what another sale had settled', () => {
  const other = { ...debt, debtId: newTestId(), amountCents: 500, settledBySale: newTestId() };
  const event = settledDebtEvent(member, [
    [debt.debtId, 2_990],
    [other.debtId, 500],
  ]);
  expect(rowsOf(event, { periods: [], debts: [debt, other] })).toMatchObject({
    value: [
      { table: 'sales', row: { total_cents: 3_490 } },
      {
        table: 'debts',
        set: { settled_at: event.at, settled_by_sale: event.saleId },
        where: { id: debt.debtId },
      },
      { table: 'cases', row: { kind: 'paid-twice', amount_cents: 500 } },
    ],
  });
});

it.each([
  ['of nobody', null, /no such member/],
  ['not known', { periods: [], debts: [] }, /no such debt/],
  ['of another member', { periods: [], debts: [{ ...debt, memberId: newTestId() }] }, /another member/],
  [
    'owed to another',
    { periods: [], debts: [{ ...debt, legalEntityId: newTestId() }] },
    /another legal entity/,
  ],
  ['paid in part', { periods: [], debts: [{ ...debt, amountCents: 3_000 }] }, /not its amount/],
])('[W-ACCOUNT-6] parks the settlement of a debt that is %s', (_, account, reason) => {
  const rows = rowsOf(settledDebtEvent(member, [[debt.debtId, 2_990]]), account);
  expect(rows.ok ? 'applied' : rows.error).toMatch(reason);
});

it('[W-ACCOUNT-2] knows which plan applies: of the period begun last, or of the first before any has', () => {
  const next = { ...held, planId: newTestId(), validFrom: period.from, validTo: period.to };
  expect(planAt([held, next], Date.parse(period.from) - 1)).toBe(held.planId);
  expect(planAt([held, next], Date.parse(period.from))).toBe(next.planId);
  expect(planAt([held, next], 0)).toBe(held.planId);
  expect(planAt([], 0)).toBeNull();
});
