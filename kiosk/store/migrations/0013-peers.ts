import type { Migration } from '../schema.ts';

/** What this box shares with the other boxes of its club, and how far it has heard each of them. */
export const peers: Migration = {
  version: 13,
  statements: [
    `CREATE TABLE peer_share (
      seq INTEGER PRIMARY KEY,
      share TEXT NOT NULL,
      kept_until_ms INTEGER NOT NULL
    ) STRICT`,
    'CREATE INDEX peer_share_kept ON peer_share (kept_until_ms)',
    `CREATE TABLE peer_cursor (
      edge_id TEXT PRIMARY KEY,
      cursor INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
};
