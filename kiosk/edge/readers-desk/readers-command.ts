import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Clock, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import type { OsdpLine, OsdpReader } from '@portillon/drivers/osdp/osdp-line.ts';
import { FileKeyStore } from '@portillon/sync-service/secrets/file-key-store.ts';
import type { SealOfSystem } from '@portillon/sync-service/secrets/secret-seal.ts';
import { FolderLock } from '../../store/folder-lock.ts';
import { ReaderKeys } from '../../store/reader-keys.ts';
import { type EdgeConfig, readEdgeConfig } from '../edge-config.ts';
import { OsdpLines, type OsdpPlace, osdpPlaces } from '../osdp-lines.ts';

export interface ReadersCommandOptions {
  /** What the operating system keeps the secrets under; without it they lie in clear, and the log says so. */
  readonly seal?: SealOfSystem | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Standard output and standard error, a line at a time. */
  readonly say: (text: string) => void;
  readonly tell: (text: string) => void;
}

/** What the program ends with: done; something could not be done; called wrongly. */
type ExitCode = 0 | 1 | 2;

interface Hanging extends OsdpPlace {
  readonly line: OsdpLine;
  readonly reader: OsdpReader;
}

type Call = {
  readonly config: EdgeConfig;
  readonly install: readonly string[];
  readonly renew: readonly string[];
  readonly installNew: boolean;
};

const usage = `npm run readers -- --config FILE [options]   the readers and boards on the OSDP lines of a box, its edge being stopped
  --install PLACE   gives it a key of its own; it must be in its installation mode (gate-1.board; may be said again)
  --install-new     the same for every one that has no key yet
  --renew PLACE     gives it a new key, through the one that it has`;
const firstLookMs = 8_000;

/** The readers of a box for the one who installs them: which there are, what is the matter with them, and their keys. */
export async function runReadersCommand(
  args: readonly string[],
  options: ReadersCommandOptions,
): Promise<ExitCode> {
  const { tell, say } = options;
  const call = await readCall(args);
  if (typeof call === 'string') {
    tell(call);
    return 2;
  }
  const { config } = call;
  const places = osdpPlaces(config.devices);
  const named = [...call.install, ...call.renew];
  const unknown = named.find((place) => !places.some((known) => known.place === place));
  if (unknown !== undefined) {
    tell(
      `There is no ${unknown} on an OSDP line. There are: ${places.map(({ place }) => place).join(', ') || 'none'}.`,
    );
    return 2;
  }
  if (places.length === 0) {
    say('No reader of this configuration hangs on an OSDP line.');
    return 0;
  }
  let lock: FolderLock;
  try {
    await mkdir(config.stateFolder, { recursive: true, mode: 0o700 });
    lock = await FolderLock.take(config.stateFolder);
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    tell(`${error.fault.code}: ${error.fault.detail}. Stop the edge first: it holds the lines.`);
    return 1;
  }
  try {
    const keysFolder = join(config.stateFolder, 'keys');
    const seal = (await options.seal?.(keysFolder)) ?? null;
    const keys = new ReaderKeys(await FileKeyStore.open(keysFolder, seal));
    return await withLines(places, keys, call, options);
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    tell(`${error.fault.code}: ${error.fault.detail}.`);
    return 1;
  } finally {
    await lock.release();
  }
}

async function readCall(args: readonly string[]): Promise<Call | string> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        install: { type: 'string', multiple: true, default: [] },
        renew: { type: 'string', multiple: true, default: [] },
        'install-new': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || !values.config) return usage;
    const config = await readEdgeConfig(values.config);
    if (!config.ok) return config.error.detail;
    return {
      config: config.value,
      install: values.install,
      renew: values.renew,
      installNew: values['install-new'],
    };
  } catch (error) {
    return `${(error as Error).message}\n\n${usage}`;
  }
}

async function withLines(
  places: readonly OsdpPlace[],
  keys: ReaderKeys,
  call: Call,
  { clock, log, say, tell }: ReadersCommandOptions,
): Promise<ExitCode> {
  const lines = new OsdpLines({ clock, log, keys, places });
  const hanging: Hanging[] = [];
  for (const place of places) {
    const line = lines.line(place.address);
    if (!line.ok) {
      tell(`${place.place}: ${line.error.detail}`);
      return 1;
    }
    hanging.push({ ...place, line: line.value, reader: line.value.reader(place.unit) });
  }
  const holder = {};
  const held = new Set(hanging.map(({ line }) => line));
  for (const line of held) line.hold(holder);
  let worst: ExitCode = 0;
  try {
    await withTimeLimit(clock, firstLookMs, Promise.all(hanging.map(({ reader }) => known(reader))));
    for (const each of hanging) {
      const through = await throughOf(each, call, keys);
      if (through) {
        const changed = await each.line.changeKey(each.unit, through);
        if (changed.ok) say(`${each.place}: has a key of its own now.`);
        else {
          tell(`${each.place}: not installed, ${changed.error.code}: ${changed.error.detail}`);
          worst = 1;
          continue;
        }
      }
      const state = stateOf(each.reader);
      say(`${each.place}  unit ${each.unit}  ${state.words}`);
      if (!state.well) worst = 1;
    }
    return worst;
  } finally {
    await Promise.all([...held].map((line) => line.letGo(holder)));
  }
}

async function throughOf(
  { place, reader }: Hanging,
  call: Call,
  keys: ReaderKeys,
): Promise<'installation' | 'current' | null> {
  if (call.install.includes(place)) return 'installation';
  if (call.renew.includes(place)) return 'current';
  if (!call.installNew || reader.status.name === 'online') return null;
  return (await keys.read(place)).current ? null : 'installation';
}

function known(reader: OsdpReader): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (reader.status.name === 'starting') return;
      stop();
      resolve();
    };
    const stop = reader.onStatus(look);
    look();
  });
}

function stateOf({ status }: OsdpReader): { readonly well: boolean; readonly words: string } {
  switch (status.name) {
    case 'starting':
      return { well: false, words: 'not reached yet' };
    case 'down':
      return { well: false, words: `${status.fault.code}: ${status.fault.detail}` };
    case 'online': {
      const { identity, tampered, powerFailed } = status;
      const maker = identity ? `, maker ${identity.vendor}, serial number ${identity.serialNumber}` : '';
      return {
        well: true,
        words: `secure${maker}${tampered ? ', its cover is open' : ''}${powerFailed ? ', its power failed' : ''}`,
      };
    }
  }
}
