/**
 * The port to a member base that an operator has already (SPEC.md). Who is master of what: members, memberships, credentials,
 * plans, prices, hours and policies of clubs are theirs; sales, passages and occupancy are the edge's; of consents the stricter stands.
 *
 * Ids of ours are UUIDs, moments ISO 8601 in UTC with milliseconds, days `YYYY-MM-DD`, money whole cents (EUR, tax included).
 */

export const outgoingKinds = ['member', 'membership', 'sale', 'occupancy', 'passage'] as const;
export type OutgoingKind = (typeof outgoingKinds)[number];

/** Who somebody is; all null until the kiosk's sealed record has come. */
export interface MemberRecord {
  readonly id: string;
  readonly homeClubId: string;
  /** True: forgotten at the member's wish. The other side has to forget them too; the rest is null. */
  readonly erased: boolean;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly birthDate: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** `fr`, `en`, `es`, `pt`; `und` where nobody knows any more. */
  readonly language: string;
  /** May news be sent: the last word of the member here; null where never asked. The stricter stands. */
  readonly newsConsent: boolean | null;
}

export interface MembershipRecord {
  readonly id: string;
  readonly memberId: string;
  /** The member's id at the other side, where it is known. */
  readonly memberTheirId: string | null;
  readonly planId: string;
  readonly clubId: string;
  /** Null: not sold by a kiosk. */
  readonly saleId: string | null;
  readonly validFrom: string;
  /** Null: until it is ended. */
  readonly validTo: string | null;
  readonly status: 'active' | 'cancelled';
}

export interface SaleRecord {
  readonly id: string;
  readonly reference: string;
  readonly clubId: string;
  readonly legalEntityId: string;
  /** Null for a day entry, which asks no name. */
  readonly memberId: string | null;
  readonly memberTheirId: string | null;
  readonly product: string;
  readonly at: string;
  readonly totalCents: number;
  /** As on the receipt: `label`, `productId`, `quantity`, `unitCents`, `grossCents`, `netCents`, `vatRate` in parts of ten thousand. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly paymentMeans: string | null;
  /** Of the fiscal journal of the till. */
  readonly fiscalRecordNo: number | null;
  /** Null: it stands. */
  readonly cancelledAt: string | null;
}

/** How many are inside a club, as all its boxes count. */
export interface OccupancyRecord {
  readonly clubId: string;
  readonly inside: number;
  readonly low: number;
  readonly high: number;
  /** Of the oldest count in the sum: how old it is follows from it. */
  readonly at: string;
}

/** Somebody went through a gate, as its sensor saw. */
export interface PassageRecord {
  readonly id: string;
  readonly clubId: string;
  readonly gateId: string;
  readonly direction: 'entry' | 'exit';
  readonly at: string;
  /** Null: with a ticket of nobody in particular, or nobody knows, or no more. */
  readonly memberId: string | null;
  readonly memberTheirId: string | null;
}

export interface OutgoingRecords {
  readonly member: MemberRecord;
  readonly membership: MembershipRecord;
  readonly sale: SaleRecord;
  readonly occupancy: OccupancyRecord;
  readonly passage: PassageRecord;
}

interface MessageOf<Kind extends OutgoingKind> {
  /** The same for every attempt to tell the same version of the same record. */
  readonly messageId: string;
  readonly kind: Kind;
  /** Rises with every change of the record, not by one. */
  readonly version: number;
  /** What the other side calls the record, and its revision there that we saw last; null where neither is known. */
  readonly theirId: string | null;
  readonly basedOn: string | null;
  readonly record: OutgoingRecords[Kind];
}
export type OutgoingMessage = { [Kind in OutgoingKind]: MessageOf<Kind> }[OutgoingKind];

export type DeliveryOutcome =
  /** The other side holds it, or something newer of the same record. */
  | { readonly is: 'taken'; readonly theirId: string | null; readonly revision: string | null }
  /** Theirs was changed since and stands (members and memberships only). */
  | { readonly is: 'theirs-stands' }
  /**
   * Again later. `whole`: the other side as such does not answer, so that nothing else need be tried meanwhile; otherwise it may
   * be this message alone. `afterMs`: how long it asked to be left alone.
   */
  | {
      readonly is: 'not-now';
      readonly problem: string;
      readonly whole: boolean;
      readonly afterMs: number | null;
    }
  /** It will never be taken as it is. */
  | { readonly is: 'refused'; readonly problem: string };

export const incomingKinds = ['club', 'plan', 'member', 'membership', 'credential', 'block'] as const;
export type IncomingKind = (typeof incomingKinds)[number];

/** Something at the other side that changed: the whole record under our names of fields (incoming-records.ts), or null when it is gone. */
export interface IncomingChange {
  readonly kind: IncomingKind;
  readonly theirId: string;
  /** What `deliver` answers for the same state of the record: so what we have told is known when it comes back. */
  readonly revision: string | null;
  /** Our id of the record, where they keep it; null for a record of their own; left out where they cannot say. */
  readonly ourId?: string | null;
  readonly record: Readonly<Record<string, unknown>> | null;
  /** Why it cannot be read, without anything of a person; `record` is null then. It is put aside and the rest goes on. */
  readonly problem?: string;
}

export type ChangesOutcome =
  | {
      readonly is: 'page';
      readonly changes: readonly IncomingChange[];
      /** Where to go on, also when nothing came. */
      readonly cursor: string;
      readonly more: boolean;
    }
  | {
      readonly is: 'not-now';
      readonly problem: string;
      readonly whole: boolean;
      readonly afterMs: number | null;
    };

export interface MemberBaseAdapter {
  /** Small letters, digits and hyphens. What was told is remembered under it: never changed. */
  readonly name: string;
  /** Kinds that the other side takes; of others nothing is queued. */
  readonly takes: readonly OutgoingKind[];
  /** Resolves within this many milliseconds, whatever the other side does. */
  readonly answerLimitMs: number;
  /**
   * Tells one record. Resolves when the other side has answered or the limit is over. Never rejects. Safe to repeat with the same
   * message (AD2) and to call for different members at once; not called for two messages of one member at once.
   */
  deliver(message: OutgoingMessage): Promise<DeliveryOutcome>;
  /**
   * Changes after a cursor, null for all from the beginning; at most `most` (1 to 1,000). Never rejects. Null instead of the
   * function: the other side tells nothing.
   */
  readonly changes: ((cursor: string | null, most: number) => Promise<ChangesOutcome>) | null;
  /** How long after the last look the next one follows; a second without it. */
  readonly changesEveryMs?: number;
  /** Cuts what is under way, which is then _not now_. Safe to repeat. */
  close(): Promise<void>;
}
