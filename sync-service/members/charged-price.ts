import type { PlanPrice } from '@portillon/core/sale/plan-price.ts';
import type { ReadEventOf } from '@portillon/core/wire/event.ts';
import type { Facts } from './event-facts.ts';
import { insert, placeOf, type RowChange } from './row-change.ts';

type SaleOfPlan = ReadEventOf<'sale.completed' | 'membership.renewed' | 'day-entry.sold'>;

/** A visit keeps the price that it showed: one that ended no longer ago counts. */
const visitMs = 3_600_000;
/** By so much the clock of a box and that of the base may differ (core/base/clock-trust.ts). */
const clocksMs = 5 * 60_000;

export function planSold(event: SaleOfPlan): string {
  return event.type === 'sale.completed' ? event.membership.planId : event.planId;
}

/** No price is older, and long before it the days of a place do not begin by any rule. */
const firstPricesMs = Date.UTC(2000, 0, 1);

/**
 * In which time the price of a sale must have been valid. What a box says of later than it was heard counts as then, and of a year
 * in which nobody sold as the first in which somebody did.
 */
export function priceTime(
  event: SaleOfPlan,
  receivedAt: string,
): { readonly fromMs: number; readonly toMs: number } {
  const atMs = Math.max(firstPricesMs, Math.min(Date.parse(event.at), Date.parse(receivedAt)));
  return { fromMs: atMs - visitMs, toMs: atMs + clocksMs };
}

/** W-PLAN-3: the money is taken; what differs is for a person to settle. */
export function priceDiffers(
  event: SaleOfPlan,
  { reporter, planPrices, newCaseId }: Pick<Facts, 'reporter' | 'planPrices' | 'newCaseId'>,
): RowChange[] {
  const charged = chargedOf(event);
  const [valid] = planPrices;
  if (charged === null || !valid) return [];
  // Who is a member already has paid the joining fee.
  const asked = (price: PlanPrice) => ({
    ...price,
    joiningFeeCents: event.type === 'sale.completed' ? price.joiningFeeCents : 0,
  });
  const holds = planPrices
    .map(asked)
    .some(
      (price) => price.priceCents === charged.priceCents && price.joiningFeeCents === charged.joiningFeeCents,
    );
  if (holds) return [];
  return [
    insert('cases', {
      id: newCaseId(),
      ...placeOf(reporter),
      at: event.at,
      kind: 'price-differs',
      sale_id: event.saleId,
      sale_reference: event.saleReference,
      amount_cents: Math.max(0, sumOf(charged) - sumOf(asked(valid))),
      detail: `charged ${inWords(charged)}, the price was ${inWords(asked(valid))}`,
    }),
  ];
}

/** Null where no line is of the plan: then nothing is said of its price. */
function chargedOf(event: SaleOfPlan): PlanPrice | null {
  const ofProduct = (productId: string) =>
    event.lines.filter((line) => line.productId === productId).map(({ grossCents }) => grossCents);
  const price = ofProduct(planSold(event));
  if (price.length === 0) return null;
  const sum = (cents: readonly number[]) => cents.reduce((total, each) => total + each, 0);
  return { priceCents: sum(price), joiningFeeCents: sum(ofProduct('joining-fee')) };
}

function sumOf({ priceCents, joiningFeeCents }: PlanPrice): number {
  return priceCents + joiningFeeCents;
}

function inWords({ priceCents, joiningFeeCents }: PlanPrice): string {
  const euros = (cents: number) => (cents / 100).toFixed(2);
  return joiningFeeCents === 0
    ? euros(priceCents)
    : `${euros(priceCents)} and a joining fee of ${euros(joiningFeeCents)}`;
}
