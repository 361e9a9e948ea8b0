import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { z } from 'zod';
import { settlementWords } from './case-view.ts';

/** `POST …/merge` and `POST …/undo`: why, which stays written for good. */
const reason = z
  .string()
  .trim()
  .min(settlementWords.min)
  .max(settlementWords.max)
  .refine(isWholeText, notWholeText);

/** `POST /staff/api/cases/:caseId/merge`: which record stays. */
export const mergeRequestSchema = z.strictObject({ staysId: z.uuid(), reason });
/** `POST /staff/api/member-merges/:mergeId/undo` */
export const undoMergeRequestSchema = z.strictObject({ reason });

const recordSchema = z.object({
  memberId: z.string(),
  name: z.string().nullable(),
  homeClubId: z.string(),
  homeClub: z.string(),
  /** Null where the member is of other clubs than the account sees: no more than name and club is shown. */
  more: z
    .object({
      birthDate: z.string().nullable(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      since: z.iso.datetime(),
      /** The last first. */
      memberships: z.array(
        z.object({
          plan: z.object({ fr: z.string(), en: z.string() }),
          from: z.iso.datetime(),
          to: z.iso.datetime().nullable(),
          status: z.enum(['active', 'cancelled']),
        }),
      ),
      /** How many open of each kind. */
      credentials: z.object({ card: z.int(), pass: z.int(), other: z.int() }),
    })
    .nullable(),
});
export type SamePersonRecord = z.infer<typeof recordSchema>;

/** `GET /staff/api/cases/:caseId/same-person`: both records of a case, side by side. */
export const samePersonSchema = z.object({
  /** In what they agree. */
  keys: z.array(z.enum(['name', 'email', 'phone'])),
  /** The older one first. */
  records: z.array(recordSchema).length(2),
  /** The merge that the case led to, which may be undone. */
  mergeId: z.string().nullable(),
});
export type SamePerson = z.infer<typeof samePersonSchema>;

/** `GET /staff/api/member-merges/:mergeId`: both records as they would be once it is undone. */
export const mergedPairSchema = z.object({
  mergeId: z.string(),
  /** The one that was merged into the other. */
  goneId: z.string(),
  /** The older one first. */
  records: z.array(recordSchema).length(2),
});
export type MergedPair = z.infer<typeof mergedPairSchema>;
