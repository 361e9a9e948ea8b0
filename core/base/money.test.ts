import { expect, it } from 'vitest';
import { cents, netOf, sumCents, vatRate } from './money.ts';

/** Asserting in a loop of millions takes minutes: collects what is wrong and asserts once. */
function wrongNets(grossMax: number, rates: Iterable<number>): { wrong: string[]; halves: number } {
  const wrong: string[] = [];
  let halves = 0;
  for (const rate of rates) {
    const whole = 10_000 + rate;
    for (let gross = 0; gross <= grossMax; gross++) {
      const net = netOf(cents(gross), vatRate(rate));
      // Twice the distance from the exact net, in units of 1/whole cent: within half a cent, a half upward only.
      const distance = 2 * (net * whole - gross * 10_000);
      if (distance === whole) halves++;
      if (!Number.isInteger(net) || distance <= -whole || distance > whole) wrong.push(`${gross} at ${rate}`);
      if (netOf(cents(-gross), vatRate(rate)) !== (net === 0 ? 0 : -net)) wrong.push(`-${gross} at ${rate}`);
    }
  }
  return { wrong, halves };
}

it('rounds the net half up, once, for every rate there can be and every small amount', () => {
  const everyRate = Array.from({ length: 10_001 }, (_, rate) => rate);
  const { wrong, halves } = wrongNets(200, everyRate);
  expect(wrong).toEqual([]);
  expect(halves).toBeGreaterThan(250);
});

it('rounds right at the rates in use, for every amount up to a thousand euros, credits included', () => {
  const { wrong } = wrongNets(100_000, [0, 210, 400, 550, 600, 1_000, 1_300, 2_000, 2_100, 2_300]);
  expect(wrong).toEqual([]);
});

it.each([
  [1, 10_000, 1],
  [3, 10_000, 2],
  [-1, 10_000, -1],
  [-3, 10_000, -2],
  [5_980, 2_000, 4_983],
  [2_990, 2_000, 2_492],
  [0, 2_000, 0],
  [100_000_000, 2_000, 83_333_333],
])('takes %i cents at %i hundredths of a percent to %i net', (gross, rate, net) => {
  expect(netOf(cents(gross), vatRate(rate))).toBe(net);
});

it('never says minus zero', () => {
  expect(Object.is(netOf(cents(0), vatRate(2_000)), 0)).toBe(true);
  expect(Object.is(netOf(cents(-0), vatRate(2_000)), 0)).toBe(true);
});

it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses %d as an amount', (amount) => {
  expect(() => cents(amount)).toThrow('whole number');
});

it.each([-1, 10_001, 20.5])('refuses %d as a rate', (rate) => {
  expect(() => vatRate(rate)).toThrow('VAT rate');
});

it('adds up', () => {
  expect(sumCents([])).toBe(0);
  expect(sumCents([cents(2_990), cents(1_000), cents(-90)])).toBe(3_900);
});
