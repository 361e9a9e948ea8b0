import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { expect, it } from 'vitest';
import { oncePerSecond } from './still-here.ts';

it('is said at most once a second, and at once the first time', async () => {
  const clock = new VirtualClock();
  let said = 0;
  const tell = oncePerSecond(clock, () => {
    said += 1;
  });
  for (let touch = 0; touch < 30; touch++) {
    tell();
    await clock.advance(100);
  }
  expect(said).toBe(3);
});
