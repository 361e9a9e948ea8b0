import { cents } from '@portillon/core/base/money.ts';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../../card/hex.ts';
import { type Apdu, apduOf, decodeApdu, encodeApdu } from './apdu.ts';
import { encodeField, readFields } from './bitmaps.ts';
import { encodeTlv, findTlv, readTlv } from './tlv.ts';
import dissected from './vectors/dissected-apdus.json' with { type: 'json' };
import recorded from './vectors/recorded-status.json' with { type: 'json' };
import {
  decodeMessage,
  encodeAuthorisation,
  encodeEndOfDay,
  encodeRefund,
  encodeRegistration,
  encodeRepeatReceipt,
  encodeReversal,
  readNumbers,
  slipOf,
  writeNumbers,
  type ZvtStatus,
  zvtCommands,
} from './zvt-messages.ts';

const sale = { amountCents: cents(3_990), answerLimitSeconds: 30, mostStatusInfos: 7 };
const ours: Readonly<Record<string, Apdu>> = {
  registration: encodeRegistration('000000'),
  'authorisation-first': encodeAuthorisation({ ...sale, receiptMirror: null }),
  authorisation: encodeAuthorisation({ ...sale, receiptMirror: bytesOfHex('0471') }),
  reversal: encodeReversal('000000', '0471'),
  refund: encodeRefund('000000', cents(3_990)),
  'end-of-day': encodeEndOfDay('000000'),
};

function messageOf(hex: string) {
  const apdu = decodeApdu(bytesOfHex(hex));
  if (!apdu) throw new Error('the vector is no APDU');
  const message = decodeMessage(apdu);
  if (!message.ok) throw new Error(message.error);
  return message.value;
}

function statusOf(hex: string): ZvtStatus {
  const message = messageOf(hex);
  if (message.kind !== 'status') throw new Error('the vector is no status information');
  return message.status;
}

it.each(dissected.till)('[ZV11] writes what the dissector reads: $meaning', ({ command, apdu }) => {
  const written = ours[command];
  expect(written && hexOf(encodeApdu(written))).toBe(hexOf(bytesOfHex(apdu)));
});

it('asks for the latest receipt with the password', () => {
  expect(hexOf(encodeApdu(encodeRepeatReceipt('123456')))).toBe('062003123456');
});

it('reads a good result as the dissector does', () => {
  expect(statusOf(dissected.terminal.approved.apdu)).toEqual({
    resultCode: 0,
    amountCents: 3_990,
    currency: '978',
    numbers: { receipt: '0471', trace: '000470' },
    receiptMirror: bytesOfHex('0471'),
    maskedPan: '************4771',
    scheme: 'Debit Mastercard',
    authorisation: '611804',
    applicationId: 'A0000000041010',
    contactless: true,
    offline: null,
    contract: '100461763',
    terminalId: '28004869',
    saysTimeLimit: false,
    totals: null,
  });
});

it.each([
  ['00', true],
  ['01', false],
  ['02', null],
] as const)('[ZV16] reads the online flag %s in its container, as terminals send it', (flag, offline) => {
  const status = statusOf(`04 0F 0E 27 00 06 0A 2F 08 1F 11 01 ${flag} 1F 12 01 02`);
  expect(status).toMatchObject({ offline, contactless: true });
  expect(slipOf(status, cents(3_990)).offline).toBe(offline);
});

it('[ZV16] knows nothing of the bank where the flag is missing or longer than a byte', () => {
  expect(statusOf(recorded.contactless.apdu).offline).toBeNull();
  expect(statusOf('04 0F 09 27 00 06 05 1F 11 02 00 00').offline).toBeNull();
});

it('reads the results that another implementation is tested with', () => {
  expect(statusOf(recorded.paymentGood.apdu)).toMatchObject({
    resultCode: 0,
    amountCents: 2_040,
    numbers: { receipt: '0470', trace: '000470' },
    scheme: recorded.paymentGood.cardName,
    receiptMirror: null,
  });
  expect(statusOf(recorded.contactless.apdu)).toMatchObject({
    amountCents: null,
    scheme: recorded.contactless.cardName,
    contactless: true,
    applicationId: 'A0000000041010',
  });
  expect(statusOf(recorded.chip.apdu)).toMatchObject({ amountCents: 2_040, contactless: false });
  expect(statusOf(recorded.systemError.apdu)).toMatchObject({ resultCode: 0xff });
});

