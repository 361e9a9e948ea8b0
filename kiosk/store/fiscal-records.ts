import { invariant } from '@portillon/core/base/invariant.ts';
import type { ChainHead } from '@portillon/core/journal/anchor.ts';
import { type ClosingPayload, closingPayloadSchema } from '@portillon/core/journal/closing.ts';
import type { ClosingLevel, LastClosing } from '@portillon/core/journal/due-closings.ts';
import { nothingTaken, type PerpetualTotals } from '@portillon/core/journal/perpetual-totals.ts';
import { type Chain, type FiscalRecord, readFields } from '@portillon/core/journal/record-layout.ts';
import { type TakingPayload, takingPayloadSchema } from '@portillon/core/journal/taking.ts';
import type { Reader, Tx } from './connection.ts';

/** A record as the table holds it. */
export interface StoredRecord extends FiscalRecord {
  readonly type: string;
  readonly atMs: number;
  /** When it happened; for a closing the last second of its period. */
  readonly filedMs: number;
  readonly subject: string | null;
}

const columns = 'chain, no, type, at_ms AS atMs, filed_ms AS filedMs, subject, text, payload, signature';

/** Reading and adding rows of the journal, inside the caller's transaction. Nothing is kept in memory: what a rollback undoes is undone here too. */
export const fiscalRecords = {
  async insert(tx: Tx, record: StoredRecord, previousSignature: string): Promise<void> {
    const { chain, no, type, atMs, filedMs, subject, text, payload, signature } = record;
    await tx.run(
      `INSERT INTO fiscal_record (chain, no, type, at_ms, filed_ms, subject, text, payload, prev_signature, signature)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [chain, no, type, atMs, filedMs, subject, text, payload, previousSignature, signature],
    );
  },

  last(reader: Reader, chain: Chain): Promise<StoredRecord | null> {
    return reader.get<StoredRecord>(
      `SELECT ${columns} FROM fiscal_record WHERE chain = ? ORDER BY no DESC LIMIT 1`,
      [chain],
    );
  },

  record(reader: Reader, chain: Chain, no: number): Promise<StoredRecord | null> {
    return reader.get<StoredRecord>(`SELECT ${columns} FROM fiscal_record WHERE chain = ? AND no = ?`, [
      chain,
      no,
    ]);
  },

  /** In order of their numbers, both ends included. */
  between(reader: Reader, chain: Chain, firstNo: number, lastNo: number): Promise<readonly StoredRecord[]> {
    return reader.all<StoredRecord>(
      `SELECT ${columns} FROM fiscal_record WHERE chain = ? AND no BETWEEN ? AND ? ORDER BY no`,
      [chain, firstNo, lastNo],
    );
  },

  ofSubject(reader: Reader, chain: Chain, subject: string): Promise<readonly StoredRecord[]> {
    return reader.all<StoredRecord>(
      `SELECT ${columns} FROM fiscal_record WHERE chain = ? AND subject = ? ORDER BY no`,
      [chain, subject],
    );
  },

  ofType(reader: Reader, chain: Chain, type: string): Promise<readonly StoredRecord[]> {
    return reader.all<StoredRecord>(
      `SELECT ${columns} FROM fiscal_record WHERE chain = ? AND type = ? ORDER BY no`,
      [chain, type],
    );
  },

  /** The newest record of a chain that is of one of these types. */
  lastOfTypes(reader: Reader, chain: Chain, types: readonly string[]): Promise<StoredRecord | null> {
    return reader.get<StoredRecord>(
      `SELECT ${columns} FROM fiscal_record WHERE chain = ? AND type IN (${types.map(() => '?').join(', ')})
       ORDER BY no DESC LIMIT 1`,
      [chain, ...types],
    );
  },

  /** The highest number of a chain filed before `beforeMs`; 0 when there is none. */
  async lastNoBefore(reader: Reader, chain: Chain, beforeMs: number): Promise<number> {
    const row = await reader.get<{ no: number | null }>(
      'SELECT MAX(no) AS no FROM fiscal_record WHERE chain = ? AND filed_ms < ?',
      [chain, beforeMs],
    );
    return row?.no ?? 0;
  },

  async count(reader: Reader, chain: Chain, fromMs: number, toMs: number): Promise<number> {
    const row = await reader.get<{ count: number }>(
      'SELECT COUNT(*) AS count FROM fiscal_record WHERE chain = ? AND filed_ms >= ? AND filed_ms < ?',
      [chain, fromMs, toMs],
    );
    return row?.count ?? 0;
  },

  async takings(reader: Reader, fromMs: number, toMs: number): Promise<readonly TakingPayload[]> {
    const rows = await reader.all<{ payload: string }>(
      `SELECT payload FROM fiscal_record WHERE chain = 'T' AND filed_ms >= ? AND filed_ms < ? ORDER BY no`,
      [fromMs, toMs],
    );
    return rows.map(({ payload }) => takingPayloadSchema.parse(JSON.parse(payload)));
  },

  /** With a higher number, in order. */
  async takingsAfter(reader: Reader, no: number): Promise<readonly TakingPayload[]> {
    const rows = await reader.all<{ payload: string }>(
      `SELECT payload FROM fiscal_record WHERE chain = 'T' AND no > ? ORDER BY no`,
      [no],
    );
    return rows.map(({ payload }) => takingPayloadSchema.parse(JSON.parse(payload)));
  },

  async closings(
    reader: Reader,
    level: ClosingLevel,
    fromMs: number,
    toMs: number,
  ): Promise<readonly ClosingPayload[]> {
    const rows = await reader.all<{ payload: string }>(
      `SELECT payload FROM fiscal_record
       WHERE chain = 'C' AND type = ? AND filed_ms >= ? AND filed_ms < ? ORDER BY no`,
      [level, fromMs, toMs],
    );
    return rows.map(({ payload }) => closingPayloadSchema.parse(JSON.parse(payload)));
  },

  async lastClosing(reader: Reader, level: ClosingLevel): Promise<LastClosing | null> {
    const row = await reader.get<{ payload: string; filedMs: number }>(
      `SELECT payload, filed_ms AS filedMs FROM fiscal_record WHERE chain = 'C' AND type = ? ORDER BY no DESC LIMIT 1`,
      [level],
    );
    if (!row) return null;
    return {
      period: closingPayloadSchema.parse(JSON.parse(row.payload)).period,
      toMs: row.filedMs + 1_000,
    };
  },

  /**
   * The moment of the first taking, practice or duplicate: days are closed from then on. A till that waits for its first
   * customer has nothing to close, and a clock that was wrong when it was installed does no harm.
   */
  async firstUseMs(reader: Reader): Promise<number | null> {
    const row = await reader.get<{ atMs: number | null }>(
      `SELECT MIN(at_ms) AS atMs FROM fiscal_record WHERE chain IN ('T', 'X', 'D') AND no = 1`,
    );
    return row?.atMs ?? null;
  },

  /** After the last taking there has been. */
  perpetualAfter(taking: FiscalRecord | null): PerpetualTotals {
    if (!taking) return nothingTaken;
    const fields = readFields('T1', taking.text);
    invariant(fields && taking.payload !== null, 'the last taking can be read');
    return {
      signed: Number(fields.perp),
      absolute: Number(fields.perpAbs),
      net: takingPayloadSchema.parse(JSON.parse(taking.payload)).perpHt,
    };
  },

  /** As the last closed day before a moment told them: closings are never purged. */
  async perpetualAtMs(reader: Reader, beforeMs: number): Promise<PerpetualTotals> {
    const row = await reader.get<{ payload: string }>(
      `SELECT payload FROM fiscal_record WHERE chain = 'C' AND type = 'J' AND filed_ms < ? ORDER BY no DESC LIMIT 1`,
      [beforeMs],
    );
    if (!row) return nothingTaken;
    const { perpSigned, perpAbs, perpHt } = closingPayloadSchema.parse(JSON.parse(row.payload));
    return { signed: perpSigned, absolute: perpAbs, net: perpHt };
  },

  heads(reader: Reader): Promise<readonly ChainHead[]> {
    return reader.all<ChainHead>(
      `SELECT chain, no, signature FROM fiscal_record AS r
       WHERE no = (SELECT MAX(no) FROM fiscal_record WHERE chain = r.chain) ORDER BY chain`,
    );
  },
};
