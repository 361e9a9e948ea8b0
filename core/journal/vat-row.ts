import { z } from 'zod';

const cents = z.int().min(-1e12).max(1e12);

/** Amounts of one VAT rate, in cents; the rate in hundredths of a percent. `ht + vat = ttc`. */
export const vatRowSchema = z
  .strictObject({ rate: z.int().min(0).max(10_000), ht: cents, vat: cents, ttc: cents })
  .refine((row) => row.ht + row.vat === row.ttc, 'net and tax do not make the gross amount');
export type VatRow = z.infer<typeof vatRowSchema>;

/** One row a rate, highest rate first, sums of what is given; a rate whose amounts cancel out keeps its row. */
export function vatRows(rows: Iterable<VatRow>): VatRow[] {
  const byRate = new Map<number, VatRow>();
  for (const { rate, ht, vat, ttc } of rows) {
    const sum = byRate.get(rate) ?? { rate, ht: 0, vat: 0, ttc: 0 };
    byRate.set(rate, { rate, ht: sum.ht + ht, vat: sum.vat + vat, ttc: sum.ttc + ttc });
  }
  return [...byRate.values()].sort((a, b) => b.rate - a.rate);
}

/** The VAT list of a signed string (FJ3): `2000:2990|550:100`, empty when there is none. */
export function vatText(rows: readonly VatRow[]): string {
  return rows.map(({ rate, ttc }) => `${rate}:${ttc}`).join('|');
}
