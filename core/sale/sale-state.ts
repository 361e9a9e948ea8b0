import type { DeclineReason } from './decline-reason.ts';

/**
 * What the product needs of the machine: its steps are data, so that a day entry, a debt or a card fee is the same sale
 * with fewer of them.
 */
export type SaleShape =
  /**
   * A card from the dispenser, a code on paper or screen, such a code that stands in for the pass of a member until the
   * phone has it (`bridge`), or nothing but the entry in the books, for money.
   */
  | { readonly goods: 'card' | 'ticket' | 'bridge' | 'none'; readonly money: 'in' }
  /** SA78: for money, and the card that the customer has already is to carry it. */
  | { readonly goods: 'none'; readonly money: 'in'; readonly renews: 'card' }
  /** A refund: a sale of its own with a credit note. */
  | { readonly goods: 'none'; readonly money: 'out' }
  /** Paid elsewhere, or free: no terminal is asked (SA60). */
  | { readonly goods: 'card' | 'ticket' | 'bridge'; readonly money: 'none' };

/** What the terminal tells of a payment; kept as it came, for the record, the receipt, and to ask it again. */
export interface PaymentSlip {
  /** Masked by the terminal and truncated by the driver to the last four digits, `************4869`. */
  readonly maskedPan: string;
  readonly scheme: string;
  readonly authorisation: string;
  readonly applicationId: string | null;
  readonly contactless: boolean;
  readonly terminalContract: string | null;
  /** The terminal's own number of this payment, as it wants to hear it again; null where the protocol tells none. */
  readonly terminalReceipt: string | null;
  /** Approved without asking the bank; null where the protocol does not tell. */
  readonly offline: boolean | null;
}

export type NotPaidReason =
  | 'declined'
  | 'cancelled'
  | 'timed-out'
  | 'terminal-unreachable'
  | 'terminal-out-of-order'
  | 'busy';

/** Answer of the terminal to a payment, a booking, an undoing, or a question about one. */
export type PaymentAnswer =
  | { readonly kind: 'captured'; readonly slip: PaymentSlip }
  /** Approved; nothing is booked before `complete-payment`. */
  | { readonly kind: 'held'; readonly slip: PaymentSlip }
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  | { readonly kind: 'cancelled' | 'timed-out' | 'busy' | 'out-of-order' | 'not-sent' | 'in-doubt' }
  /** The protocol has no way to ask: no later question will help. */
  | { readonly kind: 'cannot-tell' };

export type SaleEnding =
  | 'served'
  /** Nothing was charged and nothing handed over. */
  | 'not-charged'
  /** Charged and undone. */
  | 'given-back'
  /** The membership is active; a card is owed, and a case says so. */
  | 'card-owed'
  /** Charged, not served, and not undone: a case says what is owed. */
  | 'money-owed'
  /** Nobody knows yet whether money moved: a case. */
  | 'in-doubt'
  /** Nothing was charged, but a card with a grant may be with the customer: blocked, and a case says so. */
  | 'card-out';

export type CaseKind =
  | 'payment-in-doubt'
  | 'refund-in-doubt'
  | 'hand-over-card'
  | 'refund-failed'
  | 'card-out-unpaid'
  /** Paid for and recorded, and the customer has nothing of it. */
  | 'paid-not-served';

export interface Paid {
  /** Null where nothing was to be paid (SA60). */
  readonly slip: PaymentSlip | null;
  readonly attempt: number;
  /** Approved and not yet booked (SA18). */
  readonly held: boolean;
  /** SA24: picked up so late that somebody else may stand there: nothing is handed out any more. */
  readonly customerGone: boolean;
}

/** Where a grant may be that was written before the money was booked or recorded: on no card, in the machine, outside. */
export type LooseGrant = 'none' | 'inside' | 'out';

export type SaleState =
  /** SA1, SA5: a card is fed and proven; `paid` once money has been approved (then it is the second card). */
  | { readonly name: 'preparing-card'; readonly cardsTried: number; readonly paid: Paid | null }
  | { readonly name: 'authorising'; readonly attempt: number; readonly cardsTried: number }
  | {
      readonly name: 'checking-payment';
      readonly attempt: number;
      readonly queries: number;
      readonly cardsTried: number;
      /** As in `Paid`. */
      readonly customerGone: boolean;
    }
  | {
      readonly name: 'not-paid';
      readonly attempt: number;
      readonly why: NotPaidReason;
      readonly reason: DeclineReason | null;
      readonly cardsTried: number;
    }
  | {
      readonly name: 'recording';
      readonly paid: Paid;
      readonly cardsTried: number;
      readonly tries: number;
      /** `out` when the card is at the mouth already: the terminal could hold (SA18). */
      readonly grant: 'none' | 'out';
    }
  | { readonly name: 'writing-grant'; readonly paid: Paid; readonly cardsTried: number }
  | { readonly name: 'presenting'; readonly paid: Paid; readonly cardsTried: number }
  /** SA18: the goods are out, or there are none: the held payment is booked. */
  | { readonly name: 'completing'; readonly paid: Paid; readonly grant: 'none' | 'out' }
  | {
      readonly name: 'checking-completion';
      readonly paid: Paid;
      readonly grant: LooseGrant;
      readonly queries: number;
      /** We meant to let go of it: found booked, it is undone. */
      readonly release: boolean;
    }
  | { readonly name: 'handing-ticket'; readonly paid: Paid }
  /** SA80: a ticket that stands in for a pass is on the screen until its holder says that they have it. */
  | { readonly name: 'showing-ticket'; readonly paid: Paid; readonly onPaper: boolean }
  /** SA78: what was paid for is recorded; the card that the customer holds is to carry it too. */
  | { readonly name: 'renewing-card'; readonly paid: Paid }
  | { readonly name: 'at-mouth'; readonly paid: Paid; readonly lookups: number }
  /** SA12: a card that was left at the mouth goes to the bin. */
  | { readonly name: 'taking-back'; readonly paid: Paid }
  /** After an interruption: where is the card? */
  | {
      readonly name: 'locating-card';
      readonly paid: Paid;
      readonly cardsTried: number;
      readonly wasPresented: boolean;
    }
  /** SA19: a card that carries a grant and is not paid for is taken back, wherever it lies. */
  | {
      readonly name: 'withdrawing';
      readonly grant: 'inside' | 'out';
      /** What is known of the money when the card has been dealt with. */
      readonly money: 'not-taken' | 'given-back' | 'in-doubt' | 'owed';
    }
  | {
      readonly name: 'reversing';
      readonly paid: Paid;
      readonly tries: number;
      readonly recorded: boolean;
      readonly grant: LooseGrant;
    }
  | {
      readonly name: 'checking-reversal';
      readonly paid: Paid;
      readonly tries: number;
      readonly queries: number;
      readonly recorded: boolean;
      readonly grant: LooseGrant;
    }
  | { readonly name: 'ended'; readonly ending: SaleEnding; readonly why: string };

