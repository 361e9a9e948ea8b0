import { z } from 'zod';

/** Schemas of the events an edge pushes. The rules are in SPEC.md; a rule's number stands beside what enforces it. */

const id = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'not an id');
const anyTime = () => z.iso.datetime({ message: 'not an ISO 8601 time in UTC' });
const time = anyTime();
/** From when, or until when, something that is sold is good. */
const soldTime = anyTime();
/** The same of what was sold before, as the base told it. */
const knownTime = anyTime();
/** How far from its receipt each may lie: told-moments.ts. */
export const eventTimes = { moment: time, sold: soldTime, known: knownTime };
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 digest in hex');
/** No amount of one sale is larger. */
export const mostCents = 100_000_000;
const cents = z.int().min(-mostCents).max(mostCents);

export const accessReasons = [
  'unknown',
  'code-retired',
  'code-out-of-time',
  'code-used',
  'blocked',
  'suspended',
  'not-started',
  'expired',
  'wrong-club',
  'club-closed',
  'closed-hours',
  'ticket-spent',
  'debt',
  'guardian-missing',
  'member-missing',
  'data-too-old',
  'gate-locked',
  'already-inside',
  'full-house',
] as const;

/** How many unsettled debts of a member are told, and settled at once. */
export const debtLimit = 20;

/** String or payload of a closing: some thousand characters; so many fit into an event. */
export const toldClosingMaxLength = 24_000;

export const credentialKinds = ['card', 'pass', 'ticket'] as const;

/** Unique reference of a mandate (EPC016-06, AT-01), of the characters that need no escaping anywhere. */
export const mandateReferenceSchema = z.string().regex(/^[A-Z0-9]{1,35}$/, 'not a reference of a mandate');

export const saleLineSchema = z.object({
  label: z.string().min(1).max(120),
  productId: z.string().min(1).max(60),
  quantity: z.int().min(1).max(99),
  unitCents: cents,
  grossCents: cents,
  netCents: cents,
  vatRate: z.int().min(0).max(10_000),
});

const reference = z.string().min(4).max(40);
const cardUid = z.string().regex(/^([0-9A-F]{2}){4,10}$/);

/** What a payment left behind: our reference, and what the terminal prints of the card. */
const cardPayment = z.object({
  means: z.literal('bank-card'),
  reference: z.string().min(1).max(40),
  maskedPan: z.string().max(24),
  scheme: z.string().max(40),
  authorisation: z.string().max(20),
  terminalContract: z.string().max(40).nullable(),
});

/** Number and receipt characters of a fiscal record. */
const fiscalMark = z.object({ recordNo: z.int().min(1), characters: z.string().regex(/^[\w-]{4}$/) });

/** What every event of money tells: the sale, its lines, how it was paid, and its record in the fiscal journal. */
const moneyOfSale = {
  saleId: id,
  /** What the customer was told: `M7QK-2F9C`. */
  saleReference: reference,
  at: time,
  legalEntityId: id,
  language: z.enum(['fr', 'en']),
  lines: z.array(saleLineSchema).min(1).max(20),
  totalCents: cents.min(0),
  payment: cardPayment,
  /** Null from an edge that kept no journal yet. */
  fiscal: fiscalMark.nullable().default(null),
};

/** A member, the membership, its card, its guest tickets, the money and the consents: one visit, one event. */
const saleCompleted = z.object({
  type: z.literal('sale.completed'),
  ...moneyOfSale,
  member: z.object({
    memberId: id,
    /** Digest of the sealed attachment with names, birth date and contact (never in the event itself). */
    personDigest: digestSchema,
    photoDigest: digestSchema.nullable(),
    contractDigest: digestSchema,
  }),
  /** The mandate that was signed with the contract, sealed; null where there is none, or from an edge that asked for none. */
  mandate: z.object({ digest: digestSchema, reference: mandateReferenceSchema }).nullable().default(null),
  membership: z.object({ membershipId: id, planId: id, validFrom: soldTime, validTo: soldTime.nullable() }),
  credentials: z
    .array(
      z.object({
        credentialId: id,
        kind: z.enum(credentialKinds),
        cardUid: cardUid.nullable(),
        validFrom: soldTime,
        validTo: soldTime.nullable(),
        singleUse: z.boolean(),
      }),
    )
    .min(1)
    .max(10),
  consents: z
    .array(
      z.object({
        purpose: z.enum(['photo', 'news']),
        given: z.boolean(),
        wordingVersion: z.string().min(1).max(40),
        /** Of the sentences on the screen (sale/consent-wordings.ts); an edge of the version before tells none. */
        wordingDigest: digestSchema.nullish(),
      }),
    )
    .max(10),
});

