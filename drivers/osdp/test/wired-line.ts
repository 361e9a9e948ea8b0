import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { OsdpReaderSim, type OsdpReaderSimOptions } from '@portillon/hardware-sims/osdp/osdp-reader-sim.ts';
import { OsdpWire } from '@portillon/hardware-sims/osdp/osdp-wire.ts';
import { transportFor } from '../../transport/address.ts';
import { OsdpLine, type OsdpReader } from '../osdp-line.ts';
import type { LinkStatus } from '../reader-link.ts';
import { MemoryKeyStore } from './memory-key-store.ts';

export interface WiredLine {
  readonly wire: OsdpWire;
  readonly line: OsdpLine;
  readonly keys: MemoryKeyStore;
  readonly sims: readonly OsdpReaderSim[];
  readonly readers: readonly OsdpReader[];
  close(): Promise<void>;
}

type SimOptions = Partial<Omit<OsdpReaderSimOptions, 'wire' | 'clock' | 'name' | 'unit'>>;

/** A panel and readers on one pty, each with the key the other knows; the line is not started. */
export async function wiredLine(options: {
  readonly units: readonly number[];
  readonly baud?: number;
  readonly sim?: SimOptions;
  readonly pollMs?: number;
  readonly installed?: boolean;
}): Promise<WiredLine> {
  const { units, baud = 115_200, installed = true } = options;
  const folder = mkdtempSync(join(tmpdir(), 'osdp-line-'));
  const wire = new OsdpWire({ path: join(folder, 'line'), baud });
  const keys = new MemoryKeyStore();
  const sims = units.map((unit) => {
    const scbk = installed ? systemRandom.bytes(16) : null;
    keys.keys.set(unit, { current: scbk, next: null });
    return new OsdpReaderSim({
      ...options.sim,
      name: `reader-${unit}`,
      clock: systemClock,
      wire,
      unit,
      scbk,
    });
  });
  await Promise.all(sims.map((sim) => sim.start()));
  const transport = transportFor(wire.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  const line = new OsdpLine({
    transport: transport.value,
    clock: systemClock,
    log: silentLog,
    keys,
    randomBytes: systemRandom.bytes,
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
  });
  const readers = units.map((unit) => line.reader(unit));
  const holder = {};
  line.hold(holder);
  return {
    wire,
    line,
    keys,
    sims,
    readers,
    close: async () => {
      await line.letGo(holder);
      await Promise.all(sims.map((sim) => sim.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function readerBecomes(
  reader: OsdpReader,
  fits: (status: LinkStatus) => boolean,
): Promise<LinkStatus> {
  if (fits(reader.status)) return Promise.resolve(reader.status);
  return new Promise((resolve) => {
    const stop = reader.onStatus((status) => {
      if (!fits(status)) return;
      stop();
      resolve(status);
    });
  });
}

export const isOnline = (status: LinkStatus) => status.name === 'online';
export const isDown = (code: string) => (status: LinkStatus) =>
  status.name === 'down' && status.fault.code === code;
