import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readEdgeConfig } from './edge-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'edge-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = {
  name: 'gate-north',
  stateFolder: 'state',
  baseUrl: 'http://127.0.0.1:4620',
  bridge: { port: 0 },
  devices: { gates: [] },
};

async function problemOf(content: string): Promise<string> {
  const file = join(folder, 'edge.json');
  writeFileSync(file, content);
  const read = await readEdgeConfig(file);
  expect(read).toMatchObject({ ok: false, error: { code: 'config.invalid' } });
  return read.ok ? '' : read.error.detail;
}

it('reads a gate controller without a screen, its state folder beside the file', async () => {
  const file = join(folder, 'good.json');
  writeFileSync(file, JSON.stringify(good));
  expect(await readEdgeConfig(file)).toMatchObject({
    ok: true,
    value: { stateFolder: join(folder, 'state') },
  });
});

it('names the line of a wrong port', async () => {
  expect(await problemOf(JSON.stringify({ ...good, bridge: { port: 70_000 } }))).toContain(
    'bridge.port: a port is at most 65535',
  );
  expect(await problemOf(JSON.stringify({ ...good, bridge: { port: '4610' } }))).toContain('bridge.port');
});

it('names a setting that does not exist, a model that is not known, and an address that is none', async () => {
  expect(await problemOf(JSON.stringify({ ...good, brigde: {} }))).toContain('brigde');
  const printer = { model: 'star', address: 'tcp://127.0.0.1:9100' };
  expect(await problemOf(JSON.stringify({ ...good, devices: { gates: [], printer } }))).toContain(
    'devices.printer.model',
  );
  expect(await problemOf(JSON.stringify({ ...good, baseUrl: 'base.example' }))).toContain('http://');
});

it('[SA12] leaves a card at the mouth for 180 s unless told, and for no less than half a minute', async () => {
  const file = join(folder, 'told.json');
  const seconds = async (sale: object | undefined) => {
    writeFileSync(file, JSON.stringify({ ...good, sale }));
    const read = await readEdgeConfig(file);
    return read.ok && read.value.sale.takeCardSeconds;
  };
  expect(await seconds(undefined)).toBe(180);
  expect(await seconds({})).toBe(180);
  expect(await seconds({ takeCardSeconds: 30 })).toBe(30);
  expect(await seconds({ takeCardSeconds: 600 })).toBe(600);
  const problem = (takeCardSeconds: number) =>
    problemOf(JSON.stringify({ ...good, sale: { takeCardSeconds } }));
  expect(await problem(29)).toContain('sale.takeCardSeconds: a customer needs 30 seconds');
  expect(await problem(601)).toContain('sale.takeCardSeconds: a card is not left');
  expect(await problem(90.5)).toContain('sale.takeCardSeconds');
});

it('a kiosk needs a dispenser unless members get a pass; the word for it is in what it refuses', async () => {
  const screen = { diagonalInches: 24, terminalSide: 'right', receiptSlotSide: 'right' };
  expect(await problemOf(JSON.stringify({ ...good, screen }))).toMatch(
    /devices\.dispenser: .*sale\.credential says "pass"/,
  );
  const file = join(folder, 'pass.json');
  writeFileSync(file, JSON.stringify({ ...good, screen, sale: { credential: 'pass' } }));
  expect(await readEdgeConfig(file)).toMatchObject({ ok: true, value: { sale: { bridgeDays: 14 } } });
  const bridgeDays = (days: number) =>
    problemOf(JSON.stringify({ ...good, sale: { credential: 'pass', bridgeDays: days } }));
  expect(await bridgeDays(61)).toContain('sale.bridgeDays: paper can be copied');
});

