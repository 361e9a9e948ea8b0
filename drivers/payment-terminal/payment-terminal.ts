import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Cents } from '@portillon/core/base/money.ts';
import type { Device } from '../device.ts';

/** What a terminal's protocol can do; the sale's order of steps depends on it. */
export interface TerminalCapabilities {
  /** The terminal can hold an approved payment until the goods are out. */
  readonly canHold: boolean;
  /** The terminal can be asked afterwards what became of a payment, by our reference. */
  readonly canQuery: boolean;
  /** The till can cancel while the terminal waits for a card. Where not, the screen says to press the red key. */
  readonly canAbort: boolean;
}

/** What may be kept of a card payment: what the terminal prints on a slip, nothing more (I14). */
export interface CardSlip {
  /** Masked by the terminal and truncated by us to the last four digits, `************4869`. */
  readonly maskedPan: string;
  readonly scheme: string;
  readonly authorisation: string;
  readonly applicationId: string | null;
  readonly contactless: boolean;
  readonly terminalContract: string | null;
  readonly amountCents: Cents;
}

export type PaymentOutcome =
  /** Money has been taken. */
  | { readonly kind: 'captured'; readonly slip: CardSlip }
  /** The bank or the terminal said no; nothing was taken. */
  | { readonly kind: 'declined'; readonly reason: string }
  /** The customer pressed the red key; nothing was taken. */
  | { readonly kind: 'cancelled' }
  /** The customer did not act in the terminal's own time; nothing was taken. */
  | { readonly kind: 'timed-out' }
  /** The terminal is at work for somebody else; the request was not sent. Wait and ask again. */
  | { readonly kind: 'busy' }
  /** The request never left this box; nothing was taken. */
  | { readonly kind: 'not-sent'; readonly fault: Fault }
  /** The request may have been carried out. Settle by `statusOf`, never by charging again (I10). */
  | { readonly kind: 'in-doubt'; readonly fault: Fault };

export interface AuthoriseRequest {
  /** Unique per attempt, at most 20 characters of A-Z 0-9; the terminal echoes it and can be asked by it. */
  readonly reference: string;
  readonly amountCents: Cents;
}

export interface PaymentTerminal extends Device {
  readonly capabilities: TerminalCapabilities;
  /** Charges. Resolves within the protocol's limit (Caisse-AP: 180 s). Never repeat it with the same reference. */
  authorise(request: AuthoriseRequest): Promise<PaymentOutcome>;
  /**
   * What became of a payment. `declined` with reason `not-found` when the terminal knows no such payment; `in-doubt`
   * when it cannot be reached or cannot tell. Safe to repeat.
   */
  statusOf(request: AuthoriseRequest): Promise<PaymentOutcome>;
  /**
   * Undoes the latest payment of this amount, under a reference of its own. `captured` means that the reversal was booked.
   * In doubt is settled like a payment: `statusOf` with the reversal's reference; the payment keeps its own status.
   */
  reverse(request: AuthoriseRequest): Promise<PaymentOutcome>;
}
