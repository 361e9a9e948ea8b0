import { z } from 'zod';
import { paymentSumSchema, shapes, softwareSchema } from './payload-shapes.ts';
import type { TakingPayload } from './taking.ts';
import { type VatRow, vatRowSchema, vatRows } from './vat-row.ts';

/** What every closing tells, of one till or of all. */
export const closingShape = {
  level: z.enum(['J', 'M', 'A']),
  period: z.string().regex(/^\d{4}(-\d\d){0,2}$/),
  from: shapes.time,
  to: shapes.time,
  copies: shapes.count,
  training: shapes.count,
  pay: z.array(paymentSumSchema).max(100),
  vat: z.array(vatRowSchema).max(100),
  total: shapes.cents,
  totalHt: shapes.cents,
  perpSigned: shapes.cents,
  perpAbs: shapes.cents.min(0),
  perpHt: shapes.cents,
  software: softwareSchema,
};

/** Payload of a `C1` (FJ11). `period` is `2026-11-22`, `2026-11` or `2026`; `from` is inside, `to` is not. */
export const closingPayloadSchema = z.strictObject({
  est: shapes.establishment,
  till: shapes.till,
  no: shapes.no,
  dt: shapes.time,
  ...closingShape,
  /** First and last taking of the period, 0 when there was none, and how many of each type. */
  tickets: z.strictObject({
    first: shapes.count,
    last: shapes.count,
    sales: shapes.count,
    refunds: shapes.count,
    cancelled: shapes.count,
  }),
  /** Signature of the last taking there has been, empty before the first. */
  lastSig: shapes.signature,
  /** Numbers of the closings that a month or a year sums up; empty for a day. */
  closings: z.array(shapes.no).max(31),
});
export type ClosingPayload = z.infer<typeof closingPayloadSchema>;

/** What a period comes to. */
export type PeriodTotals = Pick<
  ClosingPayload,
  'tickets' | 'copies' | 'training' | 'pay' | 'vat' | 'total' | 'totalHt'
>;

/** A day, from its takings in order and the counts of what else was recorded in it. */
export function totalsOfTakings(
  takings: readonly TakingPayload[],
  counts: { readonly copies: number; readonly training: number },
): PeriodTotals {
  const countOf = (type: TakingPayload['type']) => takings.filter((taking) => taking.type === type).length;
  return {
    tickets: {
      first: takings[0]?.no ?? 0,
      last: takings.at(-1)?.no ?? 0,
      sales: countOf('VENTE'),
      refunds: countOf('AVOIR'),
      cancelled: countOf('ANNUL'),
    },
    ...counts,
    ...amounts(takings),
  };
}

/** A month from its days, a year from its months. */
export function totalsOfClosings(closings: readonly PeriodTotals[]): PeriodTotals {
  const withTakings = closings.filter(({ tickets }) => tickets.first > 0);
  const sum = (read: (totals: PeriodTotals) => number) =>
    closings.reduce((total, each) => total + read(each), 0);
  return {
    tickets: {
      first: withTakings[0]?.tickets.first ?? 0,
      last: withTakings.at(-1)?.tickets.last ?? 0,
      sales: sum(({ tickets }) => tickets.sales),
      refunds: sum(({ tickets }) => tickets.refunds),
      cancelled: sum(({ tickets }) => tickets.cancelled),
    },
    copies: sum(({ copies }) => copies),
    training: sum(({ training }) => training),
    ...amounts(closings),
  };
}

interface Amounts {
  readonly pay: readonly { readonly means: string; readonly amount: number }[];
  readonly vat: readonly VatRow[];
  readonly total: number;
}

function amounts(parts: readonly Amounts[]): Pick<PeriodTotals, 'pay' | 'vat' | 'total' | 'totalHt'> {
  const byMeans = new Map<string, number>();
  for (const { means, amount } of parts.flatMap(({ pay }) => pay))
    byMeans.set(means, (byMeans.get(means) ?? 0) + amount);
  const vat = vatRows(parts.flatMap((part) => part.vat));
  return {
    pay: [...byMeans.entries()]
      .map(([means, amount]) => ({ means, amount }))
      .sort((a, b) => (a.means < b.means ? -1 : 1)),
    vat,
    total: parts.reduce((sum, { total }) => sum + total, 0),
    totalHt: vat.reduce((sum, { ht }) => sum + ht, 0),
  };
}
