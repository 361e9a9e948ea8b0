import { writeFile } from 'node:fs/promises';
import { asStoreFault } from '@portillon/core/base/store-fault.ts';
import type { FinishedArchive } from '../../store/fiscal-archives.ts';

/** Two files beside an archive, to be kept by somebody else than the archive itself. */
export interface ArchiveCompanions {
  readonly keyFile: string;
  readonly anchorFile: string;
}

/**
 * Writes the public key and the heads of the chains beside the folder, which itself holds nothing that its manifest does not
 * list. Rejects with `StoreFault`.
 */
export async function writeArchiveCompanions(
  archiveFolder: string,
  { manifest, anchor }: FinishedArchive,
): Promise<ArchiveCompanions> {
  const keyFile = `${archiveFolder}.public-key.pem`;
  const anchorFile = `${archiveFolder}.anchor.json`;
  try {
    await writeFile(keyFile, manifest.keys.at(-1)?.pem ?? '');
    await writeFile(anchorFile, `${JSON.stringify(anchor)}\n`);
    return { keyFile, anchorFile };
  } catch (error) {
    throw asStoreFault(error);
  }
}
