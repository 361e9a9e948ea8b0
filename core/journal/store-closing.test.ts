import { describe, expect, it } from 'vitest';
import type { FiscalRecord } from './record-layout.ts';
import { readFields } from './record-layout.ts';
import { composeStoreClosing, type SignedClosing, storeClosingsProblem } from './store-closing.ts';
import { ClosingTill, sampleEst, signed, signerOf } from './test/closing-till.ts';
import { readToldClosing, type ToldClosing } from './told-closing.ts';

const operator = '01900000-0000-7000-8000-000000000077';
const day = '2026-11-22';

describe('[FJ26] a closing that a till tells', () => {
  const told = new ClosingTill('B01').day(day, 2_990, 5_490);

  it('is read once everything of it holds', () => {
    expect(readToldClosing(told)).toMatchObject({
      closing: {
        est: sampleEst,
        till: 'B01',
        no: 1,
        level: 'J',
        period: day,
        total: 8_480,
        perpSigned: 8_480,
      },
      previousSignature: '',
    });
  });

  it.each<[string, Partial<ToldClosing>, string]>([
    [
      'another sum in its payload',
      { payload: told.payload.replace('8480', '8481') },
      'payload is not the one',
    ],
    ['another sum in its string', { text: told.text.replace('8480', '8481') }, 'signature does not hold'],
    ['the key of somebody else', { publicKey: signerOf().publicKey }, 'not the one that it names'],
    [
      'a signature of another record',
      { signature: new ClosingTill('B01').day(day).signature },
      'does not hold',
    ],
    ['the string of a taking', { text: told.text.replace('C1,', 'T1,') }, 'no closing'],
    ['nothing', { text: '' }, 'no closing'],
  ])('is not believed with %s', (_, change, why) => {
    expect(readToldClosing({ ...told, ...change })).toContain(why);
  });
});

describe('[FJ27] a closing over all tills', () => {
  const tills = [new ClosingTill('B01'), new ClosingTill('B02')];
  const gone = new ClosingTill('B09');
  const earlier = [signed(gone.day('2026-11-20', 10_000))];
  const closings = tills.map((till, index) => signed(till.day(day, 2_990, 1_000 * (index + 1))));
  const signer = signerOf();
  const place = (no: number, previousSignature: string) => ({
    timeZone: 'Europe/Paris',
    software: { version: '0.1.0', perimeter: '' },
    no,
    previousSignature,
    atMs: Date.parse('2026-11-23T08:00:00Z'),
    signer,
  });
  const first = composeStoreClosing(place(1, ''), {
    closings: closings.slice(0, 1),
    earlier,
    missing: ['B02'],
    corrects: 0,
    operator,
  });
  const second = composeStoreClosing(place(2, first.record.signature), {
    closings,
    earlier,
    missing: [],
    corrects: 1,
    operator,
  });
  const records = [first.record, second.record];
  const keys = new Map([[signer.kid, signer.publicKey]]);
  const closingOf = (till: string, no: number): SignedClosing | null =>
    [...closings, ...earlier].find(({ closing }) => closing.till === till && closing.no === no) ?? null;

  it('sums the tills up, names each closing, and keeps the totals of tills that are gone', () => {
    expect(second.payload).toMatchObject({
      est: sampleEst,
      till: '*',
      no: 2,
      level: 'J',
      period: day,
      from: '2026-11-22T00:00:00+01:00',
      to: '2026-11-23T00:00:00+01:00',
      tills: [
        { till: 'B01', no: 1, signature: closings[0]?.signature, sales: 2, total: 3_990 },
        { till: 'B02', no: 1, signature: closings[1]?.signature, sales: 2, total: 4_990 },
      ],
      earlier: [{ till: 'B09', no: 1 }],
      missing: [],
      corrects: 1,
      operator,
      sales: 4,
      copies: 2,
      pay: [{ means: 'CB', amount: 8_980 }],
      total: 8_980,
      perpSigned: 18_980,
      perpAbs: 18_980,
    });
    expect(readFields('C1', second.record.text)).toMatchObject({
      till: '*',
      no: '2',
      period: '20261122',
      total: '8980',
      perp: '18980',
      prev: first.record.signature,
    });
    expect(first.payload).toMatchObject({ missing: ['B02'], total: 3_990 });
  });

  it('holds with the closings of the tills beside it', () => {
    expect(storeClosingsProblem(records, keys, closingOf)).toBeNull();
  });

  it.each<[string, readonly FiscalRecord[], typeof closingOf, string]>([
    ['one is left out', [second.record], closingOf, 'does not follow'],
    [
      'a sum is changed',
      [{ ...first.record, payload: first.record.payload?.replace('3990', '3991') ?? '' }],
      closingOf,
      'payload is not the one',
    ],
    ['a closing of a till is gone', records, () => null, 'closing 1 of till B01 is not there'],
    [
      'a closing of a till is another one',
      records,
      (till, no) => closingOf(till, no) && signed(new ClosingTill(till).day(day, 1)),
      'closing 1 of till B01 is another one',
    ],
    [
      'it was signed with another sum',
      [
        composeStoreClosing(place(1, ''), {
          closings: closings.map(({ closing, signature }) => ({
            closing: { ...closing, total: closing.total - 1 },
            signature,
          })),
          earlier,
          missing: [],
          corrects: 0,
          operator,
        }).record,
      ],
      closingOf,
      'not the sum',
    ],
  ])('does not hold when %s', (_, tampered, from, why) => {
    expect(storeClosingsProblem(tampered, keys, from)).toContain(why);
  });

  it('is not known by the key of somebody else', () => {
    expect(storeClosingsProblem(records, new Map(), closingOf)).toContain('its key is not known');
  });
});
