import type { Migration } from '../schema.ts';

/** Registrations of takings in the form of a tax authority (core/journal/SPEC.md, FJ29): written once, in one chain, never purged. */
export const registrations: Migration = {
  version: 5,
  statements: [
    `CREATE TABLE fiscal_registration (
      no INTEGER PRIMARY KEY CHECK (no >= 1),
      taking_no INTEGER NOT NULL UNIQUE,
      kind TEXT NOT NULL CHECK (kind IN ('alta', 'anulacion')),
      text TEXT NOT NULL,
      previous_digest TEXT NOT NULL,
      digest TEXT NOT NULL CHECK (length(digest) = 64)
    ) STRICT`,
    `CREATE TRIGGER fiscal_registration_follows BEFORE INSERT ON fiscal_registration
     WHEN NEW.no <> 1 + COALESCE((SELECT MAX(no) FROM fiscal_registration), 0)
       OR NEW.previous_digest <> COALESCE((SELECT digest FROM fiscal_registration WHERE no = NEW.no - 1), '')
       OR NOT EXISTS (SELECT 1 FROM fiscal_record WHERE chain = 'T' AND no = NEW.taking_no)
     BEGIN SELECT RAISE(ABORT, 'a registration follows the last one and belongs to a taking'); END`,
    `CREATE TRIGGER fiscal_registration_stays BEFORE UPDATE ON fiscal_registration
     BEGIN SELECT RAISE(ABORT, 'a registration is never changed'); END`,
    `CREATE TRIGGER fiscal_registration_kept BEFORE DELETE ON fiscal_registration
     BEGIN SELECT RAISE(ABORT, 'a registration is never deleted'); END`,
  ],
};
