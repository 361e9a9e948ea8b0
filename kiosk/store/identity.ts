import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { fromBase64url, toBase64url } from '@portillon/core/crypto/base64url.ts';
import type { CardKeysTold } from '@portillon/core/wire/messages.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';
import type { Reader, Tx } from './connection.ts';

const privateKeyName = 'identity';
const cardKeyName = 'card-master';
/** `card-read-2`, `card-write-2`: the master keys of a version of the cards. */
const cardKeyOf = (role: 'read' | 'write', version: number) => `card-${role}-${version}`;
const versionedName = /^card-(read|write)-\d+$/;

/** What is known of the identity without its secrets. */
type PublicIdentity = Omit<EdgeIdentity, 'privateKey' | 'cardKey' | 'cardKeys'> & {
  readonly cardKeyVersion: number;
  /** Absent when the base told one key only (version 0.1.0). */
  readonly cardKeys?: {
    readonly current: number;
    readonly versions: readonly { readonly version: number; readonly writes: boolean }[];
  };
};

/** Who this edge is: what enrolment told is in the database, the private key and the card keys are in the key store. */
export class Identity {
  readonly #read: Reader;
  readonly #keys: KeyStore;

  constructor(read: Reader, keys: KeyStore) {
    this.#read = read;
    this.#keys = keys;
  }

  async identity(): Promise<EdgeIdentity | null> {
    const row = await this.#read.get<{ json: string }>('SELECT json FROM identity');
    if (!row) return null;
    const { cardKeyVersion, cardKeys, ...known } = JSON.parse(row.json) as PublicIdentity;
    return {
      ...known,
      privateKey: toBase64url(await this.#secret(privateKeyName)),
      cardKey: { version: cardKeyVersion, key: toBase64url(await this.#secret(cardKeyName)) },
      ...(cardKeys ? { cardKeys: await this.#cardKeys(cardKeys) } : {}),
    };
  }

  /** Secrets first: an edge that has a name has its key. */
  async saveIdentity(tx: Tx, identity: EdgeIdentity): Promise<void> {
    const { privateKey, cardKey, cardKeys, ...known } = identity;
    await this.#keys.write(privateKeyName, fromBase64url(privateKey));
    await this.#keys.write(cardKeyName, fromBase64url(cardKey.key));
    for (const [name, key] of cardSecrets(cardKeys)) await this.#keys.write(name, fromBase64url(key));
    const open: PublicIdentity = {
      ...known,
      cardKeyVersion: cardKey.version,
      ...(cardKeys ? { cardKeys: withoutSecrets(cardKeys) } : {}),
    };
    await tx.run(
      'INSERT INTO identity (only_row, json) VALUES (1, ?) ON CONFLICT (only_row) DO UPDATE SET json = excluded.json',
      [JSON.stringify(open)],
    );
  }

  /** Once `identity` is saved: card keys that are no longer in use are gone from the store. */
  async destroyOlderCardKeys({ cardKeys }: EdgeIdentity): Promise<void> {
    const used = cardSecrets(cardKeys);
    for (const name of await this.#keys.names()) {
      if (versionedName.test(name) && !used.has(name)) await this.#keys.destroy(name);
    }
  }

  async #cardKeys({ current, versions }: NonNullable<PublicIdentity['cardKeys']>): Promise<CardKeysTold> {
    const read = (version: number) => this.#secret(cardKeyOf('read', version));
    const write = (version: number) => this.#secret(cardKeyOf('write', version));
    return {
      current,
      versions: await Promise.all(
        versions.map(async ({ version, writes }) => ({
          version,
          read: toBase64url(await read(version)),
          ...(writes ? { write: toBase64url(await write(version)) } : {}),
        })),
      ),
    };
  }

  async #secret(name: string): Promise<Uint8Array> {
    const secret = await this.#keys.read(name);
    if (!secret) throw new StoreFault('store.failed', `the secret "${name}" of this edge is missing`);
    return secret;
  }
}

/** Master keys by their name in the key store. */
function cardSecrets(cardKeys: CardKeysTold | undefined): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const { version, read, write } of cardKeys?.versions ?? []) {
    secrets.set(cardKeyOf('read', version), read);
    if (write !== undefined) secrets.set(cardKeyOf('write', version), write);
  }
  return secrets;
}

function withoutSecrets({ current, versions }: CardKeysTold): PublicIdentity['cardKeys'] {
  return {
    current,
    versions: versions.map(({ version, write }) => ({ version, writes: write !== undefined })),
  };
}
