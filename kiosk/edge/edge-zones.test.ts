import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { delay, isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { ModbusGateSim } from '@portillon/hardware-sims/gate/modbus-board/modbus-gate-sim.ts';
import type { PushAnswer } from '@portillon/hardware-sims/gate/turnstile.ts';
import { SerialScannerSim } from '@portillon/hardware-sims/scanner/serial-scanner/serial-scanner-sim.ts';
import type { Sim } from '@portillon/hardware-sims/sim.ts';
import { afterEach, expect, it } from 'vitest';
import { EdgeStore } from '../store/edge-store.ts';
import { sampleClub, sampleCredential, sampleId, sampleIdentity } from '../store/test/sample-records.ts';
import { Edge } from './edge.ts';
import { readEdgeConfig } from './edge-config.ts';
import { edgeSoftware } from './edge-software.ts';

/** A gate controller of a club with a turnstile and a door to its pool, both boards and scanners on lines. */
const clock = systemClock;
const code = 'MEMBER-0042';
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function madeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zones-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function started<T extends Sim>(sim: T): Promise<T> {
  await sim.start();
  undo.push(() => sim.stop());
  return sim;
}

async function gateAt(folder: string, id: string) {
  const path = (what: string) => join(folder, `${id}-${what}`);
  const turns = { sensorMs: 500, turnMs: 700 };
  const board = await started(new ModbusGateSim({ name: `${id}-b`, clock, path: path('b'), ...turns }));
  const scanner = await started(new SerialScannerSim({ name: `${id}-s`, clock, path: path('s') }));
  const wiring = { unit: 1, entryRelay: 0, pulseMs: 5_000, entryInput: 0, exitInput: 1 };
  const file = {
    id,
    name: id,
    board: { model: 'modbus-board', address: board.address, ...wiring },
    // The pieces of a code lie further apart where this process or the line is kept waiting.
    scanner: { model: 'serial-scanner', address: scanner.address, gapMs: 1_000 },
  };
  return { board, scanner, file };
}
type GateAt = Awaited<ReturnType<typeof gateAt>>;

/** The book of a box that has been enrolled: a club that is always open, and a member with an old code. */
async function fill(stateFolder: string): Promise<void> {
  const store = await EdgeStore.open({ folder: stateFolder, clock, random: systemRandom, log: silentLog });
  if (!store.ok) throw new Error(store.error.detail);
  const identity = sampleIdentity();
  const hours = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00'] as const]]));
  const policy = { ...openPolicy, staticCodes: true, antiPassback: { mode: 'hard', minutes: null } as const };
  const member = { kind: 'pass', cardUid: null, codeHash: sha256Hex(code) } as const;
  const validFrom = isoTime(clock.wallMs() - 60_000);
  await store.value.saveIdentity(identity);
  const records = [
    { kind: 'club', id: identity.clubId, record: { ...sampleClub(), hours, policy } },
    {
      kind: 'credential',
      id: sampleId(801),
      record: sampleCredential({ ...member, validFrom, validTo: null }),
    },
  ] as const;
  const changes = records.map((change, index) => ({ version: index + 1, change }));
  await store.value.applyFeed(changes as Parameters<EdgeStore['applyFeed']>[0], 2, clock.wallMs());
  await store.value.close();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const fromMs = clock.monotonicMs();
  while (!(await holds())) {
    if (clock.monotonicMs() - fromMs > 10_000) throw new Error('it did not come to that');
    await delay(clock, 20);
  }
}

/** The arm gives way once it is released, and turns for nobody else. */
const push = ({ board }: GateAt, direction: 'entry' | 'exit') =>
  until(async () => ((await board.act('push', { direction })) as PushAnswer).passed);

it('[AC46] has a box count and let in by the zones of its configuration, on its real lines', async () => {
  const folder = madeFolder();
  const [main, pool] = [await gateAt(folder, 'main'), await gateAt(folder, 'pool-door')];
  await fill(join(folder, 'state'));
  const file = join(folder, 'edge.json');
  const devices = { gates: [main.file, { ...pool.file, zone: 'pool' }] };
  const zones = [{ id: 'pool', name: 'Pool' }];
  const baseUrl = 'http://127.0.0.1:1';
  writeFileSync(
    file,
    JSON.stringify({ name: 'gates', stateFolder: 'state', baseUrl, bridge: { port: 0 }, zones, devices }),
  );
  const config = await readEdgeConfig(file);
  if (!config.ok) throw new Error(config.error.detail);
  const edge = await Edge.start({
    config: config.value,
    screenFolder: null,
    software: 'test',
    fiscalSoftware: edgeSoftware,
    clock,
    random: systemRandom,
    log: silentLog,
  });
  if (!edge.ok) throw new Error(edge.error.detail);
  undo.push(() => edge.value.stop());
  const health = () => edge.value.health();
  const counts = async () => {
    const { inside, zones: each } = await health();
    return [inside, ...each.map((zone) => zone.inside)].join(' ');
  };
  const comesIn = async (gate: GateAt, then: string) => {
    await gate.scanner.act('scan', { text: code });
    await push(gate, 'entry');
    await until(async () => (await counts()) === then);
  };
  await until(async () => Object.values((await health()).devices).every(({ status }) => status === 'ready'));
  await comesIn(main, '1 0');
  await comesIn(pool, '1 1');
  const told = (await health()).outboxLeft;
  // Another code first: the same one twice in two seconds is one reading (SC10).
  for (const text of ['NOBODY-0001', code]) await pool.scanner.act('scan', { text });
  await until(async () => (await health()).outboxLeft === told + 2);
  expect(pool.board.view().entryReleased).toBe(false);
  await push(pool, 'exit');
  await until(async () => (await counts()) === '1 0');
  expect((await health()).zones).toEqual([{ zone: 'pool', name: 'Pool', inside: 0, low: 0, high: 0 }]);
}, 30_000);
