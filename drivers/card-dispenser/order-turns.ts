import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, type Result } from '@portillon/core/base/result.ts';

/** Callers that may wait for their turn; one edge program has one sale and one guided repair at most. */
const mostWaiting = 8;

/** DI4: one order at a time, since a device knows no second one and an order is several commands. */
export class OrderTurns {
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  get isIdle(): boolean {
    return this.#waiting === 0;
  }

  take<T>(order: () => Promise<Result<T, Fault>>): Promise<Result<T, Fault>> {
    if (this.#waiting >= mostWaiting) {
      return Promise.resolve(err(fault('dispenser.refused', 'too many orders are waiting')));
    }
    this.#waiting++;
    const result = this.#turn.then(order).finally(() => {
      this.#waiting--;
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Resolves when what waits now has been carried out. */
  async settled(): Promise<void> {
    await this.#turn;
  }
}
