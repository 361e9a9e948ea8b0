import { type Cents, cents } from '@portillon/core/base/money.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardSlip } from '../payment-terminal.ts';
import { type Apdu, apduOf } from './apdu.ts';
import { bcdDigits, decodeBcd, encodeBcd } from './bcd.ts';
import { encodeField, type Fields, readFields } from './bitmaps.ts';
import { encodeTlv, findTlv, readTlv, type TlvObject } from './tlv.ts';

/** Class and instruction of the commands of both sides. */
export const zvtCommands = {
  statusEnquiry: 0x0501,
  registration: 0x0600,
  authorisation: 0x0601,
  repeatReceipt: 0x0620,
  reversal: 0x0630,
  refund: 0x0631,
  endOfDay: 0x0650,
  abort: 0x06b0,
  setClock: 0x0401,
  status: 0x040f,
  intermediate: 0x04ff,
  completion: 0x060f,
  aborted: 0x061e,
  printLine: 0x06d1,
  printBlock: 0x06d3,
} as const;

/** Our answers. What follows a status information with result 00 decides the sale (PA00P015, 2.2.6). */
export const zvtAnswers = {
  /** Received; after a status information with result 00: the goods are out, book. */
  done: apduOf(0x8000),
  /** Not finished: ask again in two seconds. */
  notYet: apduOf(0x849c),
  /** The goods did not come: reverse. Any code but 00, 9C and 9D says so. */
  notIssued: apduOf(0x8466),
  /** A command of the terminal that we do not carry out. */
  unknown: apduOf(0x8483),
} as const;

const euro = encodeBcd(978, 2);

/** Tag 1F1F: the receipt number that both sides hold against each other (PA00P015, 4). */
export const receiptMirrorTag = 0x1f1f;
/** Tag 1F12: 00 stripe, 01 chip, 02 contactless. */
const cardTechnologyTag = 0x1f12;
/** Tag 1F11, the online flag: 00 the terminal approved by itself, 01 the bank was asked. */
export const onlineFlagTag = 0x1f11;
/** Tag 43 in 60: AID of the application that paid. */
const applicationIdTag = 0x43;

/**
 * What 06 00 asks for: slips of payments (02) and of administration (04) are ours and made from the status information, not
 * sent as print lines (80 is off); intermediate statuses (08); amounts and administration cannot be begun at the terminal
 * (10, 20).
 */
const configByte = 0x3e;

export function encodeRegistration(password: string): Apdu {
  return apduOf(zvtCommands.registration, [...encodePassword(password), configByte, ...euro]);
}

export interface AuthorisationFields {
  readonly amountCents: Cents;
  /** How long the terminal waits for our answer to a status information, 1 to 255 s. */
  readonly answerLimitSeconds: number;
  /** How often it may ask again. */
  readonly mostStatusInfos: number;
  /** Its receipt number of the last sale that we count; null says that we know none. */
  readonly receiptMirror: Uint8Array | null;
}

export function encodeAuthorisation(fields: AuthorisationFields): Apdu {
  const mirror: TlvObject = { tag: receiptMirrorTag, value: fields.receiptMirror ?? new Uint8Array(0) };
  return apduOf(zvtCommands.authorisation, [
    ...encodeField(0x04, encodeBcd(fields.amountCents, 6)),
    ...encodeField(0x49, euro),
    ...encodeField(0x01, Uint8Array.of(fields.answerLimitSeconds)),
    ...encodeField(0x02, Uint8Array.of(fields.mostStatusInfos)),
    ...encodeField(0x06, encodeTlv([mirror])),
  ]);
}

export function encodeReversal(password: string, receipt: string): Apdu {
  const number = encodeField(0x87, encodeBcd(Number(receipt), 2));
  return apduOf(zvtCommands.reversal, [...encodePassword(password), ...number]);
}

export function encodeRefund(password: string, amountCents: Cents): Apdu {
  return apduOf(zvtCommands.refund, [
    ...encodePassword(password),
    ...encodeField(0x04, encodeBcd(amountCents, 6)),
    ...encodeField(0x49, euro),
  ]);
}

export function encodeRepeatReceipt(password: string): Apdu {
  return apduOf(zvtCommands.repeatReceipt, encodePassword(password));
}

export function encodeEndOfDay(password: string): Apdu {
  return apduOf(zvtCommands.endOfDay, encodePassword(password));
}

/** Six digits. */
function encodePassword(password: string): Uint8Array {
  return encodeBcd(Number(password), 3);
}

/** The numbers by which a terminal knows a transaction again: receipt of four digits, trace of six. */
export interface TerminalNumbers {
  readonly receipt: string;
  readonly trace: string;
}

/** How `terminalReceipt` of a slip is written, `0471/000470`. */
export function writeNumbers({ receipt, trace }: TerminalNumbers): string {
  return `${receipt}/${trace}`;
}

export function readNumbers(terminalReceipt: string): TerminalNumbers | null {
  const [, receipt, trace] = /^([0-9]{4})\/([0-9]{6})$/.exec(terminalReceipt) ?? [];
  return receipt === undefined || trace === undefined ? null : { receipt, trace };
}

