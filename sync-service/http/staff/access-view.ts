import { accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { z } from 'zod';
import { settlementWords } from './case-view.ts';

/** What staff decide of access, and why; each change is kept. */

const reason = z
  .string()
  .trim()
  .min(settlementWords.min)
  .max(settlementWords.max)
  // PostgreSQL keeps no NUL character in text.
  .refine((words) => !words.includes('\0'), 'holds a NUL character');
const time = z.iso.datetime({ message: 'not an ISO 8601 time in UTC' });
const memberId = z.uuid('not an id');

/** `PUT /staff/api/members/:memberId/standing`. What is left out stays as it is; null takes it away. */
export const standingRequestSchema = z
  .strictObject({
    suspendedUntil: time.nullable().optional(),
    staff: z.boolean().optional(),
    company: z
      .strictObject({ kind: z.enum(['guardian', 'member']), memberIds: z.array(memberId).min(1).max(8) })
      .nullable()
      .optional(),
    reason,
  })
  .refine(({ reason: _reason, ...change }) => Object.keys(change).length > 0, 'changes nothing');
export type StandingRequest = z.infer<typeof standingRequestSchema>;

/** `PUT /staff/api/clubs/:clubId/access`. What is left out stays as it is; a policy of null is the open one. */
export const clubAccessRequestSchema = z
  .strictObject({
    policy: accessPolicySchema.nullable().optional(),
    closures: z
      .array(
        z
          .strictObject({ from: time, to: time })
          .refine(({ from, to }) => Date.parse(from) < Date.parse(to), 'a closure ends after it begins'),
      )
      .max(60)
      .optional(),
    reason,
  })
  .refine(({ reason: _reason, ...change }) => Object.keys(change).length > 0, 'changes nothing');
export type ClubAccessRequest = z.infer<typeof clubAccessRequestSchema>;
