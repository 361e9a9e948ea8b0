import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { VpcdReaderSim } from '@portillon/hardware-sims/card-reader/vpcd/vpcd-reader-sim.ts';
import { ModbusGateSim } from '@portillon/hardware-sims/gate/modbus-board/modbus-gate-sim.ts';
import { NetworkCable } from '@portillon/hardware-sims/network/network-cable.ts';
import { OsdpReaderSim } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import { OsdpWire } from '@portillon/hardware-sims/osdp/osdp-wire.ts';
import { SerialScannerSim } from '@portillon/hardware-sims/scanner/serial-scanner/serial-scanner-sim.ts';
import type { Sim } from '@portillon/hardware-sims/sim.ts';
import { HallGate } from './hall-gate.ts';

export interface GateHallOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly baseUrl: URL;
}

export interface EdgeFile {
  readonly name: string;
  readonly stateFolder: string;
  readonly baseUrl: string;
  readonly enrolmentCode: string;
  readonly bridge: { readonly port: number };
  readonly devices: { readonly gates: readonly object[] };
}

/** Somebody who is let in while the edge is killed needs the longer one to be back in time. */
const pulses = { modbus: 9_000, osdp: 3_000 } as const;
/** A person takes a second to go through; the sensor sees most of it. */
const person = { sensorMs: 700, turnMs: 1_000 } as const;
const wiring = { entryInput: 0, exitInput: 1 } as const;

/**
 * The hall of a club: two turnstiles as simulators on real lines, and the cable to the member base.
 *
 *   gate-1  relay board (Modbus RTU) on a pty, card reader on PC/SC, scanner on a pty
 *   gate-2  board and badge reader on one OSDP pty, card reader on PC/SC, scanner on a pty
 */
export class GateHall {
  readonly gates: readonly [HallGate, HallGate];
  readonly #cable: NetworkCable;
  readonly #sims: readonly Sim[];
  readonly #portFolder: string;
  readonly #gateFiles: () => readonly object[];

  constructor({ clock, random, baseUrl }: GateHallOptions) {
    // Short: the paths of ports may not be long.
    this.#portFolder = mkdtempSync(join(tmpdir(), 'portillon-day-'));
    const port = (name: string) => join(this.#portFolder, name);
    const at = (id: string) => ({
      id,
      clock,
      reader: new VpcdReaderSim({ name: `${id}-reader`, clock }),
      scanner: new SerialScannerSim({ name: `${id}-scanner`, clock, path: port(`${id}-scanner`) }),
    });
    const [first, second] = [at('gate-1'), at('gate-2')];
    const modbus = new ModbusGateSim({
      name: 'gate-1-board',
      clock,
      path: port('gate-1-board'),
      ...wiring,
      ...person,
    });
    const wire = new OsdpWire({ path: port('gate-2-line'), baud: 115_200 });
    const hangs = (name: string, unit: number) => ({ name, clock, random, wire, unit });
    const osdp = new OsdpReaderSim({
      ...hangs('gate-2-board', 0),
      turnstile: { output: 0, ...wiring, ...person },
    });
    const badgeReader = new OsdpReaderSim(hangs('gate-2-badge-reader', 1));
    this.gates = [
      new HallGate({ ...first, board: modbus, badgeReader: null }),
      new HallGate({ ...second, board: osdp, badgeReader }),
    ];
    this.#cable = new NetworkCable({
      name: 'network',
      clock,
      listenPort: 0,
      targetHost: baseUrl.hostname,
      targetPort: Number(baseUrl.port),
    });
    this.#sims = [
      modbus,
      osdp,
      badgeReader,
      ...[first, second].flatMap(({ reader, scanner }) => [reader, scanner]),
      this.#cable,
    ];
    const reader = (sim: Sim) => ({ model: 'pcsc', address: sim.address });
    const scanner = (sim: Sim) => ({ model: 'serial-scanner', address: sim.address });
    this.#gateFiles = () => [
      {
        id: first.id,
        name: 'Gate 1',
        board: {
          model: 'modbus-board',
          address: modbus.address,
          unit: 1,
          entryRelay: 0,
          pulseMs: pulses.modbus,
          ...wiring,
        },
        reader: reader(first.reader),
        scanner: scanner(first.scanner),
      },
      {
        id: second.id,
        name: 'Gate 2',
        board: {
          model: 'osdp',
          address: osdp.address,
          unit: 0,
          output: 0,
          pulseMs: pulses.osdp,
          ...wiring,
        },
        reader: reader(second.reader),
        badgeReader: { model: 'osdp', address: badgeReader.address, unit: 1 },
        scanner: scanner(second.scanner),
      },
    ];
  }

  /** Rejects with what is missing on this machine. */
  async start(): Promise<void> {
    await Promise.all(this.#sims.map((sim) => sim.start()));
  }

  /** Nothing is left: no process, port or pseudo-terminal. */
  async stop(): Promise<void> {
    await Promise.all(this.#sims.map((sim) => sim.stop()));
    rmSync(this.#portFolder, { recursive: true, force: true });
  }

  /** The configuration of the box that drives all of it: gates and no kiosk. */
  edgeFile(stateFolder: string, enrolmentCode: string): EdgeFile {
    return {
      name: 'gates-of-the-day',
      stateFolder,
      baseUrl: `http://127.0.0.1:${this.#cable.port}`,
      enrolmentCode,
      bridge: { port: 0 },
      devices: { gates: this.#gateFiles() },
    };
  }

  async cutNetwork(cut: boolean): Promise<void> {
    await this.#cable.act('fault', { name: 'cut', on: cut });
  }
}
