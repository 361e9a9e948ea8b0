import { accessReasons } from '@portillon/core/wire/event.ts';
import { debtReasons } from '@portillon/core/wire/messages.ts';
import { z } from 'zod';
import { whoSchema } from './live-view.ts';
import { reasonSchema } from './staff-words.ts';

/** What the page of a member shows of access, and what it sends. */

const time = z.iso.datetime();
const planNames = z.object({ fr: z.string(), en: z.string() });

/** Id of the record of the same person that counts; null where it is this one (DU12). */
const mergedInto = z.string().nullable();

const named = z.object({ memberId: z.string(), name: z.string().nullable() });

export const shownChangeSchema = z.object({
  id: z.string(),
  at: time,
  /** The staff user's name, or that of another system. */
  by: z.string(),
  /** Said by a member base of others: there is no reason. */
  bySystem: z.boolean(),
  /** What was sent: the fields that changed, with what they became. */
  change: z.record(z.string(), z.unknown()),
  reason: z.string(),
});
export type ShownChange = z.infer<typeof shownChangeSchema>;

const shownCredentialSchema = z.object({
  id: z.string(),
  kind: z.enum(['card', 'pass', 'ticket']),
  /** Known by the number of its chip alone. */
  uidOnly: z.boolean(),
  cardUid: z.string().nullable(),
  plan: planNames.nullable(),
  homeClubId: z.string(),
  validFrom: time,
  validTo: time.nullable(),
  singleUse: z.boolean(),
  status: z.enum(['active', 'blocked', 'spent']),
  /** By hand, and not since taken back: it can be. Null for one blocked by an order, a refund or a new pass. */
  blockedBy: z.object({ at: time, by: z.string(), reason: z.string() }).nullable(),
  /** Of the sale that an order for another card is looked up by; null where none is known. */
  saleReference: z.string().nullable(),
  orderOpen: z.boolean(),
});
export type ShownCredential = z.infer<typeof shownCredentialSchema>;

/** What the book of the edge held of the credential when it decided, as the base had told it. */
const factsSchema = z.object({
  status: z.enum(['active', 'blocked', 'spent']),
  plan: planNames.nullable(),
  validFrom: time,
  validTo: time.nullable(),
  suspendedUntil: time.nullable(),
  staff: z.boolean(),
  company: z.enum(['guardian', 'member']).nullable(),
  debtCents: z.int(),
  debtSince: time.nullable(),
});
export type ShownFacts = z.infer<typeof factsSchema>;

const shownDecisionSchema = z.object({
  id: z.string(),
  at: time,
  clubId: z.string(),
  gateId: z.string(),
  /** At which side it was presented. */
  direction: z.enum(['entry', 'exit']),
  presented: z.enum(['card', 'pass', 'ticket', 'other']),
  outcome: z.enum(['granted', 'refused']),
  reason: z.enum(accessReasons).nullable(),
  noted: z.array(z.enum(accessReasons)),
  byGrant: z.boolean(),
  byNumber: z.boolean(),
  dataAgeMs: z.number().nullable(),
  /** Somebody was seen to go through with it. */
  wentThrough: z.boolean(),
  /** Null where the base does not know any more what it had told. */
  facts: factsSchema.nullable(),
});
export type ShownDecision = z.infer<typeof shownDecisionSchema>;

/**
 * `GET /staff/api/members/:memberId/access` of a member of one's own clubs. What belongs to clubs that the account does not see is
 * left out (ST7).
 */
export const memberAccessSchema = z.object({
  own: z.literal(true),
  /** The base's time. */
  at: time,
  who: whoSchema,
  homeClubId: z.string(),
  /**
   * What the rule says now at the home club, whoever is inside, for the card or pass that opens most easily; null where there
   * is neither.
   */
  answer: z
    .object({ outcome: z.enum(['granted', 'refused']), reason: z.enum(accessReasons).nullable() })
    .nullable(),
  /** In whole years; null until the sealed particulars have come. */
  ageYears: z.int().nullable(),
  standing: z.object({
    suspendedUntil: time.nullable(),
    /** Member bases of others that keep the member out, by the names of their adapters; they alone lift it. */
    keptOutBy: z.array(z.string()),
    staff: z.boolean(),
    company: z.object({ kind: z.enum(['guardian', 'member']), members: z.array(named) }).nullable(),
    /** Those who come in only after this member. */
    companions: z.array(named.extend({ kind: z.enum(['guardian', 'member']) })),
  }),
  debts: z.array(
    z.object({
      debtId: z.string(),
      amountCents: z.int(),
      reason: z.enum(debtReasons),
      words: z.string(),
      since: time,
      /** From when on it refuses at the home club; null where the operator never refuses for it. */
      refusesFrom: time.nullable(),
    }),
  ),
  /** Periods that were paid for, newest first. */
  memberships: z.array(
    z.object({
      id: z.string(),
      plan: planNames,
      clubId: z.string(),
      validFrom: time,
      validTo: time.nullable(),
      status: z.enum(['active', 'cancelled']),
    }),
  ),
  credentials: z.array(shownCredentialSchema),
  /** Newest first. */
  decisions: z.array(shownDecisionSchema),
  /** Newest first. */
  changes: z.array(shownChangeSchema),
  /** DU11: merges in force, with the other record; `into` where this is the one that does not count any more. */
  merges: z.array(
    z.object({
      mergeId: z.string(),
      way: z.enum(['into', 'from']),
      at: time,
      /** The staff user's name. */
      by: z.string(),
      reason: z.string(),
      other: named.extend({ homeClub: z.string() }),
    }),
  ),
});
export type MemberAccess = z.infer<typeof memberAccessSchema>;

/** The same of a member of other clubs: what a desk needs, and nothing of the business of others (ST6). */
export const visitorSchema = z.object({
  own: z.literal(false),
  at: time,
  who: whoSchema,
  mergedInto,
  /** What the rule says now at each of one's own clubs, the first ones by name. */
  answers: z.array(z.object({ clubId: z.string(), outcome: z.enum(['granted', 'refused']) })),
});
export type Visitor = z.infer<typeof visitorSchema>;

export const memberPageSchema = z.discriminatedUnion('own', [memberAccessSchema, visitorSchema]);

/** `GET /staff/api/member-search?words=`: the beginning of names, a whole e-mail address, or the number of a card. */
export const memberSearchSchema = z.object({
  members: z.array(
    z.object({
      who: whoSchema,
      mergedInto,
      /** Of one's own clubs. */
      own: z.boolean(),
      /** Null for a member of other clubs. */
      homeClubId: z.string().nullable(),
      /** At the home club of one's own member, at one's own first club for another; null where there is no card and no pass. */
      answer: z.object({ clubId: z.string(), outcome: z.enum(['granted', 'refused']) }).nullable(),
    }),
  ),
  /** There are more: type more of the name. */
  more: z.boolean(),
});
export type MemberSearch = z.infer<typeof memberSearchSchema>;

/** `GET /staff/api/members/:memberId/reads`, newest first, at most 200. */
export const readLogSchema = z.object({
  reads: z.array(
    z.object({ id: z.string(), at: time, by: z.string(), page: z.string(), cameFrom: z.string() }),
  ),
});
export type ReadLog = z.infer<typeof readLogSchema>;

/** `PUT /staff/api/credentials/:credentialId/status` */
export const credentialStatusRequestSchema = z.strictObject({
  status: z.enum(['active', 'blocked']),
  reason: reasonSchema,
});
export type CredentialStatusRequest = z.infer<typeof credentialStatusRequestSchema>;
