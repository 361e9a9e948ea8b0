import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { BaseKeyStore, BaseKeys, CardMasterKeys } from './base-keys.ts';

const pair = z.object({ publicKey: z.string(), privateKey: z.string() });
const masterKey = z.string().length(22);
const keysSchema = z.object({
  network: pair,
  seal: pair,
  /** All that version 0.1.0 had and reads: one key, which made every key of a card. */
  card: z.object({ version: z.int(), key: masterKey }),
  cardKeys: z
    .object({
      current: z.int(),
      versions: z.array(z.object({ version: z.int(), read: masterKey, write: masterKey })),
    })
    .optional(),
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
    if (text === null) return null;
    const { network, seal, card, cardKeys } = keysSchema.parse(JSON.parse(text));
    const only = { version: card.version, read: card.key, write: card.key };
    return { network, seal, card: cardKeys ?? { current: card.version, versions: [only] } };
  }

  async save(keys: BaseKeys): Promise<void> {
    if ((await this.load()) !== null) throw new Error(`${this.#path} is there already`);
    await this.#write(keys);
  }

  async replaceCardKeys(card: CardMasterKeys): Promise<BaseKeys> {
    const known = await this.load();
    if (known === null) throw new Error(`${this.#path} is not there`);
    const keys = { ...known, card };
    await this.#write(keys);
    return keys;
  }

  async #write({ network, seal, card: cardKeys }: BaseKeys): Promise<void> {
    const { current, versions } = cardKeys;
    const key = versions.find(({ version }) => version === current)?.read;
    const written = { network, seal, card: { version: current, key }, cardKeys };
    const unfinished = `${this.#path}.new`;
    const file = await open(unfinished, 'w', 0o600);
    await file.writeFile(`${JSON.stringify(written, null, 2)}\n`);
    await file.sync();
    await file.close();
    await rename(unfinished, this.#path);
  }
}
