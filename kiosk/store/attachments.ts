import type { Clock } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { Reader, Tx } from './connection.ts';

/** The most that the base takes in one attachment (core/wire/messages.ts). */
const sealedMaxBytes = 4 * 1024 * 1024;

/** Photos, contracts and persons, sealed by the caller to the base's key; kept with their events, named by their digest. */
export class Attachments {
  readonly #read: Reader;
  readonly #clock: Clock;

  constructor(read: Reader, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /**
   * `digest` is SHA-256 of `sealed`. `eventSeq` names the event, appended before in the same transaction; null while there is
   * none yet. Putting the same bytes again, now with their event, links them.
   */
  async putAttachment(tx: Tx, digest: string, sealed: Uint8Array, eventSeq: number | null): Promise<void> {
    invariant(sha256Hex(sealed) === digest, 'an attachment is named by the digest of its sealed bytes');
    invariant(sealed.length <= sealedMaxBytes, `an attachment of ${sealed.length} bytes cannot be sent`);
    await tx.run(
      `INSERT INTO attachment (digest, sealed, event_seq) VALUES (?, ?, ?)
       ON CONFLICT (digest) DO UPDATE SET event_seq = COALESCE(event_seq, excluded.event_seq)`,
      [digest, sealed, eventSeq],
    );
  }

  /** The event that names it was appended, in the same transaction. Rejects (a bug) when this edge holds no such bytes. */
  async linkAttachment(tx: Tx, digest: string, eventSeq: number): Promise<void> {
    const linked = await tx.run('UPDATE attachment SET event_seq = COALESCE(event_seq, ?) WHERE digest = ?', [
      eventSeq,
      digest,
    ]);
    invariant(linked === 1, 'an event names only attachments that are here');
  }

  /** Erases what no event names: the visit ended without a sale. */
  async dropUnlinked(tx: Tx): Promise<void> {
    await tx.run('DELETE FROM attachment WHERE event_seq IS NULL');
  }

  async sealedBytes(digest: string): Promise<Uint8Array | null> {
    const row = await this.#read.get<{ sealed: Uint8Array }>(
      'SELECT sealed FROM attachment WHERE digest = ?',
      [digest],
    );
    return row?.sealed ?? null;
  }

  /**
   * The bytes stay: a base that comes back from a backup asks for them again, and has them from then on. They go with their
   * event (push-receipts.ts).
   */
  async confirm(tx: Tx, digest: string): Promise<void> {
    await tx.run('UPDATE attachment SET confirmed_at_ms = ? WHERE digest = ?', [
      this.#clock.wallMs(),
      digest,
    ]);
  }

  /** Of events, that the base has not confirmed (W-ATT-12). */
  async leftCount(): Promise<number> {
    const row = await this.#read.get<{ left: number }>(
      'SELECT COUNT(*) AS left FROM attachment WHERE confirmed_at_ms IS NULL AND event_seq IS NOT NULL',
    );
    return row?.left ?? 0;
  }

  /** Digests whose event is applied and which the base has not confirmed, oldest event first. */
  async unconfirmed(limit: number): Promise<readonly string[]> {
    const rows = await this.#read.all<{ digest: string }>(
      `SELECT digest FROM attachment
       WHERE confirmed_at_ms IS NULL AND event_seq <= (SELECT applied_seq FROM edge_state)
       ORDER BY event_seq, number LIMIT ?`,
      [limit],
    );
    return rows.map((row) => row.digest);
  }
}
