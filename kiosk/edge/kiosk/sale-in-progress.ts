import type {
  ClubId,
  CredentialId,
  LegalEntityId,
  MemberId,
  MembershipId,
  PlanId,
  SaleId,
} from '@portillon/core/base/ids.ts';
import type { Answers } from '@portillon/core/sale/answers.ts';
import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { SaleShape, SaleState } from '@portillon/core/sale/sale-state.ts';
import type { ContractFacts } from '../documents/contract-text.ts';
import type { FiscalMark } from './sale-records.ts';

/**
 * Everything a sale needs to be finished, from the signature on: saved encrypted at each step, so that a kiosk that lost
 * power picks it up. The attachments lie sealed in the store already.
 */
export interface SaleInProgress {
  readonly version: 1;
  readonly shape: SaleShape;
  /** Set where staff practise: no device is moved, nothing is sold (SA52, SA53). Absent or null in a sale. */
  readonly practice?: { readonly operator: string } | null;
  readonly visitId: string;
  readonly language: 'fr' | 'en';
  readonly answers: Answers;
  readonly saleId: SaleId;
  readonly saleReference: string;
  readonly legalEntityId: LegalEntityId;
  readonly homeClubId: ClubId;
  readonly memberId: MemberId;
  readonly membershipId: MembershipId;
  readonly planId: PlanId;
  readonly planScope: 'network' | 'home';
  readonly credentialId: CredentialId;
  /** Number of the card that is bound, upper-case hex; null until one is staged. */
  readonly cardUid: string | null;
  readonly personDigest: string;
  readonly photoDigest: string | null;
  readonly contractDigest: string;
  /**
   * What a copy of the contract on paper is made from, since the sealed one can be opened by the member base only. Absent
   * in a visit that an earlier version saved.
   */
  readonly contract?: {
    readonly facts: ContractFacts;
    /** Of the text that was signed; a copy is given of no other. */
    readonly textSha256: string;
  };
  readonly lines: readonly SaleLine[];
  readonly totalCents: number;
  readonly signedAtMs: number;
  /** When it was saved last, by the wall clock. */
  readonly savedAtMs: number;
  readonly guestTickets: readonly { readonly credentialId: CredentialId; readonly text: string }[];
  readonly guestTicketsUntilMs: number;
  readonly state: SaleState;
  /** What went wrong and was dealt with, in order: `writing-grant: card.no-answer`. For the case, should there be one. */
  readonly tried: readonly string[];
  /** Set once money was taken, for the receipt. */
  readonly payment: {
    readonly means: 'bank-card';
    readonly reference: string;
    readonly maskedPan: string;
    readonly scheme: string;
    readonly authorisation: string;
    readonly terminalContract: string | null;
  } | null;
  /** The terminal approved it without the bank. Absent where it did not, or did not tell. */
  readonly approvedOffline?: true;
  /** Set once the sale is in the fiscal journal, for the receipt. */
  readonly fiscal: FiscalMark | null;
}

/** As long as people wait in front of a dark screen. */
const customerStaysMs = 600_000;

/** SA24, I8: after an interruption, whether the same customer may still be there. A clock that went back tells nothing. */
export function customerMayBeThere({ savedAtMs }: SaleInProgress, nowMs: number): boolean {
  return nowMs >= savedAtMs && nowMs - savedAtMs <= customerStaysMs;
}

/** Staff practise: nothing of it is a sale (SA53). */
export function isPractice({ practice }: Pick<SaleInProgress, 'practice'>): boolean {
  return (practice ?? null) !== null;
}