it('[ZV9] tells a time limit from the red key by the words beside the code', () => {
  expect(statusOf(recorded.abortedByKey.apdu)).toMatchObject({ resultCode: 0x6c, saysTimeLimit: false });
  const timedOut = [
    ...encodeField(0x27, Uint8Array.of(0x6c)),
    ...encodeField(0x3c, Buffer.from('Zeit abgelaufen')),
  ];
  const message = decodeMessage(apduOf(zvtCommands.status, timedOut));
  expect(message).toMatchObject({ value: { status: { saysTimeLimit: true } } });
});

it('[ZV13] adds up what the schemes of an end of day have turned over', () => {
  expect(statusOf(dissected.terminal.endOfDay.apdu)).toMatchObject({
    amountCents: 7_980,
    totals: { count: 2, amountCents: 7_980 },
  });
});

it('knows the other messages of a terminal', () => {
  expect(messageOf('80 00 00')).toEqual({ kind: 'accepted' });
  expect(messageOf('84 00 00')).toEqual({ kind: 'accepted' });
  expect(messageOf('84 9C 00')).toEqual({ kind: 'refused', code: 0x9c });
  expect(messageOf('04 FF 01 0A')).toEqual({ kind: 'intermediate', code: 0x0a, limitMinutes: null });
  expect(messageOf('04 FF 02 0A 03')).toEqual({ kind: 'intermediate', code: 0x0a, limitMinutes: 3 });
  expect(messageOf('04 FF 05 0A 06 02 24 00')).toMatchObject({ limitMinutes: null });
  expect(messageOf('06 0F 01 DF')).toEqual({ kind: 'completion', terminalStatus: 0xdf, terminalId: null });
  expect(messageOf('06 0F 00')).toEqual({ kind: 'completion', terminalStatus: null, terminalId: null });
  // Of a registration: status byte, number of the terminal, currency.
  expect(messageOf('06 0F 0A 19 00 29 28 00 48 69 49 09 78')).toMatchObject({ terminalId: '28004869' });
  expect(messageOf('06 1E 01 6C')).toEqual({ kind: 'aborted', code: 0x6c });
  expect(messageOf('06 D1 02 00 41')).toEqual({ kind: 'print' });
  expect(messageOf('04 01 00')).toEqual({ kind: 'clock' });
  expect(messageOf('06 D8 00')).toEqual({ kind: 'unknown', command: 0x06d8 });
});

