import { z } from 'zod';
import { accessPolicySchema } from '../access/access-policy.ts';
import { personLanguages } from '../access/person-language.ts';
import { clockStandings } from '../base/clock-trust.ts';
import { termsMonths } from '../sale/membership-term.ts';
import {
  debtLimit,
  digestSchema,
  mandateReferenceSchema,
  outboxEventSchema,
  saleLineSchema,
} from './event.ts';
import { pushReceiptSchema } from './push-receipt.ts';

/** Requests and answers between an edge's agent and the base. Rules: SPEC.md. */

export const wireVersion = 1;

const id = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'not an id');
const time = z.iso.datetime();
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'not base64url');

/** Signature headers of every request of an enrolled edge. */
export const edgeHeader = 'x-portillon-edge';
export const counterHeader = 'x-portillon-counter';
export const signatureHeader = 'x-portillon-signature';

/** What an edge signs: these lines joined by a line feed, UTF-8, with its Ed25519 identity key. */
export function requestToSign(method: string, path: string, counter: number, bodySha256Hex: string): string {
  return ['portillon-request-1', method.toUpperCase(), path, String(counter), bodySha256Hex].join('\n');
}

/** The counter in the signature of an enrolment (W-ENROL-9): those of an enrolled edge begin at 1. */
export const enrolCounter = 0;

/** `POST /v1/enrol`: proves itself by the one-time code, and from this version on that it holds the key. */
export const enrolRequestSchema = z.object({
  wireVersion: z.literal(wireVersion),
  code: z.string().min(4).max(40),
  /** Ed25519 public key, 32 raw bytes in base64url. */
  publicKey: base64url.length(43),
  software: z.string().max(60),
});
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;

const keyVersion = z.int().min(1).max(255);
/** AES-128, 16 raw bytes. */
const masterKey = base64url.length(22);

/** How many versions of the card keys a network may have in use at once. */
export const cardKeyVersionLimit = 8;

/**
 * The network's master keys for its cards, by version; they go straight into the key store of the box. `write` is told
 * only to an edge that issues cards (W-CARDKEY-2).
 */
export const cardKeysSchema = z
  .object({
    /** The version that new cards get, and older ones at their next visit. */
    current: keyVersion,
    versions: z
      .array(z.object({ version: keyVersion, read: masterKey, write: masterKey.optional() }))
      .min(1)
      .max(cardKeyVersionLimit)
      .refine(
        (all) => new Set(all.map(({ version }) => version)).size === all.length,
        'names a version twice',
      ),
  })
  .refine(
    ({ current, versions }) => versions.some(({ version }) => version === current),
    'lacks the current one',
  );
export type CardKeysTold = z.infer<typeof cardKeysSchema>;

/** Which versions are in use, without a secret: `2:1,2` is the second, with cards of the first still read. */
export function cardKeyState({ current, versions }: CardKeysTold): string {
  const numbers = versions.map(({ version }) => version).sort((a, b) => a - b);
  return `${current}:${numbers.join(',')}`;
}

export const enrolAnswerSchema = z.object({
  wireVersion: z.literal(wireVersion),
  edgeId: id,
  networkId: id,
  clubId: id,
  /** The network's Ed25519 key, pinned from now on; it signs the list of edge keys. */
  networkKey: base64url.length(43),
  /** The base's X25519 key to which personal data is sealed. */
  sealKey: base64url.length(43),
  /** The master key that reads cards of the current version: all that an edge of version 0.1.0 knows of card keys. */
  cardKey: z.object({ version: keyVersion, key: masterKey }),
  /** Absent from a base of version 0.1.0: then `cardKey` makes all keys of a card. */
  cardKeys: cardKeysSchema.optional(),
  epoch: z.int().min(1),
  serverTime: time,
});
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;

/** How many fiscal chains an edge may keep in its life. */
export const fiscalChainLimit = 12;

/** The newest record of one chain of an edge's fiscal journal: who knows it knows whether the journal was cut. */
export const fiscalHeadSchema = z.object({
  /** The chain's name inside its edge. */
  chain: z
    .string()
    .min(1)
    .max(40)
    .regex(/^\P{Cc}+$/u, 'holds control characters'),
  /** The record's number in the chain, from 1. */
  no: z.int().min(1),
  /** The record's own signature: ECDSA P-256, 64 raw bytes. */
  signature: base64url.length(86),
});
export type FiscalHead = z.infer<typeof fiscalHeadSchema>;

