import { cents } from '@portillon/core/base/money.ts';
import { describe, expect, it } from 'vitest';
import type { PaymentOutcome } from '../payment-terminal.ts';
import { parseTlv } from './tlv.ts';
import {
  aboutOf,
  chargeOutcome,
  encodeRequest,
  openTill,
  readAnswer,
  statusOutcome,
} from './tlv-messages.ts';
import exchange from './vectors/akretion-exchange.json' with { type: 'json' };

const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const badAnswer = { kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } };

function answer(text: string) {
  const read = readAnswer(bytesOf(text));
  if (read.kind !== 'whole') throw new Error(`${read.kind}: ${text}`);
  return read.answer;
}

function debit(text: string): PaymentOutcome {
  return chargeOutcome(openTill, 'debit', payment, answer(text));
}

/** The recorded approval with one field written otherwise. */
function approvalWith(from: string, to: string): string {
  expect(exchange.approvedAnswer).toContain(from);
  return exchange.approvedAnswer.replace(from, to);
}

describe('requests', () => {
  it('writes a debit as recorded, followed by our reference and by no partial payment', () => {
    const written = Buffer.from(encodeRequest(openTill, 'debit', payment)).toString('latin1');
    expect(written).toBe(`${exchange.debitRequest}CH009SALE0001ABF0010`);
  });

  it('names the payment in a status question and in a cancellation, and nothing in an identification', () => {
    const fieldsOf = (bytes: Uint8Array) => {
      const text = parseTlv(bytes);
      return text.kind === 'whole' ? Object.fromEntries(text.fields) : {};
    };
    expect(fieldsOf(encodeRequest(openTill, 'status', payment))).toMatchObject({
      CD: 'T',
      CB: '000000003990',
      CH: 'SALE0001A',
    });
    expect(fieldsOf(encodeRequest(openTill, 'cancellation', payment))).toMatchObject({
      CD: '2',
      CH: 'SALE0001A',
    });
    const identification = fieldsOf(encodeRequest(openTill, 'identification'));
    expect(identification).toMatchObject({ CD: 'I' });
    expect(identification).not.toHaveProperty('CB');
  });

  it('refuses a reference that the field cannot hold', () => {
    expect(() => encodeRequest(openTill, 'debit', { ...payment, reference: 'a b' })).toThrow('reference');
  });
});

describe('answers to a debit', () => {
  it('[I14] reads the recorded approval, the card number down to its last four digits', () => {
    expect(debit(exchange.approvedAnswer)).toEqual({
      kind: 'captured',
      slip: {
        maskedPan: '************4869',
        scheme: 'CB',
        authorisation: '647652',
        applicationId: 'A0000000047142043697',
        contactless: false,
        terminalContract: '424242',
        terminalReceipt: null,
        offline: null,
        amountCents: 3_990,
      },
    });
  });

  it('[I14] tells serial number and contract of the terminal, and no number that could be a card', () => {
    const told = (serial: string) => {
      const field = `AQ${String(serial.length).padStart(3, '0')}${serial}`;
      const read = readAnswer(Buffer.from(exchange.approvedAnswer + field, 'latin1'));
      return read.kind === 'whole' ? aboutOf(read.answer) : read;
    };
    expect(told('16152CT20364012')).toEqual({ serial: '16152CT20364012', contract: '424242' });
    expect(told('4970109876544869')).toEqual({ contract: '424242' });
    expect(told('SN4970109876544869')).toEqual({ contract: '424242' });
  });

  it('reads the recorded cancellation by the customer', () => {
    expect(debit(exchange.cancelledAnswer)).toEqual({ kind: 'cancelled' });
  });

  it('accepts a cancellation without the amount, as an Ingenico Desk/5000 sends it', () => {
    expect(debit(exchange.cancelledAnswer.replace('CB012000000003990', ''))).toEqual({ kind: 'cancelled' });
  });

  it('compares the amount as a number, however it is padded', () => {
    expect(debit(approvalWith('CB012000000003990', 'CB0043990')).kind).toBe('captured');
  });

  it.each([
    ['another amount', 'CB012000000003990', 'CB012000000004090'],
    ['no amount', 'CB012000000003990', ''],
    ['another till', 'CA00201', 'CA00202'],
    ['no till', 'CA00201', ''],
    ['another currency', 'CE003978', 'CE003756'],
    ['another action', 'CD0010', 'CD001I'],
    ['another reference', 'AE00210', 'CH009SALE0002AAE00210'],
    ['a reference that is none', 'AE00210', 'CH003a bAE00210'],
    ['taken into account only', 'AE00210', 'AE00211'],
  ])('[I10] is in doubt about an approval with %s', (_what, from, to) => {
    expect(debit(approvalWith(from, to))).toMatchObject(badAnswer);
  });

  it('[I10] is in doubt when a refusal belongs to another payment, or contradicts itself', () => {
    const refused = (fields: string) => exchange.cancelledAnswer.replace('AE00201AF00211', fields);
    expect(debit(refused('CH009SALE0002AAE00201AF00204'))).toMatchObject(badAnswer);
    expect(debit(refused('AE00201AF00201'))).toMatchObject(badAnswer);
    expect(debit(refused('AE00201AF00299'))).toMatchObject(badAnswer);
  });

  it.each([
    ['04', { kind: 'declined', reason: 'refused' }],
    ['05', { kind: 'declined', reason: 'not-permitted' }],
    ['07', { kind: 'declined', reason: 'not-completed' }],
    ['08', { kind: 'timed-out' }],
    ['11', { kind: 'cancelled' }],
    ['13', { kind: 'declined', reason: 'unsupported-currency' }],
  ])('tells reason %s in words', (code, outcome) => {
    expect(debit(exchange.cancelledAnswer.replace('AF00211', `AF002${code}`))).toEqual(outcome);
  });
});

