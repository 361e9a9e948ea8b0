import { describe, expect, it } from 'vitest';
import type { Account } from '../wire/messages.ts';
import { type AccountFacts, accountOffers } from './account-offers.ts';
import type { Plan } from './pricing.ts';

const words = { fr: 'Libre', en: 'Open' };
const monthly: Plan = {
  names: words,
  descriptions: words,
  commitments: words,
  position: 1,
  monthlyCents: 2_990,
  joiningFeeCents: 2_500,
  vatRate: 2_000,
  scope: 'network',
  hours: null,
  guestTickets: 0,
  soldAtKiosk: true,
};
const prepaid = (termMonths: 1 | 3, priceCents: number): Plan => ({
  ...monthly,
  monthlyCents: 0,
  soldAtKiosk: false,
  prepaid: { termMonths, priceCents, soldAtKiosk: true },
});
const nowMs = Date.parse('2026-12-20T09:00:00+01:00');
const account: Account = {
  membershipId: 'membership',
  planId: 'one-month',
  planFrom: '2026-11-26T13:00:00.000Z',
  validTo: '2026-12-26T23:00:00.000Z',
  status: 'active',
  debts: [],
};
const debt = {
  debtId: 'debt',
  legalEntityId: 'here',
  amountCents: 2_990,
  vatRate: 2_000,
  reason: 'unpaid-period',
  since: '2026-11-03T09:00:00.000Z',
} as const;
const facts: AccountFacts = {
  nowMs,
  timeZone: 'Europe/Paris',
  legalEntityId: 'here',
  homeLegalEntityId: 'here',
  account,
  plansOnSale: [
    { planId: 'monthly', plan: monthly },
    { planId: 'one-month', plan: prepaid(1, 3_990) },
    { planId: 'three-months', plan: prepaid(3, 9_990) },
  ],
};
const offers = (more: Partial<Account> = {}, around: Partial<AccountFacts> = {}) =>
  accountOffers({ ...facts, ...around, account: { ...account, ...more } });

describe('what a member may do', () => {
  it('[SA72] renews the plan held, and changes for another prepaid one, from the end of what is paid', () => {
    const fromMs = Date.parse('2026-12-26T23:00:00.000Z');
    expect(offers()).toMatchObject({
      renew: {
        possible: true,
        offer: {
          planId: 'one-month',
          priceCents: 3_990,
          period: { fromMs, toMs: Date.parse('2027-01-26T23:00:00.000Z') },
        },
      },
      change: {
        possible: true,
        offers: [{ planId: 'three-months', priceCents: 9_990, period: { fromMs } }],
      },
      settle: { possible: false, why: 'nothing-owed' },
    });
  });

  it('[SA72] begins today where what was paid is over', () => {
    expect(offers({ validTo: '2026-12-01T23:00:00.000Z' })).toMatchObject({
      renew: { offer: { period: { fromMs: nowMs } } },
      change: { offers: [{ period: { fromMs: nowMs } }] },
    });
  });

  it.each([
    ['no-end', { validTo: null }, {}],
    ['cancelled', { status: 'cancelled' }, {}],
    ['other-company', {}, { homeLegalEntityId: 'there' }],
    ['other-company', {}, { homeLegalEntityId: null }],
    ['paid-ahead', { validTo: '2028-01-26T23:00:00.000Z' }, {}],
  ] as const)('[SA73] neither renews nor changes, and says %s', (why, more, around) => {
    expect(offers(more, around)).toMatchObject({
      renew: { possible: false, why },
      change: { possible: false, why },
    });
  });

  it('[SA73] does not renew a plan that is no longer sold, and still changes for one that is', () => {
    const plansOnSale = facts.plansOnSale.filter(({ planId }) => planId !== 'one-month');
    expect(offers({}, { plansOnSale })).toMatchObject({
      renew: { possible: false, why: 'not-sold' },
      change: { possible: true },
    });
  });

  it('[SA73] changes once: while another plan waits for its period, that one is renewed', () => {
    expect(offers({ planId: 'three-months', planFrom: '2026-12-26T23:00:00.000Z' })).toMatchObject({
      renew: { possible: true, offer: { planId: 'three-months' } },
      change: { possible: false, why: 'chosen-already' },
    });
  });

  it('[SA73] has nothing to change for where no other prepaid plan is sold', () => {
    const plansOnSale = facts.plansOnSale.filter(({ planId }) => planId !== 'three-months');
    expect(offers({}, { plansOnSale }).change).toEqual({ possible: false, why: 'no-other-plan' });
  });

  it('[SA74] settles all that is owed to the company that sells here, and nothing that is owed to another', () => {
    const elsewhere = { ...debt, debtId: 'elsewhere', legalEntityId: 'there' };
    expect(
      offers({ debts: [debt, { ...debt, debtId: 'two', amountCents: 500 }, elsewhere] }).settle,
    ).toMatchObject({
      possible: true,
      debts: [{ debtId: 'debt' }, { debtId: 'two' }],
      totalCents: 3_490,
    });
    expect(offers({ debts: [elsewhere] }).settle).toEqual({ possible: false, why: 'other-company' });
  });

  it('[SA74] settles also where the membership has ended or was sold by another company', () => {
    expect(offers({ status: 'cancelled', debts: [debt] }).settle.possible).toBe(true);
    expect(offers({ debts: [debt] }, { homeLegalEntityId: 'there' }).settle.possible).toBe(true);
  });
});
