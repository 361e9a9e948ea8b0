import type { DeclineReason } from '../payment-terminal.ts';

/** What a result code means for the money: nothing was taken, in one of these ways. `ok` aside. */
export type ResultMeaning =
  | { readonly kind: 'ok' }
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  /** Red key or time limit, which the code does not tell apart. */
  | { readonly kind: 'ended-by-customer' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'out-of-order' };

const outOfOrder: ReadonlySet<number> = new Set([
  0x6a, // turnover store full
  0x74, // keys used up
  0x77, // end of day not possible
  0x85, // key missing
  0x89, // PIN pad defect
  0xb1, // memory full
  0xb2, // journal full
  0xbf, // voltage
  0xc0, // locked
  0xc1, // merchant card locked
  0xc2, // diagnosis required
  0xcc, // printer not ready
  0xdf, // out of order
  0xe0, // remote maintenance
  0xe2, // reader defective
  0xe3, // shutter
  0xe4, // activation required
  0xf0, // open batch: end of day first
  0xf5, // OPT
  0xf6, // OPT
  0xfb, // turnover defect
  0xfc, // device missing
  0xfd, // speed of the line
  0xfe, // register
]);

/** PA00P015, table of error messages. Codes 01 to 63 are refusals of the network; each operator numbers them its own way. */
const declines: ReadonlyMap<number, DeclineReason> = new Map<number, DeclineReason>([
  [0x64, 'card-unreadable'],
  [0x65, 'card-unreadable'],
  [0x66, 'not-completed'],
  [0x67, 'not-permitted'],
  [0x68, 'not-permitted'],
  [0x6b, 'not-permitted'],
  [0x6e, 'card-blocked'],
  [0x6f, 'unsupported-currency'],
  [0x71, 'not-enough-money'],
  [0x72, 'card-unreadable'],
  [0x73, 'card-unreadable'],
  [0x76, 'card-not-accepted'],
  [0x78, 'card-expired'],
  [0x79, 'card-not-accepted'],
  [0x7a, 'card-not-accepted'],
  [0x7b, 'card-unreadable'],
  [0x7c, 'card-unreadable'],
  [0x7d, 'bank-unreachable'],
  [0x7e, 'card-unreadable'],
  [0x83, 'not-permitted'],
  [0x9a, 'not-permitted'],
  [0x9b, 'bank-unreachable'],
  [0xa0, 'bank-unreachable'],
  [0xa1, 'bank-unreachable'],
  [0xa3, 'bank-unreachable'],
  [0xa5, 'not-permitted'],
  // Nothing is taken any more: to give it back another way would give it back twice.
  [0xb4, 'not-found'],
  [0xb5, 'not-reversible'],
  [0xb7, 'not-permitted'],
  [0xb8, 'not-permitted'],
  [0xc3, 'amount-too-high'],
  [0xc4, 'card-not-accepted'],
  [0xc5, 'not-permitted'],
  [0xc6, 'unsupported-currency'],
  [0xc8, 'not-permitted'],
  [0xc9, 'not-permitted'],
  [0xcb, 'unsupported-currency'],
  [0xcd, 'not-permitted'],
  [0xd2, 'card-not-accepted'],
  [0xdd, 'card-unreadable'],
  [0xde, 'card-unreadable'],
  [0xe7, 'not-permitted'],
  [0xe8, 'not-permitted'],
  [0xe9, 'not-permitted'],
  [0xea, 'not-permitted'],
]);

/** Answers to a command or a payment that mean `wait, and ask again`. */
const busyCode = 0x9c;
const abortCode = 0x6c;

/**
 * What field 27, the byte of an abort (06 1E) or a negative answer (84 xx) says. `shown` is the last intermediate status
 * that told more than the code does: a network's refusal does not say that the PIN was wrong.
 */
export function resultMeaning(code: number, shown: number | null = null): ResultMeaning {
  if (code === 0x00) return { kind: 'ok' };
  if (code === abortCode) return { kind: 'ended-by-customer' };
  if (code === busyCode) return { kind: 'busy' };
  if (outOfOrder.has(code)) return { kind: 'out-of-order' };
  const reason = declines.get(code);
  if (reason) return { kind: 'declined', reason };
  const told = shown === null ? undefined : tellingStatuses.get(withoutRemoveCard(shown));
  if (told) return { kind: 'declined', reason: told };
  return { kind: 'declined', reason: code < 0x64 ? 'refused' : 'not-completed' };
}

