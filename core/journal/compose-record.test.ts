import { expect, it } from 'vitest';
import { cents } from '../base/money.ts';
import { composeDuplicate, composeTaking, composeTraining, type RecordPlace } from './compose-record.ts';
import { eventPayloadSchema } from './fiscal-event.ts';
import { fiscalSignatureHolds, fiscalSigner, newFiscalKey } from './fiscal-key.ts';
import { neutralText } from './fiscal-text.ts';
import { nothingTaken } from './perpetual-totals.ts';
import { readFields, recordText } from './record-layout.ts';
import { type Taking, takingLines, takingPayloadSchema, trainingPayloadSchema } from './taking.ts';
import vectors from './vectors/journal.json' with { type: 'json' };

const signer = fiscalSigner(newFiscalKey());
if (!signer) throw new Error('no key');
const place: RecordPlace = {
  est: '12345678900012',
  till: 'B01',
  timeZone: 'Europe/Paris',
  software: { version: '0.1.0', perimeter: '' },
  no: 1,
  previousSignature: '',
  atMs: Date.parse('2026-11-22T08:15:42Z'),
  signer,
};
const line = {
  code: 'plan-1',
  label: 'Abonnement mensuel Été',
  quantity: '1',
  unitCents: cents(2990),
  grossCents: cents(2990),
  netCents: cents(2492),
  vatRate: 2000,
};
const sale: Taking = {
  type: 'VENTE',
  originalNo: null,
  lines: [line],
  payments: [
    { means: 'CB', amountCents: cents(2990), maskedPan: '************4869', authorisation: 'A1B2C3' },
  ],
  customerId: '01900000-0000-7000-8000-000000000010',
};

const composed = composeTaking(place, sale, nothingTaken);

it('[FJ1] a taking has the fields of the published example, and what the law asks in its payload', () => {
  const [example] = vectors.records;
  const fields = readFields('T1', composed.record.text);
  expect(fields).toMatchObject({
    ...readFields('T1', example?.text ?? ''),
    kid: signer.kid,
    payload: fields?.payload,
  });
  const published = JSON.parse(example?.payload ?? '{}');
  expect(JSON.parse(composed.record.payload ?? '')).toMatchObject({
    ...published,
    lines: published.lines.map((each: object) => expect.objectContaining(each)),
    pay: published.pay.map((each: object) => expect.objectContaining(each)),
  });
  expect(fiscalSignatureHolds(signer.publicKey, composed.record.text, composed.record.signature)).toBe(true);
});

it('[FJ2] a comma, a bar or a line end in a text makes no second field', () => {
  expect(neutralText('E\u0301te\u0301, 50 % | a\nb')).toBe('\u00c9te\u0301; 50 % / a b'.normalize('NFC'));
  const fields = readFields('T1', composed.record.text);
  if (!fields) throw new Error('the string could not be read');
  const again = recordText('T1', { ...fields, till: 'B,0|1' });
  expect(readFields('T1', again)).toEqual({ ...fields, till: 'B;0/1' });
});

it('[FJ3] several rates are listed from the highest, each once', () => {
  const { record } = composeTaking(
    place,
    {
      ...sale,
      lines: [
        { ...line, grossCents: cents(100), netCents: cents(95), vatRate: 550 },
        line,
        { ...line, grossCents: cents(10), netCents: cents(9), vatRate: 550 },
      ],
      payments: [{ means: 'CB', amountCents: cents(3100) }],
    },
    nothingTaken,
  );
  expect(readFields('T1', record.text)?.vat).toBe('2000:2990|550:110');
});

it('[FJ9] a sale and its undoing leave the absolute total, and the net one follows', () => {
  const back = composeTaking(
    { ...place, no: 2, previousSignature: composed.record.signature },
    {
      type: 'AVOIR',
      originalNo: 1,
      lines: [{ ...line, quantity: '-1', grossCents: cents(-2990), netCents: cents(-2492) }],
      payments: [{ means: 'CB', amountCents: cents(-2990) }],
      customerId: null,
    },
    composed.totals,
  );
  expect(composed.totals).toEqual({ signed: 2990, absolute: 2990, net: 2492 });
  expect(back.totals).toEqual({ signed: 0, absolute: 5980, net: 0 });
  expect(readFields('T1', back.record.text)).toMatchObject({
    vat: '2000:-2990',
    total: '-2990',
    perpAbs: '5980',
  });
});

