import { silentLog } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryTransport } from '../../transport/memory-transport.ts';
import { ConcertParser, type ConcertToken, controlBytes, encodeFrame } from './concert-frame.ts';
import { ConcertTerminal } from './concert-terminal.ts';
import vectors from './vectors/concert-v2.json' with { type: 'json' };

const payment = { reference: '0000000000', amountCents: cents(3_990) };

/** The limits of the product, in virtual time; the test is the terminal. */
describe('the limits of a Concert terminal', () => {
  let clock: VirtualClock;
  let transport: MemoryTransport;
  let terminal: ConcertTerminal;
  let heard: ConcertToken['kind'][];
  /** What the terminal does when it hears something. */
  let meets: Partial<Record<ConcertToken['kind'], () => void>>;

  const send = (...names: (keyof typeof controlBytes)[]) =>
    transport.writeToDriver(Uint8Array.from(names, (name) => controlBytes[name]));
  const acks = { enq: () => send('ack'), frame: () => send('ack') };

  beforeEach(async () => {
    clock = new VirtualClock();
    transport = new MemoryTransport({ cut: (bytes) => [bytes.subarray(0, 1), bytes.subarray(1)] });
    heard = [];
    meets = acks;
    const parser = new ConcertParser();
    transport.onDriverBytes((bytes) => {
      for (const { kind } of parser.push(bytes).frames) {
        heard.push(kind);
        meets[kind]?.();
      }
    });
    terminal = new ConcertTerminal({ transport, clock, log: silentLog, dialect: 'v2' });
    terminal.start();
    await clock.advance(0);
    expect(terminal.state).toEqual({ status: 'ready' });
    heard.length = 0;
  });
  afterEach(async () => {
    await terminal.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  /** Until `atMs` nothing is said; then there is an outcome. */
  async function settlesAfter(atMs: number) {
    let outcome: Awaited<ReturnType<typeof terminal.authorise>> | undefined;
    const settled = terminal.authorise(payment).then((told) => {
      outcome = told;
    });
    await clock.advance(atMs - 1);
    expect(outcome).toBeUndefined();
    await clock.advance(1);
    await settled;
    return outcome;
  }

  it('[CO2] calls for seven seconds, then nothing was sent', async () => {
    meets = {};
    expect(await settlesAfter(7_000)).toMatchObject({
      kind: 'not-sent',
      fault: { code: 'terminal.no-answer' },
    });
    expect(heard).toEqual(['enq', 'eot', 'enq', 'eot', 'enq', 'eot', 'enq', 'eot']);
  });

  it('[CO5] [I10] waits 180 s for an answer, and then does not know', async () => {
    expect(await settlesAfter(180_000)).toMatchObject({
      kind: 'in-doubt',
      fault: { code: 'terminal.no-answer' },
    });
    expect(heard.filter((kind) => kind === 'frame')).toHaveLength(1);
  });

  it('[CO5] [I10] waits for the answer also when its request was not acknowledged', async () => {
    meets = { enq: acks.enq };
    expect(await settlesAfter(183_000)).toMatchObject({ kind: 'in-doubt' });
    expect(heard.slice(0, 3)).toEqual(['enq', 'frame', 'eot']);
  });

  it('[CO3] has sent nothing when every repeat of the request is refused', async () => {
    meets = { enq: acks.enq, frame: () => send('nak') };
    const outcome = terminal.authorise(payment);
    await clock.advance(0);
    expect(await outcome).toMatchObject({ kind: 'not-sent', fault: { code: 'line.garbled' } });
    expect(heard).toEqual(['enq', 'frame', 'frame', 'frame', 'eot']);
  });

  it('[CO3] [I10] is in doubt when every repeat of the answer is damaged', async () => {
    const damaged = () => transport.writeToDriver(Uint8Array.of(0x02, 0x41, 0x03, 0x00));
    const outcome = terminal.authorise(payment);
    await clock.advance(20_000);
    meets = { ack: damaged, nak: damaged };
    send('enq');
    await clock.advance(0);
    expect(await outcome).toMatchObject({ kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } });
    expect(heard.slice(-4)).toEqual(['ack', 'nak', 'nak', 'eot']);
  });

  it('[CO4] reads the answer of the source in a call of the terminal', async () => {
    const [, withReport] = vectors.answers;
    const outcome = terminal.authorise(payment);
    await clock.advance(20_000);
    const answer = encodeFrame(Buffer.from(withReport?.text ?? ''));
    meets = {
      ack: () => {
        meets = {};
        transport.writeToDriver(answer);
      },
    };
    send('enq');
    await clock.advance(0);
    expect(await outcome).toMatchObject({
      kind: 'captured',
      slip: { maskedPan: '************4869', scheme: 'CB', amountCents: 3_990 },
    });
  });

  it('[CO9] calls every 30 s at rest, every 5 s while nobody answers', async () => {
    await clock.advance(30_000);
    expect(heard).toEqual(['enq', 'eot']);
    meets = {};
    await clock.advance(33_000);
    expect(terminal.state).toMatchObject({ status: 'disconnected', fault: { code: 'terminal.no-answer' } });
    meets = acks;
    await clock.advance(5_000);
    expect(terminal.state).toEqual({ status: 'ready' });
  });

  it('forgets half a frame after a silence, so that it does not swallow the next one', async () => {
    send('enq');
    await clock.advance(0);
    transport.writeToDriver(Uint8Array.of(0x02, 0x41));
    await clock.advance(3_000);
    expect(heard).toEqual(['ack', 'eot']);
    expect(terminal.discardedBytes).toBe(2);
    send('enq');
    await clock.advance(0);
    expect(heard.at(-1)).toBe('ack');
  });
});
