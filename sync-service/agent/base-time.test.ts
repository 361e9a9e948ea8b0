import { expect, it } from 'vitest';
import { BaseTime } from './base-time.ts';

it('[W-GATE-3] knows nothing before it has heard, and then what has passed since the request, by the monotonic clock', () => {
  const time = new BaseTime();
  expect(time.latestMs(0)).toBeNull();
  time.heard(1_000_000, 500, 520);
  expect(time.latestMs(520)).toBe(1_000_020);
  expect(time.latestMs(5_520)).toBe(1_005_020);
});

it('[W-GATE-3] goes by the tightest answer: one that was long open, or lay on the line, makes nothing younger', () => {
  const time = new BaseTime();
  time.heard(1_000_000, 0, 10);
  // A long wait that was answered at once with what had come: at the base it is not 25 s later.
  time.heard(1_025_000, 0, 25_010);
  expect(time.latestMs(25_010)).toBe(1_025_010);
  // An answer that lay on the line for twenty seconds carries an old time.
  time.heard(1_026_000, 26_000, 46_000);
  expect(time.latestMs(46_000)).toBe(1_046_000);
});

it('[W-GATE-3] forgets what it heard more than a minute ago: the base may have set its clock', () => {
  const time = new BaseTime();
  time.heard(1_000_000, 0, 10);
  time.heard(5_000_000, 61_000, 61_010);
  expect(time.latestMs(61_010)).toBe(5_000_010);
});
