import { expect, it } from 'vitest';
import { momentOf, wallTime } from './zoned-time.ts';

it.each([
  ['2026-12-24T18:30', 'Europe/Paris', '2026-12-24T17:30:00.000Z'],
  ['2026-07-14T00:00', 'Europe/Paris', '2026-07-13T22:00:00.000Z'],
  ['2026-07-14T00:00', 'Atlantic/Azores', '2026-07-14T00:00:00.000Z'],
  // The hour that comes twice, and the one before and after it.
  ['2026-10-25T02:30', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
  ['2026-10-25T03:00', 'Europe/Paris', '2026-10-25T02:00:00.000Z'],
])('finds the moment of %s in %s', (wall, timeZone, iso) => {
  expect(momentOf(wall, timeZone)).toBe(iso);
  expect(wallTime(iso, timeZone)).toBe(wall);
});

it('takes the moment after an hour that a night skips', () => {
  expect(momentOf('2026-03-29T02:30', 'Europe/Paris')).toBe('2026-03-29T01:30:00.000Z');
});

it.each(['', '2026-12-24', '2026-13-45T10:00', 'tomorrow'])('finds none for %j', (wall) => {
  expect(momentOf(wall, 'Europe/Paris')).toBeNull();
});
