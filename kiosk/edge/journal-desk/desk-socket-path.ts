import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What a Unix socket may be called: `sun_path` has 108 bytes with the zero at its end (unix(7)). */
const socketPathBytesMax = 107;
const socketName = 'journal.sock';
/** Holds the path of the socket where the state folder's own is too long. */
const pointerName = 'journal-socket-path';
const shortFolderPrefix = 'portillon-';

const fits = (path: string) => Buffer.byteLength(path) <= socketPathBytesMax;

/**
 * Where the desk of this state folder listens from now on. What an earlier edge left is removed: whoever calls this holds the
 * lock of the folder, so that nobody listens there any more. A long path is replaced by one in a folder of its own under the
 * system's temporary folder, which only this account may enter.
 */
export async function makeSocketPath(stateFolder: string): Promise<string> {
  await forgetSocketPath(stateFolder);
  const own = join(stateFolder, socketName);
  if (fits(own)) return own;
  const short = join(await mkdtemp(join(tmpdir(), shortFolderPrefix)), socketName);
  await writeFile(join(stateFolder, pointerName), short, { mode: 0o600 });
  return short;
}

/** Where the desk of this state folder listens if it does. */
export async function findSocketPath(stateFolder: string): Promise<string> {
  return (await pointedTo(stateFolder)) ?? join(stateFolder, socketName);
}

/** Leaves neither socket nor file nor folder behind. */
export async function forgetSocketPath(stateFolder: string): Promise<void> {
  const short = await pointedTo(stateFolder);
  if (short) await rm(dirname(short), { recursive: true, force: true });
  await rm(join(stateFolder, pointerName), { force: true });
  await rm(join(stateFolder, socketName), { force: true });
}

/** Believed only if it names a folder that this file would have made: it is going to be removed. */
async function pointedTo(stateFolder: string): Promise<string | null> {
  const path = await readFile(join(stateFolder, pointerName), 'utf8').catch(() => '');
  const folder = dirname(path);
  const isOurs =
    basename(path) === socketName &&
    dirname(folder) === tmpdir() &&
    /^portillon-[A-Za-z0-9]{6}$/.test(basename(folder));
  return isOurs ? path : null;
}
