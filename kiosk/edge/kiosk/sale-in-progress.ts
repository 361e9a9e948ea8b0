import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type {
  ClubId,
  CredentialId,
  LegalEntityId,
  MemberId,
  MembershipId,
  OrderId,
  PlanId,
  SaleId,
} from '@portillon/core/base/ids.ts';
import type { Answers } from '@portillon/core/sale/answers.ts';
import type { Period } from '@portillon/core/sale/membership-term.ts';
import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { SaleShape, SaleState } from '@portillon/core/sale/sale-state.ts';
import type { ContractFacts } from '../documents/contract-text.ts';
import type { SaleMandate } from './draw-up-mandate.ts';
import type { FiscalMark } from './sale-records.ts';

/** What every sale needs to be finished, whatever is sold. */
interface CommonSale {
  readonly version: 2;
  readonly shape: SaleShape;
  /** Set where staff practise: no device is moved, nothing is sold (SA52, SA53). */
  readonly practice: { readonly operator: string } | null;
  readonly visitId: string;
  readonly language: 'fr' | 'en';
  readonly saleId: SaleId;
  readonly saleReference: string;
  readonly legalEntityId: LegalEntityId;
  readonly clubId: ClubId;
  readonly lines: readonly SaleLine[];
  /** What the lines are called on the screen, whichever language it speaks by then. */
  readonly lineWords: readonly { readonly fr: string; readonly en: string }[];
  readonly totalCents: number;
  /** When it was signed, or agreed to, by the wall clock: what is sold is valid from here. */
  readonly agreedAtMs: number;
  /** When it was saved last, by the wall clock. */
  readonly savedAtMs: number;
  /** What is written onto a card; null where none is handed over. */
  readonly card: CardToMake | null;
  /** Codes that are handed over, signed when the sale was drawn up. */
  readonly tickets: readonly TicketToHand[];
  readonly state: SaleState;
  /** What went wrong and was dealt with, in order: `writing-grant: card.no-answer`. For the case, should there be one. */
  readonly tried: readonly string[];
  /**
   * What the terminal had stored last before the payment that was asked for last; saved with the intent of asking. Absent in a
   * visit that an earlier version saved.
   */
  readonly latestBefore?: string | null;
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
  /** SA42: this attempt was to be let go of; found held, it is let go of again. */
  readonly letGoOfAttempt?: number;
  /** Set once the sale is in the fiscal journal, for the receipt. */
  readonly fiscal: FiscalMark | null;
}

export interface CardToMake {
  readonly credentialId: CredentialId;
  /** Number of the card that is bound, upper-case hex; null until one is staged. */
  readonly cardUid: string | null;
  readonly memberId: MemberId;
  readonly planId: PlanId;
  readonly planScope: 'network' | 'home';
  /** Where the membership was sold; left out where that is here. */
  readonly homeClubId?: ClubId;
  readonly validFromMs: number;
  readonly validToMs: number | null;
}

/** What a member may enter with, whichever way it is handed over. */
export type HandedCredential = Omit<CardToMake, 'cardUid'>;

/** A ticket of a member that stands in for the pass until the phone has it, signed when the sale was drawn up. */
export interface BridgeTicket extends HandedCredential {
  /** What the QR code says. */
  readonly text: string;
  /** The end of the ticket itself, which comes before that of what it stands for. */
  readonly ticketToMs: number;
}

/** Where the club's credential is the card, one; where it is the pass, a ticket until the phone has it (SA79). */
type WithCard = { readonly card: CardToMake; readonly bridge?: null };
type WithBridge = { readonly card: null; readonly bridge: BridgeTicket };

export interface TicketToHand {
  readonly credentialId: CredentialId;
  /** What the QR code says. */
  readonly text: string;
  readonly validToMs: number;
}

interface MembershipAlone extends CommonSale {
  readonly product: 'membership';
  readonly answers: Answers;
  readonly memberId: MemberId;
  readonly membershipId: MembershipId;
  readonly planId: PlanId;
  readonly personDigest: string;
  readonly photoDigest: string | null;
  readonly contractDigest: string;
  /** What a copy of the contract on paper is made from, since the sealed one can be opened by the member base only. */
  readonly contract: {
    readonly facts: ContractFacts;
    /** Of the text that was signed; a copy is given of no other. */
    readonly textSha256: string;
  } | null;
  /** Null where nothing is debited. Absent in a visit that an earlier version saved. */
  readonly mandate?: SaleMandate | null;
}
export type MembershipSale = MembershipAlone & (WithCard | WithBridge);
/** With a card from the dispenser. */
export type CardMembershipSale = MembershipAlone & WithCard;

/** One entry on the day it is bought, for nobody in particular. */
export interface DayEntrySale extends CommonSale {
  readonly product: 'day-entry';
  readonly planId: PlanId;
  readonly card: null;
}

