import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../base/random.ts';
import { dayTurned, emptyGauge, estimate, firstStayMs, type Gauge, passed } from './gauge.ts';
import { apply, emptyClub, type Occupancy } from './occupancy.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface World {
  /** Of all who leave, or come in: how many no sensor sees. */
  readonly missedExits: number;
  readonly missedEntries?: number;
  readonly days: number;
  readonly visitors: number;
  readonly seed: number;
  readonly exitsAreSensed?: boolean;
  readonly neverCloses?: boolean;
}

interface Moment {
  readonly truth: number;
  readonly plain: number;
  readonly estimated: ReturnType<typeof estimate>;
  /** Entries less exits, these as often as sensors are known to miss them; and nothing else. */
  readonly corrected: number;
  readonly day: number;
}

/** Days of a club that opens at six and closes at eleven, with a rush at noon and in the evening; looked at every ten minutes. */
function play(world: World): { readonly moments: readonly Moment[]; readonly gauge: Gauge } {
  const {
    days,
    visitors,
    missedExits,
    missedEntries = 0,
    exitsAreSensed = true,
    neverCloses = false,
  } = world;
  const random = new SeededRandom(world.seed);
  const chance = () => random.bytes(4).reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 32;
  const normal = () => Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  const arrival = () => {
    const rush = chance();
    const hour = rush < 0.2 ? 6 + chance() * 15 : rush < 0.45 ? 12.5 + normal() : 18.5 + normal() * 1.2;
    return Math.min(Math.max(hour, 6), 21) * hourMs;
  };
  const visits = Array.from({ length: days }, (_, day) =>
    Array.from({ length: visitors }, () => {
      const inMs = day * dayMs + (neverCloses ? chance() * dayMs : arrival());
      const stayMs = Math.min(Math.max((75 + normal() * 25) * minuteMs, 5 * minuteMs), 2 * hourMs);
      return { inMs, outMs: inMs + stayMs };
    }),
  ).flat();
  const passages = visits
    .flatMap(({ inMs, outMs }) => [
      { direction: 'entry' as const, atMs: inMs, seen: chance() >= missedEntries },
      { direction: 'exit' as const, atMs: outMs, seen: exitsAreSensed && chance() >= missedExits },
    ])
    .sort((a, b) => a.atMs - b.atMs);

  let gauge = emptyGauge;
  let plain: Occupancy = emptyClub;
  const moments: Moment[] = [];
  let next = 0;
  for (let nowMs = 0; nowMs < days * dayMs; nowMs += 10 * minuteMs) {
    for (let passage = passages[next]; passage && passage.atMs <= nowMs; passage = passages[++next]) {
      if (!passage.seen) continue;
      gauge = passed(gauge, passage.direction, passage.atMs);
      plain = apply(plain, passage);
    }
    const hour = (nowMs % dayMs) / hourMs;
    if (hour === 4) {
      gauge = dayTurned(gauge, nowMs, !neverCloses, exitsAreSensed);
      if (!neverCloses) plain = emptyClub;
    }
    const truth = visits.filter(({ inMs, outMs }) => inMs <= nowMs && nowMs < outMs).length;
    const open = neverCloses || (hour >= 6 && hour < 23);
    const estimated = estimate(gauge, nowMs, exitsAreSensed);
    const { atStart, entries, exits, exitsPerEntry } = gauge;
    const corrected = Math.max(0, atStart + entries - exits / exitsPerEntry);
    if (open)
      moments.push({ truth, plain: plain.inside, estimated, corrected, day: Math.floor(nowMs / dayMs) });
  }
  return { moments, gauge };
}

function meanError(moments: readonly Moment[], of: (moment: Moment) => number): number {
  return moments.reduce((sum, moment) => sum + Math.abs(of(moment) - moment.truth), 0) / moments.length;
}

const week = { days: 8, visitors: 600, missedExits: 0.05 };

