import { cents, netOf, vatRate } from '../base/money.ts';

/** What a line says of its amounts, wherever it comes from. */
export interface LineAmounts {
  readonly quantity: number;
  readonly unitCents: number;
  readonly grossCents: number;
  readonly netCents: number;
  readonly vatRate: number;
}

/** W-PUSH-16: why lines do not agree with themselves or with their total, with the figures; null when they do. */
export function flawOfLines(lines: readonly LineAmounts[], totalCents: number): string | null {
  for (const [index, line] of lines.entries()) {
    const { quantity, unitCents, grossCents, netCents } = line;
    const net = netOf(cents(grossCents), vatRate(line.vatRate));
    const agrees =
      unitCents >= 0 &&
      quantity * unitCents === grossCents &&
      netCents >= 0 &&
      netCents <= grossCents &&
      Math.abs(netCents - net) <= 1;
    if (!agrees) {
      return (
        `line ${index + 1} does not agree with itself: ${quantity} times ${unitCents} cents, gross ${grossCents}, ` +
        `net ${netCents} at ${line.vatRate / 100} %, which would be ${net}`
      );
    }
  }
  const sum = lines.reduce((total, line) => total + line.grossCents, 0);
  return sum === totalCents ? null : `the lines come to ${sum} cents, the total says ${totalCents}`;
}
