import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { Database } from '../postgres/database.ts';
import { EmbeddedServer } from '../postgres/embedded-server.ts';
import { migrate, migrations } from '../postgres/migrations.ts';
import { packagedFolder } from '../postgres/server-binaries.ts';
import { mayEnter, serverUser } from '../postgres/server-user.ts';

const kept = join(import.meta.dirname, '..', '..', 'build', 'test');
const prefix = 'prepared-server-';
const recordName = 'postgres-server.json';

/**
 * Puts into a new state folder what the first start makes there before it knows anything of its network: the cluster, and the
 * tables as the migrations leave them, empty. Making them takes as much work as most files of tests; a copy takes little of it.
 * Identity, keys and seed are still made by the start itself. A folder that has been used, or that the account of PostgreSQL
 * may not enter, is left as it is.
 */
export async function layPreparedServer(stateFolder: string): Promise<void> {
  if (await isThere(join(stateFolder, recordName))) return;
  if (!mayEnter(serverUser(), stateFolder)) return;
  const from = await preparedServer();
  await copyWhole(join(from, 'postgres'), stateFolder);
  const record = JSON.parse(await readFile(join(from, recordName), 'utf8')) as Record<string, unknown>;
  const ours = { ...record, home: join(stateFolder, 'postgres') };
  await writeFile(join(stateFolder, recordName), JSON.stringify(ours), { mode: 0o600 });
}

/** Of these migrations and this PostgreSQL, kept until they change; made by whoever comes first. */
async function preparedServer(): Promise<string> {
  const packageText = await readFile(join(packagedFolder(), '..', 'package.json'), 'utf8');
  const digest = sha256Hex(JSON.stringify([migrations, packageText, serverUser()])).slice(0, 16);
  const prepared = join(kept, `${prefix}${digest}`);
  if (await isThere(prepared)) return prepared;
  const stateFolder = await mkdtemp(join(tmpdir(), 'portillon base '));
  await chmod(stateFolder, 0o755);
  try {
    const server = await EmbeddedServer.start({
      stateFolder,
      clock: systemClock,
      log: silentLog,
      settings: { fsync: 'off' },
    });
    try {
      const database = new Database(server.url(), silentLog);
      await migrate(database);
      await database.close();
    } finally {
      await server.stop();
    }
    await mkdir(kept, { recursive: true });
    // Those of older tables; another worker may have finished ours by now, and be copying it.
    for (const name of await readdir(kept))
      if (name.startsWith(prefix) && join(kept, name) !== prepared)
        await rm(join(kept, name), { recursive: true, force: true });
    const unfinished = await mkdtemp(join(kept, 'unfinished-server-'));
    for (const name of ['postgres', recordName]) await copyWhole(join(stateFolder, name), unfinished);
    await rename(unfinished, prepared).catch(async (error: NodeJS.ErrnoException) => {
      await rm(unfinished, { recursive: true, force: true });
      // Another worker was first.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(stateFolder, { recursive: true, force: true });
  }
  return prepared;
}

/** With owner and mode of each file: PostgreSQL takes data of nobody else's. */
const copyWhole = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
