import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import type { FrameParser, Parsed } from '../framing/frame-parser.ts';
import { PendingBytes } from '../framing/pending-bytes.ts';
import { MemoryTransport } from '../transport/memory-transport.ts';
import { FrameReader } from './frame-reader.ts';

/** A length byte, then that many bytes; FF can begin nothing. */
class LengthParser implements FrameParser<string> {
  readonly #pending = new PendingBytes(256);

  push(bytes: Uint8Array): Parsed<string> {
    let discarded = this.#pending.push(bytes);
    const frames: string[] = [];
    for (;;) {
      const length = this.#pending.at(0);
      if (length === 0xff) discarded += this.#pending.take(1).length;
      else if (length === undefined || this.#pending.length <= length) return { frames, discarded };
      else
        frames.push(
          this.#pending
            .take(1 + length)
            .subarray(1)
            .join(' '),
        );
    }
  }

  reset(): number {
    return this.#pending.clear();
  }
}

async function reading() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const opened = await transport.open();
  if (!opened.ok) throw new Error(opened.error.code);
  let discarded = 0;
  const frames = new FrameReader({
    connection: opened.value,
    parser: new LengthParser(),
    clock,
    onDiscarded: (count) => {
      discarded += count;
    },
  });
  return { clock, transport, connection: opened.value, frames, discarded: () => discarded };
}

describe('a frame reader', () => {
  it('gives a frame that arrives in pieces to the one who waits for it', async () => {
    const { clock, transport, frames } = await reading();
    const next = frames.next(300);
    for (const byte of [2, 7, 8]) {
      transport.writeToDriver(Uint8Array.of(byte));
      await clock.advance(10);
    }
    expect(await next).toEqual({ ok: true, value: '7 8' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps frames in order until they are asked for, and hands over stale ones on request', async () => {
    const { clock, transport, frames } = await reading();
    transport.writeToDriver(Uint8Array.of(1, 1, 1, 2, 1, 3));
    await clock.advance(0);
    expect(await frames.next(300)).toEqual({ ok: true, value: '1' });
    expect(frames.takeWaiting()).toEqual(['2', '3']);
    expect(frames.takeWaiting()).toEqual([]);
  });

  it('says that nothing came when the limit is over, and can be asked again', async () => {
    const { clock, transport, frames } = await reading();
    const silent = frames.next(300);
    await clock.advance(300);
    expect(await silent).toMatchObject({ ok: false, error: { code: 'line.no-answer' } });
    const next = frames.next(300);
    transport.writeToDriver(Uint8Array.of(1, 5));
    expect(await next).toEqual({ ok: true, value: '5' });
  });

  it('tells the one who waits that the line has ended, and for what reason', async () => {
    const pulled = await reading();
    const waiting = pulled.frames.next(300);
    pulled.transport.pull();
    expect(await waiting).toMatchObject({ error: { code: 'transport.pulled' } });
    expect(await pulled.frames.next(300)).toMatchObject({ error: { code: 'transport.pulled' } });
    expect(pulled.clock.pendingTimers).toBe(0);
    const closed = await reading();
    await closed.connection.close();
    expect(await closed.frames.next(300)).toMatchObject({ error: { code: 'transport.closed' } });
  });

  it('counts the bytes that make no frame, half a frame forgotten included', async () => {
    const { clock, transport, frames, discarded } = await reading();
    transport.writeToDriver(Uint8Array.of(0xff, 0xff, 1, 4, 5, 1, 2));
    await clock.advance(0);
    expect(discarded()).toBe(2);
    frames.forgetPartial();
    expect(discarded()).toBe(5);
    expect(frames.takeWaiting()).toEqual(['4']);
  });

  it('keeps 64 frames that nobody asks for and counts the rest as discarded', async () => {
    const { clock, transport, frames, discarded } = await reading();
    for (let index = 0; index < 70; index++) transport.writeToDriver(Uint8Array.of(1, index));
    await clock.advance(0);
    const kept = frames.takeWaiting();
    expect([kept.length, kept[0], discarded()]).toEqual([64, '6', 6]);
  });
});
