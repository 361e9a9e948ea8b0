import type { Migration } from '../schema.ts';

/** Where the fiscal journal was found broken (FJ41, core/journal/SPEC.md). Kept apart from the journal, which may be what is broken. */
export const journalBreaks: Migration = {
  version: 6,
  statements: [
    `CREATE TABLE journal_break (
      break_id INTEGER PRIMARY KEY,
      chain TEXT NOT NULL CHECK (chain IN ('T', 'X', 'D', 'C', 'J', 'A')),
      no INTEGER NOT NULL,
      problem TEXT NOT NULL,
      found_at_ms INTEGER NOT NULL,
      settled_by TEXT,
      settled_at_ms INTEGER,
      CHECK ((settled_by IS NULL) = (settled_at_ms IS NULL))
    ) STRICT`,
    'CREATE INDEX journal_break_open ON journal_break (break_id) WHERE settled_by IS NULL',
  ],
};
