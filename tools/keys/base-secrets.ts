import { randomBytes } from 'node:crypto';
import { type BaseKeys, withCardKeys, withoutCardKeys } from '@portillon/sync-service/keys/base-keys.ts';
import { FileBaseKeyStore } from '@portillon/sync-service/keys/file-base-key-store.ts';
import { sealClosingKey, unsealClosingKey } from '@portillon/sync-service/keys/store-closing-key.ts';
import type { SecretPlace, SecretSeal } from '@portillon/sync-service/secrets/secret-seal.ts';
import { systemSeal } from '@portillon/sync-service/secrets/system-seal.ts';

/** The keys of a member base that is stopped. */
export class BaseSecrets {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(stateFolder: string, environment: NodeJS.ProcessEnv) {
    this.#folder = stateFolder;
    this.#environment = environment;
  }

  async load(): Promise<{ readonly place: SecretPlace; readonly words: readonly string[] }> {
    const seal = await this.#seal();
    const store = new FileBaseKeyStore(this.#folder, seal);
    const { card } = await known(store);
    if (seal) await sealClosingKey(this.#folder, seal);
    const versions = card.versions.map(({ version }) => version).join(', ');
    return {
      place: store.place,
      words: [`card keys: version ${card.current}; cards are read of ${versions}`],
    };
  }

  async unseal(): Promise<void> {
    const seal = await this.#seal();
    await new FileBaseKeyStore(this.#folder, seal).unseal();
    await unsealClosingKey(this.#folder, seal);
  }

  async rotateCardKeys(): Promise<string> {
    const store = new FileBaseKeyStore(this.#folder, await this.#seal());
    const { card } = await known(store);
    const next = Math.max(...card.versions.map(({ version }) => version)) + 1;
    await store.replaceCardKeys(withCardKeys(card, next, randomBytes));
    return `New cards get keys of version ${next} once the base runs again; older ones at their next visit.`;
  }

  async retireCardKeys(version: number): Promise<string> {
    const store = new FileBaseKeyStore(this.#folder, await this.#seal());
    const { card } = await known(store);
    await store.replaceCardKeys(withoutCardKeys(card, version));
    return `Cards of version ${version} are refused once the base runs again and boxes have heard of it.`;
  }

  #seal(): Promise<SecretSeal | null> {
    return systemSeal(this.#environment, this.#folder);
  }
}

async function known(store: FileBaseKeyStore): Promise<BaseKeys> {
  const keys = await store.load();
  if (!keys)
    throw new Error('There are no keys of a base in this folder: it has never run, or it is another folder.');
  return keys;
}
