import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { IdleTimer } from './idle-timer.ts';

function timer() {
  const clock = new VirtualClock();
  const told = { ticks: 0, expired: 0 };
  const idle = new IdleTimer({
    clock,
    onTick: () => {
      told.ticks += 1;
    },
    onExpired: () => {
      told.expired += 1;
    },
  });
  return { clock, told, idle };
}

it('warns after the quiet time, counts down each second, and expires once', async () => {
  const { clock, told, idle } = timer();
  idle.restart({ quietSeconds: 60, countdownSeconds: 30, losesSomething: true });
  await clock.advance(59_999);
  expect(idle.countdown).toBeNull();
  await clock.advance(1);
  expect(idle.countdown).toEqual({ warning: true, secondsLeft: 30 });
  await clock.advance(29_000);
  expect(idle.countdown).toEqual({ warning: true, secondsLeft: 1 });
  expect(told.expired).toBe(0);
  await clock.advance(1_000);
  expect(told).toEqual({ ticks: 30, expired: 1 });
  await clock.advance(600_000);
  expect(told.expired).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

it('begins anew at every touch, without limit', async () => {
  const { clock, told, idle } = timer();
  idle.restart({ quietSeconds: 60, countdownSeconds: 30, losesSomething: true });
  for (let time = 0; time < 20; time++) {
    await clock.advance(85_000);
    expect(idle.touch()).toBe(true);
  }
  expect(told.expired).toBe(0);
});

it('waits for ever without a limit', async () => {
  const { clock, told, idle } = timer();
  idle.restart({ quietSeconds: 1, countdownSeconds: 1, losesSomething: true });
  idle.restart(null);
  await clock.advance(3_600_000);
  expect(told).toEqual({ ticks: 0, expired: 0 });
});

it('counts down without a warning where nothing would be lost', async () => {
  const { clock, idle } = timer();
  idle.restart({ quietSeconds: 0, countdownSeconds: 12, losesSomething: false });
  expect(idle.countdown).toEqual({ warning: false, secondsLeft: 12 });
  await clock.advance(2_000);
  expect(idle.countdown).toEqual({ warning: false, secondsLeft: 10 });
});
