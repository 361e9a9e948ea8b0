import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { readEdgeConfig } from '@portillon/kiosk/edge/edge-config.ts';
import { FolderLock as EdgeFolderLock } from '@portillon/kiosk/store/folder-lock.ts';
import { FolderLock as BaseFolderLock } from '@portillon/sync-service/postgres/folder-lock.ts';
import { FileKeyStore } from '@portillon/sync-service/secrets/file-key-store.ts';
import type { SecretPlace } from '@portillon/sync-service/secrets/secret-seal.ts';
import { forgetSeal, sealHere, systemSeal } from '@portillon/sync-service/secrets/system-seal.ts';
import { BaseSecrets } from './base-secrets.ts';

export interface KeysCommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  /** Standard output and standard error, a line at a time. No key is ever told to either. */
  readonly say: (text: string) => void;
  readonly tell: (text: string) => void;
}

/** What the program ends with: done; something could not be done; called wrongly. */
type ExitCode = 0 | 1 | 2;

const usage = `npm run keys -- --state FOLDER | --config FILE [option]   where the keys of a base, or of a box, lie; it being stopped
  (none)             says where they lie, and which there are
  --seal             seals them under a key of this machine: its TPM, or the key of the host (systemd-creds)
  --open             puts them back into files in clear, for a backup or another machine
  --rotate           of a base: the next version of the card keys becomes the current one
  --retire VERSION   of a base: cards of that version are no longer read`;

const orders = ['seal', 'open', 'rotate', 'retire'] as const;

/** Secrets of a stopped program, of whichever kind. */
interface Stopped {
  readonly folder: string;
  /** Seals what is open where there is a seal. Resolves with what is there, in words. */
  load(): Promise<{ readonly place: SecretPlace; readonly words: readonly string[] }>;
  unseal(): Promise<void>;
  readonly base: BaseSecrets | null;
  release(): Promise<void>;
}

/** Keys for whoever runs the machine: where they lie, moved from one place to the other, and the next version of them. */
export async function runKeysCommand(
  args: readonly string[],
  options: KeysCommandOptions,
): Promise<ExitCode> {
  const call = readCall(args);
  if (typeof call === 'string') {
    options.tell(call);
    return 2;
  }
  let stopped: Stopped | null = null;
  try {
    const taken = await stoppedProgram(call, options.environment);
    if (typeof taken === 'string') {
      options.tell(taken);
      return 1;
    }
    stopped = taken;
    return await carriedOut(call, stopped, options);
  } catch (error) {
    options.tell(
      error instanceof StoreFault ? `${error.fault.code}: ${error.fault.detail}.` : (error as Error).message,
    );
    return 1;
  } finally {
    await stopped?.release();
  }
}

interface Call {
  readonly state: string | undefined;
  readonly config: string | undefined;
  readonly seal: boolean;
  readonly open: boolean;
  readonly rotate: boolean;
  readonly retire: string | undefined;
}

function readCall(args: readonly string[]): Call | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        state: { type: 'string' },
        config: { type: 'string' },
        seal: { type: 'boolean', default: false },
        open: { type: 'boolean', default: false },
        rotate: { type: 'boolean', default: false },
        retire: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const named = [values.state, values.config].filter((each) => each !== undefined);
    const ordered = orders.filter((order) => values[order]);
    if (values.help || named.length !== 1 || ordered.length > 1) return usage;
    const { state, config, seal, open, rotate, retire } = values;
    if (config !== undefined && (rotate || retire !== undefined)) {
      return 'The keys of the cards are the member base’s: rotate them there, with --state. Keys of readers: npm run readers -- --renew.';
    }
    return { state, config, seal, open, rotate, retire };
  } catch (error) {
    return `${(error as Error).message}\n\n${usage}`;
  }
}

async function stoppedProgram(
  { state, config }: Call,
  environment: NodeJS.ProcessEnv,
): Promise<Stopped | string> {
  if (state !== undefined) {
    const lock = await BaseFolderLock.take(state, 'sync-service');
    const base = new BaseSecrets(state, environment);
    return {
      folder: state,
      load: () => base.load(),
      unseal: () => base.unseal(),
      base,
      release: () => lock.release(),
    };
  }
  const read = await readEdgeConfig(config ?? '');
  if (!read.ok) return read.error.detail;
  const { stateFolder } = read.value;
  const lock = await EdgeFolderLock.take(stateFolder);
  const folder = join(stateFolder, 'keys');
  const store = async () => FileKeyStore.open(folder, await systemSeal(environment, folder));
  return {
    folder,
    async load() {
      const keys = await store();
      const names = await keys.names();
      for (const name of names) await keys.read(name);
      return { place: keys.place, words: [`secrets: ${names.join(', ') || 'none yet'}`] };
    },
    unseal: async () => (await store()).unseal(),
    base: null,
    release: () => lock.release(),
  };
}

async function carriedOut(
  call: Call,
  { folder, load, unseal, base }: Stopped,
  { environment, say, tell }: KeysCommandOptions,
): Promise<ExitCode> {
  if (call.seal && !(await systemSeal(environment, folder))) await sealHere(folder);
  if (call.open) {
    const seal = await systemSeal(environment, folder);
    await unseal();
    await forgetSeal(folder);
    if (seal?.place === 'systemd-credential') {
      tell(
        'The files are in clear now. Take LoadCredentialEncrypted out of the unit, or the next start seals them again.',
      );
      return 0;
    }
  }
  if (call.rotate) say(await (base as BaseSecrets).rotateCardKeys());
  if (call.retire !== undefined) say(await (base as BaseSecrets).retireCardKeys(Number(call.retire)));
  const { place, words } = await load();
  say(
    `keys: ${place}${place === 'open-file' ? ', WEAK: whoever reads this disk reads them. npm run keys -- … --seal' : ''}`,
  );
  for (const line of words) say(line);
  return 0;
}