/** A period of membership was paid for, after the one before or from today; with it, perhaps, another plan. */
const membershipRenewed = z.object({
  type: z.literal('membership.renewed'),
  ...moneyOfSale,
  memberId: id,
  /** Of the new period. */
  membershipId: id,
  planId: id,
  from: soldTime,
  /** Up to, and not including, this moment. */
  to: soldTime,
});

/** What a member owed was paid; one line a debt, with the debt as its product. */
const debtSettled = z.object({
  type: z.literal('debt.settled'),
  ...moneyOfSale,
  memberId: id,
  debtIds: z.array(id).min(1).max(debtLimit),
});

/** One entry on one day, for nobody in particular: a ticket was paid for (J5). */
const dayEntrySold = z.object({
  type: z.literal('day-entry.sold'),
  ...moneyOfSale,
  planId: id,
  ticket: z.object({ credentialId: id, validFrom: soldTime, validTo: soldTime }),
});

/** A sale that was paid for was undone before anything was handed over: membership and credentials end. */
const saleCancelled = z.object({
  type: z.literal('sale.cancelled'),
  saleId: id,
  at: time,
  amountCents: cents.min(0),
  /** Our reference of the reversal, as the terminal knows it. */
  reversalReference: z.string().min(1).max(40),
});

/** An order to give money back was carried out (W-ORDER-5): a sale of its own, with a credit note in the journal. */
const saleRefunded = z.object({
  type: z.literal('sale.refunded'),
  refundId: id,
  /** Of the refund itself, as its receipt shows it. */
  refundReference: reference,
  at: time,
  orderId: id,
  /** The sale for which money was given back, and its number in the journal of the box. */
  saleId: id,
  originalRecordNo: z.int().min(1),
  language: z.enum(['fr', 'en']),
  /** What was given back of each line; amounts above zero. */
  lines: z.array(saleLineSchema).min(1).max(20),
  totalCents: cents.min(1),
  payment: cardPayment,
  fiscal: fiscalMark,
});

/** An order for another card was carried out (W-ORDER-5): a new credential of the same membership. */
const cardReplaced = z.object({
  type: z.literal('card.replaced'),
  saleId: id,
  saleReference: reference,
  at: time,
  orderId: id,
  legalEntityId: id,
  language: z.enum(['fr', 'en']),
  /** The card that this one stands in for. */
  replacedCredentialId: id,
  /** Without a number it is a ticket that stands in for a pass (W-PASS-6). */
  credential: z.object({
    credentialId: id,
    cardUid: cardUid.nullable(),
    validFrom: knownTime,
    validTo: knownTime.nullable(),
  }),
  /** The fee; none where the card was free, and then neither payment nor fiscal record. */
  lines: z.array(saleLineSchema).max(20),
  totalCents: cents.min(0),
  payment: cardPayment.nullable(),
  fiscal: fiscalMark.nullable(),
});

/** A paid credential went onto another piece of plastic, since the first one failed. */
const credentialRebound = z.object({
  type: z.literal('credential.rebound'),
  saleId: id,
  at: time,
  credentialId: id,
  cardUid,
});

/** A member's phone made a key, and a kiosk granted it what the member's card may do (W-PASS-1). */
const passEnrolled = z.object({
  type: z.literal('pass.enrolled'),
  at: time,
  /** Beside which it stands, or which it takes over from: whose it is, and for what. */
  besideCredentialId: id,
  pass: z.object({
    credentialId: id,
    /** Ed25519, 32 raw bytes in base64url. */
    publicKey: z.string().regex(/^[\w-]{43}$/, 'not a public key'),
    validFrom: knownTime,
  }),
});

/** A card that may carry a grant was not paid for: whatever it carries opens nothing. The base knows no sale of it. */
const credentialBlocked = z.object({
  type: z.literal('credential.blocked'),
  saleId: id,
  at: time,
  credentialId: id,
  planId: id,
  cardUid: cardUid.nullable(),
  reason: z.enum(['not-paid']),
});

