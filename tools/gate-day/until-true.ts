import { type Clock, delay } from '@portillon/core/base/clock.ts';

const lookEveryMs = 3;

/** Looks again and again until it holds; rejects with what never came after `limitMs`. */
export async function untilTrue(
  clock: Clock,
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const endMs = clock.monotonicMs() + limitMs;
  while (!(await holds())) {
    if (clock.monotonicMs() >= endMs) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
    await delay(clock, lookEveryMs);
  }
}
