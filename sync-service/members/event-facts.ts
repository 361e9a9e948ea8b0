import type { PlanPrice } from '@portillon/core/sale/plan-price.ts';
import type { DataRequest, PurgeOutcome } from '@portillon/core/wire/event.ts';
import type { OrderStatus } from '@portillon/core/wire/messages.ts';
import type { Reporter } from './row-change.ts';

/** One period of a membership that was paid for and not undone. */
export interface KnownPeriod {
  readonly membershipId: string;
  readonly planId: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

export interface KnownDebt {
  readonly debtId: string;
  readonly memberId: string;
  readonly legalEntityId: string;
  readonly amountCents: number;
  /** The sale that settled it. */
  readonly settledBySale: string | null;
}

/** What a member holds and owes, as the base knows it. */
export interface KnownAccount {
  /** By their beginning. */
  readonly periods: readonly KnownPeriod[];
  /** Those that the event names and the base knows. */
  readonly debts: readonly KnownDebt[];
}

export interface KnownOrder {
  readonly orderId: string;
  readonly kind: string;
  readonly status: OrderStatus;
  /** Null for one of a web shop that no box has claimed. */
  readonly edgeId: string | null;
  readonly saleId: string | null;
  readonly memberId: string | null;
  readonly credentialId: string | null;
  readonly amountCents: number;
  readonly endsMembership: boolean;
  /** The case that it settles, and who made it: no user where a web shop did. */
  readonly caseId: string | null;
  readonly madeBy: { readonly userId: string | null; readonly name: string };
}

/** A card that another one stands in for, or a pass beside; or a ticket that a pass takes over from. */
export interface ReplacedCredential {
  readonly kind: string;
  readonly singleUse: boolean;
  readonly status: 'active' | 'blocked' | 'spent';
  readonly saleId: string | null;
  readonly memberId: string;
  readonly planId: string;
  readonly homeClubId: string;
  readonly validTo: string | null;
  /** Through when its member has paid; null for no end, and where nothing is paid. */
  readonly paidTo: string | null;
  /** No period of its member is left that was not undone. */
  readonly hasEnded: boolean;
  /** Another card stands in for it already. */
  readonly wasReplaced: boolean;
}

/** What the base knows that bears on the event. */
export interface Facts {
  readonly reporter: Reporter;
  /** When the base heard of it. */
  readonly receivedAt: string;
  /** Single-use credentials of this sale, or the one of this passage, that have already let somebody in. */
  readonly usedTickets: ReadonlySet<string>;
  /** Those of them that have let in more than once, told here for the first time: where else, and when. */
  readonly usedTwice: readonly {
    readonly credentialId: string;
    readonly clubName: string;
    readonly at: string;
  }[];
  /** For a passage: the decision it names was a grant. */
  readonly decisionGranted: boolean;
  /** For what follows a sale: the club it was made in; null when the base knows no such sale. */
  readonly saleClubId: string | null;
  /** For money that was given back: what was paid for the sale, nothing where it was undone, and what was given back of it before. */
  readonly saleMoney: { readonly paidCents: number; readonly givenBackCents: number } | null;
  /** For a sale of a plan: what it cost in this club about then, the latest first; none where the base knows no such plan. */
  readonly planPrices: readonly PlanPrice[];
  /** For a renewal or a settled debt: what the member holds and owes; null when the base does not know the member. */
  readonly account: KnownAccount | null;
  /** For what carries out an order: the order it names; null when the base knows no such order. */
  readonly order: KnownOrder | null;
  /** For the answer to an order of staff to a gate: that order; null when the base knows no such one. */
  readonly gateOrder: { readonly edgeId: string; readonly isSettled: boolean } | null;
  /** For the answer to an order to forget somebody: what its edge had answered before; null when the base knows no such order. */
  readonly purge: { readonly answered: PurgeOutcome | 'outstanding' | 'settled-by-hand' | null } | null;
  /** For another card, or a pass: the credential that it stands in for, or beside; null when the base knows none. */
  readonly replaced: ReplacedCredential | null;
  /** For what a member says or asks with a credential at a kiosk: whose it is; null when the base knows none of a member. */
  readonly holder: {
    readonly memberId: string;
    readonly isForgotten: boolean;
    /** What of the privacy desk they wait for already. */
    readonly openRequests: readonly DataRequest[];
  } | null;
  /** For a closing: the one told before of the same till; null when there was none. */
  readonly lastClosing: { readonly no: number; readonly signature: string } | null;
  /** For an old badge that was let in by its number: where else it was a moment ago, which nobody can have walked. */
  readonly copiedBadge: { readonly clubName: string; readonly at: string } | null;
  /** For a sale that was undone: the case that it had settled, and what that one is about. */
  readonly settledCase: {
    readonly kind: string;
    readonly saleId: string | null;
    readonly saleReference: string | null;
  } | null;
  /** For a case that the base itself opens. */
  readonly newCaseId: () => string;
}
