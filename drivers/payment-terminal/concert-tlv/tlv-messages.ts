import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { type Cents, cents } from '@portillon/core/base/money.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DeviceAbout, DeviceState } from '../../device.ts';
import type { Charge } from '../charge-only-terminal.ts';
import { maskPan } from '../masked-pan.ts';
import type { AuthoriseRequest, CardSlip, DeclineReason, PaymentOutcome } from '../payment-terminal.ts';
import { encodeTlv, parseTlv, type TlvField } from './tlv.ts';

/** Field CD. */
export const tlvActions = {
  debit: '0',
  credit: '1',
  cancellation: '2',
  identification: 'I',
  status: 'T',
} as const;
export type TlvAction = keyof typeof tlvActions;

/** What every message of one till carries. */
export interface TlvTill {
  /** CZ: `0300`, `0301`, `0310` or `0320`. */
  readonly protocolVersion: string;
  /** CJ: 12 digits from the certification contract. */
  readonly protocolIdentifier: string;
  /** CA: number of this till, two digits. */
  readonly till: string;
}

export const openTill: TlvTill = {
  protocolVersion: '0300',
  // What the open implementations send; the acquirer's certification gives the real one.
  protocolIdentifier: '012345678901',
  till: '01',
};

const euro = '978';

/** A request about one payment, or the identification that serves as a ping. `CZ` comes first, the rest in any order. */
export function encodeRequest(till: TlvTill, action: TlvAction, payment?: AuthoriseRequest): Uint8Array {
  const fields: TlvField[] = [
    { tag: 'CZ', value: till.protocolVersion },
    { tag: 'CJ', value: till.protocolIdentifier },
    { tag: 'CA', value: till.till },
    { tag: 'CE', value: euro },
    { tag: 'BA', value: '0' },
    { tag: 'CD', value: tlvActions[action] },
  ];
  if (payment) {
    invariant(/^[A-Z0-9]{1,20}$/.test(payment.reference), 'a reference is 1 to 20 characters of A-Z 0-9');
    invariant(payment.amountCents > 0, 'an amount at the terminal is positive');
    fields.push({ tag: 'CB', value: String(payment.amountCents).padStart(12, '0') });
    fields.push({ tag: 'CH', value: payment.reference });
    if (action === 'debit') fields.push({ tag: 'BF', value: '0' });
  }
  return encodeTlv(fields);
}

/**
 * What we keep of an answer. Everything else, expiry date, tickets and any tag we do not know, ends here: those may carry
 * a full card number (I14).
 */
export interface TlvAnswer {
  /** AE: 10 done, 01 not done, 11 taken into account, outcome not known yet. */
  readonly outcome: '10' | '01' | '11';
  /** AF, two digits, or null. */
  readonly reason: string | null;
  readonly action: string | null;
  readonly till: string | null;
  readonly currency: string | null;
  readonly amountCents: Cents | null;
  readonly reference: string | null;
  readonly maskedPan: string;
  readonly application: string;
  readonly authorisation: string;
  readonly applicationId: string | null;
  readonly contract: string | null;
  /** AQ: the terminal's own. */
  readonly serial: string | null;
}

export type AnswerText =
  /** Holds AE and splits exactly; fields after AE may still follow, so a short silence has to confirm it. */
  | { readonly kind: 'whole'; readonly answer: TlvAnswer }
  | { readonly kind: 'partial' }
  | { readonly kind: 'malformed'; readonly detail: string };

/** Reads what has arrived of an answer so far. */
export function readAnswer(bytes: Uint8Array): AnswerText {
  const text = parseTlv(bytes);
  if (text.kind !== 'whole') return text;
  if (text.fields.keys().next().value !== 'CZ')
    return { kind: 'malformed', detail: 'CZ does not come first' };
  if (!text.fields.has('AE')) return { kind: 'partial' };
  const answer = keepAllowed(text.fields);
  return answer.ok ? { kind: 'whole', answer: answer.value } : { kind: 'malformed', detail: answer.error };
}

function keepAllowed(fields: ReadonlyMap<string, string>): Result<TlvAnswer, string> {
  const outcome = fields.get('AE');
  if (outcome !== '10' && outcome !== '01' && outcome !== '11') return err('AE is none of 10, 01, 11');
  const amount = fields.get('CB');
  if (amount !== undefined && !/^[0-9]{2,12}$/.test(amount)) return err('CB is not an amount');
  const keep = (tag: string, shape: RegExp): string | null => {
    const value = fields.get(tag);
    return value !== undefined && shape.test(value) ? value : null;
  };
  return ok({
    outcome,
    reason: keep('AF', /^[0-9]{2}$/),
    action: keep('CD', /^[0-9A-Z]$/),
    // Echoes that do not have their shape are kept as they can be told: as something that does not match.
    till: fields.has('CA') ? (keep('CA', /^[0-9]{1,2}$/) ?? '') : null,
    currency: fields.has('CE') ? (keep('CE', /^[0-9]{3}$/) ?? '') : null,
    amountCents: amount === undefined ? null : cents(Number(amount)),
    reference: fields.has('CH') ? (keep('CH', /^[A-Z0-9]{1,20}$/) ?? '') : null,
    maskedPan: maskPan(fields.get('AA')),
    application: keep('CC', /^[0-9A-Z]{1,3}$/) ?? '',
    // Shapes too short for a card number, should a terminal put one in the wrong place.
    authorisation: (keep('AC', /^[0-9A-Za-z ]{1,10}$/) ?? '').trim(),
    applicationId: keep('AI', /^A[0-9A-F]{9,31}$/),
    contract: keep('CG', /^[0-9A-Za-z]{1,10}$/),
    serial: keep('AQ', /^(?!.*[0-9]{13})[0-9A-Za-z-]{1,20}$/),
  });
}

