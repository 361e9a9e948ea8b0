import { invariant } from '@portillon/core/base/invariant.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { type FiscalSigner, fiscalSigner, newFiscalKey } from '@portillon/core/journal/fiscal-key.ts';
import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';
import type { Reader, Tx } from './connection.ts';

export interface FiscalPublicKey {
  readonly kid: string;
  /** SPKI DER in base64. */
  readonly publicKey: string;
  /** Number of the event that introduced it. */
  readonly sinceEventNo: number;
}

const currentKey = `SELECT kid, public_key AS publicKey, since_event_no AS sinceEventNo FROM fiscal_key
  ORDER BY since_event_no DESC LIMIT 1`;
const namePrefix = 'fiscal-';

/**
 * The keys of the journal: public parts in the database, the private one in the key store under the name of its id, so that
 * one can never be taken for another.
 */
export class FiscalKeys {
  readonly #keys: KeyStore;
  readonly #signers = new Map<string, FiscalSigner>();

  constructor(keys: KeyStore) {
    this.#keys = keys;
  }

  static current(reader: Reader): Promise<FiscalPublicKey | null> {
    return reader.get<FiscalPublicKey>(currentKey);
  }

  static all(reader: Reader): Promise<readonly FiscalPublicKey[]> {
    return reader.all<FiscalPublicKey>(
      'SELECT kid, public_key AS publicKey, since_event_no AS sinceEventNo FROM fiscal_key ORDER BY since_event_no',
    );
  }

  /** A key that is durable in the key store and signs nothing yet. */
  async make(): Promise<FiscalSigner> {
    const secret = newFiscalKey();
    const signer = fiscalSigner(secret);
    invariant(signer, 'a new key can sign');
    await this.#keys.write(namePrefix + signer.kid, secret);
    this.#signers.set(signer.kid, signer);
    return signer;
  }

  /** From now on this key signs. Part of the transaction of the event that introduces it. */
  async introduce(tx: Tx, signer: FiscalSigner, sinceEventNo: number): Promise<void> {
    await tx.run('INSERT INTO fiscal_key (kid, public_key, since_event_no) VALUES (?, ?, ?)', [
      signer.kid,
      signer.publicKey,
      sinceEventNo,
    ]);
  }

  /** The signer of this transaction. Which key it is stands in the database, so that an undone change of keys is undone. */
  async signer(tx: Tx): Promise<FiscalSigner> {
    const current = await FiscalKeys.current(tx);
    const signer = current && this.#signers.get(current.kid);
    if (!signer) throw new StoreFault('journal.key-lost', 'the key of the journal was not loaded');
    return signer;
  }

  /**
   * Loads and tries the key that the database names. Rejects with `StoreFault`: `journal.key-lost` when there is none or it
   * cannot be read, `journal.key-wrong` when it is not that key.
   */
  async load(current: FiscalPublicKey): Promise<void> {
    const name = namePrefix + current.kid;
    const secret = await this.#keys.read(name).catch((error: unknown) => {
      throw error instanceof StoreFault
        ? new StoreFault('journal.key-lost', `${name} cannot be read: ${error.fault.detail}`)
        : error;
    });
    if (!secret) throw new StoreFault('journal.key-lost', `${name} is missing`);
    const signer = fiscalSigner(secret);
    if (!signer) throw new StoreFault('journal.key-lost', `${name} holds no key of P-256`);
    if (signer.kid !== current.kid || signer.publicKey !== current.publicKey) {
      throw new StoreFault('journal.key-wrong', `${name} holds the key ${signer.kid}`);
    }
    this.#signers.set(signer.kid, signer);
  }

  /** A key that was followed by another must not sign again. Also what a power cut left of an earlier change. */
  async destroyRetired(reader: Reader): Promise<void> {
    const keys = await FiscalKeys.all(reader);
    const stored = new Set(await this.#keys.names());
    for (const { kid } of keys.slice(0, -1)) {
      this.#signers.delete(kid);
      if (stored.has(namePrefix + kid)) await this.#keys.destroy(namePrefix + kid);
    }
  }
}
