import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { Missing } from './main-job-report.ts';

const lookEveryMs = 50;

/** Looks until `look` finds something; after `limitMs` it says what never came. */
export async function waitUntil<Found>(
  clock: Clock,
  what: string,
  limitMs: number,
  look: () => Promise<Found | null | undefined | false>,
): Promise<Found> {
  const endMs = clock.monotonicMs() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (clock.monotonicMs() >= endMs)
      throw new Missing(`${what}: not within ${Math.round(limitMs / 1_000)} s`);
    await delay(clock, lookEveryMs);
  }
}
