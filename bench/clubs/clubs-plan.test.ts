import { expect, it } from 'vitest';
import { isCutOff, planClubs } from './clubs-plan.ts';

const size = { seed: 5, clubs: 60, hours: 2, halls: 4 };

it('plays the same plan from the same seed, and another from another', () => {
  expect(planClubs(size)).toEqual(planClubs(size));
  expect(planClubs({ ...size, seed: 6 })).not.toEqual(planClubs(size));
});

it('has every club off the network at once, some by themselves, clocks that are wrong, and acts in order', () => {
  const { clubs, hallCuts, baseCuts } = planClubs(size);
  expect(clubs.every(({ outages }) => isCutOff(outages, 0.45 * 2 * 3_600_000))).toBe(true);
  expect(clubs.some(({ outages }) => outages.length > 2)).toBe(true);
  expect(clubs.some(({ clockErrorMs }) => Math.abs(clockErrorMs) > 3_600_000)).toBe(true);
  for (const { acts, outages } of clubs) {
    const times = acts.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(acts[0]?.atMs).toBe(0);
    outages.forEach(({ fromMs, toMs }, index) => {
      expect(fromMs).toBeLessThanOrEqual(toMs);
      expect(fromMs).toBeGreaterThan(outages[index - 1]?.toMs ?? -1);
    });
  }
  expect(hallCuts.map(({ hall }) => hall).sort()).toEqual([0, 1, 2, 3]);
  expect(baseCuts).toHaveLength(2);
});
