import { describe, expect, it } from 'vitest';
import { type ClosingFacts, dueClosings, timeRefusal } from './due-closings.ts';
import { startOfDayMs } from './fiscal-time.ts';

const timeZone = 'Europe/Paris';
const at = (iso: string) => Date.parse(iso);
const nothingClosed = { J: null, M: null, A: null };

function facts(opened: string, now: string, over: Partial<ClosingFacts> = {}): ClosingFacts {
  return { openedAtMs: at(opened), nowMs: at(now), last: nothingClosed, timeZone, ...over };
}
const names = (due: readonly { level: string; period: string }[]) =>
  due.map(({ level, period }) => `${level} ${period}`);

describe('[FJ11] closings that are due', () => {
  it('are none on the first day, and the first day just after its midnight', () => {
    expect(dueClosings(facts('2026-11-22T09:00:00+01:00', '2026-11-22T23:59:59+01:00'))).toEqual([]);
    expect(dueClosings(facts('2026-11-22T09:00:00+01:00', '2026-11-23T00:00:00+01:00'))).toEqual([
      {
        level: 'J',
        period: '2026-11-22',
        fromMs: at('2026-11-22T00:00:00+01:00'),
        toMs: at('2026-11-23T00:00:00+01:00'),
      },
    ]);
  });

  it('take each day that passed without power, the month and the year in their order', () => {
    expect(names(dueClosings(facts('2026-12-30T20:00:00+01:00', '2027-01-02T00:00:03+01:00')))).toEqual([
      'J 2026-12-30',
      'J 2026-12-31',
      'M 2026-12',
      'A 2026',
      'J 2027-01-01',
    ]);
  });

  it('are the same whether they are written daily or at once, and twice writes nothing', () => {
    const opened = '2026-02-20T09:00:00+01:00';
    const atOnce = dueClosings(facts(opened, '2026-04-02T10:00:00+02:00'));
    const daily: (typeof atOnce)[number][] = [];
    let last: ClosingFacts['last'] = nothingClosed;
    for (let nowMs = at(opened); nowMs <= at('2026-04-02T10:00:00+02:00'); nowMs += 3_600_000) {
      const due = dueClosings({ openedAtMs: at(opened), nowMs, last, timeZone });
      for (const closing of due) last = { ...last, [closing.level]: closing };
      daily.push(...due);
      expect(dueClosings({ openedAtMs: at(opened), nowMs, last, timeZone })).toEqual([]);
    }
    expect(daily).toEqual(atOnce);
    expect(names(daily)).toContain('M 2026-03');
  });

  it('touch each other through days of 23 and 25 hours', () => {
    const days = dueClosings(facts('2026-01-01T00:00:00+01:00', '2027-01-01T00:00:00+01:00')).filter(
      ({ level }) => level === 'J',
    );
    expect(days).toHaveLength(365);
    for (const [index, day] of days.entries()) if (index > 0) expect(day.fromMs).toBe(days[index - 1]?.toMs);
    const hours = new Map(days.map(({ period, fromMs, toMs }) => [period, (toMs - fromMs) / 3_600_000]));
    expect([hours.get('2026-03-29'), hours.get('2026-10-25'), hours.get('2026-07-01')]).toEqual([23, 25, 24]);
  });

  it('know 29 February', () => {
    const due = names(dueClosings(facts('2028-02-28T12:00:00+01:00', '2028-03-01T00:00:00+01:00')));
    expect(due).toEqual(['J 2028-02-28', 'J 2028-02-29', 'M 2028-02']);
  });

  it('begin a month and a year with the first day of the till, or where the one before ended', () => {
    const due = dueClosings(facts('2026-11-22T09:00:00+01:00', '2027-01-01T00:00:00+01:00'));
    const of = (period: string) => due.find((closing) => closing.period === period);
    expect(of('2026-11')?.fromMs).toBe(startOfDayMs('2026-11-22', timeZone));
    expect(of('2026-12')?.fromMs).toBe(of('2026-11')?.toMs);
    expect(of('2026')).toMatchObject({ fromMs: of('2026-11')?.fromMs, toMs: of('2026-12')?.toMs });
  });
});

const closedUntil23 = {
  ...nothingClosed,
  J: { period: '2026-11-22', toMs: at('2026-11-23T00:00:00+01:00') },
};

it('[FJ12] a moment in a closed period is refused, the first one after it is not', () => {
  const opened = '2026-11-20T09:00:00+01:00';
  expect(timeRefusal(facts(opened, '2026-11-22T23:59:59+01:00', { last: closedUntil23 }))).toEqual({
    kind: 'period-closed',
    closedUntilMs: closedUntil23.J.toMs,
  });
  expect(timeRefusal(facts(opened, '2026-11-23T00:00:00+01:00', { last: closedUntil23 }))).toBeNull();
  expect(timeRefusal(facts(opened, '2026-11-19T23:59:59+01:00'))).toMatchObject({ kind: 'period-closed' });
});

it('[FJ13] a clock that is more than 400 days ahead is doubted', () => {
  const opened = '2026-11-20T09:00:00+01:00';
  const inDays = (days: number) => ({
    ...facts(opened, opened, { last: closedUntil23 }),
    nowMs: closedUntil23.J.toMs + days * 86_400_000,
  });
  expect(timeRefusal(inDays(400))).toBeNull();
  expect(timeRefusal(inDays(401))).toEqual({ kind: 'clock-doubtful', openDays: 401 });
});
