import type { Clock } from '@portillon/core/base/clock.ts';
import { type PeerShare, type PeerSharesPage, peerPageLength } from '@portillon/core/wire/peer-messages.ts';
import type { Reader, Tx } from './connection.ts';
import { presenceMs } from './presence.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** How long another box may ask for it (W-PEER-7): as long as it can matter at a gate. */
const keptMs: Readonly<Record<PeerShare['kind'], number>> = {
  'let-in': 10 * minuteMs,
  'let-in-over': 10 * minuteMs,
  // A code is good for a minute or two, whatever an operator allows.
  code: 60 * minuteMs,
  passage: presenceMs,
  // Longer than a club may be cut off: from then on the base has told it.
  spent: 45 * dayMs,
  credential: 45 * dayMs,
};

/** Means nothing to whoever hears it: nobody was let in by such a decision. */
const overShare = JSON.stringify({
  kind: 'let-in-over',
  decisionId: '00000000-0000-0000-0000-000000000000',
} satisfies PeerShare);

/**
 * What this box tells the others of its club (core/wire/SPEC.md, Peers), written in the transaction of what it tells of. The
 * numbers rise with time: a box that was brought back from an older copy of its disk gives none of them out twice.
 */
export class PeerShares {
  readonly #read: Reader;
  readonly #clock: Clock;
  /** False on a box that has no others: nothing is written. */
  readonly #isSharing: boolean;
  readonly #listeners = new Set<() => void>();

  constructor(read: Reader, clock: Clock, isSharing: boolean) {
    this.#read = read;
    this.#clock = clock;
    this.#isSharing = isSharing;
  }

  async put(tx: Tx, share: PeerShare): Promise<void> {
    if (!this.#isSharing) return;
    const nowMs = Math.floor(this.#clock.wallMs());
    // The newest stays whatever its age: the next number follows it.
    await tx.run(
      'DELETE FROM peer_share WHERE kept_until_ms < ? AND seq < (SELECT MAX(seq) FROM peer_share)',
      [nowMs],
    );
    await tx.run(
      `INSERT INTO peer_share (seq, share, kept_until_ms)
       SELECT MAX(COALESCE(MAX(seq) + 1, 1), ?), ?, ? FROM peer_share`,
      [nowMs, JSON.stringify(share), nowMs + keptMs[share.kind]],
    );
    tx.onCommitted(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  /** RT8: some of what nobody may ask for any more, where nothing was told since; resolves with how much. */
  async endOver(tx: Tx, nowMs: number, atOnce: number): Promise<number> {
    const ended = await tx.run(
      `DELETE FROM peer_share WHERE seq IN (
         SELECT seq FROM peer_share WHERE kept_until_ms < ? AND seq < (SELECT MAX(seq) FROM peer_share) ORDER BY seq LIMIT ?)`,
      [nowMs, atOnce],
    );
    // The newest stays for its number; what it told is over.
    const emptied = await tx.run(
      'UPDATE peer_share SET share = ?1 WHERE kept_until_ms < ?2 AND share <> ?1',
      [overShare, nowMs],
    );
    return ended + emptied;
  }

  /** Called after something new can be asked for. The returned function ends it. */
  onShared(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What follows `seq`, in order; `ahead` where no such number was given out yet. */
  async after(seq: number): Promise<PeerSharesPage | 'ahead'> {
    const last = await this.#read.get<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM peer_share');
    const newest = last?.seq ?? 0;
    if (seq > newest) return 'ahead';
    const rows = await this.#read.all<{ seq: number; share: string }>(
      'SELECT seq, share FROM peer_share WHERE seq > ? ORDER BY seq LIMIT ?',
      [seq, peerPageLength],
    );
    const cursor = rows.at(-1)?.seq ?? seq;
    return {
      shares: rows.map(({ seq: number, share }) => ({ seq: number, share: JSON.parse(share) as PeerShare })),
      cursor,
      more: rows.length === peerPageLength && cursor < newest,
    };
  }

  /** How far that box was heard; 0 before the first time. */
  async cursor(edgeId: string): Promise<number> {
    const row = await this.#read.get<{ cursor: number }>('SELECT cursor FROM peer_cursor WHERE edge_id = ?', [
      edgeId,
    ]);
    return row?.cursor ?? 0;
  }

  /** In the transaction of what was heard. */
  async keepCursor(tx: Tx, edgeId: string, cursor: number): Promise<void> {
    await tx.run(
      `INSERT INTO peer_cursor (edge_id, cursor) VALUES (?, ?)
       ON CONFLICT (edge_id) DO UPDATE SET cursor = excluded.cursor`,
      [edgeId, cursor],
    );
  }
}