/**
 * What we keep of a status information (04 0F). Everything else, whole card number, tracks, expiry date, free text, ends
 * here (I14).
 */
export interface ZvtStatus {
  readonly resultCode: number;
  readonly amountCents: Cents | null;
  /** Three digits, `978`. */
  readonly currency: string | null;
  readonly numbers: TerminalNumbers | null;
  /** Value of 1F1F, at most four bytes. */
  readonly receiptMirror: Uint8Array | null;
  readonly maskedPan: string;
  readonly scheme: string;
  readonly authorisation: string;
  readonly applicationId: string | null;
  readonly contactless: boolean;
  /** Approved without asking the bank; null where nothing was said of it. */
  readonly offline: boolean | null;
  readonly contract: string | null;
  /** Eight digits. */
  readonly terminalId: string | null;
  /** The free text speaks of a time limit: all that tells one from the red key. */
  readonly saysTimeLimit: boolean;
  readonly totals: ZvtTotals | null;
}

/** Field 60 of an end of day: what each scheme has turned over, what was given back taken off already. */
export interface ZvtTotals {
  readonly count: number;
  readonly amountCents: Cents;
}

/** What the terminal says, answers to our commands included. */
export type ZvtMessage =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly code: number }
  /** `limitMinutes` is a new limit for the next sign of life. */
  | { readonly kind: 'intermediate'; readonly code: number; readonly limitMinutes: number | null }
  | { readonly kind: 'status'; readonly status: ZvtStatus }
  /** `terminalStatus` is the last byte: the answer to 05 01. */
  | {
      readonly kind: 'completion';
      readonly terminalStatus: number | null;
      /** Of a registration; null of others. */
      readonly terminalId: string | null;
    }
  | { readonly kind: 'aborted'; readonly code: number }
  /** A line or block to print. Its text is not kept: it may hold a card number (I14). */
  | { readonly kind: 'print' }
  | { readonly kind: 'clock' }
  | { readonly kind: 'unknown'; readonly command: number };

/** Reads an APDU of the terminal. The error never quotes a value (I14). */
export function decodeMessage({ command, data }: Apdu): Result<ZvtMessage, string> {
  if (command >> 8 === 0x80 || command === 0x8400) return ok({ kind: 'accepted' });
  if (command >> 8 === 0x84) return ok({ kind: 'refused', code: command & 0xff });
  switch (command) {
    case zvtCommands.intermediate:
      return decodeIntermediate(data);
    case zvtCommands.status:
      return decodeStatus(data);
    case zvtCommands.completion:
      return ok({
        kind: 'completion',
        terminalStatus: data.at(-1) ?? null,
        terminalId: completedId(data),
      });
    case zvtCommands.aborted:
      return data[0] === undefined
        ? err('an abort without its code')
        : ok({ kind: 'aborted', code: data[0] });
    case zvtCommands.printLine:
    case zvtCommands.printBlock:
      return ok({ kind: 'print' });
    case zvtCommands.setClock:
      return ok({ kind: 'clock' });
    default:
      return ok({ kind: 'unknown', command });
  }
}

function decodeIntermediate(data: Uint8Array): Result<ZvtMessage, string> {
  const [code, minutes] = data;
  if (code === undefined) return err('an intermediate status without its code');
  // A container (06) may follow at once instead of the minutes.
  const isLimit = minutes !== undefined && (data.length === 2 || data[2] === 0x06);
  return ok({
    kind: 'intermediate',
    code,
    limitMinutes: isLimit ? decodeBcd(Uint8Array.of(minutes)) : null,
  });
}

function decodeStatus(data: Uint8Array): Result<ZvtMessage, string> {
  const fields = readFields(data);
  if (!fields.ok) return fields;
  const kept = keepAllowed(fields.value);
  return kept.ok ? ok({ kind: 'status', status: kept.value }) : kept;
}

function keepAllowed(fields: Fields): Result<ZvtStatus, string> {
  const resultCode = fields.get(0x27)?.[0];
  // The totals of an end of day may come without a result: nothing was asked of a bank.
  if (resultCode === undefined && !fields.has(0x60))
    return err('a status information without its result (27)');
  const amount = numberIn(fields, 0x04);
  if (!amount.ok) return amount;
  const totals = readTotals(fields.get(0x60));
  if (!totals.ok) return totals;
  const container = readTlv(fields.get(0x06) ?? new Uint8Array(0));
  if (!container.ok) return container;
  const tlv = container.value;
  return ok({
    resultCode: resultCode ?? 0,
    amountCents: amount.value === null ? null : cents(amount.value),
    currency: bcdDigits(fields.get(0x49) ?? new Uint8Array(0))?.slice(1) ?? null,
    numbers: numbersOf(fields),
    receiptMirror: shortValue(findTlv(tlv, receiptMirrorTag)),
    maskedPan: maskPan(fields.get(0x22)),
    scheme: schemeOf(fields),
    authorisation: harmlessText(fields.get(0x3b), /^[0-9A-Za-z ]{1,8}$/) ?? '',
    applicationId: applicationId(findTlv(tlv, applicationIdTag)),
    contactless: findTlv(tlv, cardTechnologyTag)?.[0] === 0x02,
    offline: offlineBy(findTlv(tlv, onlineFlagTag)),
    contract: harmlessText(fields.get(0x2a), /^[0-9A-Za-z]{1,15}$/),
    terminalId: terminalIdIn(fields),
    saysTimeLimit: /zeit|time.?out|d.lai/i.test(textOf(fields.get(0x3c))),
    totals: totals.value,
  });
}

