import { spawnSync } from 'node:child_process';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleProgram } from '../test/bundle.ts';
import { EmbeddedServer } from './embedded-server.ts';
import { FolderLock } from './folder-lock.ts';
import { packagedFolder, serverBinaries } from './server-binaries.ts';
import { mayEnter, runAs, serverUser } from './server-user.ts';

/** Under a folder only its owner may enter, and with a space in its path: a clone in root's private home. */
let privateFolder: string;
let stateFolder: string;
const homes = new Set<string>();

const start = async () => {
  const server = await EmbeddedServer.start({
    stateFolder,
    clock: systemClock,
    log: silentLog,
    settings: { fsync: 'off' },
  });
  homes.add(server.home);
  return server;
};

async function ask(server: EmbeddedServer, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Node and the packages must be where any account can read them, which a clone in a private home is not. */
function mayRunAsNobody(): boolean {
  const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
  return (
    process.getuid?.() === 0 &&
    mayEnter(nobody, dirname(process.execPath)) &&
    mayEnter(nobody, import.meta.dirname)
  );
}

beforeAll(async () => {
  privateFolder = await mkdtemp(join(tmpdir(), 'portillon private '));
  await chmod(privateFolder, 0o700);
  stateFolder = join(privateFolder, 'the state');
  await mkdir(stateFolder);
});

afterAll(async () => {
  await rm(privateFolder, { recursive: true, force: true });
  for (const home of homes) {
    await rm(home, { recursive: true, force: true });
    await rm(`${home}.erased`, { recursive: true, force: true });
  }
});

describe('the PostgreSQL server of our own', { timeout: 120_000 }, () => {
  it('keeps its data and its port from one start to the next', async () => {
    const first = await start();
    await ask(first, 'create table kept (word text)');
    await ask(first, "insert into kept values ('durable')");
    const port = first.port;
    await first.stop();

    const second = await start();
    expect(await ask(second, 'select word from kept')).toEqual([{ word: 'durable' }]);
    expect(second.port).toBe(port);
    await second.stop();
  });

  it('listens on loopback only, asks for a password, and keeps it from other accounts', async () => {
    const server = await start();
    expect(await ask(server, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const stranger = new pg.Client({ connectionString: server.url().replace(/:[^:@]+@/, ':guess@') });
    await expect(stranger.connect()).rejects.toThrow(/password authentication failed/);
    const record = join(stateFolder, 'postgres-server.json');
    expect((await stat(record)).mode & 0o077).toBe(0);
    expect((await stat(join(server.home, 'data'))).mode & 0o077).toBe(0);
    await server.stop();
  });

  it('ends a server that a killed program left running, and resumes its data', async () => {
    const left = await start();
    await ask(left, 'create table before_the_kill (n int)');
    const pid = left.pid ?? 0;
    const processesBefore = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    expect(processesBefore).toContain(left.home);

    // Not asked to stop: this is what remains when the program that started it is gone.
    const next = await start();
    expect(next.pid).not.toBe(pid);
    await expect(
      readFile(`/proc/${pid}/cmdline`, 'utf8').then((text) => text.includes(left.home)),
    ).rejects.toThrow();
    expect(await ask(next, 'select n from before_the_kill')).toEqual([]);
    await next.stop();
  });

  it.runIf(process.getuid?.() === 0)(
    'puts data where its account can reach them, and erases those of a temporary state folder that is gone',
    async () => {
      const passing = await mkdtemp(join(tmpdir(), 'portillon passing '));
      const options = { clock: systemClock, log: silentLog };
      const server = await EmbeddedServer.start({ ...options, stateFolder: passing });
      expect(server.home.startsWith(passing)).toBe(false);
      expect(await ask(server, 'select 1 as works')).toEqual([{ works: 1 }]);
      // The folder goes while the server still runs, as after a killed trial run.
      await rm(passing, { recursive: true });
      const other = await mkdtemp(join(tmpdir(), 'portillon passing '));
      const next = await EmbeddedServer.start({ ...options, stateFolder: other });
      await expect(stat(server.home)).rejects.toThrow(/ENOENT/);
      await expect(ask(server, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
      await server.stop();
      await next.stop();
      await rm(other, { recursive: true });
      await rm(next.home, { recursive: true });
    },
  );

  it('says when it ends without having been asked to', async () => {
    const server = await start();
    process.kill(server.pid ?? 0, 'SIGQUIT');
    expect(await server.ended).toMatch(/ended by itself/);
    await server.stop();
  });

  it.runIf(mayRunAsNobody())('runs for an ordinary user as that user', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portillon ordinary '));
    spawnSync('chown', ['nobody', folder]);
    const program = await bundleProgram('sync-service/test/embedded-server-program.ts');
    const run = spawnSync(
      'setpriv',
      ['--reuid=nobody', '--clear-groups', process.execPath, program, folder],
      {
        cwd: '/',
        env: { PATH: process.env.PATH },
        encoding: 'utf8',
      },
    );
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toMatchObject({ home: join(folder, 'postgres') });
    await rm(dirname(program), { recursive: true });
    await rm(folder, { recursive: true, force: true });
  });
});

describe('the programs of PostgreSQL', { timeout: 60_000 }, () => {
  it('are copied once to where the account of the server can reach them, links between libraries included', async () => {
    const unreachable = join(privateFolder, 'a clone', 'native');
    await cp(packagedFolder(), unreachable, {
      recursive: true,
      verbatimSymlinks: true,
      filter: async (path) => !(await lstat(path)).isSymbolicLink(),
    });
    const copies = await mkdtemp(join(tmpdir(), 'portillon copies '));
    await chmod(copies, 0o755);
    const found = await serverBinaries(serverUser(), async () => copies, unreachable);
    expect(found.postgres.startsWith(copies)).toBe(true);
    expect(await serverBinaries(serverUser(), async () => copies, unreachable)).toEqual(found);
    expect(await readdir(copies)).toHaveLength(1);
    const version = spawnSync(found.initdb, ['--version'], {
      ...runAs(serverUser()),
      cwd: '/',
      encoding: 'utf8',
    });
    expect(version.stdout).toMatch(/^initdb \(PostgreSQL\)/);
    await rm(copies, { recursive: true });
  });
});

describe('the lock of a state folder', () => {
  it('is refused to a second program while the first lives, and taken over from a dead one', async () => {
    const lock = await FolderLock.take(stateFolder, 'sync-service');
    await expect(FolderLock.take(stateFolder, 'sync-service')).rejects.toThrow(/already running/);
    await lock.release();

    const dead = spawnSync('true').pid;
    await writeFile(join(stateFolder, 'sync-service.lock'), `${dead} 12345`);
    const taken = await FolderLock.take(stateFolder, 'sync-service');
    await taken.release();
  });
});
