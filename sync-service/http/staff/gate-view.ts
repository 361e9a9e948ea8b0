import { isWholeText, notWholeText } from '@portillon/core/base/text.ts';
import { gateAlarmKinds, gateStandings } from '@portillon/core/wire/event.ts';
import { gateActions } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';

/** What the staff page shows of gates, and what it sends to open one, to have it stand otherwise, to acknowledge an alarm. */

const time = z.iso.datetime();

/** Why staff open a gate: a short list to count by. Words are asked for with `other` only. */
export const gateReasons = [
  'forgotten-card',
  'visitor',
  'delivery',
  'group',
  'cleaning',
  'technical',
  'incident',
  'other',
] as const;
export type GateReason = (typeof gateReasons)[number];

export const gateWordsLimit = { min: 3, max: 300 } as const;
const words = z.string().trim().max(gateWordsLimit.max).refine(isWholeText, notWholeText);

/** `POST /staff/api/gate-orders` */
export const gateOrderRequestSchema = z
  .strictObject({
    edgeId: z.uuid('not an id'),
    gateId: z.string().min(1).max(60),
    action: z.enum(gateActions),
    reason: z.enum(gateReasons),
    words: words.default(''),
  })
  .refine(({ reason, words: said }) => reason !== 'other' || said.length >= gateWordsLimit.min, {
    message: 'another reason is told in words',
    path: ['words'],
  });
export type GateOrderRequest = z.infer<typeof gateOrderRequestSchema>;

/** `POST /staff/api/gate-alarms/:alarmId/acknowledgement` */
export const acknowledgementSchema = z.strictObject({ words: words.min(gateWordsLimit.min) });

/** `unanswered`: its time is over, and the box has not said what became of it. */
export const gateOrderStatuses = ['open', 'done', 'expired', 'failed', 'not-known', 'unanswered'] as const;

export const gateOrderView = z.object({
  id: z.string(),
  edgeId: z.string(),
  clubId: z.string(),
  gateId: z.string(),
  action: z.enum(gateActions),
  reason: z.enum(gateReasons),
  words: z.string(),
  madeAt: time,
  madeBy: z.string(),
  status: z.enum(gateOrderStatuses),
  /** The word code of what hindered it, or of what is amiss although it was done. */
  fault: z.string().nullable(),
  settledAt: time.nullable(),
  /** Who went through by it, as the sensors saw them. */
  passages: z.int(),
});
export type GateOrderView = z.infer<typeof gateOrderView>;

export const gateAlarmView = z.object({
  id: z.string(),
  clubId: z.string(),
  gateId: z.string(),
  /** As the edge calls it; the id where it told no name. */
  gateName: z.string(),
  kind: z.enum(gateAlarmKinds),
  beganAt: time,
  endedAt: time.nullable(),
  times: z.int(),
  acknowledged: z.object({ at: time, by: z.string(), words: z.string() }).nullable(),
});
export type GateAlarmView = z.infer<typeof gateAlarmView>;

export const gateView = z.object({
  edgeId: z.string(),
  gateId: z.string(),
  clubId: z.string(),
  name: z.string(),
  standing: z.enum(gateStandings),
  since: time,
  canHoldOpen: z.boolean(),
  /** There is an exit to open; otherwise it turns freely. */
  releasesExit: z.boolean(),
  /** What staff ordered of it last. */
  lastOrder: gateOrderView.nullable(),
});
export type GateView = z.infer<typeof gateView>;

/** `GET /staff/api/gate-history?clubId=`; newest first. */
export const gateHistorySchema = z.object({
  orders: z.array(gateOrderView),
  alarms: z.array(gateAlarmView),
});
export type GateHistory = z.infer<typeof gateHistorySchema>;
