import type { Migration } from '../schema.ts';

/** Where each credential was last seen to go through, for anti-passback and for those who come in only after somebody. */
export const presence: Migration = {
  version: 7,
  statements: [
    `CREATE TABLE presence (
      credential_id TEXT PRIMARY KEY,
      member_id TEXT,
      direction TEXT NOT NULL CHECK (direction IN ('entry', 'exit')),
      at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
};
