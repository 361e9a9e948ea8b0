import type { Random } from '../base/random.ts';

/** Letters and digits that are told apart when read aloud: no I, O, 0, 1. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** What the customer is told and staff search by: `M7QK-2F9C`. Forty bits, checked for doubles by the store. */
export function newSaleReference(random: Random): string {
  const letters = Array.from(random.bytes(8), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** Reference of one payment attempt, 20 characters at most of A-Z 0-9: `M7QK2F9CP1`; `R1` for an undoing. */
export function paymentReference(
  saleReference: string,
  kind: 'payment' | 'reversal',
  attempt: number,
): string {
  return `${saleReference.replace('-', '')}${kind === 'payment' ? 'P' : 'R'}${attempt}`;
}
