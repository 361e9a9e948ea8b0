import type { Migration } from '../schema.ts';

/**
 * What the clock of this box has seen (W-CLOCK-3). A box of the version before has seen what the base told with the member
 * book last.
 */
export const clock: Migration = {
  version: 17,
  statements: [
    `CREATE TABLE clock (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      seen_ms INTEGER NOT NULL,
      counted_ms INTEGER NOT NULL,
      offset_ms INTEGER,
      drift_ppm REAL,
      reset_ms INTEGER NOT NULL
    ) STRICT`,
    `INSERT INTO clock (only_row, seen_ms, counted_ms, reset_ms)
     SELECT 1, CAST(book_base_time_ms AS INTEGER), CAST(book_base_time_ms AS INTEGER), 0 FROM edge_state WHERE book_base_time_ms IS NOT NULL`,
  ],
};
