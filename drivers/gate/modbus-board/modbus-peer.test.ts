import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { ModbusGateSim } from '@portillon/hardware-sims/gate/modbus-board/modbus-gate-sim.ts';
import ModbusRTU from 'modbus-serial';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeModbus, modbusFunctions, readBits, writeCoil } from './modbus-rtu.ts';

/** modbus-serial is an independent master: what it and the sim or our codec agree on, they did not learn from one another. */

describe('our board and a foreign master over a serial port', () => {
  let folder: string;
  let sim: ModbusGateSim;
  let master: ModbusRTU;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'modbus-peer-'));
    sim = new ModbusGateSim({ name: 'board', clock: systemClock, path: join(folder, 'board') });
    await sim.start();
    master = new ModbusRTU();
    await master.connectRTUBuffered(join(folder, 'board'), { baudRate: 38_400 });
    master.setID(1);
    master.setTimeout(1_000);
  });
  afterEach(async () => {
    await new Promise((resolve) => master.close(resolve));
    await sim.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads inputs and relays, and switches a relay', async () => {
    expect((await master.readDiscreteInputs(0, 8)).data).toEqual(new Array(8).fill(false));
    expect(await master.writeCoil(0, true)).toEqual({ address: 0, state: true });
    expect((await master.readCoils(0, 8)).data[0]).toBe(true);
    expect(sim.view().entryReleased).toBe(true);
    await master.writeCoils(0, [false, true, false, false, false, false, false, false]);
    expect((await master.readCoils(0, 8)).data.slice(0, 2)).toEqual([false, true]);
  });

  it('asks in the bytes that we would ask in', async () => {
    await master.readDiscreteInputs(0, 8);
    await master.readCoils(0, 8);
    await master.writeCoil(3, true);
    const ours = [
      readBits(1, modbusFunctions.readInputs, 0, 8),
      readBits(1, modbusFunctions.readCoils, 0, 8),
      writeCoil(1, 3, 0xff00),
    ];
    expect(sim.received.map((frame) => frame.hex)).toEqual(
      ours.map((frame) => Buffer.from(encodeModbus(frame)).toString('hex')),
    );
  });

  it('is told in its own words what the board refuses', async () => {
    await expect(master.readCoils(5, 8)).rejects.toThrow(/Illegal data address/i);
    await sim.act('fault', { name: 'exception', on: true });
    await expect(master.readDiscreteInputs(0, 8)).rejects.toThrow(/Slave device failure/i);
  });
});
