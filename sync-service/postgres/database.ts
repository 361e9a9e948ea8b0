import type { Log } from '@portillon/core/base/log.ts';
import pg from 'pg';

/** What can be asked of the base, inside a transaction or outside of one. */
export interface Sql {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

const connectTimeLimitMs = 5_000;
const statementTimeLimitMs = 30_000;
const connectionCount = 16;

/** Type numbers of PostgreSQL (pg_type.dat). */
const int8 = 20;
const date = 1082;
const timestamptz = 1184;

/** The member base's pool of connections. Whole numbers come as numbers, times as ISO 8601 in UTC, days as text. */
export class Database implements Sql {
  readonly url: string;
  readonly #pool: pg.Pool;
  #closing = false;

  constructor(url: string, log: Log) {
    this.url = url;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: connectionCount,
      connectionTimeoutMillis: connectTimeLimitMs,
      statement_timeout: statementTimeLimitMs,
      types: { getTypeParser: (type, format) => parserOf(type) ?? pg.types.getTypeParser(type, format) },
    });
    // An idle connection that the server cuts is replaced at the next use.
    this.#pool.on('error', (error) => {
      if (!this.#closing) log.warn('base.connection-lost', { detail: error.message });
    });
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows;
  }

  /** Commits what `work` did, or undoes all of it when `work` throws. */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const value = await work({
        query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
          (await client.query<Row>(text, [...values])).rows,
      });
      await client.query('commit');
      return value;
    } catch (error) {
      await client.query('rollback').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#pool.end();
  }
}

function parserOf(type: number): ((text: string) => unknown) | undefined {
  if (type === int8) return Number;
  if (type === date) return (text) => text;
  if (type === timestamptz) return (text) => new Date(text).toISOString();
  return undefined;
}

/** SQLSTATE of an error of PostgreSQL, or null when it is none (connection lost, bug). */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}