/** As many as an edge has. */
export const zoneLimit = 16;

const zoneCountSchema = z.object({
  zone: z.string().min(1).max(40),
  name: z.string().min(1).max(60),
  inside: z.int().min(0),
  low: z.int().min(0),
  high: z.int().min(0),
});
export type ZoneCount = z.infer<typeof zoneCountSchema>;

/** How the clock of an edge stands (W-CLOCK-3). */
const clockToldSchema = z.object({
  standing: z.enum(clockStandings),
  /** The base's clock less its own, as it was believed last, or as it is not believed; null before the first time. */
  offsetMs: z.int().nullable(),
  /** By how much its counting is slower than the base's, in millionths; null before it was measured. */
  driftPpm: z.number().nullable(),
});
export type ClockTold = z.infer<typeof clockToldSchema>;

/** The operator vouches for the base's clock to one edge (W-CLOCK-7). */
const clockOrderSchema = z.object({
  /** When it was made, by the base's clock. */
  madeAt: time,
  /** The network key's signature over `clockOrderToSign`. */
  signature: base64url.length(86),
});

export function clockOrderToSign(edgeId: string, madeAt: string): string {
  return ['portillon-clock-1', edgeId, madeAt].join('\n');
}

/** Events in one push: what this base takes, and what a base takes that tells nothing of it (W-PUSH-14). */
export const pushEventLimit = 2_000;
export const firstPushEventLimit = 1_000;

/**
 * `POST /v1/push`, signed, application/json; compressed where `content-encoding: gzip` says so (W-PUSH-12). An empty list is a
 * heartbeat.
 */
/** Devices of one box; a controller of eight gates with readers and scanners on both sides has 48. */
export const deviceLimit = 100;

/** Everything that a device may be known by; a word is printable and no longer than this. */
export const deviceMarks = ['model', 'serial', 'terminalId', 'contract', 'software'] as const;
export type DeviceMark = (typeof deviceMarks)[number];
const deviceMark = z
  .string()
  .min(1)
  .max(60)
  .regex(/^\P{Cc}+$/u, 'holds control characters');

/** What a device is (W-DEVICE-3). */
export const deviceAboutSchema = z.object({
  model: deviceMark.optional(),
  serial: deviceMark.optional(),
  /** Of a payment terminal: its number at the acquirer, and the contract by which it is paid. */
  terminalId: deviceMark.optional(),
  contract: deviceMark.optional(),
  software: deviceMark.optional(),
  /** Those of them that the configuration of the box says and the device does not. */
  configured: z.array(z.string().max(20)).max(10).optional(),
});
export type DeviceAboutTold = z.infer<typeof deviceAboutSchema>;

/** How a thing stands that only the configuration of the box knows: nobody there sees it. */
export const unwatched = 'unwatched';

/** The name of the payment terminal of a box. */
export const paymentTerminal = 'terminal';

/** A device of a box as it stands (W-DEVICE-1). A status that the base does not know is shown as it is. */
export const deviceToldSchema = z.object({
  /** As the health of the box names it: `terminal`, `gate-1.board`. */
  name: z.string().min(1).max(120),
  status: z.string().min(1).max(20),
  fault: z.string().max(60).nullable(),
  /** Absent from an edge of the version before, and where nobody says what it is. */
  about: deviceAboutSchema.optional(),
  /** What will stop it soon (W-DEVICE-5): a code of a fault that is none yet. */
  warning: z.string().max(60).optional(),
  /** Cards in the dispenser, as the box counts them; absent where nobody has said how many were filled in. */
  cards: z.int().min(0).max(100_000).optional(),
});
export type DeviceTold = z.infer<typeof deviceToldSchema>;

