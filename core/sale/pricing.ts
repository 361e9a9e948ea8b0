import { invariant } from '../base/invariant.ts';
import { type Cents, cents, netOf, sumCents, vatRate } from '../base/money.ts';
import type { Account, FeedRecord } from '../wire/messages.ts';
import { debtWords } from './debt-words.ts';

export type Plan = NonNullable<Extract<FeedRecord, { kind: 'plan' }>['record']>;

export interface SaleLine {
  readonly label: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitCents: Cents;
  readonly grossCents: Cents;
  readonly netCents: Cents;
  readonly vatRate: number;
}

/**
 * What is paid today: the first month, or the whole term of a prepaid plan, and the joining fee where there is one, each with its own rate in the country of the
 * seller. Prices include tax.
 */
export function linesToday(
  planId: string,
  plan: Plan,
  language: 'fr' | 'en',
  country: string,
): readonly SaleLine[] {
  const [month = '', fee = ''] = lineLabels(plan, language);
  const vat = plan.vatByCountry?.[country] ?? { plan: plan.vatRate, joiningFee: plan.vatRate };
  const lines = [line(month, planId, priceOfPeriod(plan), vat.plan)];
  if (plan.joiningFeeCents > 0) {
    lines.push(line(fee, 'joining-fee', plan.joiningFeeCents, vat.joiningFee));
  }
  return lines;
}

/** A day entry: one line, at the rate of the plan in the country of the seller. */
export function dayEntryLines(
  planId: string,
  plan: Plan,
  language: 'fr' | 'en',
  country: string,
): readonly SaleLine[] {
  invariant(plan.dayEntry, 'a day entry is sold of a plan that has a price for a day');
  const rate = plan.vatByCountry?.[country]?.plan ?? plan.vatRate;
  return [line(plan.names[language], planId, plan.dayEntry.priceCents, rate)];
}

/** The labels of these lines in another language, in their order. */
export function lineLabels(plan: Plan, language: 'fr' | 'en'): readonly string[] {
  const name = plan.names[language];
  if (language === 'fr') return [plan.prepaid ? name : `${name}, premier mois`, "Frais d'adhésion"];
  return [plan.prepaid ? name : `${name}, first month`, 'Joining fee'];
}

/** SA72: the next period of a prepaid plan; who is a member has paid the joining fee. */
export function renewalLines(
  planId: string,
  plan: Plan,
  language: 'fr' | 'en',
  country: string,
): readonly SaleLine[] {
  const rate = plan.vatByCountry?.[country]?.plan ?? plan.vatRate;
  return [line(plan.names[language], planId, priceOfPeriod(plan), rate)];
}

/** SA74: a line a debt, which is its product. */
export function debtLines(debts: Account['debts'], language: 'fr' | 'en'): readonly SaleLine[] {
  return debts.map((debt) =>
    line(debtWords[debt.reason][language], debt.debtId, debt.amountCents, debt.vatRate),
  );
}

/** Of a month, or of the whole term of a prepaid plan. */
export function priceOfPeriod(plan: Plan): number {
  return plan.prepaid?.priceCents ?? plan.monthlyCents;
}

/** What is paid today, tax included. */
export function totalToday(plan: Plan): Cents {
  return cents(priceOfPeriod(plan) + plan.joiningFeeCents);
}

/** Where the seller pays VAT: the first two letters of its number (Directive 2006/112/EC, article 215). */
export function countryOfSeller({ vatNumber }: { readonly vatNumber: string }): string {
  return vatNumber.slice(0, 2).toUpperCase();
}

function line(label: string, productId: string, priceCents: number, rate: number): SaleLine {
  const grossCents = cents(priceCents);
  return {
    label,
    productId,
    quantity: 1,
    unitCents: grossCents,
    grossCents,
    netCents: netOf(grossCents, vatRate(rate)),
    vatRate: rate,
  };
}

export function totalOf(lines: readonly SaleLine[]): Cents {
  return sumCents(lines.map((each) => each.grossCents));
}
