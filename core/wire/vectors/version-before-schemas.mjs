// Frozen: the schemas with which the version before reads the wire (version-before.json beside it). Not to be edited.
// core/wire/messages.ts
import { z as z3 } from "zod";

// core/access/access-policy.ts
import { z } from "zod";
var hours = z.number().positive().max(8784).nullable();
var accessPolicySchema = z.object({
  /**
   * Somebody who went in and was not seen to leave. `soft` lets them in again and notes it, `hard` refuses them; after
   * `minutes` it counts no more (null: until they leave, or the club's day ends).
   */
  antiPassback: z.object({
    mode: z.enum(["off", "soft", "hard"]),
    minutes: z.int().min(1).max(1440).nullable()
  }).default({ mode: "off", minutes: 10 }),
  /** `hard`: nobody more than the club holds, staff aside. `soft` notes it. */
  capacity: z.enum(["off", "soft", "hard"]).default("off"),
  /** How long a debt may be open before its member is refused; null: never refused for it. Smaller ones never count. */
  debt: z.object({ graceDays: z.int().min(0).max(366).nullable(), fromCents: z.int().min(1) }).default({ graceDays: null, fromCents: 1 }),
  /** Steps of 15 s that a code of a pass may be off beyond the one before and the one after. */
  passExtraSteps: z.int().min(0).max(20).default(0),
  /** Old badges that are known by a number anybody can copy: accepted while the club is migrating. */
  uidBadges: z.boolean().default(false),
  /** Old codes that always say the same, which anybody can copy: accepted while the club is migrating. */
  staticCodes: z.boolean().default(false),
  /**
   * How old the book may be to let somebody in by it, in hours; null: however old. A member who owes something, even
   * within the days of grace, is let in on younger data only.
   */
  dataAgeHours: z.object({ home: hours, network: hours, debtor: hours, ticket: hours }).default({ home: null, network: null, debtor: null, ticket: null })
});
var openPolicy = accessPolicySchema.parse({});

// core/access/person-language.ts
var personLanguages = ["fr", "en", "es", "pt"];

// core/sale/membership-term.ts
var termsMonths = [1, 3, 6, 12];

