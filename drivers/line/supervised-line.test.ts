import { fault } from '@portillon/core/base/fault-codes.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { MemoryTransport } from '../transport/memory-transport.ts';
import { type LineState, SupervisedLine } from './supervised-line.ts';

function supervised() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport();
  const line = new SupervisedLine({ transport, clock, log: silentLog });
  const states: LineState['status'][] = [];
  line.onState((state) => states.push(state.status));
  return { clock, transport, line, states };
}

describe('a supervised line', () => {
  it('opens, and opens again by itself after the cable was pulled and put back', async () => {
    const { clock, transport, line, states } = supervised();
    line.start();
    await clock.advance(0);
    transport.pull();
    await clock.advance(3_000);
    expect(line.state).toMatchObject({ status: 'disconnected', fault: { code: 'transport.unreachable' } });
    transport.plugIn();
    await clock.advance(5_000);
    expect(line.connection).toBeDefined();
    await line.stop();
    expect(states).toEqual(['connected', 'disconnected', 'disconnected', 'connected', 'stopped']);
  });

  it('waits longer after each failure, 5 s at most', async () => {
    const { clock, transport, line } = supervised();
    const openedAt: number[] = [];
    const open = transport.open.bind(transport);
    transport.open = () => {
      openedAt.push(clock.monotonicMs());
      return open();
    };
    transport.pull();
    line.start();
    await clock.advance(20_000);
    expect(openedAt).toEqual([0, 200, 600, 1_400, 3_000, 6_200, 11_200, 16_200]);
    await line.stop();
  });

  it('does not hammer a device that accepts and hangs up at once', async () => {
    const { clock, transport, line } = supervised();
    let openings = 0;
    line.onState((state) => {
      if (state.status !== 'connected') return;
      openings++;
      transport.pull();
      transport.plugIn();
    });
    line.start();
    await clock.advance(20_000);
    expect(openings).toBe(8);
    await line.stop();
  });

  it('leaves nothing behind when stopped: while connected, while waiting, twice, or before it began', async () => {
    const connected = supervised();
    connected.line.start();
    await connected.clock.advance(0);
    await connected.line.stop();
    await connected.line.stop();
    const waiting = supervised();
    waiting.transport.pull();
    waiting.line.start();
    await waiting.clock.advance(0);
    await waiting.line.stop();
    const opening = supervised();
    opening.line.start();
    await opening.line.stop();
    const idle = supervised();
    await idle.line.stop();
    for (const { clock, line, states } of [connected, waiting, opening, idle]) {
      expect(clock.pendingTimers).toBe(0);
      expect(line.state.status).toBe('stopped');
      expect(states.at(-1)).toBe('stopped');
    }
  });

  it('drops the connection for a reason of the driver and tries again', async () => {
    const { clock, line } = supervised();
    line.start();
    await clock.advance(0);
    await line.drop(fault('line.no-answer', 'three questions unanswered'));
    await clock.advance(0);
    expect(line.state).toMatchObject({ status: 'disconnected', fault: { code: 'line.no-answer' } });
    await clock.advance(200);
    expect(line.connection).toBeDefined();
    await line.stop();
  });

  it('counts what drivers discard and what nobody listened to, across connections', async () => {
    const { clock, transport, line } = supervised();
    line.start();
    await clock.advance(0);
    line.countDiscarded(3);
    transport.writeToDriver(new Uint8Array(65_536 + 10));
    await clock.advance(0);
    expect(line.discardedBytes).toBe(13);
    transport.pull();
    await clock.advance(0);
    expect(line.discardedBytes).toBe(13);
    await line.stop();
  });
});
