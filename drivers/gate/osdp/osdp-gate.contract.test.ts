import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { PushAnswer } from '@portillon/hardware-sims/gate/turnstile.ts';
import { OsdpReaderSim } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import { OsdpWire } from '@portillon/hardware-sims/osdp/osdp-wire.ts';
import { simShows } from '@portillon/hardware-sims/sim-shows.ts';
import { expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../../device-becomes.ts';
import { OsdpLine } from '../../osdp/osdp-line.ts';
import { MemoryKeyStore } from '../../osdp/test/memory-key-store.ts';
import { transportFor } from '../../transport/address.ts';
import { type GateRig, gateContract } from '../gate-contract.ts';
import { OsdpGate } from './osdp-gate.ts';

async function makeRig(): Promise<GateRig & { readonly sim: OsdpReaderSim }> {
  const folder = mkdtempSync(join(tmpdir(), 'osdp-gate-'));
  const wire = new OsdpWire({ path: join(folder, 'line'), baud: 115_200 });
  const scbk = systemRandom.bytes(16);
  const keys = new MemoryKeyStore();
  keys.keys.set(4, { current: scbk, next: null });
  const sim = new OsdpReaderSim({
    name: 'gate',
    clock: systemClock,
    wire,
    unit: 4,
    scbk,
    turnstile: {
      output: 0,
      holdOutput: 1,
      exitOutput: 2,
      entryInput: 0,
      exitInput: 1,
      doorInput: 2,
      fireInput: 3,
      sensorMs: 600,
      turnMs: 900,
    },
  });
  await sim.start();
  const transport = transportFor(wire.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const line = new OsdpLine({
    transport: transport.value,
    clock: systemClock,
    log: silentLog,
    keys,
    randomBytes: systemRandom.bytes,
    pollMs: 20,
  });
  const gate = new OsdpGate({
    line,
    clock: systemClock,
    log: silentLog,
    unit: 4,
    pulseMs: 1_500,
    holdOutput: 1,
    exitOutput: 2,
    doorInput: 2,
    fireInput: 3,
    stuckAfterMs: 1_500,
    heldOpenAfterMs: 700,
  });
  return {
    sim,
    gate,
    push: async (direction) => ((await sim.act('push', { direction })) as PushAnswer).passed,
    door: async (open) => {
      await sim.act('door', { open });
    },
    fire: async (on) => {
      await sim.act('fire', { on });
    },
    force: async () => {
      await sim.act('force');
    },
    setFault: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    isReleased: () => sim.view().entryReleased === true,
    locksAgain: () => simShows(sim, (view) => view.entryReleased === false),
    armRests: () => simShows(sim, (view) => view.arm !== 'turning'),
    ordersTo: (output) =>
      sim.received.map(({ meaning }) => meaning).filter((meaning) => meaning.includes(`output ${output} `)),
    isHeldOpen: () => sim.view().heldOpen === true,
    holds: (open) => simShows(sim, (view) => view.heldOpen === open),
    powerCycle: async () => {
      await sim.act('power-cycle');
    },
    releasesReceived: () => sim.received.filter((frame) => frame.meaning.startsWith('pulse output 0')).length,
    close: async () => {
      await gate.stop();
      await sim.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

gateContract('osdp', makeRig);

it('reports a board that was opened, and goes on with it', async () => {
  const rig = await makeRig();
  rig.gate.start();
  try {
    await deviceBecomes(rig.gate, isReady);
    await rig.sim.act('open-cover', { open: true });
    await deviceBecomes(rig.gate, hasFault('reader.tampered'));
    expect((await rig.gate.release()).ok).toBe(true);
  } finally {
    await rig.close();
  }
});

it('[I6] does not release through a board that was exchanged, and is well again when the right one is back', async () => {
  const rig = await makeRig();
  rig.gate.start();
  try {
    await deviceBecomes(rig.gate, isReady);
    await rig.sim.act('fault', { name: 'swapped', on: true });
    await deviceBecomes(rig.gate, hasFault('reader.wrong-key'));
    expect(await rig.gate.release()).toMatchObject({ error: { code: 'reader.wrong-key' } });
    expect(rig.isReleased()).toBe(false);
    await rig.sim.act('fault', { name: 'swapped', on: false });
    await deviceBecomes(rig.gate, isReady);
    expect((await rig.gate.release()).ok).toBe(true);
  } finally {
    await rig.close();
  }
}, 30_000);

it('[OS34] asks for the output when the board answers the order with something else', async () => {
  const rig = await makeRig();
  rig.gate.start();
  try {
    await deviceBecomes(rig.gate, isReady);
    await rig.sim.act('fault', { name: 'other-answer', on: true });
    expect((await rig.gate.release()).ok).toBe(true);
    const asked = rig.sim.received.map(({ meaning }) => meaning);
    expect(asked.slice(asked.findIndex((meaning) => meaning.startsWith('pulse')) + 1)).toContain(
      'which outputs are on?',
    );
  } finally {
    await rig.close();
  }
});
