import { fromBase64url, toBase64url } from '@portillon/core/crypto/base64url.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { Reader, Tx } from './connection.ts';
import type { KeyStore } from './key-store.ts';
import { StoreFault } from './store-fault.ts';

const privateKeyName = 'identity';
const cardKeyName = 'card-master';

/** What is known of the identity without its secrets. */
type PublicIdentity = Omit<EdgeIdentity, 'privateKey' | 'cardKey'> & { readonly cardKeyVersion: number };

/** Who this edge is: what enrolment told is in the database, the private key and the card key are in the key store. */
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
    const { cardKeyVersion, ...known } = JSON.parse(row.json) as PublicIdentity;
    return {
      ...known,
      privateKey: toBase64url(await this.#secret(privateKeyName)),
      cardKey: { version: cardKeyVersion, key: toBase64url(await this.#secret(cardKeyName)) },
    };
  }

  /** Secrets first: an edge that has a name has its key. */
  async saveIdentity(tx: Tx, identity: EdgeIdentity): Promise<void> {
    const { privateKey, cardKey, ...known } = identity;
    await this.#keys.write(privateKeyName, fromBase64url(privateKey));
    await this.#keys.write(cardKeyName, fromBase64url(cardKey.key));
    const json = JSON.stringify({ ...known, cardKeyVersion: cardKey.version } satisfies PublicIdentity);
    await tx.run(
      'INSERT INTO identity (only_row, json) VALUES (1, ?) ON CONFLICT (only_row) DO UPDATE SET json = excluded.json',
      [json],
    );
  }

  async #secret(name: string): Promise<Uint8Array> {
    const secret = await this.#keys.read(name);
    if (!secret) throw new StoreFault('store.failed', `the secret "${name}" of this edge is missing`);
    return secret;
  }
}
