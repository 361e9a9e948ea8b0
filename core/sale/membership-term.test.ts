import { expect, it } from 'vitest';
import { nextPeriod, periodFrom, type TermMonths } from './membership-term.ts';

const paris = 'Europe/Paris';
const at = (text: string) => Date.parse(text);
const end = (from: string, months: TermMonths, zone = paris) =>
  new Date(periodFrom(at(from), months, zone).toMs).toISOString();

it.each([
  ['in the middle of a day', '2026-11-26T14:00:00+01:00', 1, '2026-12-26T23:00:00.000Z'],
  ['over a year', '2026-11-26T14:00:00+01:00', 12, '2027-11-26T23:00:00.000Z'],
  ['over the end of a year', '2026-11-26T14:00:00+01:00', 3, '2027-02-26T23:00:00.000Z'],
  ['31 January', '2027-01-31T10:00:00+01:00', 1, '2027-02-28T23:00:00.000Z'],
  ['31 January of a leap year', '2028-01-31T10:00:00+01:00', 1, '2028-02-29T23:00:00.000Z'],
  ['30 January', '2027-01-30T10:00:00+01:00', 1, '2027-02-28T23:00:00.000Z'],
  ['31 August, six months', '2026-08-31T10:00:00+02:00', 6, '2027-02-28T23:00:00.000Z'],
  ['into summer time', '2027-03-10T10:00:00+01:00', 1, '2027-04-10T22:00:00.000Z'],
] as const)(
  '[SA70] lasts to the end of the day of the same number, or of the month: %s',
  (_, from, months, to) => {
    expect(end(from, months)).toBe(to);
  },
);

it('[SA70] has its first day whole where it begins with it, and ends the day before', () => {
  expect(end('2026-12-27T00:00:00+01:00', 1)).toBe('2027-01-26T23:00:00.000Z');
  expect(end('2027-01-31T00:00:00+01:00', 1)).toBe('2027-02-28T23:00:00.000Z');
});

it('[SA70] counts days as the wall of the club does', () => {
  // 23:30 in Lisbon is the next day in Paris.
  expect(end('2026-11-26T23:30:00Z', 1, 'Europe/Lisbon')).toBe('2026-12-27T00:00:00.000Z');
  expect(end('2026-11-26T23:30:00Z', 1, paris)).toBe('2026-12-27T23:00:00.000Z');
});

it('[SA71] begins when the paid period ends, and today where it is over', () => {
  const nowMs = at('2026-12-20T09:00:00+01:00');
  const paidToMs = at('2026-12-27T00:00:00+01:00');
  expect(nextPeriod(paidToMs, nowMs, 1, paris)).toEqual({
    fromMs: paidToMs,
    toMs: at('2027-01-27T00:00:00+01:00'),
  });
  expect(nextPeriod(at('2026-12-20T00:00:00+01:00'), nowMs, 1, paris).fromMs).toBe(nowMs);
  expect(nextPeriod(null, nowMs, 1, paris).fromMs).toBe(nowMs);
});

it('[SA71] twelve renewals in a row neither overlap nor drift', () => {
  let paid = periodFrom(at('2027-01-31T10:00:00+01:00'), 1, paris);
  for (let month = 0; month < 12; month++) {
    const next = nextPeriod(paid.toMs, paid.toMs - 86_400_000, 1, paris);
    expect(next.fromMs).toBe(paid.toMs);
    paid = next;
  }
  expect(new Date(paid.toMs).toISOString()).toBe('2028-02-29T23:00:00.000Z');
});
