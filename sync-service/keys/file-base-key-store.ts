import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BaseKeyStore, BaseKeys } from './base-keys.ts';

const pair = z.object({ publicKey: z.string(), privateKey: z.string() });
const keysSchema = z.object({
  network: pair,
  seal: pair,
  card: z.object({ version: z.int(), key: z.string().length(22) }),
});

/** A file for its owner only, beside the data: fit for a virtual club and for trials. */
export class FileBaseKeyStore implements BaseKeyStore {
  readonly weak = true;
  readonly #path: string;

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, 'base-keys.json');
  }

  async load(): Promise<BaseKeys | null> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return text === null ? null : keysSchema.parse(JSON.parse(text));
  }

  async save(keys: BaseKeys): Promise<void> {
    const unfinished = `${this.#path}.new`;
    const file = await open(unfinished, 'w', 0o600);
    await file.writeFile(`${JSON.stringify(keys, null, 2)}\n`);
    await file.sync();
    await file.close();
    if ((await this.load()) !== null) throw new Error(`${this.#path} is there already`);
    await rename(unfinished, this.#path);
  }
}
