import { SeededRandom } from '@portillon/core/base/random.ts';
import { inPieces } from '@portillon/hardware-sims/line/pieces.ts';
import { describe, expect, it } from 'vitest';
import { MemoryTransport } from './memory-transport.ts';
import { arriving, transportContract } from './transport-contract.ts';

describe('memory', () => {
  const random = new SeededRandom(1);
  transportContract(async () => {
    const transport = new MemoryTransport({ cut: (bytes) => inPieces(bytes, random) });
    return {
      transport,
      onDriverBytes: (listener) => transport.onDriverBytes(listener),
      writeToDriver: (bytes) => transport.writeToDriver(bytes),
      pull: async () => transport.pull(),
      plugIn: async () => transport.plugIn(),
    };
  });

  it('keeps 64 KiB for a late listener and counts what it dropped of the oldest', async () => {
    const transport = new MemoryTransport();
    const opened = await transport.open();
    if (!opened.ok) throw new Error(opened.error.code);
    transport.writeToDriver(new Uint8Array(60_000).fill(1));
    transport.writeToDriver(new Uint8Array(10_000).fill(2));
    await Promise.resolve();
    expect(opened.value.droppedBytes).toBe(70_000 - 65_536);
    const kept = await arriving(opened.value, 65_536);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([65_536, 1, 2]);
  });

  it('flushes what has arrived and says how much that was', async () => {
    const transport = new MemoryTransport();
    const opened = await transport.open();
    if (!opened.ok) throw new Error(opened.error.code);
    transport.writeToDriver(Uint8Array.of(1, 2, 3));
    await Promise.resolve();
    expect(await opened.value.flush()).toBe(3);
    transport.writeToDriver(Uint8Array.of(4));
    expect([...(await arriving(opened.value, 1))]).toEqual([4]);
  });
});
