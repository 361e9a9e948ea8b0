import type { SaleLine } from '@portillon/core/sale/pricing.ts';

export interface VatOfRate {
  /** Hundredths of a percent: 20 % is 2000. */
  readonly rate: number;
  readonly netCents: number;
  readonly vatCents: number;
  readonly grossCents: number;
}

/** The lines by rate, the highest first. Sums of what each line says, so that net and VAT give gross everywhere. */
export function vatByRate(lines: readonly SaleLine[]): readonly VatOfRate[] {
  const rates = [...new Set(lines.map((line) => line.vatRate))].sort((a, b) => b - a);
  return rates.map((rate) => {
    const ofRate = lines.filter((line) => line.vatRate === rate);
    const grossCents = ofRate.reduce((sum, line) => sum + line.grossCents, 0);
    const netCents = ofRate.reduce((sum, line) => sum + line.netCents, 0);
    return { rate, netCents, vatCents: grossCents - netCents, grossCents };
  });
}

export function netTotal(lines: readonly SaleLine[]): number {
  return lines.reduce((sum, line) => sum + line.netCents, 0);
}

/** `20 %`, `5,5 %`. */
export function rateWords(rate: number, language: 'fr' | 'en'): string {
  return `${(rate / 100).toLocaleString(language)} %`;
}