/** What became of the paper receipt of a sale. */
const receiptSettled = z.object({
  type: z.literal('receipt.settled'),
  saleId: id,
  at: time,
  receipt: z.enum(['printed', 'not-wanted', 'failed', 'unknown']),
});

/** Somebody presented something at a gate and was let in or refused. */
const accessDecided = z.object({
  type: z.literal('access.decided'),
  decisionId: id,
  at: time,
  gateId: z.string().min(1).max(60),
  /** The zone of the gate; null is the club itself (W-ZONE-1). Edges of the version before knew no zones. */
  zone: z.string().min(1).max(40).nullable().default(null),
  /** At which side it was presented; edges of the version before had readers at the entry only. */
  direction: z.enum(['entry', 'exit']).default('entry'),
  /** Null when what was presented names no credential we know the form of. */
  credentialId: id.nullable(),
  presented: z.enum(['card', 'pass', 'ticket', 'other']),
  outcome: z.enum(['granted', 'refused']),
  reason: z.enum(accessReasons).nullable(),
  /** What the operator wants noted and not refused; edges of the version before noted nothing. */
  noted: z.array(z.enum(accessReasons)).max(4).default([]),
  /** How old the member book was, in ms; null when it has never been filled. */
  dataAgeMs: z.int().min(0).nullable(),
  /** True when the grant on the credential decided, since the book did not know it. */
  byGrant: z.boolean(),
  /** True when only the number of an old badge was read; edges of the version before let none in by it. */
  byNumber: z.boolean().default(false),
});

/** Somebody went through, as the sensors saw it. */
const passageSensed = z.object({
  type: z.literal('passage.sensed'),
  passageId: id,
  at: time,
  gateId: z.string().min(1).max(60),
  /** The zone of the gate; null is the club itself (W-ZONE-1). Edges of the version before knew no zones. */
  zone: z.string().min(1).max(40).nullable().default(null),
  direction: z.enum(['entry', 'exit']),
  /** The decision that released the gate; null for an exit without a reader, or an entry nobody was let in for. */
  decisionId: id.nullable(),
  credentialId: id.nullable(),
  /** The order of staff that had the gate open (W-GATE-8); edges of the version before tell none. */
  orderId: id.nullable().default(null),
  /** Of the club, whichever zone it was. */
  occupancyAfter: z.int().min(0).max(100_000),
});

/** How staff may have a gate stand. */
export const gateStandings = ['normal', 'held-open', 'locked'] as const;

/** A gate of this edge, and how staff have it stand: at each change (W-GATE-1). */
const gateStands = z.object({
  type: z.literal('gate.stands'),
  at: time,
  gateId: z.string().min(1).max(60),
  name: z.string().min(1).max(60),
  standing: z.enum(gateStandings),
  /** The order by which it stands so; null where nobody ordered anything yet. */
  orderId: id.nullable(),
  /** Something on its board can hold it open. */
  canHoldOpen: z.boolean(),
  /** Its exit is released; otherwise it turns freely, and there is nothing to open. */
  releasesExit: z.boolean().default(false),
});

/** What became of an order of staff to a gate (W-GATE-4). */
const gateOrderSettled = z.object({
  type: z.literal('gate.order-settled'),
  at: time,
  orderId: id,
  gateId: z.string().min(1).max(60),
  outcome: z.enum(['done', 'expired', 'failed', 'not-known']),
  /** The word code of what hindered it, or of what is amiss although it counts; null when all is well. */
  fault: z.string().min(1).max(60).nullable(),
});

/** What a gate may give alarm for. `tampered`: somebody opens a reader, or the board. */
export const gateAlarmKinds = ['forced', 'held-open', 'fire', 'tampered'] as const;
export type GateAlarmKind = (typeof gateAlarmKinds)[number];

const gateAlarmRaised = z.object({
  type: z.literal('gate.alarm-raised'),
  alarmId: id,
  at: time,
  gateId: z.string().min(1).max(60),
  kind: z.enum(gateAlarmKinds),
});

const gateAlarmEnded = z.object({
  type: z.literal('gate.alarm-ended'),
  alarmId: id,
  at: time,
  /** How often it began before it was quiet. */
  times: z.int().min(1),
});

