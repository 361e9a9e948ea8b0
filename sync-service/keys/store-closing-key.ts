import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { type FiscalSigner, fiscalSigner, newFiscalKey } from '@portillon/core/journal/fiscal-key.ts';
import type { Database } from '../postgres/database.ts';
import { sealedFile, unsealFile, writeSealedFile } from '../secrets/sealed-file.ts';
import type { SecretSeal } from '../secrets/secret-seal.ts';

/** The name under which the file is sealed. */
const sealedAs = 'store-closing-key';

export function closingKeyPath(stateFolder: string): string {
  return join(stateFolder, 'store-closing-key.p8');
}

/** In clear again, for another seal or none. Safe to repeat. */
export function unsealClosingKey(stateFolder: string, seal: SecretSeal | null): Promise<void> {
  return unsealFile(closingKeyPath(stateFolder), sealedAs, seal);
}

/** Sealed, where it lay in clear. Safe to repeat. */
export async function sealClosingKey(stateFolder: string, seal: SecretSeal): Promise<void> {
  await sealedFile(closingKeyPath(stateFolder), sealedAs, seal);
}

/**
 * What signs closings over all tills: made once, its private half in a file for its owner only, beside the keys of the base.
 * Null, and an error in the log, where the base knows a key and this folder does not hold it: then nothing is signed, and no
 * other key is made in its place.
 */
export async function storeClosingSigner(
  database: Database,
  stateFolder: string,
  { nowMs, seal, log }: { readonly nowMs: number; readonly seal: SecretSeal | null; readonly log: Log },
): Promise<FiscalSigner | null> {
  const path = closingKeyPath(stateFolder);
  return database.transaction(async (sql) => {
    // Two programs that start at once make one key.
    await sql.query('lock table store_signing_keys in exclusive mode');
    const [known] = await sql.query<{ kid: string }>(
      'select kid from store_signing_keys order by since desc limit 1',
    );
    let bytes = await sealedFile(path, sealedAs, seal);
    if (!bytes && !known) {
      bytes = Uint8Array.from(newFiscalKey());
      await writeSealedFile(path, sealedAs, seal, bytes);
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
