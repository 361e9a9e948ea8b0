import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Log, silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { MemberBaseAdapter } from '../adapters/member-base-adapter.ts';
import type { ProviderSettings } from '../http/staff/sign-in/provider-settings.ts';
import { MemberBase, type MemberBaseReady } from '../member-base.ts';
import { seedFileSchema } from '../seed/seed-file.ts';
import { layPreparedServer } from './prepared-server.ts';

export interface StartedBase extends MemberBaseReady {
  stop(): Promise<void>;
}

/** A new state folder that the account of PostgreSQL may enter, so that the data lie in it and go with it. */
export async function temporaryState(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portillon base '));
  await chmod(folder, 0o755);
  return folder;
}

const seedPath = join(import.meta.dirname, '..', 'seed', 'demo-network.json');

/** The member base of the demonstration network in this process, on a PostgreSQL of its own. */
export async function startBase(options: {
  readonly stateFolder: string;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly port?: number;
  readonly staffPage?: string;
  readonly staffProvider?: ProviderSettings;
  readonly webhookTargets?: readonly string[];
  readonly requestLimitMs?: number;
  readonly adapters?: readonly MemberBaseAdapter[];
}): Promise<StartedBase> {
  await layPreparedServer(options.stateFolder);
  const base = await MemberBase.start({
    stateFolder: options.stateFolder,
    port: options.port ?? 0,
    seed: seedFileSchema.parse(JSON.parse(await readFile(seedPath, 'utf8'))),
    staffPage: options.staffPage ?? null,
    ...(options.staffProvider ? { staffProvider: options.staffProvider } : {}),
    ...(options.requestLimitMs === undefined ? {} : { requestLimitMs: options.requestLimitMs }),
    webhookTargets: options.webhookTargets ?? [],
    adapters: options.adapters ?? [],
    serverSettings: { fsync: 'off' },
    clock: options.clock ?? systemClock,
    random: systemRandom,
    log: options.log ?? silentLog,
  });
  return { ...base.ready, stop: () => base.stop() };
}

export interface BaseProcess extends MemberBaseReady {
  readonly pid: number;
  /** Ends its standard input, as a parent that dies does; resolves with its exit code. */
  stop(): Promise<number | null>;
  /** SIGTERM, as a service manager does; resolves with its exit code. */
  terminate(): Promise<number | null>;
  /** SIGKILL to the service; its PostgreSQL is left running, as after a real crash. */
  kill(): Promise<void>;
}

/** The built program (bundle.ts) as a process of its own. */
export async function startBaseProcess(options: {
  readonly program: string;
  readonly stateFolder: string;
  readonly port?: number;
  readonly args?: readonly string[];
  /** Of another PostgreSQL than one of its own. */
  readonly databaseUrl?: string;
}): Promise<BaseProcess> {
  await mkdir(options.stateFolder, { recursive: true });
  const readyFile = join(options.stateFolder, 'ready.json');
  await rm(readyFile, { force: true });
  const child = spawn(
    process.execPath,
    [
      options.program,
      '--state',
      options.stateFolder,
      '--port',
      String(options.port ?? 0),
      '--ready-file',
      readyFile,
      '--seed',
      seedPath,
      '--staff-page',
      import.meta.dirname,
      '--follow-parent',
      ...(options.args ?? []),
    ],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}) },
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-20_000);
  });
  const over = exited(child);
  let code: number | null | undefined;
  const noted = over.then((exitCode) => {
    code = exitCode;
  });
  for (;;) {
    const text = await readFile(readyFile, 'utf8').catch(() => null);
    if (text !== null) {
      const ready = JSON.parse(text) as MemberBaseReady;
      return {
        ...ready,
        pid: child.pid ?? 0,
        stop: async () => {
          child.stdin.end();
          return over;
        },
        terminate: async () => {
          child.kill('SIGTERM');
          return over;
        },
        kill: async () => {
          child.kill('SIGKILL');
          await noted;
        },
      };
    }
    if (code !== undefined) throw new Error(`the base ended with code ${code}: ${said}`);
    await delay(systemClock, 30);
  }
}

function exited(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}
