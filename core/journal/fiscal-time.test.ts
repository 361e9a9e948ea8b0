import { expect, it } from 'vitest';
import { addDays, isoLocalTime, localDate, signedTime, startOfDayMs, wholeSecond } from './fiscal-time.ts';

const paris = 'Europe/Paris';

it.each([
  ['2026-11-22T08:15:42.999Z', '20261122091542', '+0100'],
  ['2026-07-14T22:30:00Z', '20260715003000', '+0200'],
  ['2026-10-25T00:30:00Z', '20261025023000', '+0200'],
  ['2026-10-25T01:30:00Z', '20261025023000', '+0100'],
  ['2026-03-29T01:00:00Z', '20260329030000', '+0200'],
])('[FJ4] %s is %s %s in Paris', (utc, dt, tz) => {
  expect(signedTime(Date.parse(utc), paris)).toEqual({ dt, tz });
});

it('[FJ4] zones west of Greenwich and with half hours have their sign and minutes', () => {
  const at = Date.parse('2026-01-15T12:00:00Z');
  expect(isoLocalTime(at, 'America/Guadeloupe')).toBe('2026-01-15T08:00:00-04:00');
  expect(signedTime(at, 'Pacific/Marquesas')).toEqual({ dt: '20260115023000', tz: '-0930' });
});

it('[FJ4] a date and its first moment belong together, every day of ten years', () => {
  for (const zone of [paris, 'Atlantic/Azores', 'Europe/Madrid', 'America/Sao_Paulo', 'Africa/Cairo']) {
    let date = '2018-01-01';
    for (let day = 0; day < 3_653; day++) {
      const startMs = startOfDayMs(date, zone);
      const next = addDays(date, 1);
      if (localDate(startMs, zone) !== date || localDate(startMs - 1, zone) >= date)
        throw new Error(`${date} does not start at ${startMs} in ${zone}`);
      date = next;
    }
  }
});

it('[FJ11] days are 23, 24 and 25 hours long', () => {
  const hours = (date: string) =>
    (startOfDayMs(addDays(date, 1), paris) - startOfDayMs(date, paris)) / 3_600_000;
  expect(['2026-03-29', '2026-06-01', '2026-10-25'].map(hours)).toEqual([23, 24, 25]);
});

it('[FJ4] drops what lies below a second', () => {
  expect(wholeSecond(1_999)).toBe(1_000);
});
