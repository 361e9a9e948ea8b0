import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asStoreFault, StoreFault } from '@portillon/core/base/store-fault.ts';
import { Connection } from './connection.ts';

/**
 * Two edges on one folder would each number their own events. The lock is an open exclusive transaction on a database of
 * its own: the kernel holds it for the process and drops it when the process ends, however it ends, so that no lock is
 * ever left behind. The process number beside it is only for the message.
 */
export class FolderLock {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Rejects with `StoreFault` `store.in-use` when another edge has the folder. */
  static async take(folder: string): Promise<FolderLock> {
    const holderFile = join(folder, 'edge.pid');
    const connection = await Connection.open(join(folder, 'lock.sqlite'));
    try {
      await connection.get('PRAGMA busy_timeout = 0');
      await connection.run('BEGIN EXCLUSIVE');
      await writeFile(holderFile, `${process.pid}\n`);
    } catch (error) {
      await connection.close();
      if (!isBusy(error)) throw asStoreFault(error);
      const holder = await readFile(holderFile, 'utf8').catch(() => 'unknown');
      throw new StoreFault(
        'store.in-use',
        `another edge (process ${holder.trim()}) already uses the data folder ${folder}`,
        { cause: error },
      );
    }
    return new FolderLock(connection);
  }

  async release(): Promise<void> {
    await this.#connection.run('ROLLBACK');
    await this.#connection.close();
  }
}

function isBusy(error: unknown): boolean {
  const cause = error instanceof StoreFault ? error.cause : null;
  return (cause as NodeJS.ErrnoException | null)?.code === 'SQLITE_BUSY';
}