export const pushRequestSchema = z.object({
  wireVersion: z.literal(wireVersion),
  epoch: z.int().min(1),
  events: z.array(outboxEventSchema).max(pushEventLimit),
  /** `low` and `high` hold the truth in nine of ten moments (core/occupancy); edges of the version before told none. */
  occupancy: z.object({
    inside: z.int().min(0),
    low: z.int().min(0).optional(),
    high: z.int().min(0).optional(),
    at: time,
    /** Of the same moment, each zone of this edge inside the club (W-ZONE-1); edges of the version before told none. */
    zones: z.array(zoneCountSchema).max(zoneLimit).optional(),
  }),
  /** The newest that this edge holds of the latest epoch (W-EPOCH-5); edges of the version before tell none. */
  heldReceipt: pushReceiptSchema.optional(),
  /** Every chain of the edge's journal, none left out; absent from an edge that keeps no journal (W-FISCAL-1). */
  fiscalHeads: z
    .array(fiscalHeadSchema)
    .max(fiscalChainLimit)
    .refine((heads) => new Set(heads.map(({ chain }) => chain)).size === heads.length, 'names a chain twice')
    .optional(),
  /** Absent from an edge of the version before. */
  clock: clockToldSchema.optional(),
  /** All devices of the box, where they stand otherwise than the base was told last (W-DEVICE-1). */
  devices: z.array(deviceToldSchema).max(deviceLimit).optional(),
});
export type PushRequest = z.infer<typeof pushRequestSchema>;

/** The highest head that the base was ever told of a chain, and when. */
export const fiscalAnchorSchema = fiscalHeadSchema.extend({ at: time });
export type FiscalAnchor = z.infer<typeof fiscalAnchorSchema>;

export const pushAnswerSchema = z.object({
  epoch: z.int().min(1),
  appliedThrough: z.int().min(0),
  /** Events kept but not applied, with the reason; staff settle them. They do not hold up the rest. */
  parked: z.array(z.object({ seq: z.int(), reason: z.string() })),
  /** Attachments named by applied events that the base does not hold yet. */
  wanted: z.array(digestSchema).max(1_000),
  /** `cardKeyState` of what `GET /v1/card-keys` would tell; absent from a base of version 0.1.0. */
  cardKeys: z.string().max(60).optional(),
  /** What the base held before this push; absent when the push told no heads. */
  fiscalAnchors: z.array(fiscalAnchorSchema).max(fiscalChainLimit).optional(),
  /** Lets the edge erase what backups of the base surely hold (W-RECEIPT-3); absent from a base of the version before. */
  receipt: pushReceiptSchema.optional(),
  /** How this base takes pushes (W-PUSH-14); absent from a base of the version before. */
  takes: z.object({ gzip: z.boolean(), events: z.int().min(1) }).optional(),
  /** There for ten minutes after it was made. */
  clockOrder: clockOrderSchema.optional(),
  serverTime: time,
});
export type PushAnswer = z.infer<typeof pushAnswerSchema>;

/** `GET /v1/card-keys`, signed. */
export const cardKeysAnswerSchema = z.object({ cardKeys: cardKeysSchema, serverTime: time });
export type CardKeysAnswer = z.infer<typeof cardKeysAnswerSchema>;

/** How long an attachment may be, sealed. */
export const attachmentMaxBytes = 4 * 1024 * 1024;

/**
 * `PUT /v1/attachments/:digest`, signed, body = the sealed bytes (application/octet-stream). The digest is SHA-256 of the
 * sealed bytes. 204 when stored, 204 again when it was there already. With `?offset=N&total=T` the body is the piece from byte
 * N on of T (W-ATT-9), and the answer is that of `GET /v1/attachments/:digest`, which tells how much is held (W-ATT-8).
 */
export const attachmentAnswerSchema = z.object({
  /** Bytes held from the first on, without a gap. */
  held: z.int().min(0),
  /** All of it is there: nothing more is to be sent. */
  whole: z.boolean(),
  serverTime: time,
});
export type AttachmentAnswer = z.infer<typeof attachmentAnswerSchema>;

/**
 * `GET /v1/feed?after=V&waitSeconds=S&kinds=K`, signed. Waits up to S (0..25) for a change. K names, with commas between,
 * those of `laterFeedKinds` that the edge understands (W-FEED-8).
 */

