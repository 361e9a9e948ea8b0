import { fault } from '@portillon/core/base/fault-codes.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { type Cents, cents } from '@portillon/core/base/money.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { Charge } from '../charge-only-terminal.ts';
import { maskPan } from '../masked-pan.ts';
import type { AuthoriseRequest, PaymentOutcome } from '../payment-terminal.ts';

/** The texts of Concert V2 (also called E+): fields of fixed length, no names. */
export interface ConcertV2Request {
  /** Two digits. */
  readonly till: string;
  readonly amountCents: Cents;
  readonly charge: Charge;
  /** Whether the answer is to hold the report, which begins with the card. */
  readonly withReport: boolean;
  /** ISO 4217 numeric. */
  readonly currency: string;
  /** The private field without the blanks that fill it. */
  readonly correlation: string;
}

/** What is read of an answer; of its report, which begins with the card number, nothing but four digits (I14). */
export interface ConcertV2Answer {
  readonly till: string;
  /** 0 done, 7 not done, 9 taken into account and result unknown. */
  readonly status: '0' | '7' | '9';
  readonly amountCents: Cents;
  /** Position 11: kind of card. */
  readonly mode: string;
  readonly maskedPan: string;
  readonly currency: string;
  readonly correlation: string;
}

const operations: Readonly<Record<Charge, string>> = { debit: '0', credit: '1', cancellation: '2' };
const euro = '978';
const privateLength = 10;
const reportLength = 55;
const bankCard = '1';
/** Answer when it is over; the terminal decides whether it asks the bank. */
const options = 'A010B010';

/**
 * Our reference as the private field of 10 characters holds it: its end, where references of one kiosk differ. The
 * terminal echoes it; an answer with another one belongs to another payment.
 */
export function correlationOf(reference: string): string {
  return reference.slice(-privateLength);
}

export function v2Request(
  till: string,
  charge: Charge,
  { reference, amountCents }: AuthoriseRequest,
): ConcertV2Request {
  invariant(/^[A-Z0-9]{1,20}$/.test(reference), 'a reference is 1 to 20 characters of A-Z 0-9');
  return {
    till,
    amountCents,
    charge,
    withReport: true,
    currency: euro,
    correlation: correlationOf(reference),
  };
}

export function encodeV2Request(request: ConcertV2Request): Uint8Array {
  const { till, amountCents, charge, withReport, currency, correlation } = request;
  invariant(amountCents > 0 && amountCents <= 99_999_999, 'an amount at the terminal has 1 to 8 digits');
  const amount = String(amountCents).padStart(8, '0');
  const filled = correlation.padEnd(privateLength);
  const kind = withReport ? '1' : '0';
  return bytesOf(`${till}${amount}${kind}${bankCard}${operations[charge]}${currency}${filled}${options}`);
}

const requestShape =
  /^(?<till>[0-9]{2})(?<amount>[0-9]{8})(?<kind>[01])(?<mode>.)(?<operation>[012])(?<currency>[0-9]{3})(?<private>.{10})A010B01[01]$/s;

export function decodeV2Request(text: Uint8Array): Result<ConcertV2Request, string> {
  const fields = requestShape.exec(Buffer.from(text).toString('latin1'))?.groups;
  const charge = chargeNamed(fields?.operation);
  if (!fields || !charge) return err('no 34 characters of a request that is known here');
  return ok({
    till: fields.till ?? '',
    amountCents: cents(Number(fields.amount)),
    charge,
    withReport: fields.kind === '1',
    currency: fields.currency ?? '',
    correlation: (fields.private ?? '').trimEnd(),
  });
}

function chargeNamed(operation: string | undefined): Charge | undefined {
  const charges: readonly Charge[] = ['debit', 'credit', 'cancellation'];
  return charges.find((charge) => operations[charge] === operation);
}

/** `report`, if any, is filled to its 55 characters. */
export function encodeV2Answer(
  answer: Omit<ConcertV2Answer, 'maskedPan'>,
  report: string | null,
): Uint8Array {
  const amount = String(answer.amountCents).padStart(8, '0');
  const filled = report === null ? '' : report.padEnd(reportLength).slice(0, reportLength);
  const correlation = answer.correlation.padEnd(privateLength);
  return bytesOf(
    `${answer.till}${answer.status}${amount}${answer.mode}${filled}${answer.currency}${correlation}`,
  );
}

const answerShape =
  /^(?<till>[0-9]{2})(?<status>[079])(?<amount>[0-9]{8})(?<mode>.)(?<report>.{55})?(?<currency>[0-9]{3})(?<private>.{10})$/s;

/** Some firmwares answer short though the report was asked for: the text itself tells, not the request. */
export function decodeV2Answer(text: Uint8Array): Result<ConcertV2Answer, string> {
  const fields = answerShape.exec(Buffer.from(text).toString('latin1'))?.groups;
  const status = (['0', '7', '9'] as const).find((known) => known === fields?.status);
  if (!fields || !status) return err('neither the 25 nor the 80 characters of an answer');
  return ok({
    till: fields.till ?? '',
    status,
    amountCents: cents(Number(fields.amount)),
    mode: /^[0-9A-Z]$/.test(fields.mode ?? '') ? (fields.mode ?? '') : '',
    // The card number ends at the first blank.
    maskedPan: maskPan(/^[0-9A-Za-z*#]{8,19}(?= |$)/.exec(fields.report ?? '')?.[0]),
    currency: fields.currency ?? '',
    correlation: (fields.private ?? '').trimEnd(),
  });
}

/** Position 11, as far as it names a card. */
const schemes: Readonly<Record<string, string>> = {
  '1': 'CB',
  '2': 'Amex',
  '3': 'Cetelem',
  '5': 'Cofinoga',
  '6': 'Diners',
  '7': 'CB-Pass',
  '8': 'Franfinance',
  '9': 'JCB',
  U: 'CUP',
};

/** What an answer means for the money. `not done` has no reason in this dialect: refusal, red key and time-out are one. */
export function v2Outcome(request: ConcertV2Request, text: Uint8Array): PaymentOutcome {
  const read = decodeV2Answer(text);
  if (!read.ok) return inDoubt(read.error);
  const answer = read.value;
  const mismatch = mismatchOf(request, answer);
  if (mismatch) return inDoubt(mismatch);
  switch (answer.status) {
    case '7':
      return { kind: 'declined', reason: 'not-completed' };
    case '9':
      return inDoubt('taken into account, result not known (status 9)');
    case '0':
      return {
        kind: 'captured',
        slip: {
          maskedPan: answer.maskedPan,
          scheme: schemes[answer.mode] ?? answer.mode,
          // The layout of the report behind the card number is the firmware's own.
          authorisation: '',
          applicationId: null,
          contactless: false,
          terminalContract: null,
          amountCents: request.amountCents,
          terminalReceipt: null,
          offline: null,
        },
      };
  }
}

function mismatchOf(request: ConcertV2Request, answer: ConcertV2Answer): string | null {
  if (answer.amountCents !== request.amountCents) return 'the amount is not ours';
  if (answer.till !== request.till) return 'the till is not ours';
  if (answer.currency !== request.currency) return 'the currency is not ours';
  return answer.correlation === request.correlation ? null : 'the private field is not ours';
}

function inDoubt(detail: string): PaymentOutcome {
  return { kind: 'in-doubt', fault: fault('terminal.bad-answer', detail) };
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
