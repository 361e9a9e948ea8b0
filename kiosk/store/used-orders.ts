import type { Clock } from '@portillon/core/base/clock.ts';
import type { OrderId } from '@portillon/core/base/ids.ts';
import type { Reader, Tx } from './connection.ts';

/** What became of an order here: carried out, or begun with nobody knowing the end. Either way not to be repeated. */
export interface UsedOrder {
  readonly orderId: OrderId;
  readonly outcome: 'carried-out' | 'in-doubt';
  /** The sale that money was given back for; null for an order that gave none back. */
  readonly backOfSale: string | null;
  readonly backCents: number;
}

/** Orders that this box has carried out, for good (SA62): the base may be out of reach for weeks. */
export class UsedOrders {
  readonly #read: Reader;
  readonly #clock: Clock;

  constructor(read: Reader, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** In the transaction of what it led to. Rejects (a bug) when the order was used before: nothing is done twice. */
  async use(tx: Tx, used: UsedOrder): Promise<void> {
    await tx.run(
      `INSERT INTO used_order (order_id, outcome, back_of_sale, back_cents, used_at_ms) VALUES (?, ?, ?, ?, ?)`,
      [used.orderId, used.outcome, used.backOfSale, used.backCents, this.#clock.wallMs()],
    );
  }

  /** Null while the order was not used. */
  used(orderId: OrderId, reader: Reader = this.#read): Promise<UsedOrder | null> {
    return reader.get<UsedOrder>(
      `SELECT order_id AS orderId, outcome, back_of_sale AS backOfSale, back_cents AS backCents
         FROM used_order WHERE order_id = ?`,
      [orderId],
    );
  }

  /**
   * What was given back of a sale, or may have been (SA63). An order in doubt that staff looked into, `notGivenBack`, counts
   * no more; one that was carried out always does.
   */
  async backOf(saleId: string, notGivenBack: readonly string[] = []): Promise<number> {
    const row = await this.#read.get<{ cents: number }>(
      `SELECT COALESCE(SUM(back_cents), 0) AS cents FROM used_order
        WHERE back_of_sale = ?
          AND NOT (outcome = 'in-doubt' AND order_id IN (SELECT value FROM json_each(?)))`,
      [saleId, JSON.stringify(notGivenBack)],
    );
    return row?.cents ?? 0;
  }
}
