import { invariant } from '@portillon/core/base/invariant.ts';
import sqlite3 from 'sqlite3';
import { asStoreFault } from './store-fault.ts';

export type SqlValue = string | number | null | Uint8Array;

/** Statements of one transaction. Each resolves when the statement has run; nothing is durable before the commit. */
export interface Tx {
  /** Resolves with the number of rows that the statement inserted, changed or deleted. */
  run(sql: string, values?: readonly SqlValue[]): Promise<number>;
  get<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row | null>;
  all<Row>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs once the transaction is durable, before its writer is told; never when it is undone. Must not throw. */
  onCommitted(then: () => void): void;
}

/** Reads of the last committed state. */
export type Reader = Pick<Tx, 'get' | 'all'>;

/** One connection of the sqlite3 package, its statements in the order they were given, its values checked both ways. */
export class Connection implements Reader {
  readonly #handle: sqlite3.Database;

  private constructor(handle: sqlite3.Database) {
    this.#handle = handle;
  }

  static open(file: string): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const handle = new sqlite3.Database(file, (error) => {
        if (error) {
          reject(asStoreFault(error));
          return;
        }
        handle.serialize();
        resolve(new Connection(handle));
      });
    });
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const bound = values.map(checkedBind);
    return new Promise((resolve, reject) => {
      this.#handle.run(sql, bound, function (this: sqlite3.RunResult, error: Error | null) {
        if (error) reject(asStoreFault(error));
        else resolve(this.changes);
      });
    });
  }

  async get<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row | null> {
    const [row] = await this.all<Row>(sql, values);
    return row ?? null;
  }

  all<Row>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const bound = values.map(checkedBind);
    return new Promise((resolve, reject) => {
      this.#handle.all(sql, bound, (error: Error | null, rows: Row[]) => {
        if (error) {
          reject(asStoreFault(error));
          return;
        }
        try {
          for (const row of rows) checkRead(row);
          resolve(rows);
        } catch (broken) {
          reject(broken);
        }
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#handle.close((error) => (error ? reject(asStoreFault(error)) : resolve()));
    });
  }
}

/** The sqlite3 package binds undefined, NaN and BigInt as NULL without a word, and rounds what is beyond 2^53. */
function checkedBind(value: SqlValue, index: number): SqlValue | Buffer {
  if (typeof value === 'string' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  invariant(typeof value === 'number', `value ${index + 1} of a statement is a ${typeof value}`);
  invariant(
    Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)),
    `value ${index + 1} of a statement is ${value}, which the database cannot hold exactly`,
  );
  return value;
}

function checkRead(row: unknown): void {
  for (const [column, value] of Object.entries(row as Record<string, unknown>)) {
    invariant(
      typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value),
      `column ${column} holds a number beyond 2^53, which was rounded when read`,
    );
  }
}
