import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { type Clock, delay, withTimeLimit } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { z } from 'zod';
import { type ServerBinaries, serverBinaries } from './server-binaries.ts';
import { giveTo, mayEnter, runAs, type ServerUser, serverUser } from './server-user.ts';

/** What must be known to start the same server again; kept in the state folder, for its owner only. */
const recordSchema = z.object({ home: z.string(), port: z.int(), password: z.string() });
type ServerRecord = z.infer<typeof recordSchema>;

const roleName = 'portillon';
const startLimitMs = 60_000;
const stopLimitMs = 15_000;
const pollMs = 40;

/** Where data goes when the server's account cannot enter the state folder: the system's place for such data. */
const systemFolder = '/var/lib/portillon';

export interface EmbeddedServerOptions {
  /** Kept over restarts; may lie under a private folder and hold spaces. */
  readonly stateFolder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Settings of postgresql.conf by name, for tests that trade safety for speed. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * A real PostgreSQL of our own, on a loopback port, with its data kept from start to start. The caller must hold the
 * lock of the state folder (folder-lock.ts): a server left running by a killed program is ended here.
 */
export class EmbeddedServer {
  /** Resolves with a sentence when the server ends without having been asked to. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;
  readonly #record: ServerRecord;
  readonly #clock: Clock;
  #stopping = false;
  readonly #killWithUs: () => void;

  private constructor(child: ChildProcess, record: ServerRecord, clock: Clock) {
    this.#process = child;
    this.#record = record;
    this.#clock = clock;
    this.#killWithUs = () => child.kill('SIGINT');
    process.once('exit', this.#killWithUs);
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        if (!this.#stopping) resolve(`PostgreSQL ended by itself (${signal ?? `code ${code}`})`);
      });
    });
  }

  static async start(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const user = serverUser();
    const known = await readRecord(options.stateFolder);
    const home = known?.home ?? (await newHome(options, user));
    const data = join(home, 'data');
    await endLeftover(data, options);
    const binaries = await serverBinaries(user, sharedFolder);
    const password = known?.password ?? randomBytes(24).toString('base64url');
    if (!(await isFolder(data))) await initialise(binaries, home, password, user);
    for (let attempt = 0; ; attempt++) {
      const port = attempt === 0 && known && (await portIsFree(known.port)) ? known.port : await freePort();
      const record: ServerRecord = { home, port, password };
      await writeRecord(options.stateFolder, record);
      const started = await launch(binaries, data, port, user, options);
      if (started.ok) return new EmbeddedServer(started.child, record, options.clock);
      // Between our look and its own, another program can take the port.
      if (attempt === 2) throw new Error(`PostgreSQL does not start: ${started.lastWords}`);
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get port(): number {
    return this.#record.port;
  }

  /** Connection string of a database on this server, password included. */
  url(database = 'postgres'): string {
    return urlOf(this.#record, database);
  }

  /** Where the data lies. */
  get home(): string {
    return this.#record.home;
  }

  /** Ends it in good order; open connections are cut. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopping = true;
    process.off('exit', this.#killWithUs);
    const child = this.#process;
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill(signal);
      if ((await withTimeLimit(this.#clock, stopLimitMs, gone)) !== 'timed-out') return;
    }
  }
}

/** Connection string of the server that runs on this folder, or ran there last; null where none ever did. */
export async function knownServerUrl(stateFolder: string): Promise<string | null> {
  const record = await readRecord(stateFolder);
  return record && urlOf(record, 'postgres');
}

function urlOf({ password, port }: ServerRecord, database: string): string {
  return `postgresql://${roleName}:${password}@127.0.0.1:${port}/${database}`;
}

async function readRecord(stateFolder: string): Promise<ServerRecord | null> {
  const text = await readFile(recordPath(stateFolder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : recordSchema.parse(JSON.parse(text));
}

async function writeRecord(stateFolder: string, record: ServerRecord): Promise<void> {
  const path = recordPath(stateFolder);
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function recordPath(stateFolder: string): string {
  return join(stateFolder, 'postgres-server.json');
}

/**
 * The state folder itself, or, when the server's account cannot enter it, a folder of the system named by the state
 * folder. What an erased state folder left there is set aside, one generation, and not used again: its keys are gone.
 */
async function newHome(options: EmbeddedServerOptions, user: ServerUser | null): Promise<string> {
  const stateFolder = await realpath(options.stateFolder);
  let home = join(stateFolder, 'postgres');
  const outside = !mayEnter(user, stateFolder);
  if (outside) {
    const temporary = stateFolder.startsWith((await realpath(tmpdir())) + sep);
    if (temporary) await eraseOrphans(options);
    const name = createHash('sha256').update(stateFolder).digest('hex').slice(0, 16);
    home = join(temporary ? await temporaryFolder() : await sharedFolder(), `${dataPrefix}${name}`);
    options.log.info('postgres.data-outside-state-folder', { home, account: user?.name ?? null });
    if (await isFolder(home)) {
      await endLeftover(join(home, 'data'), options);
      await rm(`${home}.erased`, { recursive: true, force: true });
      await rename(home, `${home}.erased`);
    }
  }
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  await giveTo(user, home);
  if (outside) await writeFile(join(home, ownerFile), stateFolder, { mode: 0o600 });
  return home;
}

const dataPrefix = 'data-';
/** Beside data that lie outside: the path of the state folder they belong to. */
const ownerFile = 'state-folder';

/** Data of temporary state folders (tests, trial runs) go when those have gone. */
async function eraseOrphans(options: EmbeddedServerOptions): Promise<void> {
  const folder = await temporaryFolder();
  for (const name of await readdir(folder)) {
    const home = join(folder, name);
    if (!name.startsWith(dataPrefix)) continue;
    const owner = await readFile(join(home, ownerFile), 'utf8').catch(() => null);
    if (owner === null || (await isFolder(owner))) continue;
    await endLeftover(join(home, 'data'), options);
    await rm(home, { recursive: true, force: true });
  }
}

/** A folder for what must be reachable by every account and lasts: the system's, or the temporary one without that. */
async function sharedFolder(): Promise<string> {
  return (await openToAll(systemFolder)) ?? (await temporaryFolder());
}

async function temporaryFolder(): Promise<string> {
  const path = join(tmpdir(), `portillon-${process.getuid?.() ?? 0}`);
  const folder = await openToAll(path);
  if (folder === null) throw new Error(`${path} belongs to another account: remove it`);
  return folder;
}

/** Ours to write in, anybody's to pass through. Null where it cannot be made or is not ours. */
async function openToAll(folder: string): Promise<string | null> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'EEXIST') return null;
    throw error;
  }
  // In a temporary folder somebody else could have put a link there first.
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return null;
  await chmod(folder, 0o711);
  return folder;
}

/** A data folder appears whole or not at all: made beside its place, then renamed. */
async function initialise(
  binaries: ServerBinaries,
  home: string,
  password: string,
  user: ServerUser | null,
): Promise<void> {
  const unfinished = join(home, 'data.unfinished');
  const passwordFile = join(home, 'password');
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await giveTo(user, passwordFile);
  try {
    const child = spawn(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        `--username=${roleName}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--data-checksums',
      ],
      { ...runAs(user), cwd: '/', env: serverEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const words = collectWords(child);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`initdb failed: ${words()}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, join(home, 'data'));
}

async function launch(
  binaries: ServerBinaries,
  data: string,
  port: number,
  user: ServerUser | null,
  options: EmbeddedServerOptions,
): Promise<{ ok: true; child: ChildProcess } | { ok: false; lastWords: string }> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // No socket files: their paths are limited to about 100 characters, and nothing of ours needs them.
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...options.settings,
  };
  const child = spawn(
    binaries.postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...runAs(user),
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // A session of its own: Ctrl-C in our terminal must reach us first, so that we end it in good order.
      detached: true,
    },
  );
  const words = collectWords(child, (text) => options.log.debug('postgres.says', { text }));
  let over = false;
  child.once('error', () => {
    over = true;
  });
  child.once('exit', () => {
    over = true;
  });
  const deadline = options.clock.monotonicMs() + startLimitMs;
  while (!over && options.clock.monotonicMs() < deadline) {
    // Line 8 of postmaster.pid is the server's own word for its state (storage/pidfile.h).
    const lines = await pidFileLines(data);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return { ok: true, child };
    await delay(options.clock, pollMs);
  }
  if (!over) child.kill('SIGKILL');
  return { ok: false, lastWords: words() || 'it said nothing' };
}

/** A server of ours that outlived a program killed with SIGKILL is asked to end; a stale pid file is taken away. */
async function endLeftover(data: string, options: { clock: Clock; log: Log }): Promise<void> {
  const pid = Number((await pidFileLines(data))[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (!(await isServerOf(pid, data))) {
    await rm(join(data, 'postmaster.pid'), { force: true });
    return;
  }
  options.log.warn('postgres.leftover-ended', { pid });
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw error;
    }
    const deadline = options.clock.monotonicMs() + stopLimitMs;
    while (options.clock.monotonicMs() < deadline) {
      if (!(await isServerOf(pid, data))) return;
      await delay(options.clock, pollMs);
    }
  }
  throw new Error(`a PostgreSQL server (process ${pid}) of an earlier start does not end`);
}

/** Process numbers come round again: only one that was started on our data folder is ours. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(data);
}

async function pidFileLines(data: string): Promise<string[]> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n');
}

/** Nothing of our own environment: PG* variables would change what the server does. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

const wordsKept = 4_000;

function collectWords(child: ChildProcess, onText?: (text: string) => void): () => string {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-wordsKept);
    onText?.(text.trim());
  });
  child.once('error', (error) => {
    words += error.message;
  });
  return () => words.trim();
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function freePort(): Promise<number> {
  return listenOnce(0);
}

async function portIsFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
