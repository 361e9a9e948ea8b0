import { delay } from '@portillon/core/base/clock.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { expect, it } from 'vitest';
import type { OsdpPacket } from './osdp-packet.ts';
import { isOnline, readerBecomes, wiredLine } from './test/wired-line.ts';

/** A sealed poll and its acknowledgement: 15 bytes each, mark included. */
const pollBytes = 15;
const measuredMs = 1_500;

it('[OS17] asks every reader in turn, about as fast as the wire carries it', async () => {
  const rows: string[] = [];
  for (const baud of [9_600, 115_200]) {
    for (const count of [1, 4, 8]) {
      const units = Array.from({ length: count }, (_, unit) => unit);
      const wired = await wiredLine({ units, baud, pollMs: 0, sim: { keepsPace: true } });
      const polls: number[] = [];
      const asked = new Map<number, number>();
      const listener = {
        hears: ({ unit }: OsdpPacket) => {
          polls.push(systemClock.monotonicMs());
          asked.set(unit, (asked.get(unit) ?? 0) + 1);
        },
      };
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
        // What else the machine does decides how much longer it is: the figure is printed, and held against nothing.
        for (const unit of units) expect(asked.get(unit) ?? 0).toBeGreaterThan(0);
      } finally {
        await wired.wire.leave(listener);
        await wired.close();
      }
    }
  }
  process.stdout.write(`OSDP poll cycle\n${rows.join('\n')}\n`);
}, 40_000);
