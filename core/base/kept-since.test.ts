import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keptSinceMs } from './kept-since.ts';

const dayMs = 86_400_000;
const at = (text: string) => Date.parse(text);
/** When the period is over, counted forwards: the last day of a month that has no such day. */
function overAtMs(fromMs: number, months: number): number {
  const from = new Date(fromMs);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  const over = new Date(fromMs);
  over.setUTCDate(1);
  over.setUTCMonth(from.getUTCMonth() + months);
  over.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return over.getTime();
}
const moment = fc.integer({ min: at('2019-12-01T00:00:00Z'), max: at('2033-03-01T00:00:00Z') });
// Days around the end of February come up as often as all others.
const leap = fc
  .tuple(
    fc.constantFrom(2020, 2023, 2024, 2027, 2028),
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: 0, max: dayMs - 1 }),
  )
  .map(([year, days, ms]) => Date.UTC(year, 1, 29) + days * dayMs + ms);

it('[RT2] ends nothing early, nothing more than four days late, and never goes back', () => {
  fc.assert(
    fc.property(
      fc.oneof(moment, leap),
      fc.constantFrom(3, 6, 12, 36, 60, 120),
      fc.integer({ min: 1, max: 40 * dayMs }),
      (nowMs, months, laterMs) => {
        const since = keptSinceMs(nowMs, { months });
        expect(overAtMs(since - 1, months)).toBeLessThanOrEqual(nowMs);
        expect(overAtMs(since + 4 * dayMs, months)).toBeGreaterThan(nowMs);
        expect(keptSinceMs(nowMs + laterMs, { months })).toBeGreaterThanOrEqual(since);
      },
    ),
    { numRuns: 2_000 },
  );
  const cases = [
    ['2027-02-28T12:00:00Z', 12, '2026-02-28T00:00:00Z'],
    ['2025-02-28T12:00:00Z', 12, '2024-02-28T00:00:00Z'],
    ['2025-03-01T12:00:00Z', 12, '2024-03-01T00:00:00Z'],
    ['2024-02-29T12:00:00Z', 12, '2023-02-28T00:00:00Z'],
    ['2024-05-31T12:00:00Z', 3, '2024-02-29T00:00:00Z'],
    ['2024-05-31T23:59:59Z', 36, '2021-05-31T00:00:00Z'],
  ] as const;
  for (const [now, months, since] of cases) {
    expect(new Date(keptSinceMs(at(now), { months })).toISOString()).toBe(since.replace('Z', '.000Z'));
  }
  expect(keptSinceMs(at('2024-03-02T05:00:00Z'), { days: 2 })).toBe(at('2024-02-29T00:00:00Z'));
});
