import { expect, it } from 'vitest';
import { SeededRandom } from './random.ts';
import { systemRandom } from './system-random.ts';

function draws(seed: number): unknown[] {
  const random = new SeededRandom(seed);
  return [random.fraction(), random.below(1_000), [...random.bytes(8)], random.fraction()];
}

it('repeats itself from its seed, today and in every later version', () => {
  expect(draws(42)).toEqual(draws(42));
  expect(new SeededRandom(1).bytes(4)).toEqual(Uint8Array.of(211, 73, 165, 179));
});

it('goes another way from another seed', () => {
  const starts = new Set(Array.from({ length: 1_000 }, (_, seed) => new SeededRandom(seed).fraction()));
  expect(starts.size).toBe(1_000);
});

it.each([
  ['seeded', new SeededRandom(7)],
  ["the system's", systemRandom],
])('stays in its bounds and reaches all of them (%s)', (_, random) => {
  const seen = new Set<number>();
  for (let draw = 0; draw < 2_000; draw++) {
    const fraction = random.fraction();
    expect(fraction >= 0 && fraction < 1).toBe(true);
    seen.add(random.below(6));
  }
  expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(random.bytes(0)).toHaveLength(0);
  expect(new Set(random.bytes(20_000)).size).toBe(256);
});

it('is even: a chi-squared of 256 byte values stays within four deviations', () => {
  const counts = new Array<number>(256).fill(0);
  for (const byte of new SeededRandom(11).bytes(256_000)) counts[byte] = (counts[byte] ?? 0) + 1;
  const chiSquared = counts.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
  expect(Math.abs(chiSquared - 255)).toBeLessThan(4 * Math.sqrt(2 * 255));
});