it('[FJ10] lines of the price list are turned round for a credit', () => {
  const [sold] = takingLines(
    [
      {
        label: 'Libre',
        productId: 'plan-1',
        quantity: 1,
        unitCents: cents(2990),
        grossCents: cents(2990),
        netCents: cents(2492),
        vatRate: 2000,
      },
    ],
    'back',
  );
  expect(sold).toMatchObject({ quantity: '-1', unitCents: 2990, grossCents: -2990, netCents: -2492 });
});

it.each([
  ['payments that are not the total', { payments: [{ means: 'CB', amountCents: cents(2989) }] }],
  ['a sale that names an original', { originalNo: 1 }],
  ['a credit that names none', { type: 'AVOIR' as const }],
  ['a customer by name', { customerId: 'Jeanne Martin' }],
])('[FJ10] refuses %s', (_, over) => {
  expect(() => composeTaking(place, { ...sale, ...over }, nothingTaken)).toThrow();
});

it('[FJ8] keeps of a card its last four digits, and of a device nothing but code', () => {
  const { record } = composeTaking(
    place,
    {
      ...sale,
      payments: [
        {
          means: 'CB',
          amountCents: cents(2990),
          maskedPan: '4970100000004869',
          authorisation: ' A1 B2\n',
          terminalId: 'n° 7',
        },
      ],
    },
    nothingTaken,
  );
  expect(JSON.parse(record.payload ?? '').pay[0]).toMatchObject({
    pan: '************4869',
    auth: 'A1_B2',
    terminal: 'n__7',
  });
});

it('[FJ8] refuses a payload with a field that is not written down, at every level', () => {
  const payload = JSON.parse(composed.record.payload ?? '');
  expect(takingPayloadSchema.safeParse(payload).success).toBe(true);
  const grown = [
    { ...payload, name: 'Jeanne Martin' },
    { ...payload, lines: [{ ...payload.lines[0], member: 'Jeanne Martin' }] },
    { ...payload, pay: [{ ...payload.pay[0], holder: 'J MARTIN' }] },
    { ...payload, software: { ...payload.software, operator: 'Jeanne' } },
  ];
  for (const each of grown) expect(takingPayloadSchema.safeParse(each).success).toBe(false);
  const event = { est: '12345678900012', till: 'B01', no: 1, dt: payload.dt, code: '80', operator: 'BORNE' };
  expect(eventPayloadSchema.safeParse({ ...event, detail: {} }).success).toBe(true);
  expect(eventPayloadSchema.safeParse({ ...event, detail: { name: 'x' } }).success).toBe(false);
  expect(eventPayloadSchema.safeParse({ ...event, detail: { reason: 'Jeanne Martin' } }).success).toBe(false);
  expect(eventPayloadSchema.safeParse({ ...event, detail: {}, operator: 'Jeanne' }).success).toBe(false);
});

it('[FJ14] practice is marked, has its operator and no perpetual total', () => {
  const operator = '01900000-0000-7000-8000-000000000099';
  const record = composeTraining(place, sale, operator);
  expect(record.text).toMatch(/^X1,/);
  expect(readFields('X1', record.text)).toMatchObject({ operator, total: '2990' });
  const payload = trainingPayloadSchema.parse(JSON.parse(record.payload ?? ''));
  expect(payload.mark).toBe('SIMULATION');
  expect(record.text.split(',')).toHaveLength(14);
  expect(() => composeTraining(place, sale, 'somebody')).toThrow();
});

it('[FJ16] a duplicate has the string of the published example', () => {
  const { text } = composeDuplicate(
    { ...place, atMs: Date.parse('2026-11-22T08:16:10Z') },
    { original: 'T1', originalNo: 1, copyNo: 1, channel: 'EMAIL', operator: 'BORNE' },
  );
  expect(text.replace(signer.kid, vectors.kid)).toBe(vectors.records[2]?.text);
});
