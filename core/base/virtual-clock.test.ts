import { expect, it } from 'vitest';
import { delay, isoTime, withTimeLimit } from './clock.ts';
import { VirtualClock } from './virtual-clock.ts';

it('fires in the order of time, and in the order set within one moment', async () => {
  const clock = new VirtualClock();
  const fired: string[] = [];
  clock.setTimer(20, () => fired.push('late'));
  clock.setTimer(10, () => fired.push('first of ten'));
  clock.setTimer(10, () => fired.push('second of ten'));
  clock.setTimer(0, () => fired.push('at once'));
  await clock.advance(15);
  expect(fired).toEqual(['at once', 'first of ten', 'second of ten']);
  await clock.advance(5);
  expect(fired.at(-1)).toBe('late');
  expect(clock.pendingTimers).toBe(0);
});

it('shows each timer its own moment, and fires what a timer sets on the way', async () => {
  const clock = new VirtualClock();
  const moments: number[] = [];
  const again = () => {
    moments.push(clock.monotonicMs());
    if (moments.length < 4) clock.setTimer(10, again);
  };
  clock.setTimer(10, again);
  await clock.advance(35);
  expect(moments).toEqual([10, 20, 30]);
  expect(clock.monotonicMs()).toBe(35);
  expect(clock.pendingTimers).toBe(1);
});

it('lets promises run between timers of one advance', async () => {
  const clock = new VirtualClock();
  const steps: string[] = [];
  const work = (async () => {
    await delay(clock, 10);
    steps.push('a');
    await delay(clock, 10);
    steps.push('b');
  })();
  clock.setTimer(15, () => steps.push('between'));
  await clock.advance(20);
  await work;
  expect(steps).toEqual(['a', 'between', 'b']);
});

it('does not fire what was cancelled, and forgives a late cancel', async () => {
  const clock = new VirtualClock();
  let fired = 0;
  const cancel = clock.setTimer(5, () => fired++);
  const cancelled = clock.setTimer(5, () => {
    fired += 100;
  });
  cancelled();
  await clock.advance(5);
  cancel();
  expect(fired).toBe(1);
});

it('keeps timers on monotonic time when the wall clock is set', async () => {
  const clock = new VirtualClock(1_000);
  let firedAtMs = 0;
  clock.setTimer(50, () => {
    firedAtMs = clock.monotonicMs();
  });
  clock.setWall(1_000_000);
  await clock.advance(50);
  expect(firedAtMs).toBe(50);
  expect(clock.wallMs()).toBe(1_000_050);
  clock.setWall(10);
  expect([clock.wallMs(), clock.monotonicMs()]).toEqual([10, 50]);
});

it('ends a delay with the reason of its signal, and leaves no timer', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const waiting = delay(clock, 1_000, stop.signal);
  stop.abort(new Error('closing'));
  await expect(waiting).rejects.toThrow('closing');
  await expect(delay(clock, 1_000, stop.signal)).rejects.toThrow('closing');
  expect(clock.pendingTimers).toBe(0);
});

it('limits work by time, and leaves no timer when the work is quicker', async () => {
  const clock = new VirtualClock();
  expect(await withTimeLimit(clock, 100, Promise.resolve('done'))).toBe('done');
  await expect(withTimeLimit(clock, 100, Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(clock.pendingTimers).toBe(0);
  const slow = withTimeLimit(clock, 100, delay(clock, 200));
  await clock.advance(100);
  expect(await slow).toBe('timed-out');
  await clock.advance(100);
  expect(clock.pendingTimers).toBe(0);
});

it('writes times as the wire wants them', () => {
  expect(isoTime(Date.UTC(2026, 10, 23, 9, 0, 0, 7))).toBe('2026-11-23T09:00:00.007Z');
});
