import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultCode } from '@portillon/core/base/fault-codes.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { Device } from '@portillon/drivers/device.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { OsdpReaderSim } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import { OsdpWire } from '@portillon/hardware-sims/osdp/osdp-wire.ts';
import { FileKeyStore } from '@portillon/sync-service/secrets/file-key-store.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReaderKeys } from '../store/reader-keys.ts';
import { makeDevices } from './devices.ts';
import { devicesTold } from './devices-told.ts';
import { edgeConfigSchema } from './edge-config.ts';

let folder: string;
let keys: ReaderKeys;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edge-devices-'));
  keys = new ReaderKeys(await FileKeyStore.open(join(folder, 'keys')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function devicesOf(gate: object, plates: object = {}) {
  const config = edgeConfigSchema.safeParse({
    name: 'gate-north',
    stateFolder: 'state',
    baseUrl: 'http://127.0.0.1:4620',
    bridge: { port: 0 },
    devices: { gates: [{ id: 'gate-1', name: 'Entrance', ...gate }], plates },
  });
  if (!config.success) return config.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return makeDevices(config.data.devices, { clock: systemClock, log: silentLog, readerKeys: keys });
}

const board = (address: string, more: object = {}) => ({
  model: 'osdp',
  address,
  unit: 0,
  output: 0,
  pulseMs: 500,
  entryInput: 0,
  exitInput: 1,
  ...more,
});

it('[W-DEVICE-3] hangs board and reader of a gate on one line, tells what they are, and one reader that is both under one key', async () => {
  const wire = new OsdpWire({ path: join(folder, 'line'), baud: 38_400 });
  const sims = [0, 1].map((unit) => {
    const turnstile = { output: 0, entryInput: 0, exitInput: 1 };
    const scbk = systemRandom.bytes(16);
    return new OsdpReaderSim({ name: `unit-${unit}`, clock: systemClock, wire, unit, scbk, turnstile });
  });
  await Promise.all(sims.map((sim) => sim.start()));
  // Unit 0 is board and reader at once: its key is that of the board, which stands first.
  for (const [index, place] of ['gate-1.board', 'gate-1.badge-reader'].entries()) {
    await keys.writeNext(place, sims[index]?.scbk ?? new Uint8Array(0));
    await keys.nextBecomesCurrent(place);
  }
  const made = devicesOf({
    board: board(wire.address),
    reader: { model: 'osdp', address: wire.address, unit: 0 },
    badgeReader: { model: 'osdp', address: wire.address, unit: 1, language: 'en' },
  });
  if (Array.isArray(made) || !made.ok) throw new Error(JSON.stringify(made));
  const { all, gates } = made.value;
  try {
    for (const { device } of all) device.start();
    await Promise.all(all.map(({ device }) => deviceBecomes(device, isReady)));
    expect(all.map(({ name }) => name)).toEqual(['gate-1.board', 'gate-1.reader', 'gate-1.badge-reader']);
    expect(gates[0]?.reader).toBeNull();
    expect(gates[0]?.badgeReaders.map(({ language }) => language)).toEqual(['fr', 'en']);
    const plates = {
      'gate-1.reader': { serial: 'on its plate', contract: 'none' },
      camera: { model: 'C920' },
    };
    expect(devicesTold(all, { plates }, null)).toEqual([
      expect.objectContaining({ name: 'gate-1.board', status: 'ready', fault: null }),
      {
        ...{ name: 'gate-1.reader', status: 'ready', fault: null },
        about: {
          model: expect.stringMatching(/^[0-9a-f]{6} \d+\.\d+$/),
          serial: '1000',
          contract: 'none',
          software: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          configured: ['contract'],
        },
      },
      expect.objectContaining({ name: 'gate-1.badge-reader', status: 'ready' }),
      {
        ...{ name: 'camera', status: 'unwatched', fault: null },
        about: { model: 'C920', configured: ['model'] },
      },
    ]);
    // The line goes on for the others when one of them ends.
    await all[1]?.device.stop();
    expect((await gates[0]?.gate.release())?.ok).toBe(true);
    expect(sims[0]?.view()).toMatchObject({ entryReleased: true });
  } finally {
    await Promise.all(all.map(({ device }) => device.stop()));
    await Promise.all(sims.map((sim) => sim.stop()));
  }
});

it('names what is wrong with a line before anything is opened', () => {
  const slow = devicesOf({ board: board('serial:///dev/ttyUSB0?baud=4800') });
  expect(slow).toMatchObject({ ok: false, error: { code: 'transport.bad-address' } });
  expect(JSON.stringify(slow)).toContain('gate-1.board');
  expect(JSON.stringify(devicesOf({ board: board('serial://') }))).toContain('transport.bad-address');
  expect(devicesOf({ board: board('serial:///dev/ttyUSB0?baud=9600', { unit: 127 }) })).toEqual([
    'devices.gates.0.board.unit: an address on the line is at most 126',
  ]);
  expect(devicesOf({ board: board('tcp://10.0.0.7:4001', { relay: 1 }) })).toEqual([
    expect.stringContaining('devices.gates.0.board'),
  ]);
  expect(devicesOf({ board: board('tcp://10.0.0.7:4001') })).toMatchObject({ ok: true });
  const strange = devicesOf({ board: board('tcp://10.0.0.7:4001') }, { 'gate-1.bord': { serial: '1' } });
  expect(strange).toMatchObject({ ok: false, error: { code: 'config.invalid' } });
  expect(JSON.stringify(strange)).toContain('gate-1.bord: there is no such device, but gate-1.board');
});

it('[W-DEVICE-5] warns of few cards by the sensor or by the count, and of little paper, while the device works', () => {
  const device = (status: 'ready' | 'stopped', warning?: FaultCode | null): Device => ({
    state: { status },
    ...(warning === undefined ? {} : { warning }),
    start: () => undefined,
    stop: async () => undefined,
    onState: () => () => undefined,
  });
  const dispenser = edgeConfigSchema.shape.devices.shape.dispenser.parse({
    ...{ model: 'crt-591', address: 'tcp://10.0.0.7:4001', lowCards: 15 },
  });
  const told = (it: Device, cards: number | null) =>
    devicesTold([{ name: 'dispenser', device: it }], { plates: {}, dispenser }, cards)[0];
  expect(told(device('ready', null), null)).toEqual({ name: 'dispenser', status: 'ready', fault: null });
  expect(told(device('ready', null), 16)).toEqual(expect.objectContaining({ cards: 16 }));
  expect(told(device('ready', null), 16)).not.toHaveProperty('warning');
  expect(told(device('ready', null), 15)).toMatchObject({ cards: 15, warning: 'dispenser.stacker-low' });
  expect(told(device('ready', 'dispenser.stacker-low'), null)).toMatchObject({
    warning: 'dispenser.stacker-low',
  });
  expect(told(device('stopped', 'dispenser.stacker-low'), 3)).not.toHaveProperty('warning');
  const printer = { name: 'printer', device: device('ready', 'printer.paper-low') };
  expect(devicesTold([printer], { plates: {}, dispenser }, 3)).toEqual([
    { name: 'printer', status: 'ready', fault: null, warning: 'printer.paper-low' },
  ]);
});
