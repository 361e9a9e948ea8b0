import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import { CrtParser, encodeFrame } from '@portillon/drivers/card-dispenser/crt-591/crt-frame.ts';
import { decodeReply, encodeCommand } from '@portillon/drivers/card-dispenser/crt-591/crt-message.ts';
import { FrameReader } from '@portillon/drivers/line/frame-reader.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DesfireSimCard } from '../../card/desfire/desfire-sim-card.ts';
import { Crt591Sim } from './crt-591-sim.ts';

const random = new SeededRandom(5);
const takenUids: string[] = [];
let folder: string;
let sim: Crt591Sim;
let host: Host;

type Host = Awaited<ReturnType<typeof connect>>;

function card(index: number): DesfireSimCard {
  return new DesfireSimCard({ uid: `040000000000${index.toString(16).padStart(2, '0')}`, random });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crt-591-sim-'));
  takenUids.length = 0;
  await start(3);
});

async function start(speed: number): Promise<void> {
  sim = new Crt591Sim({
    name: 'dispenser',
    clock: systemClock,
    path: join(folder, 'port'),
    cards: [card(1), card(2)],
    makeCard: () => card(random.below(200)),
    onCardTaken: ({ uid }) => takenUids.push(uid),
    speed,
  });
  await sim.start();
  host = await connect(sim.address);
}

/** For what is said in the middle of a movement: a busy machine may be late with it. */
async function startSlow(): Promise<void> {
  await end();
  await start(0.5);
}

async function end(): Promise<void> {
  await host.close();
  await sim.stop();
}