describe('[I14] what leaves the codec', () => {
  const pan = '4970109876544869';
  const packed = (digits: string) => Uint8Array.from(Buffer.from(digits, 'hex'));
  const worst = apduOf(zvtCommands.status, [
    ...encodeField(0x27, Uint8Array.of(0)),
    ...encodeField(0x04, packed('000000003990')),
    ...encodeField(0x0e, packed('2912')),
    ...encodeField(0x22, packed(pan)),
    ...encodeField(0x23, packed(`${pan}d29122010000f`.padEnd(30, '0'))),
    ...encodeField(0x2a, Buffer.from(pan.slice(1))),
    ...encodeField(0x3c, Buffer.from(`KARTE ${pan} 12/29`)),
    ...encodeField(0x87, packed('0471')),
    ...encodeField(0x8b, Buffer.from(`VISA 4970 1098 7654 4869\0`)),
    ...encodeField(
      0x06,
      encodeTlv([
        { tag: 0x1f1f, value: packed(pan) },
        { tag: 0x60, value: encodeTlv([{ tag: 0x43, value: packed(pan) }]) },
        { tag: 0x46, value: Buffer.from(pan) },
      ]),
    ),
  ]);

  it('is the last four digits, wherever a terminal puts a whole number', () => {
    const message = decodeMessage(worst);
    expect(message).toMatchObject({
      ok: true,
      value: { status: { maskedPan: '************4869', scheme: 'card' } },
    });
    const everything = JSON.stringify(message).replace(/[^0-9]/g, '');
    expect(everything).not.toContain(pan.slice(0, -4));
    expect(everything).not.toContain(pan.slice(6));
    expect(everything).not.toContain('2912');
  });

  it('is nothing of a slip line', () => {
    for (const command of [zvtCommands.printLine, zvtCommands.printBlock]) {
      expect(decodeMessage(apduOf(command, Buffer.from(`\0KARTE ${pan}`)))).toEqual({
        ok: true,
        value: { kind: 'print' },
      });
    }
  });

  it('quotes no value when it makes no sense', () => {
    const cut = apduOf(zvtCommands.status, worst.data.subarray(0, 30));
    expect(decodeMessage(cut)).toEqual({ ok: false, error: 'field 23 is cut' });
  });

  it('drops the filling of an odd card number, and what is no number at all', () => {
    const maskedBy = (digits: string) => {
      const data = [...encodeField(0x27, Uint8Array.of(0)), ...encodeField(0x22, packed(digits))];
      const message = decodeMessage(apduOf(zvtCommands.status, data));
      return (
        message.ok && message.value.kind === 'status' && slipOf(message.value.status, cents(1)).maskedPan
      );
    };
    expect(maskedBy('eeeeeeeeeeee477f')).toBe('');
    expect(maskedBy('eeeeeeeeee34771f')).toBe('************4771');
    expect(maskedBy('eeee')).toBe('');
  });
});

it('refuses data that makes no sense, by name', () => {
  const errorOf = (data: string) => decodeMessage(apduOf(zvtCommands.status, bytesOfHex(data)));
  expect(errorOf('04 00 00 00 00 39 90')).toMatchObject({
    error: 'a status information without its result (27)',
  });
  expect(errorOf('27 00 27 00')).toMatchObject({ error: 'field 27 comes twice' });
  expect(errorOf('27 00 99')).toMatchObject({ error: 'field 99 is none of this protocol' });
  expect(errorOf('27 00 04 00 00 00 00 39 AA')).toMatchObject({ error: 'field 04 is no number' });
  expect(errorOf('27 00 8B F1')).toMatchObject({ error: 'field 8B has no length' });
  expect(errorOf('27 00 06 04 1F 1F 09 00')).toMatchObject({
    error: 'an object of the container is cut at byte 0',
  });
  expect(errorOf('27 00 60 F0 F0 F5 00 00 00 00 01')).toMatchObject({
    error: 'the totals (60) have no such length',
  });
  expect(decodeMessage(apduOf(zvtCommands.aborted))).toMatchObject({ ok: false });
  expect(decodeMessage(apduOf(zvtCommands.intermediate))).toMatchObject({ ok: false });
});

it('reads tags of the container of one to three bytes, inside others too', () => {
  for (const tag of [0x43, 0x1f12, 0x1f8001]) {
    const inner = encodeTlv([{ tag, value: Uint8Array.of(9) }]);
    const read = readTlv(encodeTlv([{ tag: 0x60, value: inner }]));
    expect(read.ok && findTlv(read.value, tag)).toEqual(Uint8Array.of(9));
  }
  expect(readTlv(bytesOfHex('1F 80 80 80 01 00')).ok).toBe(false);
});

it('reads lengths of the container in one, two and three bytes', () => {
  for (const length of [0, 127, 128, 255, 256, 1_000]) {
    const value = new Uint8Array(length).fill(7);
    const read = readTlv(encodeTlv([{ tag: 0x1f07, value }]));
    expect(read.ok && findTlv(read.value, 0x1f07)).toEqual(value);
    const field = readFields(Uint8Array.from(encodeField(0x06, encodeTlv([{ tag: 0x24, value }]))));
    expect(field.ok).toBe(true);
  }
});

it('writes the numbers of a payment as its slip keeps them', () => {
  expect(writeNumbers({ receipt: '0471', trace: '000470' })).toBe('0471/000470');
  expect(readNumbers('0471/000470')).toEqual({ receipt: '0471', trace: '000470' });
  expect(readNumbers('471')).toBeNull();
});
