import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { debtReasons } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';
import { settlementWords } from './case-view.ts';

/** What staff write down of a debt, and what they are shown. */

const mostOwedCents = 1_000_000;

/** `POST /staff/api/members/:memberId/debts` */
export const debtRequestSchema = z.strictObject({
  /** Tax included. */
  amountCents: z.int().min(1).max(mostOwedCents),
  /** Hundredths of a percent. */
  vatRate: z.int().min(0).max(10_000),
  reason: z.enum(debtReasons),
  /** For staff; kiosks are told the reason only. */
  words: z
    .string()
    .trim()
    .min(settlementWords.min)
    .max(settlementWords.max)
    .refine(isWholeText, notWholeText),
});

const shownDebtSchema = debtRequestSchema.extend({
  debtId: z.string(),
  since: z.iso.datetime(),
  settledAt: z.iso.datetime().nullable(),
});
export type ShownDebt = z.infer<typeof shownDebtSchema>;

/** `GET /staff/api/members/:memberId/debts`, newest first. */
export const debtListSchema = z.object({ debts: z.array(shownDebtSchema) });
