import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { crtCommands } from '@portillon/drivers/card-dispenser/crt-591/crt-codes.ts';
import { encodeFrame } from '@portillon/drivers/card-dispenser/crt-591/crt-frame.ts';
import { encodeModbus, flashOn } from '@portillon/drivers/gate/modbus-board/modbus-rtu.ts';
import { SerialPort } from 'serialport';
import { VirtualClub, type VirtualClubOptions } from '../club.ts';
import { type ClubFile, readClubFile } from '../club-file.ts';
import type { ClubView } from '../panel/club-view.ts';

export const lyonFile = fileURLToPath(new URL('../clubs/lyon-part-dieu.json', import.meta.url));

/** A state folder as people have them, with a blank in its path. */
export function newStateFolder(): string {
  return join(mkdtempSync(join(tmpdir(), 'test-club-')), 'state of the club');
}

export function removeStateFolder(stateFolder: string): void {
  rmSync(join(stateFolder, '..'), { recursive: true, force: true });
}

export function newClub(
  stateFolder: string,
  file: ClubFile = readClubFile(lyonFile),
  more: Partial<VirtualClubOptions> = {},
): VirtualClub {
  return new VirtualClub({
    file,
    clock: systemClock,
    random: systemRandom,
    stateFolder,
    baseUrl: new URL('http://127.0.0.1:9'),
    speed: 50,
    ...more,
  });
}

/** Resolves with the first view that fits; the test's own time limit is the end of patience. */
export function until(club: VirtualClub, fits: (view: ClubView) => boolean): Promise<ClubView> {
  return new Promise((resolve) => {
    const look = () => {
      const view = club.view();
      if (!fits(view)) return;
      stop();
      resolve(view);
    };
    const stop = club.onChange(look);
    look();
  });
}

export function deviceIn(view: ClubView, name: string): Readonly<Record<string, unknown>> {
  return view.devices.find((device) => device.name === name)?.view ?? {};
}

/** The host's end of a serial device, without a driver. */
export class SerialHost {
  readonly #port: SerialPort;

  constructor(address: string) {
    const url = new URL(address);
    this.#port = new SerialPort({ path: url.pathname, baudRate: Number(url.searchParams.get('baud')) });
    this.#port.resume(); // answers are not read here
  }

  dispense(command: keyof typeof crtCommands): void {
    const { command: first, parameter } = crtCommands[command];
    this.#port.write(Buffer.from(encodeFrame(0, Uint8Array.of(0x43, first, parameter))));
  }

  release(pulseMs: number): void {
    this.#port.write(Buffer.from(encodeModbus(flashOn(1, 0, pulseMs))));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#port.close(() => resolve()));
  }
}

/** Brings a card from the stacker into the person's hand, by the orders a driver would give. */
export async function dispenseCard(club: VirtualClub): Promise<string> {
  const host = new SerialHost(String(club.addresses.dispenser));
  const reached = (cardAt: string) => until(club, (view) => deviceIn(view, 'dispenser').cardAt === cardAt);
  host.dispense('initStay');
  await until(club, (view) => deviceIn(view, 'dispenser').initialised === true);
  host.dispense('moveToContacts');
  host.dispense('moveToEncoder');
  await reached('encoder');
  host.dispense('moveToFront');
  await reached('mouth');
  const { cardId } = await club.world.takeCard();
  await host.close();
  return cardId;
}
