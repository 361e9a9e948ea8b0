import type { Migration } from '../schema.ts';

export const firstTables: Migration = {
  version: 1,
  statements: [
    // What this edge owes the base. A row never changes; what is applied is told by edge_state.applied_seq.
    `CREATE TABLE outbox (
      seq INTEGER PRIMARY KEY CHECK (seq >= 1),
      event_id TEXT NOT NULL UNIQUE,
      body TEXT NOT NULL,
      prev_hash TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT`,

    // Sealed bytes, named by their digest. event_seq is null until the event that names them exists.
    `CREATE TABLE attachment (
      number INTEGER PRIMARY KEY,
      digest TEXT NOT NULL UNIQUE,
      sealed BLOB NOT NULL,
      event_seq INTEGER REFERENCES outbox (seq),
      confirmed_at_ms INTEGER
    ) STRICT`,
    `CREATE INDEX attachment_unconfirmed ON attachment (event_seq, number) WHERE confirmed_at_ms IS NULL`,

    // One row: counters and positions that must survive a restart.
    `CREATE TABLE edge_state (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      next_request_counter INTEGER NOT NULL,
      applied_seq INTEGER NOT NULL,
      applied_epoch INTEGER NOT NULL,
      feed_cursor INTEGER NOT NULL,
      book_base_time_ms INTEGER,
      inside INTEGER NOT NULL CHECK (inside >= 0),
      unexplained_exits INTEGER NOT NULL CHECK (unexplained_exits >= 0)
    ) STRICT`,
    'INSERT INTO edge_state VALUES (1, 1, 0, 0, 0, NULL, 0, 0)',

    // What enrolment told, without the secrets, which are in the key store.
    `CREATE TABLE identity (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      json TEXT NOT NULL
    ) STRICT`,

    `CREATE TABLE intent (
      intent_id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      detail TEXT NOT NULL,
      recorded_at_ms INTEGER NOT NULL,
      outcome TEXT,
      outcome_at_ms INTEGER,
      CHECK ((outcome IS NULL) = (outcome_at_ms IS NULL))
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX intent_unfinished ON intent (intent_id) WHERE outcome IS NULL',

    // The visit in flight, encrypted with a key of its own; at most one.
    `CREATE TABLE visit (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      visit_id TEXT NOT NULL,
      nonce BLOB NOT NULL,
      encrypted BLOB NOT NULL
    ) STRICT`,

    `CREATE TABLE sale (
      sale_id TEXT PRIMARY KEY,
      reference TEXT NOT NULL UNIQUE,
      payment_reference TEXT UNIQUE,
      state TEXT NOT NULL,
      json TEXT NOT NULL,
      updated_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,

    // The member book: whole records of the feed, as JSON.
    `CREATE TABLE book_record (
      kind TEXT NOT NULL CHECK (kind IN ('club', 'plan', 'credential', 'edge-key')),
      id TEXT NOT NULL,
      record TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID`,

    `CREATE TABLE spent_ticket (
      credential_id TEXT PRIMARY KEY,
      spent_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
};