/** What a payment that went well may show. */
export function slipOf(status: ZvtStatus, amountCents: Cents): CardSlip {
  return {
    maskedPan: status.maskedPan,
    scheme: status.scheme,
    authorisation: status.authorisation,
    applicationId: status.applicationId,
    contactless: status.contactless,
    terminalContract: status.contract,
    amountCents,
    terminalReceipt: status.numbers ? writeNumbers(status.numbers) : null,
    offline: status.offline,
  };
}

/** What a completion holds besides its status byte matters to nobody else: what is no list of fields tells no number. */
function completedId(data: Uint8Array): string | null {
  const fields = readFields(data);
  return fields.ok ? terminalIdIn(fields.value) : null;
}

function terminalIdIn(fields: Fields): string | null {
  return bcdDigits(fields.get(0x29) ?? new Uint8Array(0));
}

function offlineBy(flag: Uint8Array | undefined): boolean | null {
  if (flag?.length !== 1) return null;
  return flag[0] === 0x00 ? true : flag[0] === 0x01 ? false : null;
}

function numberIn(fields: Fields, tag: number): Result<number | null, string> {
  const bytes = fields.get(tag);
  if (!bytes) return ok(null);
  const value = decodeBcd(bytes);
  return value === null ? err(`field ${tag.toString(16).padStart(2, '0')} is no number`) : ok(value);
}

function numbersOf(fields: Fields): TerminalNumbers | null {
  const receipt = bcdDigits(fields.get(0x87) ?? new Uint8Array(0));
  const trace = bcdDigits(fields.get(0x0b) ?? new Uint8Array(3));
  return receipt === null || trace === null ? null : { receipt, trace };
}

/** The last four digits, whatever the terminal masked (half byte E) or forgot to mask; F fills up an odd number. */
function maskPan(bytes: Uint8Array | undefined): string {
  const last = Buffer.from(bytes ?? [])
    .toString('hex')
    .replace(/f+$/, '')
    .slice(-4);
  return /^[0-9]{4}$/.test(last) ? `************${last}` : '';
}

function schemeOf(fields: Fields): string {
  const name = harmlessText(fields.get(0x8b), /^[\x20-\x7e]{1,40}$/);
  if (name !== null) return name;
  const type = fields.get(0x8a)?.[0];
  return type === undefined ? 'card' : `card type ${type}`;
}

function applicationId(bytes: Uint8Array | undefined): string | null {
  const hex = Buffer.from(bytes ?? [])
    .toString('hex')
    .toUpperCase();
  return /^A[0-9A-F]{9,31}$/.test(hex) ? hex : null;
}

/** Text of one of the allowed fields, null when it has not its shape or could hold a card number (I14). */
function harmlessText(bytes: Uint8Array | undefined, shape: RegExp): string | null {
  const text = textOf(bytes);
  if (/[0-9]{13}/.test(text.replace(/[^0-9A-Za-z]/g, ''))) return null;
  return shape.test(text) ? text : null;
}

function textOf(bytes: Uint8Array | undefined): string {
  const text = Buffer.from(bytes ?? []).toString('latin1');
  const end = text.indexOf('\0');
  return (end === -1 ? text : text.slice(0, end)).trim();
}

/** Longer than any receipt number is something else. */
function shortValue(bytes: Uint8Array | undefined): Uint8Array | null {
  return bytes && bytes.length >= 1 && bytes.length <= 4 ? bytes : null;
}

const receiptRangeLength = 4;
const schemeTotalLength = 7;

/** First and last receipt, two bytes each, then for each of seven schemes a count (1, binary) and a sum (6). */
function readTotals(bytes: Uint8Array | undefined): Result<ZvtTotals | null, string> {
  if (!bytes) return ok(null);
  const rows = bytes.subarray(receiptRangeLength);
  if (bytes.length < receiptRangeLength || rows.length % schemeTotalLength !== 0) {
    return err('the totals (60) have no such length');
  }
  let count = 0;
  let amount = 0;
  for (let at = 0; at < rows.length; at += schemeTotalLength) {
    const sum = decodeBcd(rows.subarray(at + 1, at + schemeTotalLength));
    if (sum === null) return err('a sum of the totals (60) is no number');
    count += rows[at] ?? 0;
    amount += sum;
  }
  return ok({ count, amountCents: cents(amount) });
}
