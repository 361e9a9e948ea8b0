import { describe, expect, it } from 'vitest';
import {
  baseHeard,
  type ClockKept,
  clockAtStart,
  clockReset,
  clockSeen,
  clockToleranceMs,
  judgeClock,
} from './clock-trust.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noonMs = Date.parse('2026-11-23T11:00:00.000Z');
const in2030 = Date.parse('2030-01-01T00:00:00.000Z');
const kept = (over: Partial<ClockKept> = {}): ClockKept => ({
  seenMs: noonMs,
  countedMs: noonMs,
  offsetMs: 0,
  driftPpm: null,
  resetMs: 0,
  ...over,
});
const at = (wallMs: number, monotonicMs = 0) => ({ wallMs, monotonicMs });
/** A box that has heard the base at noon. */
const heardAtNoon = baseHeard(clockAtStart(kept(), at(noonMs)), noonMs, at(noonMs));

describe('a clock that runs', () => {
  it('[W-CLOCK-4] is followed while it is within five minutes of what has passed', () => {
    for (const offMs of [0, 200_000, -200_000]) {
      const { standing, nowMs } = judgeClock(heardAtNoon, at(noonMs + hour + offMs, hour));
      expect([standing, nowMs]).toEqual(['right', noonMs + hour + offMs]);
    }
  });

  it.each([
    ['set back by a day', noonMs - day, 'set-back'],
    ['set to another century', 0, 'set-back'],
    ['put ahead by four years', in2030, 'ahead'],
    ['put ahead by six minutes', noonMs + hour + 6 * minute, 'ahead'],
  ] as const)(
    '[W-CLOCK-4] %s is not followed: time goes on by what has passed',
    (_what, wallMs, standing) => {
      const expectedMs = noonMs + hour;
      expect(judgeClock(heardAtNoon, at(wallMs, hour))).toEqual({
        standing,
        nowMs: expectedMs,
        earliestMs: expectedMs,
        latestMs: expectedMs,
      });
      // Put right again, it is followed again.
      expect(judgeClock(heardAtNoon, at(noonMs + 2 * hour, 2 * hour)).standing).toBe('right');
    },
  );
});

describe('a box that was off', () => {
  it('[W-CLOCK-5] believes its clock when it comes back within a month, and none before what it had counted', () => {
    expect(judgeClock(clockAtStart(kept(), at(noonMs + 20 * day)), at(noonMs + 20 * day)).standing).toBe(
      'right',
    );
    const back = clockAtStart(kept({ countedMs: noonMs + 2 * day }), at(noonMs + day));
    expect(judgeClock(back, at(noonMs + day + hour, hour))).toEqual({
      standing: 'set-back',
      nowMs: noonMs + 2 * day + hour,
      earliestMs: noonMs + hour,
      latestMs: 8.64e15,
    });
  });

  it('[W-CLOCK-5] takes a clock that is a year wrong for any moment in between', () => {
    const ahead = clockAtStart(kept(), at(in2030));
    expect(judgeClock(ahead, at(in2030 + hour, hour))).toEqual({
      standing: 'ahead',
      nowMs: in2030 + hour,
      earliestMs: noonMs + hour,
      latestMs: in2030 + hour,
    });
    // And does not hold later starts against it.
    const seen = clockSeen(ahead, at(in2030 + hour, hour)).kept;
    expect(seen).toMatchObject({ seenMs: noonMs + hour, countedMs: noonMs + hour });
  });

  it('[W-CLOCK-3] keeps what it has counted, also while nobody tells it the time', () => {
    let trust = clockAtStart(kept(), at(noonMs + 3 * day));
    for (const passedMs of [minute, 2 * minute, hour]) {
      trust = clockSeen(trust, at(noonMs + 3 * day + passedMs, passedMs));
    }
    expect(trust.kept).toMatchObject({ seenMs: noonMs + hour, countedMs: noonMs + 3 * day + hour });
  });

  it('[W-CLOCK-6] goes by the base where its own clock is not to be trusted', () => {
    for (const wrongMs of [0, in2030]) {
      const started = clockAtStart(kept(), at(wrongMs));
      const heard = baseHeard(started, noonMs + 9 * day, at(wrongMs + minute, minute));
      const { standing, nowMs, earliestMs, latestMs } = judgeClock(
        heard,
        at(wrongMs + 2 * minute, 2 * minute),
      );
      expect(standing).toBe(wrongMs === 0 ? 'set-back' : 'ahead');
      expect([nowMs, earliestMs, latestMs]).toEqual(Array(3).fill(noonMs + 9 * day + minute));
      expect(heard.kept?.offsetMs).toBe(noonMs + 9 * day - wrongMs - minute);
    }
  });
});