it('[SC11] takes prefix, suffix and gap as a scanner can be set, and names what cannot be', async () => {
  const board = {
    model: 'modbus-board',
    address: 'tcp://10.0.0.7:4001',
    unit: 1,
    entryRelay: 0,
    pulseMs: 500,
    entryInput: 0,
    exitInput: 1,
  };
  const withScanner = (more: object, model = 'serial-scanner') => {
    const scanner = { model, address: 'serial:///dev/ttyUSB0?baud=9600', ...more };
    return JSON.stringify({ ...good, devices: { gates: [{ id: 'gate-1', name: 'Door', board, scanner }] } });
  };
  const file = join(folder, 'scanner.json');
  for (const form of [
    {},
    { prefix: '\u0002', suffix: '\u0003', symbology: 'aim', gapMs: 80 },
    { suffix: '' },
  ]) {
    writeFileSync(file, withScanner(form));
    expect((await readEdgeConfig(file)).ok).toBe(true);
  }
  for (const [form, problem] of [
    [{ prefix: 'a\rb' }, 'scanner.prefix: the prefix holds a CR or LF'],
    [{ prefix: 'ab##', suffix: '##' }, 'scanner.prefix: the prefix holds the suffix'],
    [{ prefix: '123456789' }, 'scanner.prefix: a prefix has at most 8 characters'],
    [{ suffix: '€' }, 'scanner.suffix: a suffix is made of ASCII: write STX as \\u0002'],
    [{ gapMs: 5 }, 'scanner.gapMs: a gap under 10 ms'],
    [{ gapMs: 2_000 }, 'scanner.gapMs: a gap above 1000 ms'],
    [{ symbology: 'gs1' }, 'scanner.symbology'],
  ] as const) {
    expect(await problemOf(withScanner(form))).toContain(problem);
  }
  expect(await problemOf(withScanner({ symbology: 'aim' }, 'hid-pos'))).toContain('symbology');
});

it('[AC45] has gates lead into zones of the club, and names a zone that is none, is there twice or lies within itself', async () => {
  const board = { model: 'osdp', address: 'serial:///dev/ttyS0?baud=9600', unit: 0, output: 0 };
  const wired = { ...board, pulseMs: 500, entryInput: 0, exitInput: 1 };
  const withZones = (zones: readonly object[], zone?: string) =>
    JSON.stringify({
      ...good,
      zones,
      devices: {
        gates: [
          { id: 'gate-1', name: 'Gate', board: wired },
          { id: 'gate-2', name: 'Pool', board: wired, zone },
        ],
      },
    });
  const pool = { id: 'pool', name: 'Pool' };
  const sauna = { id: 'sauna', name: 'Sauna', within: 'pool' };
  const file = join(folder, 'zones.json');
  writeFileSync(file, withZones([sauna, pool], 'pool'));
  expect(await readEdgeConfig(file)).toMatchObject({ ok: true, value: { zones: [sauna, pool] } });
  writeFileSync(file, JSON.stringify(good));
  expect(await readEdgeConfig(file)).toMatchObject({ ok: true, value: { zones: [] } });
  expect(await problemOf(withZones([pool], 'gym'))).toContain('devices.gates.1.zone: "gym" is no zone');
  expect(await problemOf(withZones([pool, pool]))).toContain('zones.1: the zone "pool" is named twice');
  expect(await problemOf(withZones([sauna]))).toContain('zones.0: the zone "sauna" lies within "pool"');
  expect(await problemOf(withZones([{ ...pool, within: 'pool' }]))).toContain(
    'zones.0: the zone "pool" lies',
  );
  expect(await problemOf(withZones([{ ...pool, id: 'Pool' }]))).toContain('zones.0.id: a zone id is made of');
});

it('says so when the file is not JSON, or not there', async () => {
  expect(await problemOf('{ "name": ')).toContain('is not JSON');
  const missing = await readEdgeConfig(join(folder, 'nowhere.json'));
  expect(missing).toMatchObject({ ok: false, error: { detail: expect.stringContaining('ENOENT') } });
});

it('[GS9] has the screens of gates on this box only unless told, and asks at which port when a gate has one', async () => {
  const file = join(folder, 'screens.json');
  const board = { model: 'osdp', address: 'serial:///dev/ttyS0?baud=9600', unit: 0, output: 0 };
  const wired = { ...board, pulseMs: 500, entryInput: 0, exitInput: 1 };
  const gate = { id: 'gate-1', name: 'Gate', board: wired, screen: {} };
  const withScreen = { ...good, devices: { gates: [gate] } };
  writeFileSync(file, JSON.stringify({ ...withScreen, gateScreens: { port: 4640 } }));
  expect(await readEdgeConfig(file)).toMatchObject({
    ok: true,
    value: {
      gateScreens: { host: '127.0.0.1' },
      devices: { gates: [{ screen: { languages: ['fr', 'en', 'es', 'pt'], sound: true } }] },
    },
  });
  expect(await problemOf(JSON.stringify(withScreen))).toContain('gateScreens: a gate has a screen');
  const named = { ...withScreen, gateScreens: { port: 4640, host: 'kiosk.example' } };
  expect(await problemOf(JSON.stringify(named))).toContain('gateScreens.host: the host is an address');
  const twice = { ...gate, screen: { languages: ['es', 'es'] } };
  expect(
    await problemOf(JSON.stringify({ ...good, gateScreens: { port: 0 }, devices: { gates: [twice] } })),
  ).toContain('a language is named once');
});
