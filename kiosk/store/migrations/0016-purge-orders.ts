import type { Migration } from '../schema.ts';

/** Members who are to be forgotten, as the base ordered it (W-PURGE-1), and how far this box is with each. */
export const purgeOrders: Migration = {
  version: 16,
  statements: [
    // state: open; deferred, while something waits for the base; erased, and not answered yet; answered.
    // told: the outcome that the base was told last. erased, waiting: since the order was told last.
    `CREATE TABLE purge_order (
      order_id TEXT PRIMARY KEY,
      member_id TEXT NOT NULL,
      digests TEXT NOT NULL,
      credential_ids TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'deferred', 'erased', 'answered')),
      told TEXT,
      erased INTEGER NOT NULL DEFAULT 0,
      waiting INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX purge_order_of_member ON purge_order (member_id)',
    `CREATE INDEX purge_order_under_way ON purge_order (order_id) WHERE state <> 'answered'`,
    // The base did not send what was not asked for: the feed is read once more from its beginning (W-FEED-8).
    'UPDATE edge_state SET feed_cursor = 0',
  ],
};