describe('answers to a status question', () => {
  const about = (text: string) => statusOutcome(openTill, payment, answer(text));
  const named = (text: string) => text.replace('AE002', 'CH009SALE0001AAE002');

  it('believes an answer that names the payment, and no other', () => {
    expect(about(named(exchange.approvedAnswer)).kind).toBe('captured');
    expect(about(named(exchange.cancelledAnswer)).kind).toBe('cancelled');
    expect(about(exchange.approvedAnswer)).toMatchObject(badAnswer);
    expect(about(exchange.cancelledAnswer)).toMatchObject(badAnswer);
  });

  it('[I10] takes a terminal that does not know the question for one that cannot tell, not for unpaid', () => {
    for (const code of ['09', '12']) {
      expect(about(named(exchange.cancelledAnswer).replace('AF00211', `AF002${code}`))).toMatchObject(
        badAnswer,
      );
    }
    expect(about(named(exchange.cancelledAnswer).replace('AF00211', ''))).toMatchObject(badAnswer);
    expect(about(named(exchange.approvedAnswer).replace('AE00210', 'AE00211'))).toMatchObject(badAnswer);
  });

  it('knows a payment never heard of, and a reversal that was booked', () => {
    expect(about(named(exchange.cancelledAnswer).replace('AF00211', 'AF00200'))).toEqual({
      kind: 'declined',
      reason: 'not-found',
    });
    expect(about(named(exchange.approvedAnswer).replace('CD0010', 'CD0012'))).toMatchObject({
      kind: 'captured',
      slip: { amountCents: 3_990 },
    });
  });
});

describe('what an answer may be', () => {
  it('waits for AE, then says that the text is whole', () => {
    const ae = exchange.approvedAnswer.indexOf('AE00210');
    expect(readAnswer(bytesOf(exchange.approvedAnswer.slice(0, ae))).kind).toBe('partial');
    expect(readAnswer(bytesOf(exchange.approvedAnswer.slice(0, ae + 7))).kind).toBe('whole');
  });

  it('is malformed when CZ does not come first or AE says nothing known', () => {
    expect(readAnswer(bytesOf('CA00201CZ0040300AE00210')).kind).toBe('malformed');
    expect(readAnswer(bytesOf('CZ0040300AE00277')).kind).toBe('malformed');
  });

  it('[I14] keeps nothing of a whole card number, wherever a terminal may put it', () => {
    const pan = '4970109876544869';
    const fields = ['AA', 'AC', 'CG', 'AI', 'CC', 'AK', 'CF', 'ZT', 'AB', 'AF'];
    for (const tag of fields) {
      const text = `CZ0040300CA00201CB0043990AE00210${tag}016${pan}`;
      const read = readAnswer(bytesOf(text));
      expect(JSON.stringify(read)).not.toContain(pan.slice(0, 12));
      expect(JSON.stringify(read)).not.toContain(pan.slice(4));
    }
    expect(JSON.stringify(readAnswer(bytesOf(`CZ0040300AE00210CB016${pan}`)))).not.toContain(pan.slice(4));
    const asReference = debit(approvalWith('AE00210', `CH016${pan}AE00210`));
    expect(asReference).toMatchObject(badAnswer);
    expect(JSON.stringify(asReference)).not.toContain(pan.slice(4));
  });
});
