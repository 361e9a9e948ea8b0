import { delay } from '@portillon/core/base/clock.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { expect, it } from 'vitest';
import { isOnline, readerBecomes, wiredLine } from './test/wired-line.ts';

/** A sealed poll and its acknowledgement: 15 bytes each, mark included. */
const pollBytes = 15;
const measuredMs = 1_200;

it('[OS17] asks every reader in turn, about as fast as the wire carries it', async () => {
  const rows: string[] = [];
  for (const baud of [9_600, 115_200]) {
    for (const count of [1, 4, 8]) {
      const units = Array.from({ length: count }, (_, unit) => unit);
      const wired = await wiredLine({ units, baud, pollMs: 0, sim: { keepsPace: true } });
      const polls: number[] = [];
      const listener = { hears: () => polls.push(systemClock.monotonicMs()) };
      try {
        await Promise.all(wired.readers.map((reader) => readerBecomes(reader, isOnline)));
        await wired.wire.join(listener);
        await delay(systemClock, measuredMs);
        const spanMs = (polls.at(-1) ?? 0) - (polls[0] ?? 0);
        const cycleMs = (spanMs / (polls.length - 1)) * count;
        const wireMs = 2 * wired.wire.wireMs(pollBytes) * count;
        rows.push(
          `${String(baud).padStart(7)} baud ${count} readers: ${cycleMs.toFixed(1).padStart(6)} ms a cycle, ` +
            `${wireMs.toFixed(1).padStart(6)} ms of it on the wire`,
        );
        expect(cycleMs).toBeGreaterThan(wireMs);
        // Each exchange has a reader that thinks for 1 ms and timers of 1 ms; the rest is a machine that does more than this.
        expect(cycleMs).toBeLessThan(wireMs + count * 60);
      } finally {
        await wired.wire.leave(listener);
        await wired.close();
      }
    }
  }
  process.stdout.write(`OSDP poll cycle\n${rows.join('\n')}\n`);
}, 40_000);
