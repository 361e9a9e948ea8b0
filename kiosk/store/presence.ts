import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import type { Reader, Tx } from './connection.ts';

export interface LastPassage {
  readonly direction: 'entry' | 'exit';
  readonly atMs: number;
}

interface Row extends LastPassage {
  readonly credentialId: CredentialId;
  readonly memberId: MemberId | null;
}

/** Nobody stays longer: a club's day at most. What is older is forgotten, here and on the disk. */
export const presenceMs = 16 * 3_600_000;

/**
 * Who went through the gates of this edge, the last time each: all of it in memory too, since decisions wait for no disk.
 * Shows what is committed.
 */
export class Presence {
  readonly #read: Reader;
  readonly #last = new Map<CredentialId, Row>();

  constructor(read: Reader) {
    this.#read = read;
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<Row>(
      'SELECT credential_id AS credentialId, member_id AS memberId, direction, at_ms AS atMs FROM presence',
    );
    for (const row of rows) this.#last.set(row.credentialId, row);
  }

  /** In the transaction of the passage; forgets what is older than `presenceMs` on the way. */
  async wentThrough(tx: Tx, row: Row): Promise<void> {
    const oldestMs = row.atMs - presenceMs;
    await tx.run('DELETE FROM presence WHERE at_ms < ?', [oldestMs]);
    await tx.run(
      `INSERT INTO presence (credential_id, member_id, direction, at_ms) VALUES (?, ?, ?, ?)
       ON CONFLICT (credential_id) DO UPDATE SET member_id = excluded.member_id, direction = excluded.direction,
         at_ms = excluded.at_ms`,
      [row.credentialId, row.memberId, row.direction, row.atMs],
    );
    tx.onCommitted(() => {
      this.#last.set(row.credentialId, row);
      for (const [credentialId, { atMs }] of this.#last) {
        if (atMs < oldestMs) this.#last.delete(credentialId);
      }
    });
  }

  lastPassage(credentialId: CredentialId, nowMs: number): LastPassage | null {
    const row = this.#last.get(credentialId);
    return row && row.atMs >= nowMs - presenceMs ? row : null;
  }

  /** One of these members went in and was not seen to leave. */
  isInside(memberIds: readonly string[], nowMs: number): boolean {
    // Asked before each decision, and of hardly anybody.
    if (memberIds.length === 0) return false;
    return [...this.#last.values()].some(
      ({ memberId, direction, atMs }) =>
        memberId !== null &&
        direction === 'entry' &&
        atMs >= nowMs - presenceMs &&
        memberIds.includes(memberId),
    );
  }
}