/** Everything for which an edge may call a person. */
export const caseKinds = [
  /** The terminal could not say whether it took the money. */
  'payment-in-doubt',
  /** The card is paid for and was not taken. */
  'hand-over-card',
  /** Money was taken for nothing and could not be given back. */
  'refund-failed',
  /** The terminal could not say whether it gave money back, or the books do not have it. */
  'refund-in-doubt',
  /** Money was taken and what it was for was not given. */
  'paid-not-served',
  /** A card left the machine that nobody paid for. */
  'card-out-unpaid',
  /** Terminal and sales of a day do not come to the same. */
  'totals-differ',
  /** Payments that a terminal approved without the bank have waited for it too long. */
  'offline-approvals-old',
  /** The fiscal journal holds less than it once did. */
  'journal-rolled-back',
  /** Somebody at a kiosk asks for a person. */
  'staff-called',
  /** Nobody knows whether the receipt was printed. */
  'print-in-doubt',
  /** Monthly fees are due, and the member had no IBAN at hand to sign a mandate for them. */
  'mandate-missing',
] as const;
export type CaseKind = (typeof caseKinds)[number];

/** Something a person must settle (W-CASE-1 to W-CASE-3). What has a default was not told by edges of the version before. */
const caseOpened = z.object({
  type: z.literal('case.opened'),
  caseId: id,
  at: time,
  kind: z.enum(caseKinds),
  /** Null where no sale is concerned. */
  saleId: id.nullable().default(null),
  saleReference: reference.nullable().default(null),
  /** Money that is owed; 0 where a thing is owed, or nothing. */
  amountCents: cents,
  /** What the customer was told; null stands for the reference of the sale. */
  reference: z.string().min(1).max(40).nullable().default(null),
  /** What was tried, in order: short, without personal data. */
  tried: z.array(z.string().min(1).max(120)).max(20).default([]),
  detail: z.string().max(400),
  /** The order that nobody knows the outcome of: it is not carried out again (W-ORDER-8). */
  orderId: id.nullable().default(null),
});

/** A closing of the fiscal journal, word for word, with the public key (SPKI DER, base64) that signed it (W-FISCAL-7). */
const tillClosed = z.object({
  type: z.literal('till.closed'),
  at: time,
  text: z.string().max(toldClosingMaxLength),
  payload: z.string().max(toldClosingMaxLength),
  signature: z.string().regex(/^[\w-]{86}$/),
  publicKey: z.string().max(200),
});

const cardCount = z.int().min(0).max(100_000);

/** Staff served the card dispenser of a box, step by step (W-DISPENSER-1). Older edges told nothing of it. */
const dispenserServiced = z.object({
  type: z.literal('dispenser.serviced'),
  interventionId: id,
  at: time,
  /** The staff card that was held to the kiosk. */
  credentialId: id,
  /** Fault codes of the device: what it said first and last; null when nothing was wrong. */
  faultBefore: z.string().min(1).max(60).nullable(),
  faultAfter: z.string().min(1).max(60).nullable(),
  outcome: z.enum(['ready', 'not-ready']),
  /** Cards put into the stacker, and found in the bin; null where it was left alone. */
  filled: cardCount.nullable(),
  emptied: cardCount.nullable(),
  takenByHand: cardCount,
  /** What the box had counted by then, `fed`, `captured` and `handed` since the service before. */
  counted: z.object({
    stack: cardCount.nullable(),
    bin: cardCount,
    fed: cardCount,
    captured: cardCount,
    /** Handed over by sales. */
    handed: cardCount,
    inPath: z.int().min(0).max(1),
    /** The device's own count of the bin; null where it has none. */
    byDevice: cardCount.nullable(),
    since: time.nullable(),
  }),
  /** Found less counted: in the bin (null when it was not emptied), and on the way through the device. */
  differences: z.object({ bin: z.int().nullable(), path: z.int() }),
});

/** What a box did about an order to forget a member (W-PURGE-3). `deferred`: some of it waits for the base; more will be told. */
export const purgeOutcomes = ['done', 'nothing-found', 'deferred', 'failed'] as const;
export type PurgeOutcome = (typeof purgeOutcomes)[number];

