import type { Migration } from '../schema.ts';

/** The fiscal journal (core/journal/SPEC.md). The database itself refuses what must never happen to it (FJ20). */
export const fiscalJournal: Migration = {
  version: 2,
  statements: [
    // Public parts; the private ones are in the key store. The last one signs.
    `CREATE TABLE fiscal_key (
      kid TEXT PRIMARY KEY,
      public_key TEXT NOT NULL,
      since_event_no INTEGER NOT NULL UNIQUE
    ) STRICT, WITHOUT ROWID`,

    // type: VENTE and its like, the level of a closing, the code of an event, the channel of a duplicate.
    // filed_ms: when it happened; for a closing the last second of its period.
    // subject: what a record is found by (a sale, the original of a duplicate). Not signed.
    `CREATE TABLE fiscal_record (
      chain TEXT NOT NULL CHECK (chain IN ('T', 'X', 'D', 'C', 'J', 'A')),
      no INTEGER NOT NULL CHECK (no >= 1),
      type TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      filed_ms INTEGER NOT NULL,
      subject TEXT,
      text TEXT NOT NULL CHECK (substr(text, 1, 3) = chain || '1,'),
      payload TEXT,
      prev_signature TEXT NOT NULL CHECK (substr(text, -1 - length(prev_signature)) = ',' || prev_signature),
      signature TEXT NOT NULL CHECK (length(signature) = 86),
      PRIMARY KEY (chain, no)
    ) STRICT`,
    'CREATE INDEX fiscal_record_filed ON fiscal_record (chain, filed_ms)',
    'CREATE INDEX fiscal_record_subject ON fiscal_record (chain, subject) WHERE subject IS NOT NULL',

    // Up to where line data were purged, and where they are archived.
    `CREATE TABLE fiscal_purge (
      chain TEXT NOT NULL CHECK (chain IN ('T', 'X', 'D')),
      through_no INTEGER NOT NULL,
      through_signature TEXT NOT NULL,
      archive_no INTEGER NOT NULL,
      PRIMARY KEY (chain, through_no)
    ) STRICT, WITHOUT ROWID`,

    `CREATE TRIGGER fiscal_record_follows BEFORE INSERT ON fiscal_record
     WHEN NEW.no <> 1 + COALESCE((SELECT MAX(no) FROM fiscal_record WHERE chain = NEW.chain), 0)
       OR NEW.prev_signature <> COALESCE(
         (SELECT signature FROM fiscal_record WHERE chain = NEW.chain AND no = NEW.no - 1), '')
     BEGIN SELECT RAISE(ABORT, 'a record follows the last one of its chain'); END`,
    `CREATE TRIGGER fiscal_record_stays BEFORE UPDATE ON fiscal_record
     BEGIN SELECT RAISE(ABORT, 'a record of the journal is never changed'); END`,
    `CREATE TRIGGER fiscal_record_kept BEFORE DELETE ON fiscal_record
     WHEN NOT EXISTS (SELECT 1 FROM fiscal_purge WHERE chain = OLD.chain AND through_no >= OLD.no)
     BEGIN SELECT RAISE(ABORT, 'a record of the journal is never deleted before it is archived'); END`,

    `CREATE TRIGGER fiscal_purge_archived BEFORE INSERT ON fiscal_purge
     WHEN NOT EXISTS (SELECT 1 FROM fiscal_record WHERE chain = 'A' AND no = NEW.archive_no)
       OR NEW.through_no >= COALESCE((SELECT MAX(no) FROM fiscal_record WHERE chain = NEW.chain), 0)
       OR NEW.through_signature IS NOT
         (SELECT signature FROM fiscal_record WHERE chain = NEW.chain AND no = NEW.through_no)
     BEGIN SELECT RAISE(ABORT, 'a purge names its archive and leaves the last record of the chain'); END`,
    `CREATE TRIGGER fiscal_purge_stays BEFORE UPDATE ON fiscal_purge
     BEGIN SELECT RAISE(ABORT, 'a purge is never changed'); END`,
    `CREATE TRIGGER fiscal_purge_kept BEFORE DELETE ON fiscal_purge
     BEGIN SELECT RAISE(ABORT, 'a purge is never forgotten'); END`,
    `CREATE TRIGGER fiscal_key_stays BEFORE UPDATE ON fiscal_key
     BEGIN SELECT RAISE(ABORT, 'a key is never changed'); END`,
    `CREATE TRIGGER fiscal_key_kept BEFORE DELETE ON fiscal_key
     BEGIN SELECT RAISE(ABORT, 'a key is never forgotten'); END`,
  ],
};
