import { accessReasons } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { gateAlarmView, gateView } from './gate-view.ts';

/** What the staff page shows, whole, each time anything in it changes. */

const time = z.iso.datetime();

export const whoSchema = z.object({
  memberId: z.string(),
  /** Null until the sealed particulars have come. */
  name: z.string().nullable(),
  hasPhoto: z.boolean(),
  /** A ticket lets in a guest of this member, not the member. */
  guest: z.boolean(),
});
export type PersonShown = z.infer<typeof whoSchema>;

const zoneView = z.object({
  zone: z.string(),
  name: z.string(),
  inside: z.int(),
  low: z.int(),
  high: z.int(),
});

const clubView = z.object({
  id: z.string(),
  name: z.string(),
  timeZone: z.string(),
  capacity: z.int(),
  /** As the edges of the club last told; null when none ever did. */
  inside: z.int().nullable(),
  /** Between which bounds the truth lies, as the edges judge their sensors. */
  low: z.int().nullable(),
  high: z.int().nullable(),
  /** Of which moment the count is. */
  asOf: time.nullable(),
  /** Its zones inside, as those edges told them in the same moment. */
  zones: z.array(zoneView),
  lastContactAt: time.nullable(),
  online: z.boolean(),
});
export type ClubView = z.infer<typeof clubView>;

const passageView = z.object({
  id: z.string(),
  at: time,
  clubId: z.string(),
  gateId: z.string(),
  direction: z.enum(['entry', 'exit']),
  credentialKind: z.enum(['card', 'pass', 'ticket']).nullable(),
  who: whoSchema.nullable(),
  /** Who of the staff had the gate open; null where the rule let somebody in, or nobody did. */
  openedBy: z.string().nullable(),
});
export type PassageView = z.infer<typeof passageView>;

const refusalView = z.object({
  id: z.string(),
  at: time,
  clubId: z.string(),
  gateId: z.string(),
  presented: z.enum(['card', 'pass', 'ticket', 'other']),
  reason: z.enum(accessReasons),
  who: whoSchema.nullable(),
});
export type RefusalView = z.infer<typeof refusalView>;

export const liveViewSchema = z.object({
  /** The base's time when this was put together. */
  at: time,
  clubs: z.array(clubView),
  /** Newest first. */
  passages: z.array(passageView),
  refusals: z.array(refusalView),
  gates: z.array(gateView),
  /** Those that go on, or that nobody has acknowledged; newest first. */
  alarms: z.array(gateAlarmView),
  /** Of the whole network. The list itself is asked for when one of the two has changed. */
  cases: z.object({ open: z.int(), settled: z.int() }),
  /** Likewise of orders: those given in all, and those that are over because somebody did something. */
  orders: z.object({ given: z.int(), closed: z.int() }),
});
export type LiveView = z.infer<typeof liveViewSchema>;
