import { flawOfLines } from '@portillon/core/sale/flaw-of-lines.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feeLines, givenBackByLine, type LineBack, type LineOfSale, linesBack } from './order-lines.ts';

const line = (label: string, grossCents: number, vatRate: number, netCents: number): LineOfSale => ({
  label,
  productId: label,
  quantity: 1,
  unitCents: grossCents,
  grossCents,
  netCents,
  vatRate,
});
const sale = [line('month', 5_490, 2_000, 4_575), line('fee', 1_999, 550, 1_895)];

function back(givenBack: readonly number[], wanted: readonly number[]): readonly LineBack[] {
  const lines = linesBack(sale, givenBack, wanted);
  if (!lines.ok) throw new Error(lines.error);
  return lines.value;
}

describe('what is given back of a sale', () => {
  it('is, of all of it, its own lines', () => {
    expect(back([0, 0], [5_490, 1_999])).toEqual(sale.map((each, ofLine) => ({ ...each, ofLine })));
  });

  it('leaves out a line of which nothing is given back', () => {
    expect(back([0, 0], [0, 500])).toMatchObject([{ ofLine: 1, grossCents: 500, unitCents: 500 }]);
  });

  it('[W-ORDER-9] is never more than is left of each line', () => {
    expect(linesBack(sale, [5_000, 0], [491, 0]).ok).toBe(false);
    expect(linesBack(sale, [5_000, 0], [490, 0]).ok).toBe(true);
    expect(linesBack(sale, [0, 0], [-1, 0]).ok).toBe(false);
    expect(linesBack(sale, [0, 0], [0, 0]).ok).toBe(false);
    expect(linesBack(sale, [0, 0], [1]).ok).toBe(false);
  });

  it('comes, cent by cent or at once, to the net of the sale', () => {
    for (const step of [1, 7, 333, 5_490]) {
      const refunds: LineBack[][] = [];
      for (let left = 5_490; left > 0; left -= step) {
        refunds.push([...back(givenBackByLine(2, refunds), [Math.min(step, left), 0])]);
      }
      expect(refunds.flat().reduce((sum, each) => sum + each.netCents, 0)).toBe(4_575);
      expect(givenBackByLine(2, refunds)).toEqual([5_490, 0]);
    }
  });
});

it('[W-PUSH-16] is given back, and paid for a card, in lines that agree with themselves', () => {
  const rate = fc.integer({ min: 0, max: 10_000 });
  const amount = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(amount, rate, fc.array(amount, { maxLength: 6 }), (gross, vatRate, parts) => {
      const [fee] = feeLines({ cents: gross, vatRate }, 'FR');
      if (!fee || flawOfLines([fee], gross) !== null) return false;
      let before = 0;
      for (const part of [...parts, gross]) {
        const wanted = Math.min(part, gross - before);
        if (wanted === 0) break;
        const lines = linesBack([fee], [before], [wanted]);
        if (!lines.ok || flawOfLines(lines.value, wanted) !== null) return false;
        before += wanted;
      }
      return before === gross;
    }),
    { numRuns: 5_000 },
  );
});

describe('the fee for a card', () => {
  it('has the rate of the country where the seller is', () => {
    const fee = { cents: 1_000, vatRate: 2_000, vatByCountry: { ES: 2_100 } };
    expect(feeLines(fee, 'FR')).toMatchObject([{ grossCents: 1_000, netCents: 833, vatRate: 2_000 }]);
    expect(feeLines(fee, 'ES')).toMatchObject([{ grossCents: 1_000, netCents: 826, vatRate: 2_100 }]);
  });

  it('has no line where the card is free', () => {
    expect(feeLines({ cents: 0, vatRate: 2_000 }, 'FR')).toEqual([]);
  });
});