// core/wire/event.ts
import { z as z2 } from "zod";
var id = z2.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "not an id");
var time = z2.iso.datetime({ message: "not an ISO 8601 time in UTC" });
var digestSchema = z2.string().regex(/^[0-9a-f]{64}$/, "not a SHA-256 digest in hex");
var cents = z2.int().min(-1e8).max(1e8);
var accessReasons = [
  "unknown",
  "code-retired",
  "code-out-of-time",
  "code-used",
  "blocked",
  "suspended",
  "not-started",
  "expired",
  "wrong-club",
  "club-closed",
  "closed-hours",
  "ticket-spent",
  "debt",
  "guardian-missing",
  "member-missing",
  "data-too-old",
  "gate-locked",
  "already-inside",
  "full-house"
];
var debtLimit = 20;
var toldClosingMaxLength = 24e3;
var credentialKinds = ["card", "pass", "ticket"];
var mandateReferenceSchema = z2.string().regex(/^[A-Z0-9]{1,35}$/, "not a reference of a mandate");
var saleLineSchema = z2.object({
  label: z2.string().min(1).max(120),
  productId: z2.string().min(1).max(60),
  quantity: z2.int().min(1).max(99),
  unitCents: cents,
  grossCents: cents,
  netCents: cents,
  vatRate: z2.int().min(0).max(1e4)
});
var reference = z2.string().min(4).max(40);
var cardUid = z2.string().regex(/^([0-9A-F]{2}){4,10}$/);
var cardPayment = z2.object({
  means: z2.literal("bank-card"),
  reference: z2.string().min(1).max(40),
  maskedPan: z2.string().max(24),
  scheme: z2.string().max(40),
  authorisation: z2.string().max(20),
  terminalContract: z2.string().max(40).nullable()
});
var fiscalMark = z2.object({ recordNo: z2.int().min(1), characters: z2.string().regex(/^[\w-]{4}$/) });
var moneyOfSale = {
  saleId: id,
  /** What the customer was told: `M7QK-2F9C`. */
  saleReference: reference,
  at: time,
  legalEntityId: id,
  language: z2.enum(["fr", "en"]),
  lines: z2.array(saleLineSchema).min(1).max(20),
  totalCents: cents.min(0),
  payment: cardPayment,
  /** Null from an edge that kept no journal yet. */
  fiscal: fiscalMark.nullable().default(null)
};
var saleCompleted = z2.object({
  type: z2.literal("sale.completed"),
  ...moneyOfSale,
  member: z2.object({
    memberId: id,
    /** Digest of the sealed attachment with names, birth date and contact (never in the event itself). */
    personDigest: digestSchema,
    photoDigest: digestSchema.nullable(),
    contractDigest: digestSchema
  }),
  /** The mandate that was signed with the contract, sealed; null where there is none, or from an edge that asked for none. */
  mandate: z2.object({ digest: digestSchema, reference: mandateReferenceSchema }).nullable().default(null),
  membership: z2.object({ membershipId: id, planId: id, validFrom: time, validTo: time.nullable() }),
  credentials: z2.array(
    z2.object({
      credentialId: id,
      kind: z2.enum(credentialKinds),
      cardUid: cardUid.nullable(),
      validFrom: time,
      validTo: time.nullable(),
      singleUse: z2.boolean()
    })
  ).min(1).max(10),
  consents: z2.array(
    z2.object({
      purpose: z2.enum(["photo", "news"]),
      given: z2.boolean(),
      wordingVersion: z2.string().min(1).max(40)
    })
  ).max(10)
});
var membershipRenewed = z2.object({
  type: z2.literal("membership.renewed"),
  ...moneyOfSale,
  memberId: id,
  /** Of the new period. */
  membershipId: id,
  planId: id,
  from: time,
  /** Up to, and not including, this moment. */
  to: time
});
var debtSettled = z2.object({
  type: z2.literal("debt.settled"),
  ...moneyOfSale,
  memberId: id,
  debtIds: z2.array(id).min(1).max(debtLimit)
});
var dayEntrySold = z2.object({
  type: z2.literal("day-entry.sold"),
  ...moneyOfSale,
  planId: id,
  ticket: z2.object({ credentialId: id, validFrom: time, validTo: time })
});
var saleCancelled = z2.object({
  type: z2.literal("sale.cancelled"),
  saleId: id,
  at: time,
  amountCents: cents.min(0),
  /** Our reference of the reversal, as the terminal knows it. */
  reversalReference: z2.string().min(1).max(40)
});
var saleRefunded = z2.object({
  type: z2.literal("sale.refunded"),
  refundId: id,
  /** Of the refund itself, as its receipt shows it. */
  refundReference: reference,
  at: time,
  orderId: id,
  /** The sale for which money was given back, and its number in the journal of the box. */
  saleId: id,
  originalRecordNo: z2.int().min(1),
  language: z2.enum(["fr", "en"]),
  /** What was given back of each line; amounts above zero. */
  lines: z2.array(saleLineSchema).min(1).max(20),
  totalCents: cents.min(1),
  payment: cardPayment,
  fiscal: fiscalMark
});
var cardReplaced = z2.object({
  type: z2.literal("card.replaced"),
  saleId: id,
  saleReference: reference,
  at: time,
  orderId: id,
  legalEntityId: id,
  language: z2.enum(["fr", "en"]),
  /** The card that this one stands in for. */
  replacedCredentialId: id,
  /** Without a number it is a ticket that stands in for a pass (W-PASS-6). */
  credential: z2.object({
    credentialId: id,
    cardUid: cardUid.nullable(),
    validFrom: time,
    validTo: time.nullable()
  }),
  /** The fee; none where the card was free, and then neither payment nor fiscal record. */
  lines: z2.array(saleLineSchema).max(20),
  totalCents: cents.min(0),
  payment: cardPayment.nullable(),
  fiscal: fiscalMark.nullable()
});
var credentialRebound = z2.object({
  type: z2.literal("credential.rebound"),
  saleId: id,
  at: time,
  credentialId: id,
  cardUid
});
var passEnrolled = z2.object({
  type: z2.literal("pass.enrolled"),
  at: time,
  /** Beside which it stands, or which it takes over from: whose it is, and for what. */
  besideCredentialId: id,
  pass: z2.object({
    credentialId: id,
    /** Ed25519, 32 raw bytes in base64url. */
    publicKey: z2.string().regex(/^[\w-]{43}$/, "not a public key"),
    validFrom: time
  })
});
var credentialBlocked = z2.object({
  type: z2.literal("credential.blocked"),
  saleId: id,
  at: time,
  credentialId: id,
  planId: id,
  cardUid: cardUid.nullable(),
  reason: z2.enum(["not-paid"])
});
var receiptSettled = z2.object({
  type: z2.literal("receipt.settled"),
  saleId: id,
  at: time,
  receipt: z2.enum(["printed", "not-wanted", "failed", "unknown"])
});
var accessDecided = z2.object({
  type: z2.literal("access.decided"),
  decisionId: id,
  at: time,
  gateId: z2.string().min(1).max(60),
  /** The zone of the gate; null is the club itself (W-ZONE-1). Edges of the version before knew no zones. */
  zone: z2.string().min(1).max(40).nullable().default(null),
  /** At which side it was presented; edges of the version before had readers at the entry only. */
  direction: z2.enum(["entry", "exit"]).default("entry"),
  /** Null when what was presented names no credential we know the form of. */
  credentialId: id.nullable(),
  presented: z2.enum(["card", "pass", "ticket", "other"]),
  outcome: z2.enum(["granted", "refused"]),
  reason: z2.enum(accessReasons).nullable(),
  /** What the operator wants noted and not refused; edges of the version before noted nothing. */
  noted: z2.array(z2.enum(accessReasons)).max(4).default([]),
  /** How old the member book was, in ms; null when it has never been filled. */
  dataAgeMs: z2.int().min(0).nullable(),
  /** True when the grant on the credential decided, since the book did not know it. */
  byGrant: z2.boolean(),
  /** True when only the number of an old badge was read; edges of the version before let none in by it. */
  byNumber: z2.boolean().default(false)
});
var passageSensed = z2.object({
  type: z2.literal("passage.sensed"),
  passageId: id,
  at: time,
  gateId: z2.string().min(1).max(60),
  /** The zone of the gate; null is the club itself (W-ZONE-1). Edges of the version before knew no zones. */
  zone: z2.string().min(1).max(40).nullable().default(null),
  direction: z2.enum(["entry", "exit"]),
  /** The decision that released the gate; null for an exit without a reader, or an entry nobody was let in for. */
  decisionId: id.nullable(),
  credentialId: id.nullable(),
  /** The order of staff that had the gate open (W-GATE-8); edges of the version before tell none. */
  orderId: id.nullable().default(null),
  /** Of the club, whichever zone it was. */
  occupancyAfter: z2.int().min(0).max(1e5)
});
var gateStandings = ["normal", "held-open", "locked"];
var gateStands = z2.object({
  type: z2.literal("gate.stands"),
  at: time,
  gateId: z2.string().min(1).max(60),
  name: z2.string().min(1).max(60),
  standing: z2.enum(gateStandings),
  /** The order by which it stands so; null where nobody ordered anything yet. */
  orderId: id.nullable(),
  /** Something on its board can hold it open. */
  canHoldOpen: z2.boolean(),
  /** Its exit is released; otherwise it turns freely, and there is nothing to open. */
  releasesExit: z2.boolean().default(false)
});
var gateOrderSettled = z2.object({
  type: z2.literal("gate.order-settled"),
  at: time,
  orderId: id,
  gateId: z2.string().min(1).max(60),
  outcome: z2.enum(["done", "expired", "failed", "not-known"]),
  /** The word code of what hindered it, or of what is amiss although it counts; null when all is well. */
  fault: z2.string().min(1).max(60).nullable()
});
var gateAlarmKinds = ["forced", "held-open", "fire", "tampered"];
var gateAlarmRaised = z2.object({
  type: z2.literal("gate.alarm-raised"),
  alarmId: id,
  at: time,
  gateId: z2.string().min(1).max(60),
  kind: z2.enum(gateAlarmKinds)
});
var gateAlarmEnded = z2.object({
  type: z2.literal("gate.alarm-ended"),
  alarmId: id,
  at: time,
  /** How often it began before it was quiet. */
  times: z2.int().min(1)
});
var caseKinds = [
  /** The terminal could not say whether it took the money. */
  "payment-in-doubt",
  /** The card is paid for and was not taken. */
  "hand-over-card",
  /** Money was taken for nothing and could not be given back. */
  "refund-failed",
  /** The terminal could not say whether it gave money back, or the books do not have it. */
  "refund-in-doubt",
  /** Money was taken and what it was for was not given. */
  "paid-not-served",
  /** A card left the machine that nobody paid for. */
  "card-out-unpaid",
  /** Terminal and sales of a day do not come to the same. */
  "totals-differ",
  /** Payments that a terminal approved without the bank have waited for it too long. */
  "offline-approvals-old",
  /** The fiscal journal holds less than it once did. */
  "journal-rolled-back",
  /** Somebody at a kiosk asks for a person. */
  "staff-called",
  /** Nobody knows whether the receipt was printed. */
  "print-in-doubt",
  /** Monthly fees are due, and the member had no IBAN at hand to sign a mandate for them. */
  "mandate-missing"
];
var caseOpened = z2.object({
  type: z2.literal("case.opened"),
  caseId: id,
  at: time,
  kind: z2.enum(caseKinds),
  /** Null where no sale is concerned. */
  saleId: id.nullable().default(null),
  saleReference: reference.nullable().default(null),
  /** Money that is owed; 0 where a thing is owed, or nothing. */
  amountCents: cents,
  /** What the customer was told; null stands for the reference of the sale. */
  reference: z2.string().min(1).max(40).nullable().default(null),
  /** What was tried, in order: short, without personal data. */
  tried: z2.array(z2.string().min(1).max(120)).max(20).default([]),
  detail: z2.string().max(400),
  /** The order that nobody knows the outcome of: it is not carried out again (W-ORDER-8). */
  orderId: id.nullable().default(null)
});
var tillClosed = z2.object({
  type: z2.literal("till.closed"),
  at: time,
  text: z2.string().max(toldClosingMaxLength),
  payload: z2.string().max(toldClosingMaxLength),
  signature: z2.string().regex(/^[\w-]{86}$/),
  publicKey: z2.string().max(200)
});
var cardCount = z2.int().min(0).max(1e5);
var dispenserServiced = z2.object({
  type: z2.literal("dispenser.serviced"),
  interventionId: id,
  at: time,
  /** The staff card that was held to the kiosk. */
  credentialId: id,
  /** Fault codes of the device: what it said first and last; null when nothing was wrong. */
  faultBefore: z2.string().min(1).max(60).nullable(),
  faultAfter: z2.string().min(1).max(60).nullable(),
  outcome: z2.enum(["ready", "not-ready"]),
  /** Cards put into the stacker, and found in the bin; null where it was left alone. */
  filled: cardCount.nullable(),
  emptied: cardCount.nullable(),
  takenByHand: cardCount,
  /** What the box had counted by then, `fed`, `captured` and `handed` since the service before. */
  counted: z2.object({
    stack: cardCount.nullable(),
    bin: cardCount,
    fed: cardCount,
    captured: cardCount,
    /** Handed over by sales. */
    handed: cardCount,
    inPath: z2.int().min(0).max(1),
    /** The device's own count of the bin; null where it has none. */
    byDevice: cardCount.nullable(),
    since: time.nullable()
  }),
  /** Found less counted: in the bin (null when it was not emptied), and on the way through the device. */
  differences: z2.object({ bin: z2.int().nullable(), path: z2.int() })
});
var eventBodySchema = z2.discriminatedUnion("type", [
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
  dispenserServiced
]);
var outboxEventSchema = z2.object({
  seq: z2.int().min(1),
  eventId: id,
  body: z2.string().min(2).max(65536),
  prevHash: digestSchema,
  hash: digestSchema
});