export type SaleInput =
  | { readonly type: 'card-staged' }
  | { readonly type: 'card-failed'; readonly why: string }
  | { readonly type: 'payment-answered'; readonly answer: PaymentAnswer }
  | { readonly type: 'payment-looked-up'; readonly answer: PaymentAnswer }
  | { readonly type: 'completion-answered'; readonly answer: PaymentAnswer }
  | { readonly type: 'recorded' }
  | { readonly type: 'record-failed' }
  | { readonly type: 'grant-written' }
  | { readonly type: 'grant-failed' }
  | { readonly type: 'presented' }
  | { readonly type: 'present-failed' }
  /** `onPaper`: it came out for certain; else only the screen has it. */
  | { readonly type: 'ticket-handed'; readonly onPaper: boolean }
  | { readonly type: 'card-renewed' }
  /** It was not held to the reader, or could not be written. */
  | { readonly type: 'card-not-renewed' }
  | { readonly type: 'taken' }
  | { readonly type: 'not-taken' }
  | { readonly type: 'mouth-unknown' }
  /** The forgotten card is in the bin, or the attempt failed: it is owed either way. */
  | { readonly type: 'taken-back' }
  | { readonly type: 'card-located'; readonly place: 'encoder' | 'mouth' | 'none' | 'unknown' }
  /** The card of an unpaid sale is back in the machine, was never out, or is gone. */
  | { readonly type: 'withdrawn'; readonly card: 'back' | 'gone' | 'unknown' }
  | { readonly type: 'reversal-answered'; readonly answer: PaymentAnswer }
  | { readonly type: 'reversal-looked-up'; readonly answer: PaymentAnswer }
  | { readonly type: 'time-to-ask-again' }
  | { readonly type: 'pay-again' }
  | { readonly type: 'give-up' };

export type SaleEffect =
  /** Into the bin with the card inside if `discardFirst`; then feed, prove, write without grant. */
  | { readonly type: 'stage-card'; readonly discardFirst: boolean }
  | { readonly type: 'authorise'; readonly attempt: number }
  | { readonly type: 'look-up-payment'; readonly attempt: number; readonly slip: PaymentSlip | null }
  | { readonly type: 'complete-payment'; readonly attempt: number; readonly slip: PaymentSlip }
  /** Membership or credit, money, fiscal record: one transaction (SA3). */
  | { readonly type: 'record-sale'; readonly slip: PaymentSlip | null; readonly attempt: number }
  | { readonly type: 'rebind-credential' }
  | { readonly type: 'write-grant' }
  | { readonly type: 'present-card' }
  | { readonly type: 'hand-ticket' }
  /** SA80: `taken` once the holder says so, or has the pass on the phone; `not-taken` when nobody answers. */
  | { readonly type: 'show-ticket' }
  /** SA78: write the grant of what was paid for onto the card that the customer holds to the reader. */
  | { readonly type: 'renew-card' }
  | { readonly type: 'wait-taken' }
  | { readonly type: 'locate-card' }
  | { readonly type: 'capture-card' }
  /** SA19: locate, take into the bin, tell where it is. */
  | { readonly type: 'withdraw-card'; readonly wasOut: boolean }
  /** SA19: whatever the card carries opens nothing any more. */
  | { readonly type: 'block-credential' }
  | {
      readonly type: 'reverse';
      readonly tries: number;
      readonly attempt: number;
      readonly slip: PaymentSlip;
    }
  | { readonly type: 'look-up-reversal'; readonly tries: number }
  | { readonly type: 'record-cancelled'; readonly tries: number }
  | { readonly type: 'open-case'; readonly kind: CaseKind }
  | { readonly type: 'ask-again-in'; readonly delayMs: number };

/**
 * What to save and what to do. Effects that only write into the books (`recordEffects`) belong to the transaction that
 * saves the state: a step is in the books whole or not at all.
 */
export interface SaleStep {
  readonly state: SaleState;
  readonly effects: readonly SaleEffect[];
}

export const recordEffects = [
  'rebind-credential',
  'block-credential',
  'record-cancelled',
  'open-case',
] as const satisfies readonly SaleEffect['type'][];
export type RecordEffect = Extract<SaleEffect, { type: (typeof recordEffects)[number] }>;

export function isRecordEffect(effect: SaleEffect): effect is RecordEffect {
  return recordEffects.some((type) => type === effect.type);
}

export type SaleStateOf<Name extends SaleState['name']> = Extract<SaleState, { name: Name }>;
