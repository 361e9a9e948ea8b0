import type { Migration } from '../schema.ts';

/** Presence by zone, and a count for each zone inside the club. The empty zone is the club itself. */
export const zones: Migration = {
  version: 12,
  statements: [
    'ALTER TABLE presence RENAME TO presence_before',
    `CREATE TABLE presence (
      credential_id TEXT NOT NULL,
      zone TEXT NOT NULL,
      member_id TEXT,
      direction TEXT NOT NULL CHECK (direction IN ('entry', 'exit')),
      at_ms INTEGER NOT NULL,
      PRIMARY KEY (credential_id, zone)
    ) STRICT, WITHOUT ROWID`,
    `INSERT INTO presence (credential_id, zone, member_id, direction, at_ms)
     SELECT credential_id, '', member_id, direction, at_ms FROM presence_before`,
    'DROP TABLE presence_before',
    `CREATE TABLE zone_count (
      zone TEXT PRIMARY KEY,
      inside INTEGER NOT NULL CHECK (inside >= 0),
      unexplained_exits INTEGER NOT NULL CHECK (unexplained_exits >= 0),
      gauge TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
};
