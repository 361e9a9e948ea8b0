import type { Clock } from '@portillon/core/base/clock.ts';
import type { SaleId } from '@portillon/core/base/ids.ts';
import type { OfflineApproval } from '@portillon/core/sale/offline-approvals.ts';
import type { Reader, Tx } from './connection.ts';

/** An approval as it is kept; every field names the payment, none a person. */
export interface StoredOfflineApproval extends OfflineApproval {
  /** As the terminal was told. */
  readonly paymentReference: string;
  readonly saleId: SaleId;
  /** Number of the taking in the fiscal journal. */
  readonly recordNo: number;
}

export interface UnsettledApproval extends StoredOfflineApproval {
  /** A case has named it. */
  readonly told: boolean;
}

/** What the terminal approved without the bank, until it has settled it (SA40). */
export class OfflineApprovals {
  readonly #read: Reader;
  readonly #clock: Clock;

  constructor(read: Reader, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** In the transaction that records the sale. */
  async remember(tx: Tx, approval: StoredOfflineApproval): Promise<void> {
    await tx.run(
      `INSERT INTO offline_approval (payment_reference, sale_id, record_no, amount_cents, approved_at_ms)
       VALUES (?, ?, ?, ?, ?)`,
      [
        approval.paymentReference,
        approval.saleId,
        approval.recordNo,
        approval.amountCents,
        approval.approvedAtMs,
      ],
    );
  }

  /** Oldest first. */
  async unsettled(tx: Reader = this.#read): Promise<readonly UnsettledApproval[]> {
    const rows = await tx.all<StoredOfflineApproval & { told: number }>(
      `SELECT payment_reference AS paymentReference, sale_id AS saleId, record_no AS recordNo,
         amount_cents AS amountCents, approved_at_ms AS approvedAtMs, told_at_ms IS NOT NULL AS told
       FROM offline_approval WHERE settled IS NULL ORDER BY approved_at_ms, payment_reference`,
    );
    return rows.map((row) => ({ ...row, told: row.told === 1 }));
  }

  /** An end of day was told that compared takings up to this one: the bank has them. */
  async settleThrough(tx: Tx, recordNo: number): Promise<void> {
    await tx.run(
      `UPDATE offline_approval SET settled = 'end-of-day', settled_at_ms = ?
       WHERE settled IS NULL AND record_no <= ?`,
      [this.#clock.wallMs(), recordNo],
    );
  }

  /** The sale was undone: nothing of it is owed by a bank. */
  async undo(tx: Tx, saleId: SaleId): Promise<void> {
    await tx.run(
      `UPDATE offline_approval SET settled = 'undone', settled_at_ms = ? WHERE settled IS NULL AND sale_id = ?`,
      [this.#clock.wallMs(), saleId],
    );
  }

  /** A case names all that are unsettled. */
  async markTold(tx: Tx): Promise<void> {
    await tx.run('UPDATE offline_approval SET told_at_ms = ? WHERE settled IS NULL AND told_at_ms IS NULL', [
      this.#clock.wallMs(),
    ]);
  }
}