/** What a member pays for who has a card already; `recordAfter` is what the book says of that card from then on. */
interface AccountSale extends CommonSale {
  readonly card: null;
  readonly memberId: MemberId;
  readonly credentialId: CredentialId;
  readonly recordAfter: CredentialRecord;
}

/** The next period of a prepaid membership. */
export interface RenewalSale extends AccountSale {
  readonly product: 'renewal';
  readonly membershipId: MembershipId;
  readonly planId: PlanId;
  readonly planScope: 'network' | 'home';
  readonly period: Period;
}

/** All that a member owes to the company that sells here. */
export interface DebtSale extends AccountSale {
  readonly product: 'debt';
  readonly debtIds: readonly string[];
}

/** Money given back by an order of staff (SA22, SA62). `lines` and `totalCents` are what is given back, above zero. */
export interface RefundSale extends CommonSale {
  readonly product: 'refund';
  readonly card: null;
  readonly orderId: OrderId;
  readonly memberId: MemberId | null;
  /** The sale that money is given back for, and its record in the journal of this box. */
  readonly original: { readonly saleId: SaleId; readonly saleReference: string; readonly recordNo: number };
  /** What opens nothing any more once the money is back. */
  readonly ends: readonly { readonly credentialId: CredentialId; readonly record: CredentialRecord }[];
}

/** Another card, or ticket until the phone has a pass, by an order of staff (J4), for a fee or for nothing (SA60). */
interface ReplacementAlone extends CommonSale {
  readonly product: 'card-replacement';
  readonly orderId: OrderId;
  readonly replaced: { readonly credentialId: CredentialId; readonly record: CredentialRecord };
}
export type CardReplacementSale = ReplacementAlone & (WithCard | WithBridge);

/** What the member of a sale comes in with from now on; null where none is handed to a member. */
export function handedCredential(sale: SaleInProgress): HandedCredential | null {
  return sale.card ?? bridgeOf(sale);
}

/** The ticket that stands in for a pass, of a sale that hands one over. */
export function bridgeOf(sale: SaleInProgress): BridgeTicket | null {
  return 'bridge' in sale ? (sale.bridge ?? null) : null;
}

/**
 * Everything a sale needs to be finished, from the signature on: saved encrypted at each step, so that a kiosk that lost
 * power picks it up. The attachments lie sealed in the store already.
 */
export type SaleInProgress =
  | MembershipSale
  | DayEntrySale
  | RenewalSale
  | DebtSale
  | RefundSale
  | CardReplacementSale;

/** A visit as it was saved, also by the version before, which sold memberships only. */
export function readSale(json: string): SaleInProgress {
  const saved = JSON.parse(json) as SaleInProgress | EarlierSale;
  return saved.version === 2 ? saved : fromEarlier(saved);
}

interface EarlierSale
  extends Omit<
    CardMembershipSale,
    | 'version'
    | 'product'
    | 'practice'
    | 'clubId'
    | 'agreedAtMs'
    | 'card'
    | 'tickets'
    | 'lineWords'
    | 'contract'
  > {
  readonly version: 1;
  readonly homeClubId: ClubId;
  readonly signedAtMs: number;
  readonly credentialId: CredentialId;
  readonly cardUid: string | null;
  readonly planScope: 'network' | 'home';
  readonly contract?: MembershipSale['contract'];
  readonly guestTickets: readonly { readonly credentialId: CredentialId; readonly text: string }[];
  readonly guestTicketsUntilMs: number;
}

function fromEarlier(saved: EarlierSale): CardMembershipSale {
  const { homeClubId, signedAtMs, credentialId, cardUid, planScope, contract, ...rest } = saved;
  const { guestTickets, guestTicketsUntilMs, ...common } = rest;
  return {
    ...common,
    version: 2,
    product: 'membership',
    practice: null,
    clubId: homeClubId,
    agreedAtMs: signedAtMs,
    lineWords: saved.lines.map(({ label }) => ({ fr: label, en: label })),
    card: {
      credentialId,
      cardUid,
      memberId: saved.memberId,
      planId: saved.planId,
      planScope,
      validFromMs: signedAtMs,
      validToMs: null,
    },
    tickets: guestTickets.map((ticket) => ({ ...ticket, validToMs: guestTicketsUntilMs })),
    contract: contract ?? null,
  };
}

/** As long as people wait in front of a dark screen. */
const customerStaysMs = 600_000;

/** SA24, I8: after an interruption, whether the same customer may still be there. A clock that went back tells nothing. */
export function customerMayBeThere({ savedAtMs }: SaleInProgress, nowMs: number): boolean {
  return nowMs >= savedAtMs && nowMs - savedAtMs <= customerStaysMs;
}

/** Staff practise: nothing of it is a sale (SA53). */
export function isPractice({ practice }: Pick<SaleInProgress, 'practice'>): boolean {
  return practice !== null;
}
