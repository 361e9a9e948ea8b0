import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { ModbusGateSim } from '@portillon/hardware-sims/gate/modbus-board/modbus-gate-sim.ts';
import type { PushAnswer } from '@portillon/hardware-sims/gate/turnstile.ts';
import { simShows } from '@portillon/hardware-sims/sim-shows.ts';
import { transportFor } from '../../transport/address.ts';
import { type GateRig, gateContract } from '../gate-contract.ts';
import { ModbusGate } from './modbus-gate.ts';

gateContract('modbus-board', async (): Promise<GateRig> => {
  const folder = mkdtempSync(join(tmpdir(), 'modbus-gate-'));
  const sim = new ModbusGateSim({
    name: 'gate',
    clock: systemClock,
    path: join(folder, 'board'),
    // Long enough for two polls on a machine that runs much else at the same time.
    sensorMs: 600,
    turnMs: 900,
    doorInput: 2,
    fireInput: 3,
    holdRelay: 1,
    exitRelay: 2,
  });
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const gate = new ModbusGate({
    transport: transport.value,
    clock: systemClock,
    log: silentLog,
    pulseMs: 1_500,
    holdRelay: 1,
    exitRelay: 2,
    pollMs: 25,
    stuckAfterMs: 1_500,
    doorInput: 2,
    fireInput: 3,
    heldOpenAfterMs: 700,
  });
  return {
    gate,
    push: async (direction) => ((await sim.act('push', { direction })) as PushAnswer).passed,
    setFault: async (name, on) => {
      await sim.act('fault', { name, on });
    },
    isReleased: () => sim.view().entryReleased === true,
    locksAgain: () => simShows(sim, (view) => view.entryReleased === false),
    armRests: () => simShows(sim, (view) => view.arm !== 'turning'),
    door: async (open) => {
      await sim.act('door', { open });
    },
    fire: async (on) => {
      await sim.act('fire', { on });
    },
    force: async () => {
      await sim.act('force');
    },
    ordersTo: (output) =>
      sim.received.map(({ meaning }) => meaning).filter((meaning) => meaning.includes(`relay ${output} `)),
    isHeldOpen: () => sim.view().heldOpen === true,
    holds: (open) => simShows(sim, (view) => view.heldOpen === open),
    powerCycle: async () => {
      await sim.act('power-cycle');
    },
    releasesReceived: () => sim.received.filter((frame) => frame.meaning.startsWith('pulse relay 0')).length,
    close: async () => {
      await gate.stop();
      await sim.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
