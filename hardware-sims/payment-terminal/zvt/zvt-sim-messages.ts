import { type Apdu, apduOf } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import { decodeBcd, encodeBcd } from '@portillon/drivers/payment-terminal/zvt/bcd.ts';
import { encodeField, type Fields, readFields } from '@portillon/drivers/payment-terminal/zvt/bitmaps.ts';
import { encodeTlv } from '@portillon/drivers/payment-terminal/zvt/tlv.ts';
import {
  onlineFlagTag,
  receiptMirrorTag,
  zvtCommands,
} from '@portillon/drivers/payment-terminal/zvt/zvt-messages.ts';
import type { ZvtSimTotals, ZvtTransaction } from './zvt-sim-journal.ts';

/** The card that people hold against it; a test number that no bank gives out. */
export const wholePan = '4970109876544869';

const terminalId = encodeBcd(28_004_869, 4);
const euro = encodeBcd(978, 2);
const contract = text('100461763'.padEnd(15));
const cardName = text('CB VISA\0');
const visaType = 10;
const applicationId = Uint8Array.from(Buffer.from('A0000000421010', 'hex'));

const passwordLength = 3;
const commandsWithPassword: ReadonlySet<number> = new Set([
  zvtCommands.registration,
  zvtCommands.repeatReceipt,
  zvtCommands.reversal,
  zvtCommands.refund,
  zvtCommands.endOfDay,
]);

/** The fields of a command of the till behind its password; null when they make no sense. */
export function readCommand({ command, data }: Apdu): Fields | null {
  if (command === zvtCommands.registration || command === zvtCommands.statusEnquiry) return new Map();
  const fields = readFields(commandsWithPassword.has(command) ? data.subarray(passwordLength) : data);
  return fields.ok ? fields.value : null;
}

export function amountIn(fields: Fields): number | null {
  const bytes = fields.get(0x04);
  return bytes ? decodeBcd(bytes) : null;
}

export function numberIn(fields: Fields, tag: number): number | null {
  const bytes = fields.get(tag);
  return bytes ? decodeBcd(bytes) : null;
}

export function intermediate(code: number): Apdu {
  return apduOf(zvtCommands.intermediate, [code]);
}

export function completion(data: Iterable<number> = []): Apdu {
  return apduOf(zvtCommands.completion, data);
}

/** The answer to 06 00: nothing special to do, terminal id, currency. */
export function registered(): Apdu {
  return completion([
    ...encodeField(0x19, Uint8Array.of(0)),
    ...encodeField(0x29, terminalId),
    ...encodeField(0x49, euro),
  ]);
}

export function aborted(code: number): Apdu {
  return apduOf(zvtCommands.aborted, [code]);
}

/** 04 0F of something that did not come about. The text is what tells a time limit from the red key. */
export function failure(code: number, words: string): Apdu {
  return apduOf(zvtCommands.status, [
    ...encodeField(0x27, Uint8Array.of(code)),
    ...encodeField(0x29, terminalId),
    ...encodeField(0x3c, text(words)),
  ]);
}

export interface SuccessOptions {
  readonly date: Date;
  /** Misbehaves: whole card number, tracks and expiry date. */
  readonly showsPan: boolean;
  readonly showsOtherAmount: boolean;
}

/** 04 0F of a transaction that went well, in the order of the recorded ones. */
export function success(entry: ZvtTransaction, options: SuccessOptions): Apdu {
  const { showsPan } = options;
  const time = options.date.toISOString();
  const receipt = encodeBcd(entry.receipt, 2);
  const amountCents = entry.amountCents + (options.showsOtherAmount ? 100 : 0);
  const pan = showsPan ? wholePan : `eeeeeeeeeeee${wholePan.slice(-4)}`;
  return apduOf(zvtCommands.status, [
    ...encodeField(0x27, Uint8Array.of(0)),
    ...encodeField(0x04, encodeBcd(amountCents, 6)),
    ...encodeField(0x0b, encodeBcd(entry.receipt, 3)),
    ...encodeField(0x0c, encodeBcd(Number(time.slice(11, 19).replaceAll(':', '')), 3)),
    ...encodeField(0x0d, encodeBcd(Number(time.slice(5, 10).replace('-', '')), 2)),
    ...(showsPan ? encodeField(0x0e, encodeBcd(2_912, 2)) : []),
    ...encodeField(0x22, Uint8Array.from(Buffer.from(pan, 'hex'))),
    ...(showsPan ? encodeField(0x23, Uint8Array.from(Buffer.from(`${wholePan}d2912201f`, 'hex'))) : []),
    ...encodeField(0x29, terminalId),
    ...encodeField(0x2a, contract),
    ...encodeField(0x3b, text(String(600_000 + entry.receipt).padEnd(8, '\0'))),
    ...(showsPan ? encodeField(0x3c, text(`KARTE ${wholePan} GUELTIG BIS 12/29`)) : []),
    ...encodeField(0x49, euro),
    ...encodeField(0x87, receipt),
    ...encodeField(0x8a, Uint8Array.of(visaType)),
    ...encodeField(0x8b, cardName),
    ...encodeField(
      0x06,
      encodeTlv([
        { tag: receiptMirrorTag, value: receipt },
        { tag: onlineFlagTag, value: Uint8Array.of(entry.offline ? 0x00 : 0x01) },
        { tag: 0x1f12, value: Uint8Array.of(0x02) },
        { tag: 0x60, value: encodeTlv([{ tag: 0x43, value: applicationId }]) },
      ]),
    ),
  ]);
}

/** A slip line of a terminal that prints on the till although it was told not to. */
export function printLine(words: string): Apdu {
  return apduOf(zvtCommands.printLine, [0x00, ...text(words)]);
}

/** 04 0F of an end of day: sums of seven schemes, all of it under VISA here. */
export function totals(told: ZvtSimTotals): Apdu {
  const none = [0, ...encodeBcd(0, 6)];
  const visa = [told.count, ...encodeBcd(told.amountCents, 6)];
  const schemes = [none, none, none, none, visa, none, none].flat();
  const range = [...encodeBcd(told.firstReceipt, 2), ...encodeBcd(told.lastReceipt, 2)];
  return apduOf(zvtCommands.status, [
    ...encodeField(0x27, Uint8Array.of(0)),
    ...encodeField(0x04, encodeBcd(told.amountCents, 6)),
    ...encodeField(0x60, Uint8Array.from([...range, ...schemes])),
  ]);
}

function text(words: string): Uint8Array {
  return Uint8Array.from(Buffer.from(words, 'latin1'));
}

export function euros(amountCents: number): string {
  return `${Math.floor(amountCents / 100)},${String(amountCents % 100).padStart(2, '0')}`;
}

/** A field of one byte that is no decimal number. */
export function binaryIn(fields: Fields, tag: number): number | null {
  return fields.get(tag)?.[0] ?? null;
}

export function bcdOf(bytes: Uint8Array): number | null {
  return decodeBcd(bytes);
}

/** The amount of `84 9D`: what was issued of it. */
export function amountOf({ data }: Apdu): number | null {
  const fields = readFields(data);
  return fields.ok ? amountIn(fields.value) : null;
}