// core/wire/messages.ts
var wireVersion = 1;
var id2 = z3.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "not an id");
var time2 = z3.iso.datetime();
var base64url = z3.string().regex(/^[A-Za-z0-9_-]+$/, "not base64url");
var enrolRequestSchema = z3.object({
  wireVersion: z3.literal(wireVersion),
  code: z3.string().min(4).max(40),
  /** Ed25519 public key, 32 raw bytes in base64url. */
  publicKey: base64url.length(43),
  software: z3.string().max(60)
});
var keyVersion = z3.int().min(1).max(255);
var masterKey = base64url.length(22);
var cardKeyVersionLimit = 8;
var cardKeysSchema = z3.object({
  /** The version that new cards get, and older ones at their next visit. */
  current: keyVersion,
  versions: z3.array(z3.object({ version: keyVersion, read: masterKey, write: masterKey.optional() })).min(1).max(cardKeyVersionLimit).refine(
    (all) => new Set(all.map(({ version }) => version)).size === all.length,
    "names a version twice"
  )
}).refine(
  ({ current, versions }) => versions.some(({ version }) => version === current),
  "lacks the current one"
);
var enrolAnswerSchema = z3.object({
  wireVersion: z3.literal(wireVersion),
  edgeId: id2,
  networkId: id2,
  clubId: id2,
  /** The network's Ed25519 key, pinned from now on; it signs the list of edge keys. */
  networkKey: base64url.length(43),
  /** The base's X25519 key to which personal data is sealed. */
  sealKey: base64url.length(43),
  /** The master key that reads cards of the current version: all that an edge of version 0.1.0 knows of card keys. */
  cardKey: z3.object({ version: keyVersion, key: masterKey }),
  /** Absent from a base of version 0.1.0: then `cardKey` makes all keys of a card. */
  cardKeys: cardKeysSchema.optional(),
  epoch: z3.int().min(1),
  serverTime: time2
});
var fiscalChainLimit = 12;
var fiscalHeadSchema = z3.object({
  /** The chain's name inside its edge. */
  chain: z3.string().min(1).max(40).regex(/^\P{Cc}+$/u, "holds control characters"),
  /** The record's number in the chain, from 1. */
  no: z3.int().min(1),
  /** The record's own signature: ECDSA P-256, 64 raw bytes. */
  signature: base64url.length(86)
});
var zoneLimit = 16;
var zoneCountSchema = z3.object({
  zone: z3.string().min(1).max(40),
  name: z3.string().min(1).max(60),
  inside: z3.int().min(0),
  low: z3.int().min(0),
  high: z3.int().min(0)
});
var pushRequestSchema = z3.object({
  wireVersion: z3.literal(wireVersion),
  epoch: z3.int().min(1),
  events: z3.array(outboxEventSchema).max(1e3),
  /** `low` and `high` hold the truth in nine of ten moments (core/occupancy); edges of the version before told none. */
  occupancy: z3.object({
    inside: z3.int().min(0),
    low: z3.int().min(0).optional(),
    high: z3.int().min(0).optional(),
    at: time2,
    /** Of the same moment, each zone of this edge inside the club (W-ZONE-1); edges of the version before told none. */
    zones: z3.array(zoneCountSchema).max(zoneLimit).optional()
  }),
  /** Every chain of the edge's journal, none left out; absent from an edge that keeps no journal (W-FISCAL-1). */
  fiscalHeads: z3.array(fiscalHeadSchema).max(fiscalChainLimit).refine((heads) => new Set(heads.map(({ chain }) => chain)).size === heads.length, "names a chain twice").optional()
});
var fiscalAnchorSchema = fiscalHeadSchema.extend({ at: time2 });
var pushAnswerSchema = z3.object({
  epoch: z3.int().min(1),
  appliedThrough: z3.int().min(0),
  /** Events kept but not applied, with the reason; staff settle them. They do not hold up the rest. */
  parked: z3.array(z3.object({ seq: z3.int(), reason: z3.string() })),
  /** Attachments named by applied events that the base does not hold yet. */
  wanted: z3.array(digestSchema).max(1e3),
  /** `cardKeyState` of what `GET /v1/card-keys` would tell; absent from a base of version 0.1.0. */
  cardKeys: z3.string().max(60).optional(),
  /** What the base held before this push; absent when the push told no heads. */
  fiscalAnchors: z3.array(fiscalAnchorSchema).max(fiscalChainLimit).optional(),
  serverTime: time2
});
var cardKeysAnswerSchema = z3.object({ cardKeys: cardKeysSchema, serverTime: time2 });
var laterFeedKinds = ["order", "gate-order"];
var orderStatuses = ["open", "collected", "cancelled", "in-doubt"];
var orderRecordSchema = z3.discriminatedUnion("place", [
  z3.object({
    place: z3.literal("here"),
    codeHash: digestSchema,
    expiresAt: time2,
    kind: z3.string().min(1).max(40),
    status: z3.enum(orderStatuses),
    /** The box that is to carry it out (W-ORDER-4). */
    edgeId: id2,
    /** Of a refund: the sale that money is given back for, and what its customer was told. */
    saleId: id2.nullable(),
    saleReference: z3.string().nullable(),
    /** Of a card replacement: the card that it stands in for. */
    credentialId: id2.nullable(),
    memberId: id2.nullable(),
    amountCents: z3.int().min(0),
    /** What is paid, or given back, of each line; amounts above zero. */
    lines: z3.array(saleLineSchema).max(20),
    /** Credentials that open nothing any more once it is carried out. */
    ends: z3.array(id2).max(20),
    /** Earlier refunds of this sale that were in doubt, and of which staff found that nothing was given back. */
    notGivenBack: z3.array(id2).max(20).optional()
  }),
  z3.object({ place: z3.literal("elsewhere"), codeHash: digestSchema, expiresAt: time2 })
]);
var gateOrderRecordSchema = z3.object({
  edgeId: id2,
  gateId: z3.string().min(1).max(60),
  action: z3.string().min(1).max(40),
  /** The base's time from which it is carried out no more (W-GATE-3). */
  expiresAt: time2
});
var vatByCountrySchema = z3.record(
  z3.string().regex(/^[A-Z]{2}$/, "a country is two capitals"),
  z3.object({ plan: z3.int().min(0).max(1e4), joiningFee: z3.int().min(0).max(1e4) })
);
var debtReasons = ["direct-debit-rejected", "card-replacement", "unpaid-period", "other"];
var accountSchema = z3.object({
  /** The last period that was paid for, which may not have begun; of a plan without end, the only one. */
  membershipId: id2,
  planId: id2,
  /** Since when that plan applies, or will; before it, the plan of the credential does (W-ACCOUNT-2). */
  planFrom: time2,
  /** End of the last period, as `validTo` of the credential. */
  validTo: time2.nullable(),
  status: z3.enum(["active", "cancelled"]),
  /** Not settled, oldest first. */
  debts: z3.array(
    z3.object({
      debtId: id2,
      /** To whom it is owed: only where this one sells can it be settled. */
      legalEntityId: id2,
      amountCents: z3.int().min(1).max(1e8),
      vatRate: z3.int().min(0).max(1e4),
      reason: z3.enum(debtReasons),
      since: time2
    })
  ).max(debtLimit)
});
var standingSchema = z3.object({
  /** Paused, by the member or by staff, until then. */
  suspendedUntil: time2.optional(),
  /** Works here: hours, passages and a full house do not concern them. */
  staff: z3.literal(true).optional(),
  /**
   * Comes in only after one of these members has: a minor after a guardian, the second of a plan for two after the first.
   */
  company: z3.object({ kind: z3.enum(["guardian", "member"]), memberIds: z3.array(id2).min(1).max(8) }).optional()
});
var feedRecordSchema = z3.discriminatedUnion("kind", [
  z3.object({
    kind: z3.literal("club"),
    id: id2,
    record: z3.object({
      name: z3.string(),
      legalEntity: z3.object({
        id: id2,
        name: z3.string(),
        address: z3.string(),
        siret: z3.string(),
        vatNumber: z3.string(),
        /** Creditor of direct debits (ICS); absent where it collects none, or from a base of the version before. */
        creditorId: z3.string().optional()
      }),
      timeZone: z3.string(),
      capacity: z3.int().min(1),
      /** Days and hours out of the ordinary on which nobody comes in; absent from a base of the version before. */
      closures: z3.array(z3.object({ from: time2, to: time2 })).max(60).optional(),
      /** What the operator decides of access; absent where nothing is decided (`openPolicy`). */
      policy: accessPolicySchema.optional(),
      /** Opening hours by ISO weekday 1..7, `HH:MM` local, `24:00` for midnight; an absent day is closed. */
      hours: z3.record(z3.string().regex(/^[1-7]$/), z3.array(z3.tuple([z3.string(), z3.string()])).max(4)),
      staffPhone: z3.string().nullable(),
      mediator: z3.string()
    }).nullable()
  }),
  z3.object({
    kind: z3.literal("plan"),
    id: id2,
    record: z3.object({
      names: z3.object({ fr: z3.string(), en: z3.string() }),
      descriptions: z3.object({ fr: z3.string(), en: z3.string() }),
      commitments: z3.object({ fr: z3.string(), en: z3.string() }),
      /** Shown in this order, smallest first. */
      position: z3.int(),
      monthlyCents: z3.int().min(0),
      joiningFeeCents: z3.int().min(0),
      vatRate: z3.int().min(0).max(1e4),
      vatByCountry: vatByCountrySchema.optional(),
      /** `network`: every club; `home`: the club it was sold in. */
      scope: z3.enum(["network", "home"]),
      /** Hours in which the plan lets in, as for a club; null for whenever the club is open. */
      hours: z3.record(z3.string(), z3.array(z3.tuple([z3.string(), z3.string()]))).nullable(),
      guestTickets: z3.int().min(0).max(5),
      /** Sold as paid by the month; never true of a prepaid plan, which has its own word for it (W-PLAN-1). */
      soldAtKiosk: z3.boolean(),
      /** Paid at once for a term, and over with it: no direct debit. Absent from a plan that is paid by the month. */
      prepaid: z3.object({
        termMonths: z3.literal(termsMonths),
        priceCents: z3.int().min(0),
        soldAtKiosk: z3.boolean()
      }).optional(),
      /**
       * A plan that is sold as a ticket for one entry on the day it is bought, at this price; `soldAtKiosk` is then
       * false, so that an edge of the version before does not offer it as a membership.
       */
      dayEntry: z3.object({ priceCents: z3.int().min(1) }).optional()
    }).nullable()
  }),
  z3.object({
    kind: z3.literal("credential"),
    id: id2,
    record: z3.object({
      kind: z3.enum(["card", "pass", "ticket"]),
      cardUid: z3.string().nullable(),
      /** An old badge, known by the number of its chip alone; absent from what proves itself. */
      uidOnly: z3.literal(true).optional(),
      /** Of a pass that is an old code, always the same: SHA-256 of what it says (W-STANDING-5). */
      codeHash: digestSchema.optional(),
      /** Of a pass: the key of the phone it lives on, and no other (PS6); Ed25519, 32 raw bytes. */
      publicKey: base64url.length(43).optional(),
      memberId: id2.nullable(),
      planId: id2,
      homeClubId: id2,
      validFrom: time2,
      validTo: time2.nullable(),
      singleUse: z3.boolean(),
      status: z3.enum(["active", "blocked", "spent"]),
      /** Of a member's card or pass; absent from a base of the version before, from tickets, and from cards of nobody. */
      account: accountSchema.optional(),
      /** In which a gate speaks to the member; absent where nobody knows it, or from a base of the version before. */
      language: z3.enum(personLanguages).optional(),
      /** What bears on the person beyond dates; absent where there is nothing, or from a base of the version before. */
      standing: standingSchema.optional()
    }).nullable()
  }),
  z3.object({ kind: z3.literal("order"), id: id2, record: orderRecordSchema.nullable() }),
  z3.object({ kind: z3.literal("gate-order"), id: id2, record: gateOrderRecordSchema.nullable() }),
  z3.object({
    kind: z3.literal("edge-key"),
    id: id2,
    record: z3.object({
      clubId: id2,
      publicKey: base64url.length(43),
      status: z3.enum(["active", "revoked"]),
      /** The network key's signature over `edgeKeyToSign`. */
      signature: base64url.length(86)
    }).nullable()
  })
]);
var feedChangeSchema = z3.object({ version: z3.int().min(1), change: feedRecordSchema });
var knownKinds = new Set(feedRecordSchema.options.map((option) => option.shape.kind.value));
function ofKnownKinds(changes) {
  if (!Array.isArray(changes)) return changes;
  return changes.filter((each) => {
    const kind = each?.change?.kind;
    return typeof kind !== "string" || knownKinds.has(kind);
  });
}
var feedAnswerSchema = z3.object({
  epoch: z3.int().min(1),
  changes: z3.preprocess(ofKnownKinds, z3.array(feedChangeSchema).max(5e3)),
  /** Pass it as `after` next time. */
  cursor: z3.int().min(0),
  /** More is ready now. */
  more: z3.boolean(),
  serverTime: time2
});
var refusalSchema = z3.object({
  error: z3.object({ code: z3.string(), message: z3.string(), path: z3.string().optional() })
});
var personSchema = z3.object({
  givenName: z3.string().max(80),
  familyName: z3.string().max(80),
  birthDate: z3.iso.date(),
  email: z3.string().max(254).nullable(),
  phone: z3.string().max(30).nullable()
});
var signatureSchema = z3.discriminatedUnion("kind", [
  z3.object({ kind: z3.literal("drawn"), strokes: z3.array(z3.array(z3.number()).max(4e3)).max(60) }),
  z3.object({ kind: z3.literal("typed"), text: z3.string().max(160) })
]);
var contractSchema = z3.object({
  wordingVersion: z3.string(),
  language: z3.enum(["fr", "en"]),
  text: z3.string().max(6e4),
  textSha256: digestSchema,
  signedAt: time2,
  signature: signatureSchema
});
var mandateSchema = z3.object({
  reference: mandateReferenceSchema,
  creditor: z3.object({ creditorId: z3.string().max(35), name: z3.string(), address: z3.string() }),
  debtor: z3.object({
    holder: z3.string().min(1).max(70),
    iban: z3.string().regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/)
  }),
  kind: z3.literal("recurrent"),
  wordingVersion: z3.string(),
  language: z3.enum(["fr", "en"]),
  /** As it was read, with the IBAN masked. */
  text: z3.string().max(1e4),
  textSha256: digestSchema,
  place: z3.string(),
  signedAt: time2,
  /** One signature for the contract and the mandate. */
  signature: signatureSchema
});
export {
  cardKeysAnswerSchema,
  enrolAnswerSchema,
  eventBodySchema,
  feedAnswerSchema,
  laterFeedKinds,
  pushAnswerSchema,
  pushRequestSchema
};
