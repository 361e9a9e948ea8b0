import type { Migration } from '../schema.ts';

/** The last code of each pass that led in here: none is good twice (PS10). */
export const usedCodes: Migration = {
  version: 8,
  statements: [
    `CREATE TABLE used_code (
      credential_id TEXT PRIMARY KEY,
      step INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
};
