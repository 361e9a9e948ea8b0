import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { type FiscalSigner, fiscalSigner, newFiscalKey } from '@portillon/core/journal/fiscal-key.ts';
import type { Database } from '../postgres/database.ts';

/**
 * What signs closings over all tills: made once, its private half in a file for its owner only, beside the keys of the base.
 * Null, and an error in the log, where the base knows a key and this folder does not hold it: then nothing is signed, and no
 * other key is made in its place.
 */
export async function storeClosingSigner(
  database: Database,
  stateFolder: string,
  nowMs: number,
  log: Log,
): Promise<FiscalSigner | null> {
  const path = join(stateFolder, 'store-closing-key.p8');
  return database.transaction(async (sql) => {
    // Two programs that start at once make one key.
    await sql.query('lock table store_signing_keys in exclusive mode');
    const [known] = await sql.query<{ kid: string }>(
      'select kid from store_signing_keys order by since desc limit 1',
    );
    let bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!bytes && !known) {
      bytes = Buffer.from(newFiscalKey());
      await saveWhole(path, bytes);
    }
    const signer = bytes && fiscalSigner(bytes);
    if (!signer || (known && known.kid !== signer.kid)) {
      log.error('base.closing-key-lost', { kid: known?.kid, detail: `bring ${path} back from its backup` });
      return null;
    }
    if (!known)
      await sql.query('insert into store_signing_keys (kid, public_key, since) values ($1, $2, $3)', [
        signer.kid,
        signer.publicKey,
        isoTime(nowMs),
      ]);
    return signer;
  });
}

async function saveWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(bytes);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
}
