import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldText, pairLines, tableLines } from './paper-lines.ts';

const vatHead = ['Taux', 'HT', 'TVA', 'TTC'];

describe('a table', () => {
  it('stands in columns where the paper is wide enough', () => {
    expect(tableLines(vatHead, [['20 %', '45,75 €', '9,15 €', '54,90 €']], 32)).toEqual([
      'Taux         HT     TVA      TTC',
      '20 %    45,75 €  9,15 €  54,90 €',
    ]);
  });

  it('becomes pairs where it is not, so that no amount is folded', () => {
    expect(tableLines(vatHead, [['20 %', '10 000,00 €', '2 000,00 €', '12 000,00 €']], 32)).toEqual([
      'Taux 20 %',
      '  HT                 10 000,00 €',
      '  TVA                 2 000,00 €',
      '  TTC                12 000,00 €',
    ]);
  });
});

const words = fc
  .array(fc.stringMatching(/^[a-zé0-9,]{0,40}$/), { maxLength: 8 })
  .map((each) => each.join(' '));
const amount = fc.integer({ min: 0, max: 99_999_999 }).map((value) => `${(value / 100).toFixed(2)} €`);
const widths = fc.constantFrom(32, 42, 48);

it('never prints beyond the edge, whatever the words', () => {
  fc.assert(
    fc.property(words, words, widths, (left, right, columns) => {
      for (const line of [...foldText(left, columns), ...pairLines(left, right, columns)]) {
        expect(line.length).toBeLessThanOrEqual(columns);
      }
    }),
  );
});

it('keeps every amount in one piece at the right edge, whatever the label', () => {
  fc.assert(
    fc.property(words, amount, widths, (label, value, columns) => {
      expect(pairLines(label, value, columns).filter((line) => line.endsWith(value))).toHaveLength(1);
    }),
  );
  fc.assert(
    fc.property(fc.array(amount, { minLength: 3, maxLength: 3 }), widths, (amounts, columns) => {
      const printed = tableLines(vatHead, [['5,5 %', ...amounts]], columns);
      for (const line of printed) expect(line.length).toBeLessThanOrEqual(columns);
      for (const value of amounts) expect(printed.some((line) => line.includes(value))).toBe(true);
    }),
  );
});

it('loses no letter of a label', () => {
  fc.assert(
    fc.property(words, widths, (label, columns) => {
      expect(foldText(label, columns).join('').replaceAll(' ', '')).toBe(label.replaceAll(' ', ''));
    }),
  );
});
