/** Reasons that help the customer: the screen has words for them. */
export const customerHints = [
  'card-expired',
  'card-unreadable',
  'card-blocked',
  'card-not-accepted',
  'not-enough-money',
  'amount-too-high',
  'wrong-pin',
  'pin-tries-exceeded',
  'bank-unreachable',
] as const;
export type CustomerHint = (typeof customerHints)[number];

/** Why nothing was taken. A technician reads it in the log. */
export const declineReasons = [
  /** The bank or the terminal said no and gave no reason. */
  'refused',
  ...customerHints,
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
