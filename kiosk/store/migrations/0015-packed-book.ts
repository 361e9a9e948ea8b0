import type { Migration } from '../schema.ts';

export const packedBook: Migration = {
  version: 15,
  statements: [
    // The credentials of the member book, packed (credential-packing.ts); the ones of edge_state.book_generation count. Those of
    // a box of the version before lie in book_record until its next start.
    `CREATE TABLE book_credential (
      generation INTEGER NOT NULL,
      id BLOB NOT NULL CHECK (length(id) = 16),
      packed BLOB NOT NULL,
      PRIMARY KEY (generation, id)
    ) STRICT, WITHOUT ROWID`,

    // Ids that come up in record after record, by the number that stands for them. Never changed.
    `CREATE TABLE book_number (
      number INTEGER PRIMARY KEY,
      text TEXT NOT NULL UNIQUE
    ) STRICT`,

    // Credentials that this edge has changed itself and the base has not told since, and the event that reports it.
    `CREATE TABLE book_own (
      id BLOB PRIMARY KEY,
      event_seq INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,

    // What a snapshot that is being taken says beside the credentials, which wait under the next generation.
    `CREATE TABLE book_staged (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      record TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID`,

    'ALTER TABLE edge_state ADD COLUMN book_generation INTEGER NOT NULL DEFAULT 0',
    // JSON, how far the snapshot is that is being taken; null when none is.
    'ALTER TABLE edge_state ADD COLUMN book_snapshot TEXT',
  ],
};