/** Intermediate statuses that say why a refusal came. */
const tellingStatuses: ReadonlyMap<number, DeclineReason> = new Map<number, DeclineReason>([
  [0x07, 'card-not-accepted'],
  [0x08, 'card-not-accepted'],
  [0x09, 'card-expired'],
  [0x0c, 'card-unreadable'],
  [0x10, 'card-not-accepted'],
  [0x14, 'not-enough-money'],
  [0x15, 'wrong-pin'],
  [0x16, 'amount-too-high'],
  [0x18, 'pin-tries-exceeded'],
  [0x19, 'card-unreadable'],
]);

export function tellsWhy(intermediate: number): boolean {
  return tellingStatuses.has(withoutRemoveCard(intermediate));
}

/** Shown while the terminal goes on without the bank. */
export const offlineMode = 0x2b;

/** 41 to 5D say what 01 to 1D say, and `please remove the card`. */
function withoutRemoveCard(code: number): number {
  return code >= 0x41 && code <= 0x5d ? code - 0x40 : code;
}

/** PA00P015, 3.7. */
const intermediateNames: ReadonlyMap<number, string> = new Map([
  [0x00, 'waiting for amount confirmation'],
  [0x01, 'look at the PIN pad'],
  [0x02, 'look at the PIN pad'],
  [0x03, 'not accepted'],
  [0x04, 'waiting for the bank'],
  [0x05, 'sending automatic reversal'],
  [0x06, 'sending postponed bookings'],
  [0x07, 'card not admitted'],
  [0x08, 'card unknown'],
  [0x09, 'card expired'],
  [0x0a, 'insert card'],
  [0x0b, 'remove card'],
  [0x0c, 'card unreadable'],
  [0x0d, 'processing error'],
  [0x0e, 'please wait'],
  [0x0f, 'automatic end of day starts'],
  [0x10, 'card invalid'],
  [0x11, 'balance display'],
  [0x12, 'system malfunction'],
  [0x13, 'payment not possible'],
  [0x14, 'not enough credit'],
  [0x15, 'wrong PIN'],
  [0x16, 'limit not sufficient'],
  [0x17, 'please wait'],
  [0x18, 'PIN tries exceeded'],
  [0x19, 'card data incorrect'],
  [0x1a, 'service mode'],
  [0x1b, 'approved, please fill up'],
  [0x1c, 'approved, please take the goods'],
  [0x1d, 'declined'],
  [offlineMode, 'offline mode'],
  [0x2c, 'application choice'],
  [0x68, 'customer card detected'],
  [0x69, 'currency choice'],
]);

export function intermediateName(code: number): string {
  const name = intermediateNames.get(withoutRemoveCard(code));
  const hex = code.toString(16).padStart(2, '0').toUpperCase();
  if (name === undefined) return `status ${hex}`;
  return withoutRemoveCard(code) === code ? name : `${name}, remove card`;
}

/** Of the last byte of the answer to 05 01: the ones that leave a payment possible. */
const workingStatuses: ReadonlySet<number> = new Set([
  0x00, // ready
  0x9c, // at work
  0xcc, // its printer, which we do not use
  0xdc, // a card is in it
  0xe1, // a card was left in it
]);

export function canWork(terminalStatus: number): boolean {
  return workingStatuses.has(terminalStatus);
}

const statusWords: ReadonlyMap<number, string> = new Map([
  [0x51, 'initialisation required'],
  [0x62, 'date and time are missing'],
  [0x77, 'end of day not possible'],
  [0xb1, 'its memory is full'],
  [0xb2, 'its journal is full'],
  [0xc0, 'locked'],
  [0xc2, 'diagnosis required'],
  [0xcc, 'its printer is not ready'],
  [0xdf, 'out of order'],
  [0xe2, 'its reader is defective'],
  [0xe4, 'activation required'],
  [0xf0, 'end of day required'],
  [0xf6, 'OPT data missing'],
]);

/** `end of day required (F0)`, for the log and the page of the operator. */
export function codeWords(code: number): string {
  const hex = code.toString(16).padStart(2, '0').toUpperCase();
  const words = statusWords.get(code);
  return words === undefined ? `code ${hex}` : `${words} (${hex})`;
}
