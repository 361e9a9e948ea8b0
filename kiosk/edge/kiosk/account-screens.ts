import type { PeriodOffer } from '@portillon/core/sale/account-offers.ts';
import { debtWords } from '@portillon/core/sale/debt-words.ts';
import type { Account } from '@portillon/core/wire/messages.ts';
import type { Offer, Screen } from '../../bridge/view.ts';
import { localDay } from '../documents/payment-summary.ts';
import type { MemberAccount } from './member-account.ts';

export type AccountScreenName = 'account' | 'renewal' | 'plan-change' | 'debts';

export interface AccountScreenFacts {
  readonly nowMs: number;
  readonly timeZone: string;
  /** Whether money can be taken now. */
  readonly pay: Offer;
  readonly dataAgeMs: number | null;
  readonly phone: Extract<Screen, { name: 'account' }>['phone'];
}

/** Younger than this the book is called up to date: the time in which a push and a feed surely come by. */
const worthMentioningMs = 600_000;

/** What a member is shown of the account, and of what can be bought. Pure. */
export function accountScreen(
  name: AccountScreenName,
  member: MemberAccount,
  facts: AccountScreenFacts,
): Screen {
  const { offers } = member;
  const day = (timeMs: number) => localDay(timeMs, facts.timeZone);
  switch (name) {
    case 'account':
      return { name, ...accountView(member, facts, day) };
    case 'renewal':
      return {
        name: 'periods',
        change: false,
        offers: offers.renew.possible ? [periodView(offers.renew.offer, day)] : [],
      };
    case 'plan-change':
      return {
        name: 'periods',
        change: true,
        offers: offers.change.possible ? offers.change.offers.map((offer) => periodView(offer, day)) : [],
      };
    case 'debts':
      return {
        name,
        debts: offers.settle.possible ? debtViews(offers.settle.debts, day) : [],
        totalCents: offers.settle.possible ? offers.settle.totalCents : 0,
      };
  }
}

function accountView(
  { account, plan, nextPlan, offers }: MemberAccount,
  { nowMs, pay, dataAgeMs, phone }: AccountScreenFacts,
  day: (timeMs: number) => string,
): Omit<Extract<Screen, { name: 'account' }>, 'name'> {
  const endMs = account.validTo === null ? null : Date.parse(account.validTo);
  const { renew, change, settle } = offers;
  return {
    plan: plan?.names ?? null,
    // The end itself is no longer paid for: the last day is the one before.
    validThrough: endMs === null ? null : day(endMs - 1),
    state: account.status === 'cancelled' ? 'cancelled' : endMs !== null && endMs <= nowMs ? 'over' : 'runs',
    next: nextPlan && { plan: nextPlan.names, from: day(Date.parse(account.planFrom)) },
    debts: settle.possible ? debtViews(settle.debts, day) : [],
    owedElsewhere: account.debts.length > (settle.possible ? settle.debts.length : 0),
    owedCents: settle.possible ? settle.totalCents : 0,
    renew: renew.possible ? { possible: true, priceCents: renew.offer.priceCents } : renew,
    change: change.possible ? { possible: true } : change,
    pay,
    phone,
    bookAgeMinutes:
      dataAgeMs === null || dataAgeMs < worthMentioningMs ? null : Math.floor(dataAgeMs / 60_000),
  };
}

export function periodView(
  { planId, plan, priceCents, period }: PeriodOffer,
  day: (timeMs: number) => string,
) {
  return {
    planId,
    name: plan.names,
    description: plan.descriptions,
    priceCents,
    from: day(period.fromMs),
    through: day(period.toMs - 1),
  };
}

function debtViews(debts: Account['debts'], day: (timeMs: number) => string) {
  return debts.map(({ debtId, reason, since, amountCents }) => ({
    debtId,
    label: debtWords[reason],
    since: day(Date.parse(since)),
    amountCents,
  }));
}
