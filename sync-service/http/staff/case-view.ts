import { isId } from '@portillon/core/base/ids.ts';
import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { caseKinds } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { whoSchema } from './live-view.ts';

/** What the staff page shows of cases, and what it sends to settle one. */

const time = z.iso.datetime();

/** Those that an edge opens, and those of the base itself. */
export const shownCaseKinds = [
  ...caseKinds,
  'unreadable-attachment',
  'paid-twice',
  'order-not-open',
  'order-waits',
  'badge-copied',
  'ticket-used-twice',
  'price-differs',
  'decided-in-outage',
  'purge-overdue',
  'same-person',
  'other-sellers-terminal',
  'terminal-not-expected',
  'other-base-refused',
  'other-base-differs',
  'other-base-unusable',
  'other-base-gone',
] as const;
export type ShownCaseKind = (typeof shownCaseKinds)[number];

/** How a case can end. */
export const caseOutcomes = [
  'refunded-at-terminal',
  'refunded-by-transfer',
  'card-handed-over',
  'mandate-signed',
  'not-wanted',
  'money-not-taken',
  'other',
  'different-persons',
  'merged',
] as const;
export type CaseOutcome = (typeof caseOutcomes)[number];

/** Those that staff may write by themselves: `merged` is written by the merge. */
export function outcomesOf(kind: string): readonly CaseOutcome[] {
  return kind === 'same-person'
    ? ['different-persons']
    : caseOutcomes.filter((outcome) => outcome !== 'different-persons' && outcome !== 'merged');
}

export const settlementWords = { min: 3, max: 300 } as const;

/** `POST /staff/api/cases/:caseId/settlement` */
export const settleRequestSchema = z.object({
  outcome: z.enum(caseOutcomes),
  words: z
    .string()
    .trim()
    .min(settlementWords.min)
    .max(settlementWords.max)
    .refine(isWholeText, notWholeText),
});

export const settlementSchema = z.object({
  at: time,
  /** The staff user's name. */
  by: z.string(),
  outcome: z.enum(caseOutcomes),
  words: z.string(),
});
export type Settlement = z.infer<typeof settlementSchema>;

const openCaseSchema = z.object({
  id: z.string(),
  at: time,
  clubId: z.string(),
  kind: z.enum(shownCaseKinds),
  /** The reference of the sale, where the base knows it: an order can be given for it. */
  saleReference: z.string().nullable(),
  /** An order for this case waits for its customer. */
  orderOpen: z.boolean(),
  /** Money owed; 0 where a thing is owed, or nothing. */
  amountCents: z.int(),
  /** What the customer was told. */
  reference: z.string().nullable(),
  /** Number of the sale's record in the fiscal journal of its box; null where the base knows none. */
  fiscalRecordNo: z.int().nullable(),
  /** The member of the sale, or of the decision, that it is about, when the base knows it. */
  who: whoSchema.nullable(),
  tried: z.array(z.string()),
  detail: z.string(),
});
export type OpenCase = z.infer<typeof openCaseSchema>;

const settledCaseSchema = openCaseSchema.omit({ who: true }).extend({
  settlement: settlementSchema,
  /** Of a merge in force, the record that stays: it is undone on the page of that one (DU11). */
  mergedInto: z.string().nullable(),
});
export type SettledCase = z.infer<typeof settledCaseSchema>;

/** How many are shown at first, and how many more each time somebody asks; nobody reads more than `mostCases`. */
export const casePage = { open: 50, settled: 20 } as const;
export const mostCases = 2_000;

const asMany = z.coerce.number().int().min(1).max(mostCases);

/** `GET /staff/api/cases?clubId=&open=&settled=`; without a club, of all. */
export const caseQuerySchema = z.object({
  clubId: z.string().refine(isId, 'not an id').optional(),
  open: asMany.default(casePage.open),
  settled: asMany.default(casePage.settled),
});

export const caseListSchema = z.object({
  /** Of the club or clubs asked for, also those beyond the end of the lists. */
  openCount: z.int(),
  settledCount: z.int(),
  /** Oldest first. */
  open: z.array(openCaseSchema),
  /** Settled last, first. */
  settled: z.array(settledCaseSchema),
});
export type CaseList = z.infer<typeof caseListSchema>;

/** The refusal `case.already-settled` brings what the other one has written. */
export const alreadySettledSchema = z.object({
  error: z.object({ code: z.literal('case.already-settled') }),
  settlement: settlementSchema,
});