/** Kinds of records that the first edges did not know: sent only to those that ask for them. */
export const laterFeedKinds = ['order', 'gate-order', 'purge-order', 'person'] as const;
export type LaterFeedKind = (typeof laterFeedKinds)[number];

/**
 * What staff can order, and a web shop (`collection`, told to edges as a card replacement, W-ORDER-13); an edge of the version
 * before may meet one that it does not know.
 */
export const orderKinds = ['refund', 'card-replacement', 'collection'] as const;
export type OrderKind = (typeof orderKinds)[number];

/**
 * `in-doubt`: nobody knows whether it was carried out, a case says so. One that is open and past its time is carried out no
 * more.
 */
export const orderStatuses = ['open', 'collected', 'cancelled', 'in-doubt'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** An order as its own club gets it (W-ORDER-2); other clubs get no more than that there is one (W-ORDER-3). */
export const orderRecordSchema = z.discriminatedUnion('place', [
  z.object({
    place: z.literal('here'),
    codeHash: digestSchema,
    expiresAt: time,
    kind: z.string().min(1).max(40),
    status: z.enum(orderStatuses),
    /** The box that is to carry it out (W-ORDER-4). */
    edgeId: id,
    /** Of a refund: the sale that money is given back for, and what its customer was told. */
    saleId: id.nullable(),
    saleReference: z.string().nullable(),
    /** Of a card replacement: the card that it stands in for. */
    credentialId: id.nullable(),
    memberId: id.nullable(),
    amountCents: z.int().min(0),
    /** What is paid, or given back, of each line; amounts above zero. */
    lines: z.array(saleLineSchema).max(20),
    /** Credentials that open nothing any more once it is carried out. */
    ends: z.array(id).max(20),
    /** The first card of a membership that a web shop has sold, not one in the place of a lost one (W-ORDER-13). */
    collection: z.literal(true).optional(),
    /** Earlier refunds of this sale that were in doubt, and of which staff found that nothing was given back. */
    notGivenBack: z.array(id).max(20).optional(),
  }),
  z.object({ place: z.literal('elsewhere'), codeHash: digestSchema, expiresAt: time }),
]);
export type OrderRecord = z.infer<typeof orderRecordSchema>;

/** `POST /v1/orders/claim`, signed (W-ORDER-14). 200 with the order, which the feed then tells whole. */
export const orderClaimSchema = z.object({ codeHash: digestSchema });
export const orderClaimAnswerSchema = z.object({ orderId: id, serverTime: time });
export type OrderClaimAnswer = z.infer<typeof orderClaimAnswerSchema>;

/** `POST /v1/consents/ask`, signed (W-CONSENT-2): what the holder of a credential said last, of each purpose. */
export const consentsAskSchema = z.object({ credentialId: id });
export const consentsAnswerSchema = z.object({
  consents: z
    .array(
      z.object({
        /** A newer base may know purposes that the edge does not. */
        purpose: z.string().max(40),
        act: z.enum(['given', 'not-given', 'withdrawn']),
        at: time,
        /** The words that were asked, a line each; null of a yes that was taken back, and where they are not known. */
        words: z.string().max(4_000).nullable(),
      }),
    )
    .max(20),
  serverTime: time,
});
export type ConsentsAnswer = z.infer<typeof consentsAnswerSchema>;

/** What staff can order of a gate; an edge of the version before may meet one that it does not know. */
export const gateActions = ['open-entry', 'open-exit', 'hold-open', 'lock', 'normal'] as const;
export type GateAction = (typeof gateActions)[number];

/** An order to a gate, as its own club gets it; other clubs get nothing. Gone (null) once it is settled (W-GATE-5). */
export const gateOrderRecordSchema = z.object({
  edgeId: id,
  gateId: z.string().min(1).max(60),
  action: z.string().min(1).max(40),
  /** The base's time from which it is carried out no more (W-GATE-3). */
  expiresAt: time,
});
export type GateOrderRecord = z.infer<typeof gateOrderRecordSchema>;

/** A member who is to be forgotten, as every box is told (W-PURGE-1). Never gone from the feed: a disk may be older. */
export const purgeOrderRecordSchema = z.object({
  memberId: id,
  /** Of all their sealed bytes that the base was ever told of. */
  digests: z.array(digestSchema),
  /** All that ever let them in. */
  credentialIds: z.array(id),
});
export type PurgeOrderRecord = z.infer<typeof purgeOrderRecordSchema>;

/** Somebody of the edge's own club (W-PERSON-1): all that staff there are told, and no edge elsewhere. */
export const personRecordSchema = z.object({
  memberId: id,
  givenName: z.string().max(200),
  familyName: z.string().max(200),
  /** Names the picture that `GET /v1/photos/:digest` tells this club; null where there is none. */
  photo: digestSchema.nullable(),
});
export type PersonRecord = z.infer<typeof personRecordSchema>;

/** The longest picture that is told to an edge, as it was taken. */
export const toldPhotoMaxBytes = 1024 * 1024;

/** VAT of a plan by country of the seller (ISO 3166), hundredths of a percent, where it is not `vatRate` for both lines. */
export const vatByCountrySchema = z.record(
  z.string().regex(/^[A-Z]{2}$/, 'a country is two capitals'),
  z.object({ plan: z.int().min(0).max(10_000), joiningFee: z.int().min(0).max(10_000) }),
);

/** As many prices to come are told of a plan; later ones once these have begun. */
export const comingPriceLimit = 40;

/** Why somebody owes money; a closed list, so that every screen has words for it. */
export const debtReasons = ['direct-debit-rejected', 'card-replacement', 'unpaid-period', 'other'] as const;
export type DebtReason = (typeof debtReasons)[number];

/** What the member of a credential holds and owes: enough to show it and to sell what comes next, nothing of the person. */
const accountSchema = z.object({
  /** The last period that was paid for, which may not have begun; of a plan without end, the only one. */
  membershipId: id,
  planId: id,
  /** Since when that plan applies, or will; before it, the plan of the credential does (W-ACCOUNT-2). */
  planFrom: time,
  /** End of the last period, as `validTo` of the credential. */
  validTo: time.nullable(),
  status: z.enum(['active', 'cancelled']),
  /** Not settled, oldest first. */
  debts: z
    .array(
      z.object({
        debtId: id,
        /** To whom it is owed: only where this one sells can it be settled. */
        legalEntityId: id,
        amountCents: z.int().min(1).max(100_000_000),
        vatRate: z.int().min(0).max(10_000),
        reason: z.enum(debtReasons),
        since: time,
      }),
    )
    .max(debtLimit),
});
export type Account = z.infer<typeof accountSchema>;

/** Of the holder of a credential, what the access rule asks and nothing more. */
const standingSchema = z.object({
  /** Paused, by the member or by staff, until then. */
  suspendedUntil: time.optional(),
  /** Works here: hours, passages and a full house do not concern them. */
  staff: z.literal(true).optional(),
  /**
   * Comes in only after one of these members has: a minor after a guardian, the second of a plan for two after the first.
   */
  company: z
    .object({ kind: z.enum(['guardian', 'member']), memberIds: z.array(id).min(1).max(8) })
    .optional(),
});

export const feedRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('club'),
    id,
    record: z
      .object({
        name: z.string(),
        legalEntity: z.object({
          id,
          name: z.string(),
          address: z.string(),
          siret: z.string(),
          vatNumber: z.string(),
          /** Creditor of direct debits (ICS); absent where it collects none, or from a base of the version before. */
          creditorId: z.string().optional(),
          /** Optional parts of the product that it takes (`sellerModules`); absent where it takes all (W-SELLER-1). */
          modules: z.array(z.string().max(40)).max(40).optional(),
        }),
        timeZone: z.string(),
        capacity: z.int().min(1),
        /** Days and hours out of the ordinary on which nobody comes in; absent from a base of the version before. */
        closures: z
          .array(z.object({ from: time, to: time }))
          .max(60)
          .optional(),
        /** What the operator decides of access; absent where nothing is decided (`openPolicy`). */
        policy: accessPolicySchema.optional(),
        /** Opening hours by ISO weekday 1..7, `HH:MM` local, `24:00` for midnight; an absent day is closed. */
        hours: z.record(z.string().regex(/^[1-7]$/), z.array(z.tuple([z.string(), z.string()])).max(4)),
        staffPhone: z.string().nullable(),
        mediator: z.string(),
      })
      .nullable(),
  }),
  z.object({
    kind: z.literal('plan'),
    id,
    record: z
      .object({
        names: z.object({ fr: z.string(), en: z.string() }),
        descriptions: z.object({ fr: z.string(), en: z.string() }),
        commitments: z.object({ fr: z.string(), en: z.string() }),
        /** Shown in this order, smallest first. */
        position: z.int(),
        monthlyCents: z.int().min(0),
        joiningFeeCents: z.int().min(0),
        vatRate: z.int().min(0).max(10_000),
        vatByCountry: vatByCountrySchema.optional(),
        /** `network`: every club; `home`: the club it was sold in. */
        scope: z.enum(['network', 'home']),
        /** Hours in which the plan lets in, as for a club; null for whenever the club is open. */
        hours: z.record(z.string(), z.array(z.tuple([z.string(), z.string()]))).nullable(),
        guestTickets: z.int().min(0).max(5),
        /** Sold as paid by the month; never true of a prepaid plan, which has its own word for it (W-PLAN-1). */
        soldAtKiosk: z.boolean(),
        /** Paid at once for a term, and over with it: no direct debit. Absent from a plan that is paid by the month. */
        prepaid: z
          .object({
            termMonths: z.literal(termsMonths),
            priceCents: z.int().min(0),
            soldAtKiosk: z.boolean(),
          })
          .optional(),
        /**
         * A plan that is sold as a ticket for one entry on the day it is bought, at this price; `soldAtKiosk` is then
         * false, so that an edge of the version before does not offer it as a membership.
         */
        dayEntry: z.object({ priceCents: z.int().min(1) }).optional(),
        /**
         * Prices that are set to begin in this club, each with its first day there; what stands above is valid already (W-PLAN-2).
         * Absent where there is none, or from a base of the version before.
         */
        comingPrices: z
          .array(
            z.object({ from: z.iso.date(), priceCents: z.int().min(0), joiningFeeCents: z.int().min(0) }),
          )
          .max(comingPriceLimit)
          .optional(),
      })
      .nullable(),
  }),
  z.object({
    kind: z.literal('credential'),
    id,
    record: z
      .object({
        kind: z.enum(['card', 'pass', 'ticket']),
        cardUid: z.string().nullable(),
        /** An old badge, known by the number of its chip alone; absent from what proves itself. */
        uidOnly: z.literal(true).optional(),
        /** Of a pass that is an old code, always the same: SHA-256 of what it says (W-STANDING-5). */
        codeHash: digestSchema.optional(),
        /** Of a pass: the key of the phone it lives on, and no other (PS6); Ed25519, 32 raw bytes. */
        publicKey: base64url.length(43).optional(),
        memberId: id.nullable(),
        planId: id,
        homeClubId: id,
        validFrom: time,
        validTo: time.nullable(),
        singleUse: z.boolean(),
        status: z.enum(['active', 'blocked', 'spent']),
        /** Of a member's card or pass; absent from a base of the version before, from tickets, and from cards of nobody. */
        account: accountSchema.optional(),
        /** In which a gate speaks to the member; absent where nobody knows it, or from a base of the version before. */
        language: z.enum(personLanguages).optional(),
        /** What bears on the person beyond dates; absent where there is nothing, or from a base of the version before. */
        standing: standingSchema.optional(),
      })
      .nullable(),
  }),
  z.object({ kind: z.literal('order'), id, record: orderRecordSchema.nullable() }),
  z.object({ kind: z.literal('gate-order'), id, record: gateOrderRecordSchema.nullable() }),
  z.object({ kind: z.literal('purge-order'), id, record: purgeOrderRecordSchema.nullable() }),
  z.object({ kind: z.literal('person'), id, record: personRecordSchema.nullable() }),
  z.object({
    kind: z.literal('edge-key'),
    id,
    record: z
      .object({
        clubId: id,
        publicKey: base64url.length(43),
        status: z.enum(['active', 'revoked']),
        /** The network key's signature over `edgeKeyToSign`. */
        signature: base64url.length(86),
      })
      .nullable(),
  }),
]);
export type FeedRecord = z.infer<typeof feedRecordSchema>;

