import type { Migration } from '../schema.ts';

/** Orders that staff gave: their records in the book, and which of them this box has carried out. */
export const orders: Migration = {
  version: 3,
  statements: [
    // Kinds are those of the wire (core/wire/messages.ts); an order is one that the first boxes did not know.
    `CREATE TABLE book_record_new (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      record TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID`,
    'INSERT INTO book_record_new SELECT kind, id, record FROM book_record',
    'DROP TABLE book_record',
    'ALTER TABLE book_record_new RENAME TO book_record',
    // The base did not send what was not asked for: the feed is read once more from its beginning (W-FEED-8).
    'UPDATE edge_state SET feed_cursor = 0',

    // A row for each order that must not be carried out any more, and what it gave back of which sale.
    `CREATE TABLE used_order (
      order_id TEXT PRIMARY KEY,
      outcome TEXT NOT NULL CHECK (outcome IN ('carried-out', 'in-doubt')),
      back_of_sale TEXT,
      back_cents INTEGER NOT NULL CHECK (back_cents >= 0),
      used_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX used_order_of_sale ON used_order (back_of_sale) WHERE back_of_sale IS NOT NULL',
    `CREATE TRIGGER used_order_stays BEFORE UPDATE ON used_order
     BEGIN SELECT RAISE(ABORT, 'a used order is never changed'); END`,
    `CREATE TRIGGER used_order_kept BEFORE DELETE ON used_order
     BEGIN SELECT RAISE(ABORT, 'a used order is never forgotten'); END`,
  ],
};
