import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Cents } from '@portillon/core/base/money.ts';
import type { DeclineReason } from '@portillon/core/sale/decline-reason.ts';
import type { PaymentSlip } from '@portillon/core/sale/sale-state.ts';
import type { Device } from '../device.ts';

/** What a terminal's protocol can do; the sale's order of steps depends on it. */
export interface TerminalCapabilities {
  /** An approved payment is held until `complete`: nothing is booked before the goods are out. */
  readonly canHold: boolean;
  /** The terminal can be asked afterwards what became of a payment. Where not, a payment in doubt is a case at once. */
  readonly canQuery: boolean;
  /** The till can cancel while the terminal waits for a card. Where not, the screen says to press the red key. */
  readonly canAbort: boolean;
  /** The terminal prints the card slip on paper of its own. */
  readonly canPrint: boolean;
  /** `refund` gives money back for a payment that is not the latest one. */
  readonly canRefund: boolean;
  /** The terminal tells what it has booked since its last end of day. */
  readonly canReconcile: boolean;
  /** An answer says whether the bank was asked or the terminal approved by itself. */
  readonly tellsOffline: boolean;
}

/** What may be kept of a card payment: what the terminal prints on a slip, nothing more (I14). */
export interface CardSlip extends PaymentSlip {
  readonly amountCents: Cents;
}

export type PaymentOutcome =
  /** Money has been taken; answering a reversal or refund: money has been given back. */
  | { readonly kind: 'captured'; readonly slip: CardSlip }
  /** Approved and nothing booked: `complete` books it, `reverse` lets go of it, silence of ours lets go of it too. */
  | { readonly kind: 'held'; readonly slip: CardSlip }
  /** The bank or the terminal said no; nothing was taken. */
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  /** The customer pressed the red key, or `abort` ended the wait; nothing was taken. */
  | { readonly kind: 'cancelled' }
  /** The customer did not act in the terminal's own time; nothing was taken. */
  | { readonly kind: 'timed-out' }
  /** The terminal is at work for somebody else; the request was not sent. Wait and ask again. */
  | { readonly kind: 'busy' }
  /** The terminal has said that it cannot work; nothing was taken. */
  | { readonly kind: 'out-of-order'; readonly fault: Fault }
  /** The request never left this box; nothing was taken. */
  | { readonly kind: 'not-sent'; readonly fault: Fault }
  /** The request may have been carried out. Settle by `statusOf`, never by charging again (I10). */
  | { readonly kind: 'in-doubt'; readonly fault: Fault };

export type { DeclineReason };

export interface AuthoriseRequest {
  /** Unique per attempt, at most 20 characters of A-Z 0-9; the terminal echoes it where the protocol has a place for it. */
  readonly reference: string;
  readonly amountCents: Cents;
}

/** About a payment that was made: what was asked, and what the terminal said of it as far as it is known. */
export interface EarlierPayment extends AuthoriseRequest {
  readonly slip?: CardSlip | null;
  /** What `latestStored` told before it was asked for; it says what a terminal knows that has booked nothing since. */
  readonly latestBefore?: string | null;
}

/** An undoing is a request of its own, with a reference of its own, about an earlier payment. */
export interface UndoRequest extends AuthoriseRequest {
  readonly payment?: EarlierPayment;
}

/** What the terminal has booked since its last end of day; amounts in cents, both positive. */
export type TerminalTotals =
  | {
      readonly kind: 'totals';
      readonly debits: { readonly count: number; readonly amountCents: Cents };
      readonly credits: { readonly count: number; readonly amountCents: Cents };
    }
  | {
      readonly kind: 'unavailable';
      readonly fault: Fault;
      /** The request may have been carried out: what would have been told may be gone. Where not, asking again is harmless. */
      readonly mayHaveClosed: boolean;
    };

/**
 * A payment terminal. One operation at a time: a second one meanwhile is answered `busy`. Every method resolves, within
 * the limit of its protocol, also when the line dies or the driver is stopped midway (`in-doubt` once bytes may have left).
 */
export interface PaymentTerminal extends Device {
  readonly capabilities: TerminalCapabilities;
  /**
   * The number of the latest transaction that the terminal has stored: to be kept on disk before `authorise`, and given back
   * to `statusOf`. A terminal that never hears our reference is then known to have booked nothing since, also where the
   * payment before had the same amount and the program that saw it is gone. Null where the protocol has no need of it, where
   * nothing is stored, or where the terminal cannot tell now (15 s at most). Safe to repeat.
   */
  latestStored(): Promise<string | null>;
  /**
   * Asks the customer for money: `held` where the terminal can hold, `captured` where it can only charge. Resolves within
   * the protocol's limit (180 s, restarted by each sign of life of a ZVT terminal). Never repeat it with the same
   * reference.
   */
  authorise(request: AuthoriseRequest): Promise<PaymentOutcome>;
  /**
   * Books a payment that is held: `captured` once the terminal has it. `declined` `not-found` when it has let go of it
   * meanwhile. In doubt is settled by `statusOf`. Terminals that cannot hold answer `declined` `not-permitted`.
   */
  complete(payment: EarlierPayment): Promise<PaymentOutcome>;
  /**
   * What became of a payment. `declined` with reason `not-found` when the terminal knows no such payment; `in-doubt`
   * when it cannot be reached or cannot tell. Safe to repeat. Give the slip where there is one: some protocols know a
   * payment by the terminal's own number only.
   */
  statusOf(payment: EarlierPayment): Promise<PaymentOutcome>;
  /**
   * Undoes the payment that is held, or else the latest booked one of this amount, under a reference of its own.
   * `captured` means that nothing of it is taken any more. In doubt is settled like a payment: `statusOf` with the
   * reversal's reference; the payment keeps its own status.
   */
  reverse(request: UndoRequest): Promise<PaymentOutcome>;
  /** Gives the amount back to a card that the customer presents; `captured` means that it was given back. */
  refund(request: UndoRequest): Promise<PaymentOutcome>;
  /**
   * Totals of the terminal for the end of the day. Where the protocol closes the batch with it, the totals start anew then:
   * what was asked and not heard (`mayHaveClosed`) is not told a second time. Resolves within the limit of the protocol.
   */
  reconcile(): Promise<TerminalTotals>;
  /** Asks the terminal to stop waiting for a card; the outcome of `authorise` tells whether it did. Nothing where it cannot. */
  abort(): Promise<void>;
}
