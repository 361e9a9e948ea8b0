import { cents, netOf, vatRate } from '@portillon/core/base/money.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';

/** A line as it stands in a sale or a refund (core/wire/event.ts). */
export interface LineOfSale {
  readonly label: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitCents: number;
  readonly grossCents: number;
  readonly netCents: number;
  readonly vatRate: number;
}

/** A line of an order to give money back, with its place in the sale. */
export interface LineBack extends LineOfSale {
  readonly ofLine: number;
}

/** What was given back of each line of the sale, by its place. */
export function givenBackByLine(lineCount: number, refunds: readonly (readonly LineBack[])[]): number[] {
  const sums = Array.from({ length: lineCount }, () => 0);
  for (const { ofLine, grossCents } of refunds.flat()) sums[ofLine] = (sums[ofLine] ?? 0) + grossCents;
  return sums;
}

/**
 * The lines of a refund. `wanted` is what is to be given back of each line of the sale, in cents. Net is told from what is
 * given back in all, before and now, so that refunds of the whole come to the net of the sale, to the cent.
 */
export function linesBack(
  lines: readonly LineOfSale[],
  givenBack: readonly number[],
  wanted: readonly number[],
): Result<LineBack[], string> {
  if (wanted.length !== lines.length) return err('an amount for each line of the sale');
  if (wanted.every((amount) => amount === 0)) return err('nothing is to be given back');
  const back: LineBack[] = [];
  for (const [ofLine, line] of lines.entries()) {
    const amount = wanted[ofLine] ?? 0;
    const before = givenBack[ofLine] ?? 0;
    if (amount < 0 || before + amount > line.grossCents) {
      return err(`${line.grossCents - before} cents are left of the line ${line.label}`);
    }
    if (amount === 0) continue;
    const netThrough = (gross: number) => netOf(cents(gross), vatRate(line.vatRate));
    const whole = amount === line.grossCents;
    back.push({
      ofLine,
      label: line.label,
      productId: line.productId,
      quantity: whole ? line.quantity : 1,
      unitCents: whole ? line.unitCents : amount,
      grossCents: amount,
      netCents: netThrough(before + amount) - netThrough(before),
      vatRate: line.vatRate,
    });
  }
  return ok(back);
}

/** The price of another card, as the network sets it: tax included, rates in hundredths of a percent. */
export interface CardFee {
  readonly cents: number;
  readonly vatRate: number;
  /** By country of the seller (ISO 3166), where it is another. */
  readonly vatByCountry?: Readonly<Record<string, number>> | undefined;
}

/** The line of the fee; none where the card is free. The kiosk words it in the customer's language. */
export function feeLines(fee: CardFee, country: string): LineOfSale[] {
  if (fee.cents === 0) return [];
  const rate = fee.vatByCountry?.[country] ?? fee.vatRate;
  return [
    {
      label: 'Carte de remplacement',
      productId: 'card-fee',
      quantity: 1,
      unitCents: fee.cents,
      grossCents: fee.cents,
      netCents: netOf(cents(fee.cents), vatRate(rate)),
      vatRate: rate,
    },
  ];
}
