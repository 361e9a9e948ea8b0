import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { LeapingClock } from './leaping-clock.ts';

const hourMs = 3_600_000;

it('runs as the clock underneath, and leaps over what nobody needs', async () => {
  const under = new VirtualClock();
  const clock = new LeapingClock({ under, offsetMs: -hourMs, timersLeap: true });
  const fromMs = under.wallMs();
  await under.advance(500);
  expect(clock.wallMs()).toBe(fromMs - hourMs + 500);
  clock.leap(hourMs);
  expect(clock.wallMs()).toBe(fromMs + hourMs + 500);
  expect(() => clock.leap(0)).toThrow('does not go back');
});

it('brings timers nearer where nothing but people is waited for, in their order', async () => {
  const under = new VirtualClock();
  const clock = new LeapingClock({ under, offsetMs: 0, timersLeap: true });
  const fired: string[] = [];
  clock.setTimer(90_000, () => fired.push('later'));
  clock.setTimer(25_000, () => fired.push('soon'));
  clock.setTimer(10_000, () => fired.push('never'))();
  clock.leap(60_000);
  await under.advance(0);
  expect(fired).toEqual(['soon']);
  await under.advance(29_999);
  expect(fired).toEqual(['soon']);
  clock.leap(60_001);
  await under.advance(0);
  expect(fired).toEqual(['soon', 'later']);
  expect(clock.monotonicMs()).toBe(90_000);
});

it('leaves timers to the devices where devices are driven', async () => {
  const under = new VirtualClock();
  const clock = new LeapingClock({ under, offsetMs: 0, timersLeap: false });
  const fired: string[] = [];
  clock.setTimer(5_000, () => fired.push('pulse over'));
  clock.leap(hourMs);
  await under.advance(4_999);
  expect(fired).toEqual([]);
  await under.advance(1);
  expect(fired).toEqual(['pulse over']);
  expect(clock.monotonicMs()).toBe(5_000);
});

it('has the time pass with the wall for a program that judges its own clock', async () => {
  const under = new VirtualClock();
  const clock = new LeapingClock({ under, offsetMs: 0, timersLeap: false, monotonicLeaps: true });
  const fired: string[] = [];
  clock.setTimer(5_000, () => fired.push('pulse over'));
  clock.leap(hourMs);
  expect(clock.monotonicMs()).toBe(hourMs);
  await under.advance(4_999);
  expect(fired).toEqual([]);
});
