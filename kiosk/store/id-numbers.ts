import { invariant } from '@portillon/core/base/invariant.ts';
import type { Reader, Tx } from './connection.ts';

/**
 * Short numbers for ids that come up in record after record (plans, clubs). A number stands for its id for ever: what was
 * packed with it is on the disk.
 */
export class IdNumbers {
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** So many of them are on the disk. */
  #keptCount = 0;

  async load(read: Reader): Promise<void> {
    const rows = await read.all<{ number: number; text: string }>(
      'SELECT number, text FROM book_number ORDER BY number',
    );
    for (const { number, text } of rows) {
      invariant(this.numberOf(text) === number, 'ids are numbered without gaps');
    }
    this.#keptCount = rows.length;
  }

  /** In the transaction of whatever was packed. Numbers of one that was undone are kept with the next. */
  async keep(tx: Tx): Promise<void> {
    const count = this.#texts.length;
    if (count === this.#keptCount) return;
    const fresh = this.#texts.slice(this.#keptCount).map((text, index) => [this.#keptCount + index, text]);
    await tx.run(
      `INSERT OR IGNORE INTO book_number (number, text)
       SELECT value->>0, value->>1 FROM json_each(?)`,
      [JSON.stringify(fresh)],
    );
    tx.onCommitted(() => {
      this.#keptCount = Math.max(this.#keptCount, count);
    });
  }

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  textOf(number: number): string {
    const text = this.#texts[number];
    invariant(text !== undefined, 'a packed record names only ids that are numbered');
    return text;
  }
}
