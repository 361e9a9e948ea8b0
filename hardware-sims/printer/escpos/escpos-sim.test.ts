import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EscPosSim } from './escpos-sim.ts';

let sim: EscPosSim;
const sockets: Socket[] = [];

beforeEach(async () => {
  sim = new EscPosSim({ name: 'printer', clock: systemClock, rowMs: 1, rollRows: 6 });
  await sim.start();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await sim.stop();
});

async function host(): Promise<Socket> {
  const socket = connect(Number(new URL(sim.address).port), '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function answer(socket: Socket, length: number): Promise<string> {
  let received = Buffer.alloc(0);
  while (received.length < length) {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    received = Buffer.concat([received, bytes]);
  }
  return received.toString('hex');
}

it('answers the first probe of a foreign host program and prints no stray character of it', async () => {
  const socket = await host();
  // receiptio begins with DLE EOT 2, a command of another maker, and ESC @.
  socket.write(Uint8Array.of(0x10, 0x04, 0x02, 0x1b, 0x06, 0x01, 0x1b, 0x40));
  expect(await answer(socket, 1)).toBe('12');
  socket.write(Uint8Array.of(0x1d, 0x72, 0x01));
  expect(await answer(socket, 1)).toBe('03'); // the short roll of these tests is near its end
  expect(sim.paper()).toEqual([]);
});

it('serves one host at a time: the next waits until the first has left', async () => {
  const first = await host();
  const second = await host();
  second.write(Uint8Array.of(0x10, 0x04, 0x01));
  first.write(Uint8Array.of(0x10, 0x04, 0x01));
  expect(await answer(first, 1)).toBe('12');
  expect(second.bytesRead).toBe(0);
  const answered = answer(second, 1);
  first.destroy();
  expect(await answered).toBe('12');
});

it('runs out of paper by itself, tells it unasked, and goes on with a new roll', async () => {
  const socket = await host();
  socket.write(Uint8Array.of(0x1d, 0x61, 0xff));
  expect(await answer(socket, 4)).toBe('10000300'); // six rows are already near the end
  socket.write('a\nb\nc\nd\ne\nf\ng\nh\n');
  expect(await answer(socket, 4)).toBe('18000f00');
  expect(sim.view()).toMatchObject({ status: 'stopped', paper: 'out' });
  expect(sim.paper()[0]?.lines).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  const more = answer(socket, 4);
  await sim.act('new-roll');
  expect(await more).toBe('10000300');
  socket.write(Uint8Array.of(0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, 0x30, 0x30, 0x30, 0x31));
  expect(await answer(socket, 7)).toBe('37223030303100');
  expect(sim.paper()[0]?.lines.slice(6)).toEqual(['g', 'h']);
});

it('lets a person take the receipt once, when it has been cut', async () => {
  await expect(sim.act('tear-off')).rejects.toThrow('Nothing hangs out');
  const socket = await host();
  socket.write('merci\n');
  socket.write(Uint8Array.of(0x1d, 0x72, 0x01));
  await answer(socket, 1);
  await expect(sim.act('tear-off')).rejects.toThrow('not been cut');
  socket.write(Uint8Array.of(0x1d, 0x56, 0x00, 0x1d, 0x72, 0x01));
  await answer(socket, 1);
  expect(await sim.act('tear-off')).toEqual({ index: 0 });
  expect(sim.paper()).toMatchObject([{ index: 0, torn: true, cut: true, lines: ['merci'] }]);
  await expect(sim.act('tear-off')).rejects.toThrow('Nothing hangs out');
});

it('says what it can do to one who asks for something else', async () => {
  await expect(sim.act('dance')).rejects.toThrow('tear-off');
  await expect(sim.act('fault', { name: 'rain', on: true })).rejects.toThrow('paper-out');
  await expect(sim.act('fault', { name: 'paper-out' })).rejects.toThrow('true or false');
});
