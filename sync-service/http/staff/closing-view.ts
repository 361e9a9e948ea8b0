import { closingPayloadSchema } from '@portillon/core/journal/closing.ts';
import { storeClosingPayloadSchema } from '@portillon/core/journal/store-closing-payload.ts';
import { z } from 'zod';

/** Day, month or year of a club over all its tills: what staff ask for and what they are told. */

export const periodSchema = z
  .string()
  .regex(/^\d{4}(-\d\d(-\d\d)?)?$/, 'a period is written 2026-11-22, 2026-11 or 2026');

/** `POST /staff/api/clubs/:clubId/closings/:period` */
export const closingRequestSchema = z.strictObject({
  /** To be said on purpose: a total without the tills that are missing. */
  withoutMissing: z.boolean().default(false),
});

export const shownClosingSchema = z.object({
  no: z.int(),
  /** Number of the one that it corrects; 0 for none. */
  corrects: z.int(),
  missing: z.array(z.string()),
  /** Name of the member of staff who signed it off. */
  by: z.string(),
  /** The signed record, word for word; `content` is the payload as data. */
  text: z.string(),
  payload: z.string(),
  signature: z.string(),
  content: storeClosingPayloadSchema,
});
export type ShownClosing = z.infer<typeof shownClosingSchema>;

/** `GET /staff/api/clubs/:clubId/closings/:period` */
export const closingViewSchema = z.object({
  tills: z.array(z.object({ signature: z.string(), closing: closingPayloadSchema })),
  missing: z.array(z.string()),
  /** The oldest first; the last one counts. */
  closings: z.array(shownClosingSchema),
  /** By id, as SPKI in base64. */
  keys: z.record(z.string(), z.string()),
});
export type ClosingView = z.infer<typeof closingViewSchema>;
