import { describe, expect, it } from 'vitest';
import { compactIban, groupedIban, ibanProgress, maskedIban, maskedIbanShape } from './iban.ts';

/** Of the national registries: legal facts § 5.2, and the example of each country in the SWIFT IBAN registry. */
const good = [
  'FR1420041010050500013M02606',
  'FR7630006000011234567890189',
  'ES9121000418450200051332',
  'PT50000201231234567890154',
  'DE89370400440532013000',
  'BE68539007547034',
  'MT84MALT011000012345MTLCAST001S',
  'NO9386011117947',
  'GB29NWBK60161331926819',
  'CH9300762011623852957',
  'MC5811222000010123456789030',
];

describe('[Q8] an IBAN', () => {
  it.each(good)('%s is whole', (iban) => {
    expect(ibanProgress(iban)).toEqual({
      state: 'whole',
      country: iban.slice(0, 2),
      typed: iban.length,
      length: iban.length,
    });
  });

  it.each(good)('%s with any one character changed is not', (iban) => {
    for (let at = 2; at < iban.length; at++) {
      const other = iban[at] === '7' ? '8' : '7';
      const changed = iban.slice(0, at) + other + iban.slice(at + 1);
      if (changed !== iban) expect(ibanProgress(changed).state, changed).toBe('wrong-check');
    }
  });

  it('with two neighbours in the wrong order is not whole', () => {
    expect(ibanProgress('FR7630006000011234567809189').state).toBe('wrong-check');
  });

  it('of France needs its RIB key too', () => {
    // Check digits that fit a key that does not: 30006 00001 12345678901 with the key 88.
    const withOtherKey = ['FR', '30006000011234567890188'] as const;
    const fitting = Array.from({ length: 97 }, (_, check) =>
      ibanProgress(`${withOtherKey[0]}${String(check + 2).padStart(2, '0')}${withOtherKey[1]}`),
    );
    expect(fitting.every(({ state }) => state === 'wrong-check')).toBe(true);
  });

  it.each([
    ['', { state: 'no-country' }],
    ['F', { state: 'no-country' }],
    ['30', { state: 'not-sepa', start: '30' }],
    ['US64SVBKUS6S3300958879', { state: 'not-sepa', start: 'US' }],
    ['FR', { state: 'too-short', country: 'FR', typed: 2, length: 27 }],
    ['fr76 3000 6', { state: 'too-short', country: 'FR', typed: 9, length: 27 }],
    ['ES91 2100 0418 4502 0005 1332 1', { state: 'too-long', country: 'ES', typed: 25, length: 24 }],
  ])('typed as %j is %j', (typed, progress) => {
    expect(ibanProgress(typed)).toEqual(progress);
  });

  it('is taken with spaces, dashes, small letters and the word before it', () => {
    expect(compactIban(' iban: fr76-3000 6000 0112 3456 7890 189 ')).toBe('FR7630006000011234567890189');
  });

  it('is shown in groups of four', () => {
    expect(groupedIban('FR7630006000011234567890189')).toBe('FR76 3000 6000 0112 3456 7890 189');
    expect(groupedIban('BE68539007547034')).toBe('BE68 5390 0754 7034');
    expect(groupedIban('FR7')).toBe('FR7');
  });

  it('is shown masked once taken: country, check digits and the end', () => {
    for (const iban of good) expect(maskedIban(iban)).toMatch(maskedIbanShape);
    expect(maskedIban('FR7630006000011234567890189')).toBe('FR76 •••• 189');
  });
});
