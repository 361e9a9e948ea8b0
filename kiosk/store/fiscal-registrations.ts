import type { StoredRegistration } from '@portillon/core/journal/spain/registration-problem.ts';
import type { Reader, Tx } from './connection.ts';

const columns = 'no, taking_no AS takingNo, kind, text, previous_digest AS previousDigest, digest';

/** Rows of registrations (FJ29), inside the caller's transaction. */
export const fiscalRegistrations = {
  async insert(tx: Tx, registration: StoredRegistration): Promise<void> {
    const { no, takingNo, kind, text, previousDigest, digest } = registration;
    await tx.run(
      `INSERT INTO fiscal_registration (no, taking_no, kind, text, previous_digest, digest) VALUES (?, ?, ?, ?, ?, ?)`,
      [no, takingNo, kind, text, previousDigest, digest],
    );
  },

  last(reader: Reader): Promise<StoredRegistration | null> {
    return reader.get<StoredRegistration>(
      `SELECT ${columns} FROM fiscal_registration ORDER BY no DESC LIMIT 1`,
    );
  },

  ofTaking(reader: Reader, takingNo: number): Promise<StoredRegistration | null> {
    return reader.get<StoredRegistration>(`SELECT ${columns} FROM fiscal_registration WHERE taking_no = ?`, [
      takingNo,
    ]);
  },

  /** With a higher number, in order, no more than `limit`. */
  after(reader: Reader, no: number, limit: number): Promise<readonly StoredRegistration[]> {
    return reader.all<StoredRegistration>(
      `SELECT ${columns} FROM fiscal_registration WHERE no > ? ORDER BY no LIMIT ?`,
      [no, limit],
    );
  },

  /** Of takings from one number to another, both included. */
  ofTakings(reader: Reader, firstNo: number, lastNo: number): Promise<readonly StoredRegistration[]> {
    return reader.all<StoredRegistration>(
      `SELECT ${columns} FROM fiscal_registration WHERE taking_no BETWEEN ? AND ? ORDER BY no`,
      [firstNo, lastNo],
    );
  },
};