/** What the network's key signs of an edge's key, so that a gate believes grants of an edge it never met. */
export function edgeKeyToSign(edgeId: string, clubId: string, publicKey: string, status: string): string {
  return ['portillon-edge-key-1', edgeId, clubId, publicKey, status].join('\n');
}

export const feedChangeSchema = z.object({ version: z.int().min(1), change: feedRecordSchema });
export type FeedChange = z.infer<typeof feedChangeSchema>;

const knownKinds = new Set<unknown>(feedRecordSchema.options.map((option) => option.shape.kind.value));

/** W-FEED-8: a base that is newer than the edge may know kinds of records that the edge does not. */
export function isKnownKind(record: unknown): boolean {
  const kind = (record as { kind?: unknown } | null | undefined)?.kind;
  return typeof kind !== 'string' || knownKinds.has(kind);
}

function ofKnownKinds(changes: unknown): unknown {
  if (!Array.isArray(changes)) return changes;
  return changes.filter((each: { change?: unknown } | null) => isKnownKind(each?.change));
}

export const feedAnswerSchema = z.object({
  epoch: z.int().min(1),
  changes: z.preprocess(ofKnownKinds, z.array(feedChangeSchema).max(5_000)),
  /** Pass it as `after` next time. */
  cursor: z.int().min(0),
  /** More is ready now. */
  more: z.boolean(),
  /** The base's last version: how far behind the edge is (W-SNAP-1). Absent from a base of the version before. */
  head: z.int().min(0).optional(),
  /**
   * Of each box of the asking edge's club that may still push: through which number its events had been taken in when the
   * answer was read (W-OWN-3). Absent from a base of the version before.
   */
  includes: z.record(id, z.int().min(0)).optional(),
  serverTime: time,
});
export type FeedAnswer = z.infer<typeof feedAnswerSchema>;

