import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asStoreFault } from '@portillon/core/base/store-fault.ts';
import type { ArchiveText } from '@portillon/core/journal/archive-files.ts';
import type { FinishedArchive } from './fiscal-archives.ts';

/** Written in one go, some hundred kilobytes: between two goes the edge does everything else it has to do. */
const piecesAtOnce = 200;

/** What the folder of an archive is called: `archive-B01-20260101-20270101-0003`. */
export function archiveFolderName({ no, manifest }: FinishedArchive): string {
  const day = (date: string) => date.replaceAll('-', '');
  return `archive-${manifest.till}-${day(manifest.from)}-${day(manifest.to)}-${String(no).padStart(4, '0')}`;
}

/**
 * Writes an archive into a new folder under `parent` and resolves with its path once it is durable: the folder has its name
 * only when it is whole. An archive of the same name is replaced; its files are the same. Rejects with `StoreFault`.
 */
export async function writeArchiveFolder(parent: string, archive: FinishedArchive): Promise<string> {
  const folder = join(parent, archiveFolderName(archive));
  const unfinished = `${folder}-unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    for (const [name, text] of archive.files) await writeDurably(join(unfinished, name), text);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
    const above = await open(dirname(folder), 'r');
    await above.sync();
    await above.close();
    return folder;
  } catch (error) {
    throw asStoreFault(error);
  }
}

async function writeDurably(path: string, text: ArchiveText): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < text.length; at += piecesAtOnce) {
      await file.appendFile(text.slice(at, at + piecesAtOnce).join(''));
      // Little by little: what the store commits meanwhile waits for the same disk.
      await file.datasync();
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
