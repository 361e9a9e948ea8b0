import { createCipheriv, createDecipheriv } from 'node:crypto';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { KeyStore } from '@portillon/sync-service/secrets/key-store.ts';
import type { Reader, Tx } from './connection.ts';

const cipher = 'aes-256-gcm';
const keyLength = 32;
const nonceLength = 12;
const tagLength = 16;
const keyPrefix = 'visit-';

/**
 * The visit in flight, so that a kiosk that lost power picks it up in front of the same customer. It is encrypted with a
 * key of that visit alone (AES-256-GCM), destroyed when the visit ends: a disk read later gives nothing away.
 */
export class Visits {
  readonly #read: Reader;
  readonly #keys: KeyStore;
  readonly #log: Log;
  #destroying: Promise<void> = Promise.resolve();

  constructor(read: Reader, keys: KeyStore, log: Log) {
    this.#read = read;
    this.#keys = keys;
    this.#log = log;
  }

  /** `visitId`: lower-case letters, digits, dashes. One visit at a time; the one before must have been cleared. */
  async saveVisit(tx: Tx, visitId: string, json: string): Promise<void> {
    const before = await tx.get<{ visitId: string }>('SELECT visit_id AS visitId FROM visit');
    invariant(before === null || before.visitId === visitId, 'another visit is still in flight');
    const key = await this.#keyOf(visitId);
    const nonce = systemRandom.bytes(nonceLength);
    const encrypter = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(visitId));
    const encrypted = Buffer.concat([
      encrypter.update(json, 'utf8'),
      encrypter.final(),
      encrypter.getAuthTag(),
    ]);
    await tx.run(
      `INSERT INTO visit (only_row, visit_id, nonce, encrypted) VALUES (1, ?, ?, ?)
       ON CONFLICT (only_row) DO UPDATE SET nonce = excluded.nonce, encrypted = excluded.encrypted`,
      [visitId, nonce, encrypted],
    );
  }

  /** What was last saved, or null. */
  async visitInFlight(): Promise<{ readonly visitId: string; readonly json: string } | null> {
    const row = await this.#read.get<{ visitId: string; nonce: Uint8Array; encrypted: Uint8Array }>(
      'SELECT visit_id AS visitId, nonce, encrypted FROM visit',
    );
    if (!row) return null;
    const key = await this.#keys.read(keyPrefix + row.visitId);
    invariant(key, 'a visit in flight has its key; tidy() forgets one that has none');
    const decrypter = createDecipheriv(cipher, key, row.nonce).setAAD(Buffer.from(row.visitId));
    decrypter.setAuthTag(row.encrypted.subarray(-tagLength));
    const json = Buffer.concat([decrypter.update(row.encrypted.subarray(0, -tagLength)), decrypter.final()]);
    return { visitId: row.visitId, json: json.toString('utf8') };
  }

  /** The visit is over. Its key is destroyed once the transaction is durable, or at the latest at the next start. */
  async clearVisit(tx: Tx, visitId: string): Promise<void> {
    await tx.run('DELETE FROM visit WHERE visit_id = ?', [visitId]);
    tx.onCommitted(() => {
      this.#destroying = this.#keys.destroy(keyPrefix + visitId).catch((error: unknown) => {
        this.#log.error('the key of a finished visit could not be destroyed', { problem: String(error) });
      });
    });
  }

  /** Resolves when the key of the last finished visit is gone. */
  keyDestroyed(): Promise<void> {
    return this.#destroying;
  }

  /** At start: forgets a visit whose key is gone, and destroys the keys of visits that are over. */
  async tidy(tx: Tx): Promise<void> {
    const row = await tx.get<{ visitId: string }>('SELECT visit_id AS visitId FROM visit');
    const names = (await this.#keys.names()).filter((name) => name.startsWith(keyPrefix));
    const inFlight = row && keyPrefix + row.visitId;
    if (row && inFlight && !names.includes(inFlight)) {
      this.#log.warn('the key of the visit in flight is gone, it cannot be resumed', {
        visitId: row.visitId,
      });
      await tx.run('DELETE FROM visit');
    }
    for (const name of names) if (name !== inFlight) await this.#keys.destroy(name);
  }

  async #keyOf(visitId: string): Promise<Uint8Array> {
    const name = keyPrefix + visitId;
    const kept = await this.#keys.read(name);
    if (kept) return kept;
    const made = systemRandom.bytes(keyLength);
    await this.#keys.write(name, made);
    return made;
  }
}
