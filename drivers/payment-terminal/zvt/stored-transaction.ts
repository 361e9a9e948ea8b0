import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { EarlierPayment, PaymentOutcome } from '../payment-terminal.ts';
import { codeWords } from './zvt-codes.ts';
import { readNumbers, slipOf, writeNumbers, type ZvtStatus } from './zvt-messages.ts';
import { badAnswer, inDoubt, notFound } from './zvt-outcomes.ts';
import type { ZvtExchange } from './zvt-session.ts';

/** What 06 20 tells: the latest transaction that was stored, that there is none, or why it does not tell. */
export type StoredTransaction =
  | { readonly kind: 'stored'; readonly status: ZvtStatus }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly fault: Fault };

/** What this process knows by itself. */
export interface KnownOfPayment {
  /** It held the payment and let go of it. */
  readonly letGo: boolean;
  /** Receipt of the last transaction that it said yes to. */
  readonly lastReceipt: string | null;
}

/** Receipt numbers go round after 9999. */
const receiptRange = 10_000;
const functionNotPossible = 0x83;

export function storedTransaction(exchange: ZvtExchange): StoredTransaction {
  switch (exchange.kind) {
    case 'lost':
    case 'not-sent':
      return { kind: 'unknown', fault: exchange.fault };
    case 'aborted':
      // It knows the command (it answered 80 00), and has nothing to repeat.
      if (exchange.code === functionNotPossible) return { kind: 'none' };
      return { kind: 'unknown', fault: badAnswer(`it repeats nothing (${codeWords(exchange.code)})`) };
    case 'refused':
      return { kind: 'unknown', fault: badAnswer(`it cannot repeat (${codeWords(exchange.code)})`) };
    case 'completed': {
      const { status } = exchange.told;
      if (status?.resultCode === 0 && !status.totals) return { kind: 'stored', status };
      return { kind: 'unknown', fault: badAnswer('it repeated no transaction') };
    }
  }
}

/**
 * What the terminal's latest transaction says of a payment (rule ZV8):
 *
 * - A slip names receipt and trace. The stored one is it: captured. The stored one is older: ours was never booked. It is
 *   newer: in doubt, unless this process knows that it let go of ours.
 * - Without a slip the payment was never held as far as the caller knows, so nobody has said yes to it, and without that
 *   nothing is booked. Only a stored transaction of the same amount speaks against it, other than the last we said yes to and
 *   the latest there was before it was asked for.
 */
export function judgePayment(
  payment: EarlierPayment,
  last: StoredTransaction,
  known: KnownOfPayment,
): PaymentOutcome {
  if (last.kind === 'unknown') return inDoubt(last.fault);
  if (last.kind === 'none') return notFound;
  const { status } = last;
  const isOtherAmount = status.amountCents !== null && status.amountCents !== payment.amountCents;
  const ours = readNumbers(payment.slip?.terminalReceipt ?? '');
  if (payment.slip && !ours) return inDoubt(badAnswer('the terminal gave this payment no number'));
  if (!ours) {
    const earlier = [known.lastReceipt, payment.latestBefore];
    if (isOtherAmount || (status.numbers !== null && earlier.includes(status.numbers.receipt))) {
      return notFound;
    }
    return inDoubt(badAnswer('its latest transaction has this amount, and may be it or not'));
  }
  if (!status.numbers) return inDoubt(badAnswer('its latest transaction has no number'));
  if (writeNumbers(status.numbers) === writeNumbers(ours)) {
    if (isOtherAmount) return inDoubt(badAnswer('the receipt is ours and the amount is not'));
    return { kind: 'captured', slip: slipOf(status, payment.amountCents) };
  }
  if (isOlder(status.numbers.receipt, ours.receipt) || known.letGo) return notFound;
  return inDoubt(badAnswer('it has done other transactions since'));
}

/** Of two numbers the older is less than half the round behind. */
function isOlder(receipt: string, than: string): boolean {
  const behind = (Number(than) - Number(receipt) + receiptRange) % receiptRange;
  return behind > 0 && behind < receiptRange / 2;
}