describe('the base', () => {
  it('[W-CLOCK-6] moves nothing with an answer from 2030, or from the year before, however often', () => {
    for (const wrongMs of [in2030, noonMs - 365 * day, noonMs + 10 * minute]) {
      let trust = heardAtNoon;
      for (let answers = 1; answers <= 20; answers++) {
        trust = baseHeard(trust, wrongMs + answers * 5_000, at(noonMs + answers * 5_000, answers * 5_000));
      }
      const judged = judgeClock(trust, at(noonMs + 100_000, 100_000));
      expect(judged).toMatchObject({ standing: 'unlike-base', nowMs: noonMs + 100_000 });
      expect([judged.earliestMs, judged.latestMs]).toEqual([noonMs + 100_000, noonMs + 100_000]);
      // One that is right again is believed again.
      const right = baseHeard(trust, noonMs + 105_000, at(noonMs + 105_000, 105_000));
      expect(judgeClock(right, at(noonMs + 105_000, 105_000)).standing).toBe('right');
    }
  });

  it('[W-CLOCK-6] cannot walk a good clock away, a few minutes with each answer', () => {
    let trust = heardAtNoon;
    for (let answers = 1; answers <= 100; answers++) {
      trust = baseHeard(trust, noonMs + answers * 4 * minute, at(noonMs + answers, answers));
    }
    const { nowMs } = judgeClock(trust, at(noonMs + 101, 101));
    expect(nowMs).toBe(noonMs + 101);
    expect((trust.kept?.seenMs ?? 0) - noonMs).toBeLessThanOrEqual(clockToleranceMs);
  });

  it('[W-CLOCK-6] is held against a clock that nobody has confirmed: it may be either', () => {
    const started = clockAtStart(kept(), at(noonMs + 10 * day));
    const differs = baseHeard(started, noonMs + 8 * day, at(noonMs + 10 * day));
    expect(judgeClock(differs, at(noonMs + 10 * day))).toEqual({
      standing: 'unlike-base',
      nowMs: noonMs + 10 * day,
      earliestMs: noonMs + 8 * day,
      latestMs: noonMs + 10 * day,
    });
  });

  it('[W-CLOCK-6] is believed by a box that has never seen any time, and where both clocks went on together', () => {
    const fresh = baseHeard(clockAtStart(null, at(0)), noonMs, at(0));
    expect(judgeClock(fresh, at(minute, minute))).toMatchObject({
      standing: 'set-back',
      nowMs: noonMs + minute,
    });
    // The machine slept: its monotonic clock stood still.
    const slept = baseHeard(heardAtNoon, noonMs + day, at(noonMs + day, minute));
    expect(judgeClock(slept, at(noonMs + day, minute))).toMatchObject({
      standing: 'right',
      nowMs: noonMs + day,
    });
  });

  it('[W-CLOCK-3] tells by how much the two differ, and drift, once they have gone on for an hour', () => {
    const drifting = (hours: number) =>
      baseHeard(heardAtNoon, noonMs + hours * hour + hours * 72, at(noonMs + hours * hour, hours * hour));
    expect(drifting(0.5).kept).toMatchObject({ offsetMs: 36, driftPpm: null });
    expect(drifting(2).kept).toMatchObject({ offsetMs: 144, driftPpm: 20 });
  });
});

describe('the operator', () => {
  it('[W-CLOCK-7] sets a box by the base with one message, once, and not with one that is late', () => {
    const wrong = baseHeard(heardAtNoon, noonMs + 3 * day, at(noonMs, 0));
    const baseMs = noonMs + 3 * day;
    expect(clockReset(wrong, baseMs, baseMs - 11 * minute, at(noonMs))).toBe(wrong);
    const reset = clockReset(wrong, baseMs, baseMs - minute, at(noonMs));
    expect(judgeClock(reset, at(noonMs))).toMatchObject({
      nowMs: baseMs,
      earliestMs: baseMs,
      latestMs: baseMs,
    });
    expect(clockReset(reset, baseMs + 2 * minute, baseMs - minute, at(noonMs))).toBe(reset);
    expect(reset.kept?.resetMs).toBe(baseMs - minute);
    // Back, too: the base's clock was wrong when somebody vouched for it.
    const back = clockReset(reset, noonMs, noonMs, at(noonMs));
    expect(judgeClock(back, at(noonMs))).toMatchObject({
      standing: 'right',
      nowMs: noonMs,
      latestMs: noonMs,
    });
  });
});
