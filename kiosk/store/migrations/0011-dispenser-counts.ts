import type { Migration } from '../schema.ts';

/** What the box counts of its cards (DI20). */
export const dispenserCounts: Migration = {
  version: 11,
  statements: [
    `CREATE TABLE dispenser_counts (
       one INTEGER PRIMARY KEY CHECK (one = 1),
       stack INTEGER CHECK (stack >= 0),
       bin INTEGER NOT NULL DEFAULT 0,
       fed INTEGER NOT NULL DEFAULT 0,
       captured INTEGER NOT NULL DEFAULT 0,
       handed INTEGER NOT NULL DEFAULT 0,
       since TEXT
     ) STRICT`,
    'INSERT INTO dispenser_counts (one) VALUES (1)',
  ],
};
