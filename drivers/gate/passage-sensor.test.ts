import { expect, it } from 'vitest';
import { PassageSensor } from './passage-sensor.ts';

/** Samples 40 ms apart, written as 0 and 1; gives the indexes at which a passage was told, and of when. */
function passages(samples: string, sensor = new PassageSensor(10_000)): { at: number; sensedMs: number }[] {
  return [...samples].flatMap((level, index) => {
    const sensedMs = sensor.sample(level === '1', index * 40);
    return sensedMs === undefined ? [] : [{ at: index, sensedMs }];
  });
}

it.each([
  ['a rise that stays', '000111000', [{ at: 4, sensedMs: 120 }]],
  ['one sample alone', '000100000', []],
  ['bouncing contacts', '001010110', [{ at: 7, sensedMs: 240 }]],
  ['a drop of one sample in the middle of a passage', '0011011100', [{ at: 3, sensedMs: 80 }]],
  [
    'two persons',
    '0011001100',
    [
      { at: 3, sensedMs: 80 },
      { at: 7, sensedMs: 240 },
    ],
  ],
  ['on from the start', '1111', []],
  ['nothing', '0000', []],
])('tells of %s', (_what, samples, expected) => {
  expect(passages(samples)).toEqual(expected);
});

it('is stuck once it has been on for longer than a person takes, and well again when off', () => {
  const sensor = new PassageSensor(100);
  passages('0111', sensor);
  expect(sensor.isStuck(140)).toBe(false);
  expect(sensor.isStuck(141)).toBe(true);
  passages('00', sensor);
  expect(sensor.isStuck(10_000)).toBe(false);
});

it('takes for no passage what it finds after the line was lost', () => {
  const sensor = new PassageSensor(100);
  passages('00', sensor);
  sensor.forget();
  expect(passages('111', sensor)).toEqual([]);
});

it('asks for the next sample soon while a change is unconfirmed', () => {
  const sensor = new PassageSensor(100);
  passages('001', sensor);
  expect(sensor.isUnsettled).toBe(true);
  passages('1', sensor);
  expect(sensor.isUnsettled).toBe(false);
});
