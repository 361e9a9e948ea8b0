import { expect, it } from 'vitest';
import { dayText, readDay } from './week-hours-text.ts';

it('reads what it writes', () => {
  for (const intervals of [
    [],
    [['06:00', '24:00']],
    [
      ['06:00', '12:00'],
      ['12:00', '22:30'],
    ],
  ] as [string, string][][]) {
    expect(readDay(dayText(intervals))).toEqual({ intervals });
  }
});

it('forgives how it is typed', () => {
  expect(readDay(' 6h30 – 12:00;14:00-22:00 ')).toEqual({
    intervals: [
      ['06:30', '12:00'],
      ['14:00', '22:00'],
    ],
  });
});

it.each([
  ['morning', 'not-hours'],
  ['06:00', 'not-hours'],
  ['06:60-08:00', 'not-hours'],
  ['24:00-24:00', 'not-hours'],
  ['22:00-06:00', 'past-midnight'],
  ['06:00-12:00, 11:00-13:00', 'overlap'],
  ['06:00-07:00, 08:00-09:00, 10:00-11:00, 12:00-13:00, 14:00-15:00', 'too-many'],
])('says what is wrong with %j', (typed, flaw) => {
  expect(readDay(typed)).toEqual({ flaw });
});
