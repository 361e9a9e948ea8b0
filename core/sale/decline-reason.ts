/** Why nothing was taken. The screen has words for each in the customer's language; a technician reads them in the log. */
export const declineReasons = [
  /** The bank or the terminal said no and gave no reason. */
  'refused',
  'card-expired',
  'card-unreadable',
  'card-blocked',
  'card-not-accepted',
  'not-enough-money',
  'amount-too-high',
  'wrong-pin',
  'pin-tries-exceeded',
  'bank-unreachable',
  'not-completed',
  'abandoned',
  /** The protocol or the set-up of the terminal forbids it. */
  'not-permitted',
  'unsupported-currency',
  'phone-call-needed',
  /** Asked about a payment, or to undo or book one: the terminal knows no such payment. */
  'not-found',
  /** Asked to undo a payment: it cannot be undone any more; a refund may still give the money back. */
  'not-reversible',
] as const;
export type DeclineReason = (typeof declineReasons)[number];
