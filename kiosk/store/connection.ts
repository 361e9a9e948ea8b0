import { invariant } from '@portillon/core/base/invariant.ts';
import { asStoreFault } from '@portillon/core/base/store-fault.ts';
import sqlite3 from 'sqlite3';

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

/** Statements that come again and again; what defines or sets something comes once. */
const comesAgain = /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;
const keptStatements = 100;
/** A statement holds what was bound until it is used again: one that carried more than this is not kept. */
const keptValueBytes = 4_096;

type Bound = readonly (SqlValue | Buffer)[];

/**
 * One connection of the sqlite3 package, its statements in the order they were given, its values checked both ways.
 * Statements that come again are kept prepared: the package else takes two turns through its threads for each, and a gate
 * waits for all of them.
 */
export class Connection implements Reader {
  readonly #handle: sqlite3.Database;
  readonly #kept = new Map<string, sqlite3.Statement>();
  /** Kept statements would overtake each other in the threads of the package: each waits for the one before. */
  #last: Promise<unknown> = Promise.resolve();
  #boundBytes = 0;

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

  /** All that was ever bound, about. */
  get boundBytes(): number {
    return this.#boundBytes;
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<number> {
    const bound = values.map(checkedBind);
    return this.#using(
      sql,
      bound,
      (statement) =>
        new Promise((resolve, reject) => {
          statement.run(bound, function (this: sqlite3.RunResult, error: Error | null) {
            if (error) reject(asStoreFault(error));
            else resolve(this.changes);
          });
        }),
    );
  }

  async get<Row>(sql: string, values: readonly SqlValue[] = []): Promise<Row | null> {
    const [row] = await this.all<Row>(sql, values);
    return row ?? null;
  }

  async all<Row>(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const bound = values.map(checkedBind);
    const rows = await this.#using(
      sql,
      bound,
      (statement) =>
        new Promise<Row[]>((resolve, reject) => {
          statement.all(bound, (error: Error | null, found: Row[]) => {
            if (error) reject(asStoreFault(error));
            else resolve(found);
          });
        }),
    );
    for (const row of rows) checkRead(row);
    return rows;
  }

  close(): Promise<void> {
    return this.#inTurn(() => {
      for (const statement of this.#kept.values()) statement.finalize();
      this.#kept.clear();
      return new Promise((resolve, reject) => {
        this.#handle.close((error) => (error ? reject(asStoreFault(error)) : resolve()));
      });
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // the caller has the failure; the next one starts afresh
    return done;
  }

  #using<T>(sql: string, bound: Bound, use: (statement: sqlite3.Statement) => Promise<T>): Promise<T> {
    const byteCount = bound.reduce<number>((sum, value) => sum + lengthOf(value), 0);
    this.#boundBytes += byteCount;
    return this.#inTurn(async () => {
      const statement = this.#kept.get(sql) ?? (await this.#prepare(sql));
      this.#kept.delete(sql);
      let keep = false;
      try {
        const value = await use(statement);
        keep = byteCount <= keptValueBytes && this.#kept.size < keptStatements && comesAgain.test(sql);
        return value;
      } finally {
        if (keep) this.#kept.set(sql, statement);
        else statement.finalize();
      }
    });
  }

  #prepare(sql: string): Promise<sqlite3.Statement> {
    return new Promise((resolve, reject) => {
      const statement = this.#handle.prepare(sql, (error: Error | null) => {
        if (error) reject(asStoreFault(error));
        else resolve(statement);
      });
    });
  }
}

function lengthOf(value: SqlValue | Buffer): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
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
