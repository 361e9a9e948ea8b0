import { z } from 'zod';
import { invariant } from '../base/invariant.ts';
import { type Cents, cents, sumCents } from '../base/money.ts';
import type { SaleLine } from '../sale/pricing.ts';
import { asCode, paymentSumSchema, shapes, softwareSchema } from './payload-shapes.ts';
import { vatRowSchema, vatRows } from './vat-row.ts';

/** A sale, money given back for one, a sale undone before anything was handed over. */
export const takingTypes = ['VENTE', 'AVOIR', 'ANNUL'] as const;
export type TakingType = (typeof takingTypes)[number];

const lineSchema = z.strictObject({
  code: shapes.code.min(1),
  label: shapes.label,
  qty: z.string().regex(/^-?\d{1,6}(\.\d{1,3})?$/, 'not a quantity'),
  /** Price of one, tax included. */
  unit: shapes.cents,
  rate: z.int().min(0).max(10_000),
  ht: shapes.cents,
  vat: shapes.cents,
  ttc: shapes.cents,
  /** What was taken off the price of the line, tax included. */
  discount: shapes.cents.min(0),
  /** `2026-11-22/2026-12-21` where the line pays for a time; empty otherwise. */
  period: z.string().regex(/^(\d{4}-\d\d-\d\d\/\d{4}-\d\d-\d\d)?$/, 'not a period'),
});

const paymentSchema = paymentSumSchema.extend({
  terminal: shapes.code,
  acquirer: shapes.code,
  /** The last four digits at most (I14). */
  pan: z.string().regex(/^(\*{0,15}\d{4})?$/, 'not a masked card number'),
  auth: shapes.code,
  /** The mandate's reference of a direct debit. */
  umr: shapes.code,
});

const common = {
  est: shapes.establishment,
  till: shapes.till,
  no: shapes.no,
  dt: shapes.time,
  type: z.enum(takingTypes),
  /** Number of the taking that this one undoes; empty for a sale. */
  ref: z.string().regex(/^\d{0,12}$/),
  lines: z.array(lineSchema).min(1).max(100),
  vat: z.array(vatRowSchema).max(20),
  total: shapes.cents,
  pay: z.array(paymentSchema).max(20),
  customer: shapes.id,
  software: softwareSchema,
};

/** Payload of a `T1` (FJ8, FJ10). */
export const takingPayloadSchema = z
  .strictObject({ ...common, perpHt: shapes.cents })
  .refine(({ type, ref }) => (type === 'VENTE') === (ref === ''), 'a taking that undoes another names it');
export type TakingPayload = z.infer<typeof takingPayloadSchema>;

/** Payload of an `X1`: the same, marked, with the member of staff who practises (FJ14). */
export const trainingPayloadSchema = z.strictObject({
  ...common,
  mark: z.literal('SIMULATION'),
  operator: shapes.operator,
});
export type TrainingPayload = z.infer<typeof trainingPayloadSchema>;

export interface TakingLine {
  readonly code: string;
  readonly label: string;
  /** Decimal, negative when given back. */
  readonly quantity: string;
  readonly unitCents: Cents;
  readonly grossCents: Cents;
  readonly netCents: Cents;
  /** Hundredths of a percent. */
  readonly vatRate: number;
  readonly discountCents?: Cents;
  readonly period?: string;
}

export interface TakingPayment {
  /** `CB` for a bank card, `SEPA`, or the word of another means. */
  readonly means: string;
  /** Negative when given back. */
  readonly amountCents: Cents;
  readonly terminalId?: string;
  readonly acquirerReference?: string;
  readonly maskedPan?: string;
  readonly authorisation?: string;
  readonly mandateReference?: string;
}

/** What is to be recorded of a taking. Amounts of an AVOIR or ANNUL are negative. */
export interface Taking {
  readonly type: TakingType;
  /** Number of the sale that is undone; null for a sale. */
  readonly originalNo: number | null;
  readonly lines: readonly TakingLine[];
  readonly payments: readonly TakingPayment[];
  /** An id of our own, never a name. */
  readonly customerId: string | null;
}

/** Lines of a sale as the journal wants them; `back` turns them round, for an AVOIR or ANNUL. */
export function takingLines(lines: readonly SaleLine[], direction: 'sold' | 'back'): TakingLine[] {
  const turned = (amount: Cents): Cents => (direction === 'back' && amount !== 0 ? cents(-amount) : amount);
  return lines.map((line) => ({
    code: line.productId,
    label: line.label,
    quantity: `${direction === 'back' ? '-' : ''}${line.quantity}`,
    unitCents: line.unitCents,
    grossCents: turned(line.grossCents),
    netCents: turned(line.netCents),
    vatRate: line.vatRate,
  }));
}

/** The part of the payload that comes from the taking. Lines, tax and payments must come to one total (FJ10). */
export function takingContent(taking: Taking) {
  const lines = taking.lines.map((line) => ({
    code: asCode(line.code),
    label: line.label.normalize('NFC').slice(0, 200) || line.code,
    qty: line.quantity,
    unit: line.unitCents,
    rate: line.vatRate,
    ht: line.netCents,
    vat: line.grossCents - line.netCents,
    ttc: line.grossCents,
    discount: line.discountCents ?? 0,
    period: line.period ?? '',
  }));
  const pay = taking.payments.map((payment) => ({
    means: asCode(payment.means),
    amount: payment.amountCents,
    terminal: asCode(payment.terminalId ?? ''),
    acquirer: asCode(payment.acquirerReference ?? ''),
    pan: lastFour(payment.maskedPan ?? ''),
    auth: asCode(payment.authorisation ?? ''),
    umr: asCode(payment.mandateReference ?? ''),
  }));
  const total = sumCents(taking.lines.map((line) => line.grossCents));
  invariant(
    total === sumCents(taking.payments.map((payment) => payment.amountCents)),
    'what was paid is the total of the lines',
  );
  invariant(taking.type === 'VENTE' ? total >= 0 : total <= 0, `an ${taking.type} has the sign of its kind`);
  return {
    type: taking.type,
    ref: taking.originalNo === null ? '' : String(taking.originalNo),
    lines,
    vat: vatRows(lines.map(({ rate, ht, vat, ttc }) => ({ rate, ht, vat, ttc }))),
    total,
    pay,
    customer: taking.customerId ?? '',
  };
}

/** Whatever a terminal tells of a card, no more than its last four digits is kept (I14). */
function lastFour(pan: string): string {
  const digits = /\d{4}$/.exec(pan.trim())?.[0];
  return digits ? `************${digits}` : '';
}
