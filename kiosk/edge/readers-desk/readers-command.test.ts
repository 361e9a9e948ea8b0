import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { OsdpReaderSim } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import { OsdpWire } from '@portillon/hardware-sims/osdp/osdp-wire.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FolderLock } from '../../store/folder-lock.ts';
import { runReadersCommand } from './readers-command.ts';

let folder: string;
let wire: OsdpWire;
let board: OsdpReaderSim;
let reader: OsdpReaderSim;
let said: string[];
let config: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'readers-command-'));
  wire = new OsdpWire({ path: join(folder, 'line'), baud: 115_200 });
  const turnstile = { output: 0, entryInput: 0, exitInput: 1 };
  board = new OsdpReaderSim({ name: 'board', clock: systemClock, wire, unit: 0, turnstile });
  reader = new OsdpReaderSim({ name: 'reader', clock: systemClock, wire, unit: 1 });
  await Promise.all([board.start(), reader.start()]);
  config = join(folder, 'edge.json');
  writeConfig(wire.address);
});

afterEach(async () => {
  await Promise.all([board.stop(), reader.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(address: string): void {
  const gate = {
    id: 'gate-1',
    name: 'Entrance',
    board: { model: 'osdp', address, unit: 0, output: 0, pulseMs: 3_000, entryInput: 0, exitInput: 1 },
    badgeReader: { model: 'osdp', address, unit: 1 },
  };
  writeFileSync(
    config,
    JSON.stringify({
      name: 'gate-north',
      stateFolder: 'state',
      baseUrl: 'http://127.0.0.1:4620',
      bridge: { port: 0 },
      devices: { gates: [gate] },
    }),
  );
}

async function run(...args: string[]): Promise<number> {
  said = [];
  const hear = (text: string) => said.push(text);
  return runReadersCommand(args, { clock: systemClock, log: silentLog, say: hear, tell: hear });
}

it('[I6] names readers without a key, gives each one of its own, and shows no key to anybody', async () => {
  expect(await run('--config', config)).toBe(1);
  expect(said.join('\n')).toMatch(
    /gate-1\.board {2}unit 0 {2}reader\.no-key.*\n.*badge-reader.*reader\.no-key/,
  );
  expect(await run('--config', config, '--install-new')).toBe(0);
  expect(said.join('\n')).toMatch(/gate-1\.board {2}unit 0 {2}secure, maker .*, serial number 1000/);
  expect(board.scbk).not.toBeNull();
  expect(board.scbk).not.toEqual(reader.scbk);
  const shown = said.join('\n').toLowerCase();
  for (const sim of [board, reader]) {
    const key = Buffer.from(sim.scbk ?? []).toString('hex');
    expect(shown).not.toContain(key);
    expect(JSON.stringify(sim.received)).not.toContain(key);
  }
  expect(readdirSync(join(folder, 'state', 'keys')).sort()).toEqual([
    'reader-badge-reader-gate-1.key',
    'reader-board-gate-1.key',
  ]);
  // What is installed stays as it is.
  const before = board.scbk;
  expect(await run('--config', config, '--install-new')).toBe(0);
  expect(board.scbk).toEqual(before);
});

it('renews a key, and does not install a reader that is not in its installation mode', async () => {
  await run('--config', config, '--install-new');
  const before = board.scbk;
  expect(await run('--config', config, '--install', 'gate-1.board')).toBe(1);
  expect(said.join('\n')).toContain('gate-1.board: not installed, reader.not-secure');
  expect(board.scbk).toEqual(before);
  expect(await run('--config', config, '--renew', 'gate-1.board')).toBe(0);
  expect(board.scbk).not.toEqual(before);
  await board.act('installation-mode');
  expect(await run('--config', config, '--install', 'gate-1.board')).toBe(0);
});

it('names an exchanged reader and a silent one', async () => {
  await run('--config', config, '--install-new');
  await board.act('fault', { name: 'swapped', on: true });
  await reader.act('fault', { name: 'silent', on: true });
  expect(await run('--config', config)).toBe(1);
  expect(said.join('\n')).toMatch(/gate-1\.board.*reader\.wrong-key.*\n.*badge-reader.*reader\.no-answer/);
});

it('touches nothing while the edge runs', async () => {
  await run('--config', config);
  const lock = await FolderLock.take(join(folder, 'state'));
  try {
    expect(await run('--config', config, '--install-new')).toBe(1);
    expect(said.join('\n')).toContain('Stop the edge first');
    expect(board.scbk).toBeNull();
  } finally {
    await lock.release();
  }
});

it('says what is wrong with a call', async () => {
  expect(await run()).toBe(2);
  expect(await run('--config', config, '--install', 'gate-9.board')).toBe(2);
  expect(said.join('\n')).toContain('There are: gate-1.board, gate-1.badge-reader.');
  expect(await run('--config', config, '--colour')).toBe(2);
  writeConfig(wire.address.replace('115200', '4800'));
  expect(await run('--config', config)).toBe(1);
  expect(said.join('\n')).toContain('an OSDP line runs at 9600');
});
