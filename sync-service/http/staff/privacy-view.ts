import { dataRequests } from '@portillon/core/wire/event.ts';
import { z } from 'zod';
import { matchKeys } from '../../privacy/person-match.ts';
import { answerStates } from '../../privacy/purge-progress.ts';

export type { MatchKey } from '../../privacy/person-match.ts';
export { isSettled } from '../../privacy/purge-progress.ts';

/** What the privacy desk asks and is shown. Names stand only where staff decide about a person. */

const id = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'not an id');
const said = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .transform((text) => (text === '' ? undefined : text.replaceAll('\0', '')));

/** What somebody who asks says of themselves. */
export const personSaidSchema = z.strictObject({
  givenName: said(80).optional(),
  familyName: said(80).optional(),
  birthDate: z.union([z.literal('').transform(() => undefined), z.iso.date()]).optional(),
  email: said(254).optional(),
  phone: said(30).optional(),
  reference: said(40).optional(),
  memberId: z.union([z.literal('').transform(() => undefined), id]).optional(),
});

const agreement = z.enum(['same', 'other', 'not-known']);
const matchSchema = z.partialRecord(z.enum(matchKeys), agreement);

export const candidateListSchema = z.object({
  candidates: z.array(
    z.object({
      memberId: id,
      name: z.string().nullable(),
      birthDate: z.string().nullable(),
      homeClubId: id,
      memberSince: z.string(),
      found: matchSchema,
      erasedAt: z.string().nullable(),
    }),
  ),
});
export type CandidateView = z.infer<typeof candidateListSchema>['candidates'][number];

/** How a request came. */
export const requestWays = [
  'in-person',
  'e-mail',
  'letter',
  'phone',
  'kiosk',
  'guardian',
  'authority',
  /** Forgotten at a member base of others: nobody at the desk says so. */
  'other-base',
] as const;
export type RequestWay = (typeof requestWays)[number];

export const erasureRequestSchema = z.strictObject({
  memberId: id,
  way: z.enum(requestWays).exclude(['other-base']),
  matched: z.array(z.enum(matchKeys)).min(1).max(matchKeys.length),
});

const reason = z.string().trim().min(3).max(200);
export const carryOutSchema = z.strictObject({ digest: z.string().regex(/^[0-9a-f]{64}$/), reason });
export const closeRequestSchema = z.strictObject({
  state: z.enum(['declined', 'withdrawn', 'handed-over']),
  reason,
});
export const settleStoreSchema = z.strictObject({ reason });

const blockingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('debt'), amountCents: z.int(), count: z.int() }),
  z.object({ kind: z.literal('open-case'), amountCents: z.int(), count: z.int() }),
  z.object({ kind: z.literal(['open-order', 'copy-awaited']), count: z.int() }),
  z.object({ kind: z.literal('running-membership'), until: z.string().nullable() }),
]);
export type BlockingView = z.infer<typeof blockingSchema>;

export const erasurePlanSchema = z.object({
  memberId: id,
  /** Of one person, where records were merged (DU10). */
  records: z.int(),
  goes: z.object({
    particulars: z.int(),
    photos: z.int(),
    documents: z.int(),
    credentials: z.int(),
    entries: z.int(),
    words: z.int(),
    boxes: z.int(),
  }),
  holds: z.object({
    blocking: z.array(blockingSchema),
    kept: z.array(
      z.object({
        what: z.enum(['sales', 'contract', 'mandate']),
        count: z.int(),
        until: z.string().nullable(),
      }),
    ),
  }),
  digest: z.string(),
});
export type ErasurePlanView = z.infer<typeof erasurePlanSchema>;

const requestSchema = z.object({
  id,
  memberId: id,
  name: z.string().nullable(),
  homeClubId: id,
  asks: z.enum(dataRequests),
  way: z.enum(requestWays),
  matched: z.array(z.enum(matchKeys)),
  madeAt: z.string(),
  /** Of staff, or what the kiosk calls itself that took it down. */
  madeBy: z.string(),
  /** An answer is owed by then: a month (GDPR, article 12). */
  dueAt: z.string(),
  overdue: z.boolean(),
  state: z.enum(['open', 'carried-out', 'handed-over', 'withdrawn', 'declined']),
  closedAt: z.string().nullable(),
  closedBy: z.string().nullable(),
  reason: z.string().nullable(),
  orderId: id.nullable(),
});
export type ErasureRequestView = z.infer<typeof requestSchema>;

const answerSchema = z.object({
  /** A place in the base, or the id of a box. */
  store: z.string(),
  edgeId: id.nullable(),
  clubId: id.nullable(),
  /** False for a box that is out of use, and for a place in the base. */
  boxInUse: z.boolean(),
  state: z.enum(answerStates),
  erased: z.int(),
  waiting: z.int(),
  fault: z.string().nullable(),
  askedAt: z.string(),
  toldAt: z.string(),
  timesTold: z.int(),
  answeredAt: z.string().nullable(),
  /** When the base heard of the box last. */
  lastContactAt: z.string().nullable(),
  overdue: z.boolean(),
});
export type StoreAnswerView = z.infer<typeof answerSchema>;

const orderSchema = z.object({
  id,
  memberId: id,
  requestId: id.nullable(),
  why: z.enum(['request', 'restored', 'kept-long-enough']),
  madeAt: z.string(),
  dueAt: z.string(),
  kept: z.array(z.object({ purpose: z.string(), until: z.string() })),
  progress: z.enum(['done', 'overdue', 'under-way']),
  doneAt: z.string().nullable(),
  answers: z.array(answerSchema),
});
export type PurgeOrderView = z.infer<typeof orderSchema>;

const logEntrySchema = z.object({
  id,
  at: z.string(),
  /** Null where the base did it by itself. */
  by: z.string().nullable(),
  action: z.string(),
  memberId: z.string().nullable(),
  requestId: z.string().nullable(),
  orderId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});
export type PrivacyLogEntry = z.infer<typeof logEntrySchema>;

export const privacyDeskSchema = z.object({
  requests: z.array(requestSchema),
  orders: z.array(orderSchema),
  log: z.array(logEntrySchema),
});
export type PrivacyDesk = z.infer<typeof privacyDeskSchema>;
