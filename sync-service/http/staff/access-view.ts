import { accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { z } from 'zod';
import { shownChangeSchema } from './member-view.ts';
import { reasonSchema } from './staff-words.ts';

/** What staff decide of access, and why; each change is kept. */

/** Ends a pause that has no end of its own. */
export const untilLifted = '2999-12-31T00:00:00.000Z';

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
    reason: reasonSchema,
  })
  .refine(({ reason: _reason, ...change }) => Object.keys(change).length > 0, 'changes nothing');
export type StandingRequest = z.infer<typeof standingRequestSchema>;

const clockTime = /^([01]\d|2[0-3]):[0-5]\d$/;
const interval = z
  .tuple([z.string(), z.string()])
  .refine(
    ([from, to]) => clockTime.test(from) && (clockTime.test(to) || to === '24:00'),
    'not a time like 06:30, or 24:00 for the end of the day',
  )
  .refine(([from, to]) => from < to, 'ends before it begins: hours do not pass midnight');

/** By ISO weekday 1..7; a day that is absent, or has none, is closed. */
export const weekHoursSchema = z.record(
  z.string().regex(/^[1-7]$/, 'not a weekday, 1 to 7'),
  z
    .array(interval)
    .max(4, 'more than four intervals on a day')
    .refine(
      (day) => day.every(([from], index) => index === 0 || (day[index - 1]?.[1] ?? '') <= from),
      'intervals overlap, or are not in order',
    ),
);

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
      .max(60, 'more than 60 closures')
      .optional(),
    hours: weekHoursSchema.optional(),
    capacity: z.int().min(1).max(100_000).optional(),
    reason: reasonSchema,
  })
  .refine(({ reason: _reason, ...change }) => Object.keys(change).length > 0, 'changes nothing');
export type ClubAccessRequest = z.infer<typeof clubAccessRequestSchema>;

/** `GET /staff/api/clubs/:clubId/access` */
export const clubAccessSchema = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  capacity: z.int(),
  hours: z.record(z.string(), z.array(z.tuple([z.string(), z.string()]))),
  closures: z.array(z.object({ from: time, to: time })),
  /** Null where nothing was decided: the open one holds. */
  policy: accessPolicySchema.nullable(),
  /** Newest first. */
  changes: z.array(shownChangeSchema),
});
export type ClubAccess = z.infer<typeof clubAccessSchema>;
