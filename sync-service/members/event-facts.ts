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

/** What the base knows that bears on the event. */
export interface Facts {
  readonly reporter: Reporter;
  /** Single-use credentials of this sale, or the one of this passage, that have already let somebody in. */
  readonly usedTickets: ReadonlySet<string>;
  /** For a passage: the decision it names was a grant. */
  readonly decisionGranted: boolean;
  /** For what follows a sale: the club it was made in; null when the base knows no such sale. */
  readonly saleClubId: string | null;
  /** For a renewal or a settled debt: what the member holds and owes; null when the base does not know the member. */
  readonly account: KnownAccount | null;
  /** For a case that the base itself opens. */
  readonly newCaseId: () => string;
}
