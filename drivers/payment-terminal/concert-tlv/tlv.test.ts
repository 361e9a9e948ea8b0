import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeTlv, parseTlv, type TlvField } from './tlv.ts';
import exchange from './vectors/akretion-exchange.json' with { type: 'json' };

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

it('splits a recorded answer into the fields that the recording names', () => {
  const text = parseTlv(bytesOf(exchange.approvedAnswer));
  expect(text.kind === 'whole' && [...text.fields]).toEqual([
    ['CZ', '0300'],
    ['CJ', '012345678901'],
    ['CA', '01'],
    ['CE', '978'],
    ['BA', '0'],
    ['CD', '0'],
    ['CB', '000000003990'],
    ['AE', '10'],
    ['CC', '001'],
    ['CI', '1'],
    ['AC', '647652'],
    ['AA', '633732######4869'],
    ['AI', 'A0000000047142043697'],
    ['AB', '2710'],
    ['CF', '1010000000'],
    ['CG', '424242'],
  ]);
});

it('is whole or partial at every cut of a recorded answer, never malformed', () => {
  const whole = bytesOf(exchange.approvedAnswer);
  for (let cut = 0; cut <= whole.length; cut++) {
    expect(parseTlv(whole.subarray(0, cut)).kind).not.toBe('malformed');
  }
  expect(parseTlv(whole.subarray(0, -1)).kind).toBe('partial');
  expect(parseTlv(new Uint8Array(0)).kind).toBe('partial');
});

it.each([
  ['a small letter in the tag', 'cz0040300'],
  ['no length', 'CZ0X40300'],
  ['a length of zero', 'CZ000'],
  ['a field that comes twice', 'CZ0040300CB00239CB00239'],
  ['one letter of tag', 'C0040300'],
])('refuses %s', (_what, text) => {
  expect(parseTlv(bytesOf(text)).kind).toBe('malformed');
});

it('reads back whatever it writes', () => {
  const tag = fc.stringMatching(/^[A-Z]{2}$/);
  const value = fc.string({ unit: fc.constantFrom(...'0A é#|'), minLength: 1, maxLength: 999 });
  fc.assert(
    fc.property(
      fc.dictionary(tag, value, { minKeys: 1, maxKeys: 8, noNullPrototype: true }),
      (dictionary) => {
        const fields: TlvField[] = Object.entries(dictionary).map(([key, text]) => ({
          tag: key,
          value: text,
        }));
        const read = parseTlv(encodeTlv(fields));
        expect(
          read.kind === 'whole' && [...read.fields].map(([key, text]) => ({ tag: key, value: text })),
        ).toEqual(fields);
      },
    ),
  );
});

it('answers any bytes with a verdict', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(['whole', 'partial', 'malformed']).toContain(parseTlv(bytes).kind);
    }),
  );
});