afterEach(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

function frameOf(text: string, deviceAddress = 0): Uint8Array {
  const [command = 0, parameter = 0, ...data] = bytesOfHex(text);
  return encodeFrame(deviceAddress, encodeCommand({ command, parameter, data: Uint8Array.from(data) }));
}

/** A host that says exactly what it is told to, and never acknowledges a reply. */
async function connect(address: string) {
  const transport = transportFor(address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const opened = await transport.value.open();
  if (!opened.ok) throw new Error(opened.error.detail);
  const connection = opened.value;
  const frames = new FrameReader({
    connection,
    parser: new CrtParser(),
    clock: systemClock,
    onDiscarded: () => undefined,
  });
  return {
    close: () => connection.close(),
    say: (hex: string) => connection.write(bytesOfHex(hex)),
    send: (text: string, deviceAddress = 0) => connection.write(frameOf(text, deviceAddress)),
    sendTwice: (text: string) => connection.write(Buffer.concat([frameOf(text), frameOf(text)])),
    /** `ack`, `eot`, or the outcome of a reply: its status, or its error. */
    async hear(limitMs = 2_000): Promise<string> {
      const heard = await frames.next(limitMs);
      if (!heard.ok) return heard.error.code;
      if (heard.value.kind !== 'frame') return heard.value.kind;
      const reply = decodeReply(heard.value.text);
      if (!reply) return 'no reply';
      return reply.kind === 'success' ? reply.status : `error ${reply.code}`;
    },
  };
}

async function exchange(text: string): Promise<string> {
  await host.send(text);
  expect(await host.hear()).toBe('ack');
  return host.hear();
}

it('answers every command but INIT that it is not initialised, until it is', async () => {
  expect(await exchange('3130')).toBe('error B0');
  expect(await exchange('3033')).toBe('010');
  expect(await exchange('3130')).toBe('010');
  sim.powerCycle();
  expect(await exchange('3232')).toBe('error B0');
});

it('acknowledges at once, replies at the end, and tells the truth in between', async () => {
  await startSlow();
  await exchange('3033');
  await host.send('3232');
  expect(await host.hear()).toBe('ack');
  expect(sim.view()).toMatchObject({ cardAt: 'moving', moving: { what: 'feed', durationMs: 1_800 } });
  expect(await exchange('3130')).toBe('010');
  expect(await host.hear()).toBe('210');
  expect(sim.view()).toMatchObject({
    cardAt: 'encoder',
    cardUid: '04000000000001',
    moving: null,
    stackerCount: 1,
  });
});

it('refuses a second movement during the first', async () => {
  await startSlow();
  await exchange('3033');
  await host.send('3232');
  expect(await host.hear()).toBe('ack');
  expect(await exchange('3230')).toBe('error 02');
  expect(await host.hear()).toBe('210');
});

it('takes a command repeated within 20 ms for the same one, a capture too', async () => {
  await exchange('3033');
  await exchange('3232');
  // In one write: two of them may come far apart on a busy machine.
  await host.sendTwice('3233');
  expect([await host.hear(), await host.hear(), await host.hear()]).toEqual(['ack', 'ack', '010']);
  expect(await host.hear(100)).toBe('line.no-answer');
  expect(sim.contents.bin).toHaveLength(1);
});

it('stops on EOT and says EOT', async () => {
  await startSlow();
  await exchange('3033');
  await host.send('3232');
  expect(await host.hear()).toBe('ack');
  await host.say('04');
  expect(await host.hear()).toBe('eot');
  expect(await host.hear(400)).toBe('line.no-answer');
  expect(sim.view()).toMatchObject({ moving: null });
});

it('repeats its last reply on NAK, says NAK to a damaged command, and keeps quiet to others', async () => {
  await exchange('3033');
  await host.say('15');
  expect(await host.hear()).toBe('010');
  await host.say('F2 00 00 03 43 31 30 03 B1');
  expect(await host.hear()).toBe('nak');
  await host.send('3130', 4);
  expect(await host.hear(100)).toBe('line.no-answer');
});

it('does not know what it does not imitate', async () => {
  await exchange('3033');
  expect(await exchange('5130')).toBe('error 00');
});

it('has no card on the antenna until one is fed, and none after it moved', async () => {
  await exchange('3033');
  expect(await exchange('60304130')).toBe('error 63');
  await exchange('3232');
  expect(await exchange('60304130')).toBe('210');
  expect(await exchange('60349060000000')).toBe('210');
  await exchange('3230');
  expect(await exchange('60349060000000')).toBe('error 63');
});

it('hands the card to the person who takes it, and the panel only its number', async () => {
  await exchange('3033');
  await expect(sim.act('take-card')).rejects.toThrow('no card at the mouth');
  await exchange('3232');
  await exchange('3230');
  expect(await sim.act('take-card')).toEqual({ uid: '04000000000001' });
  expect(takenUids).toEqual(['04000000000001']);
});

it('spoils one card and no other where a fault is of one card', async () => {
  await exchange('3033');
  await exchange('3232');
  await sim.act('fault', { name: 'card-dead-once', on: true });
  expect(await exchange('60304130')).toBe('error 63');
  expect(sim.view()).toMatchObject({ faults: [] });
  expect(await exchange('60304130')).toBe('error 63');
  await exchange('3233');
  await exchange('3232');
  expect(await exchange('60304130')).toBe('200');
  await sim.act('fault', { name: 'jam-on-present-once', on: true });
  expect(await exchange('3230')).toBe('error 10');
  expect(await exchange('3031')).toBe('000');
  await sim.act('refill', { count: 1 });
  await exchange('3232');
  expect(await exchange('3230')).toBe('100');
});

it('is refilled, emptied and freed from the panel', async () => {
  expect(await sim.act('refill', { count: 3 })).toEqual({ stackerCount: 5 });
  await expect(sim.act('refill', { count: 0 })).rejects.toThrow('1 to 400');
  expect(await sim.act('empty-bin')).toEqual({ count: 0 });
  await expect(sim.act('clear-jam')).rejects.toThrow('No card is stuck');
  await expect(sim.act('shake')).rejects.toThrow('There is no action shake');
  await expect(sim.act('fault', { name: 'flood', on: true })).rejects.toThrow('There is no fault flood');
});

it('keeps a record of what it received', async () => {
  await exchange('3033');
  expect(sim.received).toMatchObject([{ hex: 'f200000343303303b2', meaning: 'INIT leave card' }]);
});
