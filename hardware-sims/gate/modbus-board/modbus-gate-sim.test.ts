import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import {
  encodeModbus,
  flashOn,
  type ModbusFrame,
  readBits,
} from '@portillon/drivers/gate/modbus-board/modbus-rtu.ts';
import { SerialPort } from 'serialport';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SimView } from '../../sim.ts';
import { ModbusGateSim } from './modbus-gate-sim.ts';

let folder: string;
let sim: ModbusGateSim;
let port: SerialPort;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gate-sim-'));
  sim = new ModbusGateSim({
    name: 'gate',
    clock: systemClock,
    path: join(folder, 'board'),
    // Long enough to ask about in between, on a machine that runs much else at the same time.
    sensorMs: 1_000,
    turnMs: 1_200,
  });
  await sim.start();
  port = new SerialPort({ path: join(folder, 'board'), baudRate: 38_400, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
});
afterEach(async () => {
  await new Promise<void>((resolve) => port.close(() => resolve()));
  await sim.stop();
  rmSync(folder, { recursive: true, force: true });
});

function shows(fits: (view: SimView) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!fits(sim.view())) return;
      stop();
      resolve();
    };
    const stop = sim.onChange(check);
    check();
  });
}

/** Sends a request and waits for as many bytes as the answer has, in however many pieces. */
function ask(request: ModbusFrame, answerLength: number): Promise<string> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const take = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < answerLength) return;
      port.off('data', take);
      resolve(received.toString('hex'));
    };
    port.on('data', take);
    port.write(encodeModbus(request));
  });
}

it('frees the arm for one pulse that it ends itself, and shows how long it lasts', async () => {
  expect(sim.view()).toMatchObject({ arm: 'locked', entryReleased: false, releasedForMs: 0 });
  const pulse = flashOn(1, 0, 1_000);
  expect(await ask(pulse, 8)).toBe(Buffer.from(encodeModbus(pulse)).toString('hex'));
  expect(sim.view()).toMatchObject({ arm: 'free', entryReleased: true });
  expect(Number(sim.view().releasedForMs)).toBeGreaterThan(0);
  await shows((view) => view.entryReleased === false);
  expect(await sim.act('push', { direction: 'entry' })).toMatchObject({ passed: false });
  expect(sim.view()).toMatchObject({ arm: 'locked', entries: 0 });
  expect(sim.received.map((frame) => frame.meaning)).toEqual(['pulse relay 0 for 1000 ms']);
});

it('locks behind the person, shows the turn on its input, and counts', async () => {
  await ask(flashOn(1, 0, 2_000), 8);
  expect(await sim.act('push', { direction: 'entry' })).toMatchObject({ passed: true });
  expect(sim.view()).toMatchObject({ arm: 'turning', entryReleased: false, entries: 1, exits: 0 });
  expect((await ask(readBits(1, 2, 0, 8), 6)).slice(0, 8)).toBe('01020101');
  expect(await sim.act('push', { direction: 'exit' })).toMatchObject({ passed: false });
  await shows((view) => view.arm === 'locked');
  expect((await ask(readBits(1, 2, 0, 8), 6)).slice(0, 8)).toBe('01020100');
  expect(await sim.act('push', { direction: 'exit' })).toMatchObject({ passed: true });
  expect(sim.view()).toMatchObject({ entries: 1, exits: 1 });
});

it('does not answer for another board on the bus, nor to a way that a person cannot push', async () => {
  const heard = shows(() => sim.received.length === 2);
  port.write(encodeModbus(flashOn(9, 0, 200)));
  await ask(readBits(1, 1, 0, 8), 6);
  await heard;
  expect(sim.view()).toMatchObject({ arm: 'locked' });
  await expect(sim.act('push', { direction: 'up' })).rejects.toThrow('entry or exit');
});
