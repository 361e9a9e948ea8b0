import type { Migration } from '../schema.ts';

export const ownChanges: Migration = {
  version: 18,
  statements: [
    // What this club has changed in the member book by itself (W-OWN-1). Records are JSON; `told` is the base's last one, 'null'
    // where it said that it has none any more, NULL where it never told of it. `open`: what it tells may not have the change yet.
    `CREATE TABLE own_change (
      id BLOB PRIMARY KEY CHECK (length(id) = 16),
      known TEXT,
      ours TEXT NOT NULL,
      told TEXT,
      sold_at_ms INTEGER,
      open INTEGER NOT NULL CHECK (open IN (0, 1))
    ) STRICT, WITHOUT ROWID`,

    // The events that tell the base of it, one of each box that changed it; '' is this box.
    `CREATE TABLE own_change_event (
      id BLOB NOT NULL,
      edge TEXT NOT NULL,
      seq INTEGER NOT NULL,
      heard_at_ms INTEGER NOT NULL,
      PRIMARY KEY (id, edge)
    ) STRICT, WITHOUT ROWID`,

    // The version before kept the records of its credentials packed; own-changes.ts takes them over at the next start.
    'ALTER TABLE book_own RENAME TO book_own_before',
  ],
};
