import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStoreFault, StoreFault } from '@portillon/core/base/store-fault.ts';

/**
 * Null when there is no such file. Throws `StoreFault` when it cannot be read, or when others than its owner may read it: a
 * secret that lay open is no longer one, and whoever runs the box has to hear of it.
 */
export async function readSecretFile(path: string): Promise<Uint8Array | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode } = await file.stat();
      if ((mode & 0o077) !== 0) {
        throw new StoreFault(
          'store.failed',
          `${path} may be read by others than its owner (mode ${(mode & 0o777).toString(8)}): find out who has, then chmod 600 it, or replace what it holds`,
        );
      }
      return Uint8Array.from(await file.readFile());
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw asStoreFault(error);
  }
}

const unfinishedOf = (path: string) => `${path}.new`;

/** What a write that was cut off left behind may hold in clear what is sealed. Nobody else may be writing the file. */
export async function forgetUnfinished(path: string): Promise<void> {
  await rm(unfinishedOf(path), { force: true }).catch((error: unknown) => {
    throw asStoreFault(error);
  });
}

/** For its owner only, whole or not at all, durable when it resolves. Throws `StoreFault`. */
export async function writeSecretFile(
  path: string,
  bytes: Uint8Array | string,
  unfinished = unfinishedOf(path),
): Promise<void> {
  try {
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(dirname(path));
  } catch (error) {
    throw asStoreFault(error);
  }
}

/** A name that was made or removed is durable once its folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