const purgeAcknowledged = z.object({
  type: z.literal('purge.acknowledged'),
  at: time,
  orderId: id,
  outcome: z.enum(purgeOutcomes),
  /** Sealed documents and places that were erased. */
  erased: z.int().min(0).max(1_000_000),
  /** Sealed documents that the base has not confirmed: they are erased once it has. */
  waiting: z.int().min(0).max(1_000_000),
  /** The word code of what hindered it; null when nothing did. */
  fault: z.string().min(1).max(60).nullable(),
});

/** A member who held a card to the kiosk said yes or no, or took a yes back (W-CONSENT-1). Older edges told no such thing. */
const consentAnswered = z.object({
  type: z.literal('consent.answered'),
  answerId: id,
  at: time,
  memberId: id,
  /** What was held to the kiosk, and proved itself as at a gate. */
  credentialId: id,
  purpose: z.enum(['photo', 'news']),
  act: z.enum(['given', 'not-given', 'withdrawn']),
  language: z.enum(['fr', 'en']),
  /** Of the sentences on the screen (sale/consent-wordings.ts); null where a yes is taken back. */
  wording: z.object({ version: z.string().min(1).max(40), digest: digestSchema }).nullable(),
  /** Of the sealed photo that was taken with a yes to it; it follows as an attachment. */
  photoDigest: digestSchema.nullable().default(null),
});

/** What a member may ask of their data at a kiosk. */
export const dataRequests = ['copy', 'erasure'] as const;
export type DataRequest = (typeof dataRequests)[number];

/** A member who held a card to the kiosk asks for a copy of their data, or to be forgotten (W-CONSENT-3). */
const dataRequested = z.object({
  type: z.literal('data.requested'),
  requestId: id,
  at: time,
  memberId: id,
  credentialId: id,
  asks: z.enum(dataRequests),
  /** What the box calls itself. */
  box: z.string().min(1).max(60),
});

/** As many members as staff at a kiosk are shown at once (W-PERSON-8). */
export const cameInShown = 5;

/** Staff at a kiosk were shown who came in: a reading of each member who had a name there (W-PERSON-9). Older edges told nothing of it. */
const peopleShown = z.object({
  type: z.literal('people.shown'),
  at: time,
  /** The staff card that was held to the kiosk. */
  credentialId: id,
  /** None is left once the time of the entry log is over (RT7). */
  reads: z.array(z.object({ readId: id, memberId: id })).max(cameInShown),
  /** What the box calls itself. */
  box: z.string().min(1).max(60),
});

export const eventBodySchema = z.discriminatedUnion('type', [
  saleCompleted,
  membershipRenewed,
  debtSettled,
  dayEntrySold,
  saleCancelled,
  saleRefunded,
  cardReplaced,
  credentialRebound,
  credentialBlocked,
  passEnrolled,
  receiptSettled,
  accessDecided,
  passageSensed,
  gateStands,
  gateOrderSettled,
  gateAlarmRaised,
  gateAlarmEnded,
  caseOpened,
  tillClosed,
  dispenserServiced,
  purgeAcknowledged,
  consentAnswered,
  dataRequested,
  peopleShown,
]);
/** As an edge writes it: what has a default may be left out. */
export type EventBody = z.input<typeof eventBodySchema>;
export type EventOf<Type extends EventBody['type']> = Extract<EventBody, { type: Type }>;
/** An event of money taken: its number in the fiscal journal stands in it. */
export type TakingEvent = EventOf<
  'sale.completed' | 'membership.renewed' | 'debt.settled' | 'day-entry.sold' | 'card.replaced'
>;
/** As the base reads it: whole. */
export type ReadEvent = z.output<typeof eventBodySchema>;
export type ReadEventOf<Type extends ReadEvent['type']> = Extract<ReadEvent, { type: Type }>;
export type AccessReason = (typeof accessReasons)[number];
export type CredentialKind = (typeof credentialKinds)[number];

/**
 * One entry of the outbox as it travels. `body` is the canonical JSON (RFC 8785) of an `EventBody`, frozen as text:
 * what was hashed is what is sent, byte for byte.
 */
export const outboxEventSchema = z.object({
  seq: z.int().min(1),
  eventId: id,
  body: z.string().min(2).max(65_536),
  prevHash: digestSchema,
  hash: digestSchema,
});
export type OutboxEvent = z.infer<typeof outboxEventSchema>;
