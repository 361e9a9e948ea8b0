import type { VatRow } from './vat-row.ts';

/** Sums since the first taking of a till, in cents. Never set back: not by a closing, an archive, a purge, an update (FJ9). */
export interface PerpetualTotals {
  /** Takings less what was given back, tax included. */
  readonly signed: number;
  /** The same without signs: it grows with every taking, so that a sale and its undoing leave a trace. */
  readonly absolute: number;
  /** The signed total without tax. */
  readonly net: number;
}

export const nothingTaken: PerpetualTotals = { signed: 0, absolute: 0, net: 0 };

export function afterTaking(
  before: PerpetualTotals,
  taking: { readonly total: number; readonly vat: readonly VatRow[] },
): PerpetualTotals {
  return {
    signed: before.signed + taking.total,
    absolute: before.absolute + Math.abs(taking.total),
    net: before.net + taking.vat.reduce((sum, row) => sum + row.ht, 0),
  };
}
