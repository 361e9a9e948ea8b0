import type { Clock } from '@portillon/core/base/clock.ts';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { OsdpLine } from '@portillon/drivers/osdp/osdp-line.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import type { ReaderKeys } from '../store/reader-keys.ts';
import type { EdgeConfig } from './edge-config.ts';

export interface OsdpLinesOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: ReaderKeys;
  readonly places: readonly OsdpPlace[];
}

/** Where something hangs on an OSDP line: `gate-1.board`, the line's address, and its own on the line. */
export interface OsdpPlace {
  readonly place: string;
  readonly address: string;
  readonly unit: number;
}

/** Speeds of the standard. */
const speeds = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400];

/** Everything of the configuration that hangs on OSDP lines. */
export function osdpPlaces(devices: EdgeConfig['devices']): readonly OsdpPlace[] {
  return devices.gates.flatMap(({ id, board, reader, badgeReader, exit }) =>
    [
      { place: `${id}.board`, settings: board },
      { place: `${id}.reader`, settings: reader },
      { place: `${id}.badge-reader`, settings: badgeReader },
      { place: `${id}.exit-reader`, settings: exit?.reader },
      { place: `${id}.exit-badge-reader`, settings: exit?.badgeReader },
    ].flatMap(({ place, settings }) =>
      settings?.model === 'osdp' ? [{ place, address: settings.address, unit: settings.unit }] : [],
    ),
  );
}

/** One line an address, shared by all that hang on it. A reader that has two parts of a gate has one key: that of the first. */
export class OsdpLines {
  readonly #options: OsdpLinesOptions;
  readonly #lines = new Map<string, OsdpLine>();

  constructor(options: OsdpLinesOptions) {
    this.#options = options;
  }

  /** `transport.bad-address` says what is wrong with it. */
  line(address: string): Result<OsdpLine, Fault> {
    const known = this.#lines.get(address);
    if (known) return ok(known);
    const { clock, log } = this.#options;
    const transport = transportFor(address, { clock });
    if (!transport.ok) return transport;
    const baud = address.startsWith('serial:') ? Number(new URL(address).searchParams.get('baud')) : 115_200;
    if (!speeds.includes(baud)) {
      return err(
        fault('transport.bad-address', `${address}: an OSDP line runs at ${speeds.join(', ')} baud`),
      );
    }
    const line = new OsdpLine({
      transport: transport.value,
      clock,
      log,
      baud,
      keys: this.#keysOf(address),
      randomBytes: systemRandom.bytes,
    });
    this.#lines.set(address, line);
    return ok(line);
  }

  #keysOf(address: string) {
    const { keys, places } = this.#options;
    const placeOf = (unit: number) =>
      places.find((place) => place.address === address && place.unit === unit)?.place ?? `unit-${unit}`;
    return {
      read: (unit: number) => keys.read(placeOf(unit)),
      writeNext: (unit: number, key: Uint8Array) => keys.writeNext(placeOf(unit), key),
      nextBecomesCurrent: (unit: number) => keys.nextBecomesCurrent(placeOf(unit)),
    };
  }
}