describe('against the truth', () => {
  it.each([1, 2, 3, 4, 5])('[OC14] is at most half as far off as a plain counter, seed %d', (seed) => {
    const learnt = play({ ...week, seed }).moments.filter(({ day }) => day > 0);
    const [ours, plain] = [meanError(learnt, (m) => m.estimated.inside), meanError(learnt, (m) => m.plain)];
    expect(plain).toBeGreaterThan(5);
    expect(ours).toBeLessThanOrEqual(plain / 2);
  });

  it.each([1, 2, 3])('[OC10] has the truth between its bounds in nine of ten moments, seed %d', (seed) => {
    for (const missedExits of [0, 0.05, 0.1]) {
      const { moments } = play({ ...week, missedExits, seed });
      const held = moments.filter(
        ({ truth, estimated }) => estimated.low <= truth && truth <= estimated.high,
      );
      expect(held.length / moments.length).toBeGreaterThanOrEqual(0.9);
    }
  });

  it('[OC9] learns as well that people slip in behind one another', () => {
    const learnt = play({ ...week, missedExits: 0, missedEntries: 0.05, seed: 7 }).moments.filter(
      ({ day }) => day > 0,
    );
    expect(meanError(learnt, (m) => m.estimated.inside)).toBeLessThan(
      meanError(learnt, (m) => m.plain) * 0.8,
    );
  });

  it('[OC15] is nearer by how long people stay where some slip in unseen, and no further off where all are seen', () => {
    const errors = (world: Partial<World>) => {
      const weeks = [21, 22, 23, 24, 25, 26, 27, 28].flatMap((seed) =>
        play({ ...week, visitors: 240, ...world, seed }).moments.filter(({ day }) => day > 0),
      );
      return {
        ours: meanError(weeks, (m) => m.estimated.inside),
        corrected: meanError(weeks, (m) => Math.round(m.corrected)),
      };
    };
    const slipping = errors({ missedExits: 0.05, missedEntries: 0.02 });
    expect(slipping.ours).toBeLessThan(slipping.corrected * 0.9);
    expect(errors({ missedExits: 0 }).ours).toBeLessThan(0.2);
  });

  it('[OC15] has nobody inside in the evening of those who came in the morning', () => {
    let gauge: Gauge = { ...emptyGauge, daysLearnt: 5, entriesPerDay: 240, exitsPerEntry: 0.95 };
    for (let n = 0; n < 100; n++) gauge = passed(gauge, 'entry', 8 * hourMs + n * minuteMs);
    for (let n = 0; n < 80; n++) gauge = passed(gauge, 'exit', 9 * hourMs + n * minuteMs);
    expect(estimate(gauge, 21 * hourMs, true).inside).toBeLessThanOrEqual(5);
  });

  it('[OC12] finds its way without exits, by how long people stay', () => {
    const { moments } = play({ ...week, exitsAreSensed: false, seed: 11 });
    const busy = moments.filter(({ truth }) => truth > 30);
    for (const { truth, estimated } of busy)
      expect(Math.abs(estimated.inside - truth)).toBeLessThan(truth * 0.5);
    expect(meanError(busy, (m) => m.estimated.inside)).toBeLessThan(12);
  });

  it('[OC12] learns how long people stay where exits are sensed', () => {
    const { gauge } = play({ ...week, seed: 12 });
    expect(gauge.stayMs / minuteMs).toBeGreaterThan(68);
    expect(gauge.stayMs / minuteMs).toBeLessThan(82);
  });

  it('[OC13] does not drift away in a club that never closes', () => {
    const { moments } = play({ ...week, neverCloses: true, seed: 13 });
    const last = moments.filter(({ day }) => day >= 5);
    expect(meanError(last, (m) => m.estimated.inside)).toBeLessThan(meanError(last, (m) => m.plain) / 4);
  });
});

describe('each passage', () => {
  const evening = 18 * hourMs;

  it('[OC7] counts at its own time, whenever it is told', () => {
    const inOrder = [0, 5, 30, 31].reduce(
      (gauge, min) => passed(gauge, 'entry', evening + min * minuteMs),
      emptyGauge,
    );
    const shuffled = [31, 0, 30, 5].reduce(
      (gauge, min) => passed(gauge, 'entry', evening + min * minuteMs),
      emptyGauge,
    );
    expect(shuffled.recent).toEqual(inOrder.recent);
    expect(estimate(shuffled, evening + hourMs, false)).toEqual(estimate(inOrder, evening + hourMs, false));
  });

  it('[OC8] [OC11] is the plain counter at first, never below nobody and never above all who came', () => {
    let gauge = emptyGauge;
    for (let n = 0; n < 10; n++) gauge = passed(gauge, 'entry', evening);
    for (let n = 0; n < 4; n++) gauge = passed(gauge, 'exit', evening + hourMs);
    expect(estimate(gauge, evening + hourMs, true)).toMatchObject({ inside: 6, low: 5, high: 6 });
    for (let n = 0; n < 9; n++) gauge = passed(gauge, 'exit', evening + hourMs);
    expect(estimate(gauge, evening + hourMs, true).inside).toBe(0);
    const recent = [{ fromMs: evening, count: 3 }];
    const learnt = { ...emptyGauge, exitsPerEntry: 0.5, daysLearnt: 3, entries: 3, recent };
    expect(estimate(learnt, evening, true).inside).toBe(3);
  });

  it('[OC13] begins anew from nobody at night, and learns nothing from a day with few people', () => {
    let gauge = emptyGauge;
    for (let n = 0; n < 29; n++) gauge = passed(gauge, 'entry', evening);
    const night = dayTurned(gauge, evening + 10 * hourMs, true, true);
    expect(night).toMatchObject({ atStart: 0, entries: 0, exits: 0, daysLearnt: 0, exitsPerEntry: 1 });
    expect(night.stayMs).toBe(firstStayMs);
    expect(estimate(night, evening + 11 * hourMs, true)).toEqual({ inside: 0, low: 0, high: 0 });
  });
});
