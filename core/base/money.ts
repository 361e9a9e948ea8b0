import { invariant } from './invariant.ts';

/** An amount in minor units (euro cents), whole, tax included unless named otherwise. */
export type Cents = number & { readonly __unit: 'cents' };

export function cents(amount: number): Cents {
  invariant(Number.isSafeInteger(amount), `an amount in cents is a whole number, not ${amount}`);
  return amount as Cents;
}

export function sumCents(amounts: Iterable<Cents>): Cents {
  let total = 0;
  for (const amount of amounts) total += amount;
  return cents(total);
}

/** VAT rate in hundredths of a percent: 20 % is 2000. */
export type VatRate = number & { readonly __unit: 'percent-hundredths' };

export function vatRate(hundredthsOfPercent: number): VatRate {
  invariant(
    Number.isInteger(hundredthsOfPercent) && hundredthsOfPercent >= 0 && hundredthsOfPercent <= 10_000,
    `a VAT rate lies between 0 and 10000 hundredths of a percent, not ${hundredthsOfPercent}`,
  );
  return hundredthsOfPercent as VatRate;
}

/** The net part of an amount that includes tax, rounded half up (away from zero for a credit), once, here. */
export function netOf(gross: Cents, rate: VatRate): Cents {
  const net = Math.floor((Math.abs(gross) * 20_000 + (10_000 + rate)) / (2 * (10_000 + rate)));
  return cents(gross < 0 && net !== 0 ? -net : net);
}
