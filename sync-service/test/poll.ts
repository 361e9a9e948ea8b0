import { delay } from '@portillon/core/base/clock.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';

const limitMs = 15_000;

/** Looks until there is something, for what another process does and nobody announces. Rejects after 15 s. */
export async function untilSeen<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  const deadline = systemClock.monotonicMs() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (systemClock.monotonicMs() > deadline) throw new Error(`not seen in time: ${what}`);
    await delay(systemClock, 20);
  }
}
