import type { Migration } from '../schema.ts';

/** Payments that the terminal approved without the bank, until it has settled them (SA40, core/sale/SPEC.md). */
export const offlineApprovals: Migration = {
  version: 4,
  statements: [
    // record_no: the taking in the fiscal journal, by which an end of day knows what it has settled.
    // told_at_ms: when a case named it.
    `CREATE TABLE offline_approval (
      payment_reference TEXT PRIMARY KEY,
      sale_id TEXT NOT NULL,
      record_no INTEGER NOT NULL CHECK (record_no >= 1),
      amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
      approved_at_ms INTEGER NOT NULL,
      told_at_ms INTEGER,
      settled TEXT CHECK (settled IN ('end-of-day', 'undone')),
      settled_at_ms INTEGER,
      CHECK ((settled IS NULL) = (settled_at_ms IS NULL))
    ) STRICT, WITHOUT ROWID`,
    'CREATE INDEX offline_approval_unsettled ON offline_approval (approved_at_ms) WHERE settled IS NULL',
  ],
};
