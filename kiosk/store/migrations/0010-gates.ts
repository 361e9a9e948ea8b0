import type { Migration } from '../schema.ts';

/** How staff have each gate stand, what they ordered of it, and its alarms that have not ended. */
export const gates: Migration = {
  version: 10,
  statements: [
    `CREATE TABLE gate_standing (
      gate_id TEXT PRIMARY KEY,
      standing TEXT NOT NULL,
      order_id TEXT,
      since_ms INTEGER NOT NULL,
      -- What the base was told of it last.
      told TEXT
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE gate_order (
      order_id TEXT PRIMARY KEY,
      begun_at_ms INTEGER NOT NULL,
      -- Null while nobody knows.
      outcome TEXT
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE gate_alarm (
      alarm_id TEXT PRIMARY KEY,
      gate_id TEXT NOT NULL,
      kind TEXT NOT NULL
    ) STRICT, WITHOUT ROWID`,
  ],
};
