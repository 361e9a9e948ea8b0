import type { Account } from '../wire/messages.ts';
import { nextPeriod, type Period } from './membership-term.ts';
import type { Plan } from './pricing.ts';

/** What a member who has presented a card holds, and where they stand. Whoever gathers it has had the card prove itself. */
export interface AccountFacts {
  readonly nowMs: number;
  /** Of the club that sells: its days are counted. */
  readonly timeZone: string;
  /** Who sells here. */
  readonly legalEntityId: string;
  /** Who sells in the member's home club; null when the book does not know that club. */
  readonly homeLegalEntityId: string | null;
  readonly account: Account;
  readonly plansOnSale: readonly { readonly planId: string; readonly plan: Plan }[];
}

/** A prepaid period as it can be bought now. */
export interface PeriodOffer {
  readonly planId: string;
  readonly plan: Plan;
  readonly priceCents: number;
  readonly period: Period;
}

export type RenewalRefusal =
  /** Paid by the month: it goes on by itself. */
  | 'no-end'
  /** The membership was cancelled. */
  | 'cancelled'
  /** Another company sold it, and sells what comes next. */
  | 'other-company'
  /** Paid for a year ahead. */
  | 'paid-ahead'
  /** The plan is no longer for sale. */
  | 'not-sold';
export type ChangeRefusal = RenewalRefusal | 'chosen-already' | 'no-other-plan';
export type DebtRefusal = 'nothing-owed' | 'other-company';

type Offered<Offer, Why> =
  | ({ readonly possible: true } & Offer)
  | { readonly possible: false; readonly why: Why };

export interface AccountOffers {
  readonly renew: Offered<{ readonly offer: PeriodOffer }, RenewalRefusal>;
  readonly change: Offered<{ readonly offers: readonly PeriodOffer[] }, ChangeRefusal>;
  readonly settle: Offered<{ readonly debts: Account['debts']; readonly totalCents: number }, DebtRefusal>;
}

const yearMs = 366 * 86_400_000;

/** SA72 to SA74: what can be done for this member at this kiosk now, or why not. Pure. */
export function accountOffers(facts: AccountFacts): AccountOffers {
  const { account } = facts;
  const refusal = renewalRefusal(facts);
  const prepaid = facts.plansOnSale.flatMap(({ planId, plan }) => periodOffer(facts, planId, plan));
  const same = prepaid.find(({ planId }) => planId === account.planId);
  const others = prepaid.filter(({ planId }) => planId !== account.planId);
  return {
    renew: refusal ? no(refusal) : same ? { possible: true, offer: same } : no('not-sold'),
    change: changeOffer(facts, refusal, others),
    settle: settleOffer(facts),
  };
}

function renewalRefusal(facts: AccountFacts): RenewalRefusal | null {
  const { account, nowMs } = facts;
  if (account.status === 'cancelled') return 'cancelled';
  if (account.validTo === null) return 'no-end';
  if (facts.homeLegalEntityId !== facts.legalEntityId) return 'other-company';
  return Date.parse(account.validTo) > nowMs + yearMs ? 'paid-ahead' : null;
}

function changeOffer(
  { account, nowMs }: AccountFacts,
  refusal: RenewalRefusal | null,
  others: readonly PeriodOffer[],
): AccountOffers['change'] {
  if (refusal) return no(refusal);
  if (Date.parse(account.planFrom) > nowMs) return no('chosen-already');
  return others.length > 0 ? { possible: true, offers: others } : no('no-other-plan');
}

function settleOffer({ account, legalEntityId }: AccountFacts): AccountOffers['settle'] {
  const debts = account.debts.filter((debt) => debt.legalEntityId === legalEntityId);
  if (debts.length === 0) return no(account.debts.length > 0 ? 'other-company' : 'nothing-owed');
  return { possible: true, debts, totalCents: debts.reduce((total, debt) => total + debt.amountCents, 0) };
}

function periodOffer(facts: AccountFacts, planId: string, plan: Plan): readonly PeriodOffer[] {
  const { account, nowMs, timeZone } = facts;
  if (!plan.prepaid) return [];
  const paidToMs = account.validTo === null ? null : Date.parse(account.validTo);
  const period = nextPeriod(paidToMs, nowMs, plan.prepaid.termMonths, timeZone);
  return [{ planId, plan, priceCents: plan.prepaid.priceCents, period }];
}

function no<Why>(why: Why): { readonly possible: false; readonly why: Why } {
  return { possible: false, why };
}