/** Field CC of an answer. */
const schemes: Readonly<Record<string, { readonly scheme: string; readonly contactless: boolean }>> = {
  '1': { scheme: 'CB', contactless: false },
  '001': { scheme: 'CB', contactless: false },
  '00B': { scheme: 'CB', contactless: true },
  '2': { scheme: 'Amex', contactless: false },
  '002': { scheme: 'Amex', contactless: false },
  '00D': { scheme: 'Amex', contactless: true },
};

/** Field AF where it means that nothing was done. 08 and 11 are outcomes of their own. */
const reasonWords: Readonly<Record<string, DeclineReason>> = {
  '00': 'refused',
  '02': 'phone-call-needed',
  '04': 'refused',
  '05': 'not-permitted',
  '06': 'abandoned',
  '07': 'not-completed',
  // Message format, unknown action: the terminal did not do what it did not understand.
  '09': 'not-permitted',
  '10': 'not-completed',
  '12': 'not-permitted',
  '13': 'unsupported-currency',
};

/** What an answer to a debit or a cancellation means for the money. */
export function chargeOutcome(
  till: TlvTill,
  action: Charge,
  request: AuthoriseRequest,
  answer: TlvAnswer,
): PaymentOutcome {
  const mismatch = mismatchOf(till, request, answer, [tlvActions[action]]);
  if (mismatch) return inDoubt(mismatch);
  switch (answer.outcome) {
    case '10':
      return captured(answer, request.amountCents);
    case '11':
      return inDoubt('taken into account, outcome not known yet (AE 11)');
    case '01':
      return notDone(answer);
  }
}

/**
 * What an answer to a status question says became of the payment, or of the reversal, of this reference. It is believed only if it names the payment, and never
 * lets `no such action` or a silence about the reason pass for `not paid`.
 */
export function statusOutcome(till: TlvTill, request: AuthoriseRequest, answer: TlvAnswer): PaymentOutcome {
  const mismatch = mismatchOf(till, request, answer, Object.values(tlvActions));
  if (mismatch) return inDoubt(mismatch);
  if (answer.reference === null) return inDoubt('the status does not name the payment (CH)');
  if (answer.outcome === '11') return inDoubt('the terminal is still at work on it (AE 11)');
  if (answer.outcome === '10') return captured(answer, request.amountCents);
  if (answer.reason === '00') return { kind: 'declined', reason: 'not-found' };
  if (answer.reason === null || ['09', '12'].includes(answer.reason)) {
    return inDoubt(`the terminal cannot tell (AF ${answer.reason ?? 'missing'})`);
  }
  return notDone(answer);
}

/** What an answer tells of the terminal itself; a refusal may tell it too. */
export function aboutOf({ serial, contract }: TlvAnswer): DeviceAbout {
  return { ...(serial ? { serial } : {}), ...(contract ? { contract } : {}) };
}

/** What an answer to an identification says of the terminal. */
export function identifiedState(answer: TlvAnswer): DeviceState {
  if (answer.outcome === '10') return { status: 'ready' };
  const reason = `identification refused (AF ${answer.reason})`;
  return { status: 'faulted', fault: fault('terminal.out-of-order', reason) };
}

/**
 * An echo that is there must be ours. When money moved (AE 10) amount and till must be there too; an Ingenico Desk/5000
 * leaves CB out when the customer cancels (OCA l10n-france, pull request 669).
 */
function mismatchOf(
  till: TlvTill,
  request: AuthoriseRequest,
  answer: TlvAnswer,
  actions: readonly string[],
): string | null {
  const needed = answer.outcome === '10';
  if (answer.amountCents === null ? needed : answer.amountCents !== request.amountCents) {
    return 'the amount (CB) is not ours';
  }
  if (answer.till === null ? needed : answer.till === '' || Number(answer.till) !== Number(till.till)) {
    return 'the till (CA) is not ours';
  }
  if (answer.currency !== null && answer.currency !== euro) return 'the currency (CE) is not ours';
  if (answer.reference !== null && answer.reference !== request.reference) {
    return 'the reference (CH) is not ours';
  }
  if (answer.action !== null && !actions.includes(answer.action)) return 'the action (CD) is not ours';
  return null;
}

function notDone(answer: TlvAnswer): PaymentOutcome {
  if (answer.reason === '08') return { kind: 'timed-out' };
  if (answer.reason === '11') return { kind: 'cancelled' };
  // 01 authorised and 03 forced contradict AE 01; so does a code nobody knows.
  const words = answer.reason === null ? 'not-completed' : reasonWords[answer.reason];
  if (words === undefined) return inDoubt(`not done, but reason ${answer.reason ?? ''} (AF) says otherwise`);
  return { kind: 'declined', reason: words };
}

function captured(answer: TlvAnswer, amountCents: Cents): PaymentOutcome {
  const known = schemes[answer.application];
  const slip: CardSlip = {
    maskedPan: answer.maskedPan,
    scheme: known?.scheme ?? answer.application,
    authorisation: answer.authorisation,
    applicationId: answer.applicationId,
    contactless: known?.contactless ?? false,
    terminalContract: answer.contract,
    amountCents,
    // Found again by our own reference (CH); the protocol does not tell who approved.
    terminalReceipt: null,
    offline: null,
  };
  return { kind: 'captured', slip };
}

function inDoubt(detail: string): PaymentOutcome {
  return { kind: 'in-doubt', fault: badAnswer(detail) };
}

export function badAnswer(detail: string): Fault {
  return fault('terminal.bad-answer', detail);
}
