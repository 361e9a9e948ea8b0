import { accessReasons } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { whoSchema } from './live-view.ts';
import { reasonSchema } from './staff-words.ts';

/** What a club that was cut off decided otherwise than the base would have. */

const time = z.iso.datetime();
/** A calendar day in the club's own time. */
export const daySchema = z.iso.date('not a day, like 2026-11-26');

const findingSchema = z.object({
  decisionId: z.string(),
  at: time,
  gateId: z.string(),
  presented: z.enum(['card', 'pass', 'ticket', 'other']),
  /** What the base would have done. */
  would: z.enum(['refuse', 'let-in']),
  /** Of `refuse` the reason it would have given; of `let-in` the one that the gate gave. */
  reason: z.enum(accessReasons),
  /** Null where the book had never been filled. */
  dataAgeMs: z.number().nullable(),
  /** Since when the base had told it in vain; null where nothing but the age stood in the way. */
  toldAt: time.nullable(),
  wentIn: z.boolean(),
  who: whoSchema.nullable(),
  case: z.object({ caseId: z.string(), settled: z.boolean() }).nullable(),
});
export type ShownFinding = z.infer<typeof findingSchema>;

/** `GET /staff/api/outages?clubId=&day=`; without a day, the last one that has any. */
export const outageReportSchema = z.object({
  /** Days of this club with findings, the last first. */
  days: z.array(z.object({ day: daySchema, refuse: z.int(), letIn: z.int() })),
  /** Null where there is none. */
  day: daySchema.nullable(),
  /** How many were decided that day on data of an outage, in all. */
  late: z.int(),
  /** In the order of the day. */
  findings: z.array(findingSchema),
  /** Findings of the day beyond the end of the list. */
  notShown: z.int(),
});
export type OutageReport = z.infer<typeof outageReportSchema>;

/** `POST /staff/api/outages/:decisionId/case` */
export const outageCaseRequestSchema = z.strictObject({ words: reasonSchema });
