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
 * Shows what is committed. Presence is the member's, whichever card or pass led through (AC36).
 */
export class Presence {
  readonly #read: Reader;
  readonly #last = new Map<CredentialId, Row>();
  readonly #lastOfMember = new Map<MemberId, LastPassage>();

  constructor(read: Reader) {
    this.#read = read;
  }

  /** Fills the memory from the disk; once, before the first question. */
  async load(): Promise<void> {
    const rows = await this.#read.all<Row>(
      'SELECT credential_id AS credentialId, member_id AS memberId, direction, at_ms AS atMs FROM presence',
    );
    for (const row of rows) this.#remember(row);
  }

  /**
   * In the transaction of the passage; forgets what is older than `presenceMs` on the way. `memberId` is null for a ticket
   * (AC38), and for a credential that nobody has told the member of.
   */
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
      this.#remember(row);
      for (const rows of [this.#last, this.#lastOfMember] as Map<string, LastPassage>[]) {
        for (const [key, { atMs }] of rows) if (atMs < oldestMs) rows.delete(key);
      }
    });
  }

  /** AC37: what a credential did before anybody knew whose it is counts for its member from now on. */
  belongsTo(credentialId: CredentialId, memberId: MemberId): void {
    const row = this.#last.get(credentialId);
    if (row?.memberId === null) this.#remember({ ...row, memberId });
  }

  /** Those who went through with a credential of which nobody had told the member. */
  get ofNobody(): readonly CredentialId[] {
    return [...this.#last.values()].flatMap(({ credentialId, memberId }) =>
      memberId === null ? [credentialId] : [],
    );
  }

  /** Of the member with whichever card or pass; of a credential without one, its own. */
  lastPassage(credentialId: CredentialId, memberId: MemberId | null, nowMs: number): LastPassage | null {
    const ofMember = memberId === null ? undefined : this.#lastOfMember.get(memberId);
    const own = this.#last.get(credentialId);
    const last = ofMember && (!own || ofMember.atMs >= own.atMs) ? ofMember : own;
    return last && last.atMs >= nowMs - presenceMs ? { direction: last.direction, atMs: last.atMs } : null;
  }

  /** One of these members went in and was not seen to leave. */
  isInside(memberIds: readonly string[], nowMs: number): boolean {
    return memberIds.some((memberId) => {
      const last = this.#lastOfMember.get(memberId as MemberId);
      return last?.direction === 'entry' && last.atMs >= nowMs - presenceMs;
    });
  }

  #remember(row: Row): void {
    this.#last.set(row.credentialId, row);
    if (row.memberId === null) return;
    const before = this.#lastOfMember.get(row.memberId);
    if (!before || before.atMs <= row.atMs) this.#lastOfMember.set(row.memberId, row);
  }
}
