import { describe, expect, it } from 'vitest';
import type { WeekHours } from './access-facts.ts';
import { closingTime, isOpen, isTimeZone } from './opening-hours.ts';

const paris = 'Europe/Paris';

function openAt(hours: WeekHours, utc: string, timeZone = paris): boolean {
  return isOpen(hours, timeZone, Date.parse(utc));
}

it('[AC16] reads the clock on the wall of the club, not of the machine', () => {
  const hours: WeekHours = { 1: [['06:00', '07:00']] };
  expect(openAt(hours, '2026-11-23T05:30:00Z')).toBe(true);
  expect(openAt(hours, '2026-11-23T05:30:00Z', 'Europe/Lisbon')).toBe(false);
  expect(openAt(hours, '2026-11-23T06:30:00Z', 'Europe/Lisbon')).toBe(true);
});

it('[AC16] takes the weekday from the wall too', () => {
  const mondayNight: WeekHours = { 1: [['00:00', '01:00']] };
  expect(openAt(mondayNight, '2026-11-22T23:30:00Z')).toBe(true);
  expect(openAt(mondayNight, '2026-11-23T23:30:00Z')).toBe(false);
});

it('[AC16] knows every weekday by its ISO number', () => {
  for (let day = 1; day <= 7; day++) {
    const noon = Date.parse('2026-11-23T11:00:00Z') + (day - 1) * 86_400_000;
    for (let listed = 1; listed <= 7; listed++) {
      const hours: WeekHours = { [listed]: [['00:00', '24:00']] };
      expect(isOpen(hours, paris, noon)).toBe(listed === day);
    }
  }
});

it('[AC16] opens at the same time on the wall in summer and in winter', () => {
  const hours: WeekHours = { 1: [['06:00', '23:00']] };
  expect(openAt(hours, '2026-11-23T04:59:00Z')).toBe(false);
  expect(openAt(hours, '2026-11-23T05:00:00Z')).toBe(true);
  expect(openAt(hours, '2026-07-06T03:59:00Z')).toBe(false);
  expect(openAt(hours, '2026-07-06T04:00:00Z')).toBe(true);
});

describe('[AC16] in the night of 29 March 2026, when 02:00 becomes 03:00 in Paris', () => {
  const nightClub: WeekHours = { 7: [['00:00', '02:30']] };
  const missingHour: WeekHours = { 7: [['02:00', '03:00']] };
  const morning: WeekHours = { 7: [['03:00', '12:00']] };

  it('closes with the jump when the end lies in the hour that never comes', () => {
    expect(openAt(nightClub, '2026-03-29T00:59:59Z')).toBe(true);
    expect(openAt(nightClub, '2026-03-29T01:00:00Z')).toBe(false);
  });

  it('never opens for hours that never come', () => {
    for (let minute = 0; minute < 24 * 60; minute++) {
      expect(isOpen(missingHour, paris, Date.parse('2026-03-28T23:00:00Z') + minute * 60_000)).toBe(false);
    }
  });

  it('opens right after the jump', () => {
    expect(openAt(morning, '2026-03-29T00:59:59Z')).toBe(false);
    expect(openAt(morning, '2026-03-29T01:00:00Z')).toBe(true);
  });
});

describe('[AC16] in the night of 25 October 2026, when 03:00 becomes 02:00 in Paris', () => {
  it('opens twice for hours that come twice', () => {
    const hours: WeekHours = { 7: [['02:00', '02:30']] };
    const open = ['00:00', '00:29', '00:30', '01:00', '01:29', '01:30'].map((utc) =>
      openAt(hours, `2026-10-25T${utc}:00Z`),
    );
    expect(open).toEqual([true, true, false, true, true, false]);
  });

  it('lasts 25 hours for a club that is always open', () => {
    const always: WeekHours = { 7: [['00:00', '24:00']] };
    let minutes = 0;
    for (let minute = -60; minute < 27 * 60; minute++) {
      if (isOpen(always, paris, Date.parse('2026-10-24T22:00:00Z') + minute * 60_000)) minutes++;
    }
    expect(minutes).toBe(25 * 60);
  });
});

it('[AC17] takes in the first minute and leaves out the last', () => {
  const hours: WeekHours = { 1: [['10:00', '11:00']] };
  expect(openAt(hours, '2026-11-23T08:59:59.999Z')).toBe(false);
  expect(openAt(hours, '2026-11-23T09:00:00.000Z')).toBe(true);
  expect(openAt(hours, '2026-11-23T09:59:59.999Z')).toBe(true);
  expect(openAt(hours, '2026-11-23T10:00:00.000Z')).toBe(false);
});

it('[AC17] ends the day with 24:00, so that a club open at midnight stays open over it', () => {
  const hours: WeekHours = { 1: [['22:00', '24:00']], 2: [['00:00', '02:00']] };
  for (const utc of ['2026-11-23T22:59:59.999Z', '2026-11-23T23:00:00.000Z', '2026-11-24T00:59:59.999Z']) {
    expect(openAt(hours, utc)).toBe(true);
  }
  expect(openAt(hours, '2026-11-24T01:00:00.000Z')).toBe(false);
});

it('[AC17] joins several intervals of a day', () => {
  const hours: WeekHours = {
    1: [
      ['06:00', '09:00'],
      ['12:00', '14:00'],
    ],
  };
  const open = ['05:00', '08:30', '11:30', '14:00'].map((utc) => openAt(hours, `2026-11-23T${utc}:00Z`));
  expect(open).toEqual([true, false, true, false]);
});

it.each([
  ['ends before it starts', '22:00', '02:00'],
  ['is empty', '10:00', '10:00'],
  ['has an hour of one figure', '9:00', '23:00'],
  ['ends after the end of the day', '00:00', '24:01'],
  ['has sixty minutes', '00:00', '10:60'],
  ['is no time', 'open', 'close'],
])('[AC18] is closed all day by an interval that %s', (_, from, to) => {
  for (let minute = 0; minute < 24 * 60; minute += 15) {
    const nowMs = Date.parse('2026-11-22T23:00:00Z') + minute * 60_000;
    expect(isOpen({ 1: [[from, to]] }, paris, nowMs)).toBe(false);
  }
});

it('tells a time zone from a word', () => {
  expect(['Europe/Paris', 'Europe/Lyon', ''].map(isTimeZone)).toEqual([true, false, false]);
});

it('[AC16] tells when the present period ends, and nothing while it is closed', () => {
  const hours: WeekHours = {
    '1': [
      ['06:00', '12:00'],
      ['14:00', '24:00'],
    ],
  };
  const monday = (time: string) => Date.parse(`2026-11-23T${time}:00+01:00`);
  expect(closingTime(hours, 'Europe/Paris', monday('07:30'))).toBe('12:00');
  expect(closingTime(hours, 'Europe/Paris', monday('13:00'))).toBeNull();
  expect(closingTime(hours, 'Europe/Paris', monday('23:59'))).toBe('24:00');
});
