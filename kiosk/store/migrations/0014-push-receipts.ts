import type { Migration } from '../schema.ts';

/** What the base has signed to hold, and how far sent events have been erased for it. */
export const pushReceipts: Migration = {
  version: 14,
  statements: [
    // The last receipt of each day of an epoch, by the base's time.
    `CREATE TABLE push_receipt (
      epoch INTEGER NOT NULL,
      day TEXT NOT NULL,
      through_seq INTEGER NOT NULL CHECK (through_seq >= 0),
      hash TEXT NOT NULL,
      at TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      keep_days INTEGER NOT NULL CHECK (keep_days >= 1),
      signature TEXT NOT NULL,
      received_at_ms INTEGER NOT NULL,
      PRIMARY KEY (epoch, day)
    ) STRICT, WITHOUT ROWID`,
    'ALTER TABLE edge_state ADD COLUMN erased_seq INTEGER NOT NULL DEFAULT 0 CHECK (erased_seq >= 0)',
    // Of event erased_seq: what comes after it links to it.
    'ALTER TABLE edge_state ADD COLUMN erased_hash TEXT',
    'CREATE INDEX attachment_of_event ON attachment (event_seq)',
  ],
};
