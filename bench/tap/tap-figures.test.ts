import { expect, it } from 'vitest';
import { coveredMs, figuresOf, quantile } from './tap-figures.ts';

it('takes the nearest rank: of a hundred values the p99 is the second largest, of few the largest', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100]);
  expect([quantile([3, 1, 2], 0.5), quantile([3, 1, 2], 0.99), quantile([7], 0.5)]).toEqual([2, 3, 7]);
});

it.each([
  ['none of it', [{ fromMs: 0, toMs: 10 }], 0],
  ['its beginning', [{ fromMs: 5, toMs: 12 }], 2],
  ['its end', [{ fromMs: 18, toMs: 30 }], 2],
  ['all of it', [{ fromMs: 0, toMs: 30 }], 10],
  [
    'two parts',
    [
      { fromMs: 9, toMs: 11 },
      { fromMs: 13, toMs: 16 },
    ],
    4,
  ],
])('counts how much of a tap the polls covered: %s', (_, polls, covered) => {
  expect(coveredMs({ fromMs: 10, toMs: 20 }, polls)).toBe(covered);
});

it('takes the time of polls off, and shows the taps apart that met a free line', () => {
  const figures = figuresOf([
    { measuredMs: 3, busyMs: 0 },
    { measuredMs: 9, busyMs: 7 },
    { measuredMs: 4, busyMs: 0 },
  ]);
  expect(figures).toMatchObject({
    taps: 3,
    measuredMs: { p50: 4, p99: 9, max: 9 },
    busyMs: { p50: 0, p99: 7 },
    ownMs: { p50: 3, p99: 4 },
    freeLine: { taps: 2, ownMs: { p50: 3, p99: 4 } },
  });
  expect(figuresOf([{ measuredMs: 9, busyMs: 7 }]).freeLine).toBeNull();
});