/** Every refusal of the base: a word code, what was wrong, what to do. */
export const refusalSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    path: z.string().optional(),
    /** Of `attachment.wrong-offset`: where to go on. */
    heldBytes: z.int().min(0).optional(),
    /** When to come again, in ms (W-PUSH-15); any other time is as good where it is absent. */
    retryAfterMs: z.int().min(0).optional(),
  }),
});
export type Refusal = z.infer<typeof refusalSchema>;

/** What a sealed `person` attachment holds once opened. */
export const personSchema = z.object({
  givenName: z.string().max(80),
  familyName: z.string().max(80),
  birthDate: z.iso.date(),
  email: z.string().max(254).nullable(),
  phone: z.string().max(30).nullable(),
});
export type Person = z.infer<typeof personSchema>;

/** Strokes in millimetres on the signing field: [x, y, x, y, …] a stroke; or the name as typed. */
const signatureSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('drawn'), strokes: z.array(z.array(z.number()).max(4_000)).max(60) }),
  z.object({ kind: z.literal('typed'), text: z.string().max(160) }),
]);

/** What a sealed `contract` attachment holds once opened. */
export const contractSchema = z.object({
  wordingVersion: z.string(),
  language: z.enum(['fr', 'en']),
  text: z.string().max(60_000),
  textSha256: digestSchema,
  signedAt: time,
  signature: signatureSchema,
});
export type Contract = z.infer<typeof contractSchema>;

/** What a sealed `mandate` attachment holds once opened: the only place where an IBAN is ever whole. */
export const mandateSchema = z.object({
  reference: mandateReferenceSchema,
  creditor: z.object({ creditorId: z.string().max(35), name: z.string(), address: z.string() }),
  debtor: z.object({
    holder: z.string().min(1).max(70),
    iban: z.string().regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/),
  }),
  kind: z.literal('recurrent'),
  wordingVersion: z.string(),
  language: z.enum(['fr', 'en']),
  /** As it was read, with the IBAN masked. */
  text: z.string().max(10_000),
  textSha256: digestSchema,
  place: z.string(),
  signedAt: time,
  /** One signature for the contract and the mandate. */
  signature: signatureSchema,
});
export type Mandate = z.infer<typeof mandateSchema>;
