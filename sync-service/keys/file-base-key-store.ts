import { join } from 'node:path';
import { z } from 'zod';
import { sealedFile, unsealFile, writeSealedFile } from '../secrets/sealed-file.ts';
import type { SecretPlace, SecretSeal } from '../secrets/secret-seal.ts';
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

/** The name under which the file is sealed. */
const sealedAs = 'base-keys';

/**
 * A file for its owner only, beside the data. With the seal of the operating system it tells nothing to whoever takes the disk
 * away, and what lay in clear before is sealed when it is loaded; without one it is fit for a virtual club and for trials.
 */
export class FileBaseKeyStore implements BaseKeyStore {
  readonly #path: string;
  readonly #seal: SecretSeal | null;

  constructor(stateFolder: string, seal: SecretSeal | null = null) {
    this.#path = join(stateFolder, 'base-keys.json');
    this.#seal = seal;
  }

  get place(): SecretPlace {
    return this.#seal?.place ?? 'open-file';
  }

  async load(): Promise<BaseKeys | null> {
    const found = await sealedFile(this.#path, sealedAs, this.#seal);
    if (found === null) return null;
    const text = Buffer.from(found).toString('utf8');
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

  /** In clear again, for another seal or none. Safe to repeat. */
  async unseal(): Promise<void> {
    await unsealFile(this.#path, sealedAs, this.#seal);
  }

  async #write({ network, seal, card: cardKeys }: BaseKeys): Promise<void> {
    const { current, versions } = cardKeys;
    const key = versions.find(({ version }) => version === current)?.read;
    const written = { network, seal, card: { version: current, key }, cardKeys };
    await writeSealedFile(this.#path, sealedAs, this.#seal, `${JSON.stringify(written, null, 2)}\n`);
  }
}
