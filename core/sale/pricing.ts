import { type Cents, cents, netOf, sumCents, vatRate } from '../base/money.ts';
import type { FeedRecord } from '../wire/messages.ts';

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

/** What is paid today: the first month, and the joining fee where there is one. Prices include tax. */
export function linesToday(planId: string, plan: Plan, language: 'fr' | 'en'): readonly SaleLine[] {
  const words = {
    fr: { month: `${plan.names.fr}, premier mois`, fee: "Frais d'adhésion" },
    en: { month: `${plan.names.en}, first month`, fee: 'Joining fee' },
  }[language];
  const lines = [line(words.month, planId, plan.monthlyCents, plan.vatRate)];
  if (plan.joiningFeeCents > 0)
    lines.push(line(words.fee, 'joining-fee', plan.joiningFeeCents, plan.vatRate));
  return lines;
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
