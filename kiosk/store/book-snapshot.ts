import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { SnapshotProgress } from '@portillon/sync-service/agent/agent-store.ts';
import type { BookCredentials } from './book-credentials.ts';
import type { Reader, Tx } from './connection.ts';
import type { OwnChanges } from './own-changes.ts';

type Write = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
type Present = FeedRecord & { readonly record: object };

/** A snapshot that is being taken, over restarts: how far it is, and what of it waits on the disk (W-SNAP-4, W-SNAP-6). */
export class BookSnapshot {
  readonly #read: Reader;
  readonly #credentials: BookCredentials;
  readonly #ownChanges: OwnChanges;

  constructor(read: Reader, credentials: BookCredentials, ownChanges: OwnChanges) {
    this.#read = read;
    this.#credentials = credentials;
    this.#ownChanges = ownChanges;
  }

  async progress(): Promise<SnapshotProgress | null> {
    const row = await this.#read.get<{ progress: string | null }>(
      'SELECT book_snapshot AS progress FROM edge_state',
    );
    return row?.progress ? (JSON.parse(row.progress) as SnapshotProgress) : null;
  }

  /** What was there of another one is gone. Null: none is being taken any more. */
  async begin(write: Write, progress: SnapshotProgress | null): Promise<void> {
    await write((tx) => tx.run('UPDATE edge_state SET book_snapshot = NULL'));
    await this.#credentials.tidy(write, 'staged');
    await write(async (tx) => {
      await tx.run('DELETE FROM book_staged');
      await tx.run('UPDATE edge_state SET book_snapshot = ?', [progress && JSON.stringify(progress)]);
    });
  }

  /** With the records, how far it is; null in the middle of a chunk, which is then written again after a stop. */
  async stage(tx: Tx, records: readonly FeedRecord[], progress: SnapshotProgress | null): Promise<void> {
    const present = records.filter((each): each is Present => each.record !== null);
    await this.#credentials.stage(
      tx,
      present.flatMap((each) =>
        each.kind === 'credential' && each.record ? [{ id: each.id, record: each.record }] : [],
      ),
    );
    await tx.run(
      `INSERT OR REPLACE INTO book_staged (kind, id, record)
       SELECT value->>0, value->>1, value->>2 FROM json_each(?)`,
      [
        JSON.stringify(
          present
            .filter(({ kind }) => kind !== 'credential')
            .map(({ kind, id, record }) => [kind, id, JSON.stringify(record)]),
        ),
      ],
    );
    if (progress) await tx.run('UPDATE edge_state SET book_snapshot = ?', [JSON.stringify(progress)]);
  }

  /** Makes it the book, and moves the cursor. Resolves with all records that are no credentials. */
  async finish(
    tx: Tx,
    version: number,
    baseTimeMs: number,
    isOtherEpoch: boolean,
  ): Promise<readonly FeedRecord[]> {
    const others = await tx.all<{ kind: string; id: string; record: string }>('SELECT * FROM book_staged');
    await this.#ownChanges.overSnapshot(tx, isOtherEpoch);
    await this.#credentials.swap(tx);
    await tx.run('DELETE FROM book_record');
    await tx.run('INSERT INTO book_record (kind, id, record) SELECT kind, id, record FROM book_staged');
    await tx.run('DELETE FROM book_staged');
    await tx.run('UPDATE edge_state SET feed_cursor = ?, book_base_time_ms = ?, book_snapshot = NULL', [
      version,
      baseTimeMs,
    ]);
    // Only what was checked when it came is in the table.
    return others.map(({ kind, id, record }) => ({ kind, id, record: JSON.parse(record) }) as FeedRecord);
  }
}
