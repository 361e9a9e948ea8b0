import type { Clock } from '@portillon/core/base/clock.ts';
import type { SaleId } from '@portillon/core/base/ids.ts';
import type { Reader, Tx } from './connection.ts';

/** A sale as this edge remembers it after the visit has ended. `json` holds no personal data. */
export interface StoredSale {
  readonly saleId: SaleId;
  /** What the customer was told: `M7QK-2F9C`. */
  readonly reference: string;
  /** What the terminal was told, unique for ever; null before money was asked. */
  readonly paymentReference: string | null;
  readonly state: string;
  readonly json: string;
}

const columns = 'sale_id AS saleId, reference, payment_reference AS paymentReference, state, json';

export class Sales {
  readonly #read: Reader;
  readonly #clock: Clock;

  constructor(read: Reader, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Inserts or replaces. Rejects (a bug) when another sale has either reference. */
  async saveSale(tx: Tx, sale: StoredSale): Promise<void> {
    await tx.run(
      `INSERT INTO sale (sale_id, reference, payment_reference, state, json, updated_at_ms) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (sale_id) DO UPDATE SET reference = excluded.reference, payment_reference = excluded.payment_reference,
         state = excluded.state, json = excluded.json, updated_at_ms = excluded.updated_at_ms`,
      [sale.saleId, sale.reference, sale.paymentReference, sale.state, sale.json, this.#clock.wallMs()],
    );
  }

  sale(saleId: SaleId): Promise<StoredSale | null> {
    return this.#read.get<StoredSale>(`SELECT ${columns} FROM sale WHERE sale_id = ?`, [saleId]);
  }

  saleByPaymentReference(paymentReference: string): Promise<StoredSale | null> {
    return this.#read.get<StoredSale>(`SELECT ${columns} FROM sale WHERE payment_reference = ?`, [
      paymentReference,
    ]);
  }
}
