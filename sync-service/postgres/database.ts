import type { Log } from '@portillon/core/base/log.ts';
import pg from 'pg';

/** What can be asked of the base, inside a transaction or outside of one. */
export interface Sql {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

/**
 * What a connection is for. Each kind has a pool of its own, so that none can take the connections of another, and limits of
 * its own, so that nothing waits for ever.
 */
export const databaseUses = {
  /** Pushes, enrolment, attachments: what an edge waits 20 s for. */
  edge: { connections: 10, statementLimitMs: 15_000, lockLimitMs: 10_000, idleInTransactionLimitMs: 10_000 },
  /** Looks into the feed; a long wait holds no connection. */
  feed: { connections: 4, statementLimitMs: 10_000, lockLimitMs: 5_000, idleInTransactionLimitMs: 5_000 },
  /** What somebody waits for in front of a page. */
  staff: { connections: 4, statementLimitMs: 10_000, lockLimitMs: 5_000, idleInTransactionLimitMs: 10_000 },
  /** The store of the keys of members, a database of its own (keys/member-keys.ts). */
  keys: {
    connections: 4,
    statementLimitMs: 10_000,
    lockLimitMs: 5_000,
    idleInTransactionLimitMs: 10_000,
    /** On a server that is there and says nothing: its own limits end nothing then. */
    answerLimitMs: 12_000,
  },
  /** Migrations, rebuilding, exports: longer than anybody waits, and with an end all the same. */
  job: {
    connections: 2,
    statementLimitMs: 3_600_000,
    lockLimitMs: 600_000,
    idleInTransactionLimitMs: 3_600_000,
  },
} as const;
export type DatabaseUse = keyof typeof databaseUses;

const connectTimeLimitMs = 5_000;

/** Of one pool. */
export interface PoolState {
  readonly use: DatabaseUse;
  readonly size: number;
  readonly open: number;
  readonly idle: number;
  /** Who waits for a connection. */
  readonly waiting: number;
}

/** Type numbers of PostgreSQL (pg_type.dat). */
const int8 = 20;
const date = 1082;
const timestamptz = 1184;

/** The member base's pools of connections. Whole numbers come as numbers, times as ISO 8601 in UTC, days as text. */
/** Nobody else in the base is at it, until this is released. */
export interface Alone {
  readonly release: () => Promise<void>;
}

export class Database implements Sql {
  readonly url: string;
  readonly #log: Log;
  readonly #use: DatabaseUse;
  readonly #pool: pg.Pool;
  /** Of all uses, this one too: shared by them all. */
  readonly #pools: Map<DatabaseUse, Database>;
  #closing = false;

  constructor(
    url: string,
    log: Log,
    use: DatabaseUse = 'edge',
    pools: Map<DatabaseUse, Database> = new Map(),
  ) {
    this.url = url;
    this.#log = log;
    this.#use = use;
    this.#pools = pools.set(use, this);
    const limits = databaseUses[use];
    const { connections, statementLimitMs, lockLimitMs, idleInTransactionLimitMs } = limits;
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: `portillon-${use}`,
      max: connections,
      connectionTimeoutMillis: connectTimeLimitMs,
      statement_timeout: statementLimitMs,
      lock_timeout: lockLimitMs,
      idle_in_transaction_session_timeout: idleInTransactionLimitMs,
      ...('answerLimitMs' in limits ? { query_timeout: limits.answerLimitMs } : {}),
      types: { getTypeParser: (type, format) => parserOf(type) ?? pg.types.getTypeParser(type, format) },
    });
    // An idle connection that the server cuts is replaced at the next use.
    this.#pool.on('error', (error) => {
      if (!this.#closing) log.warn('base.connection-lost', { detail: error.message });
    });
  }

  /** The same base by the connections, and under the limits, of another use. */
  for(use: DatabaseUse): Database {
    return this.#pools.get(use) ?? new Database(this.url, this.#log, use, this.#pools);
  }

  /** Of each use that has been asked for. */
  get poolStates(): readonly PoolState[] {
    return [...this.#pools.values()].map((database) => database.#state);
  }

  get #state(): PoolState {
    const { totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { use: this.#use, size: databaseUses[this.#use].connections, open, idle, waiting };
  }

  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.#pool.query<Row>(text, [...values])).rows;
  }

  /** Commits what `work` did, or undoes all of it when `work` throws. */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // A server that ends between two statements says so to nobody else; the next statement fails.
    const lost = (error: Error) => {
      broken = error;
    };
    client.on('error', lost);
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
      client.off('error', lost);
      client.release(broken);
    }
  }

  /**
   * Waits until nobody else, in any process of the base, is alone with the same name, and holds that until released or until
   * its connection is lost. Releasing again is harmless.
   */
  async alone(name: string): Promise<Alone> {
    const { client, ...alone } = await this.#toBeAlone();
    try {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`portillon ${name}`]);
    } catch (error) {
      await alone.release();
      throw error;
    }
    return alone;
  }

  /** As above without waiting; null while somebody else is. */
  async aloneAtOnce(name: string): Promise<Alone | null> {
    const { client, ...alone } = await this.#toBeAlone();
    try {
      const { rows } = await client.query<{ mine: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as mine',
        [`portillon ${name}`],
      );
      if (rows[0]?.mine) return alone;
    } catch (error) {
      await alone.release();
      throw error;
    }
    await alone.release();
    return null;
  }

  async #toBeAlone(): Promise<Alone & { readonly client: pg.Client }> {
    const client = new pg.Client({ connectionString: this.url, lock_timeout: databaseUses.job.lockLimitMs });
    client.on('error', (error) => this.#log.warn('base.connection-lost', { detail: error.message }));
    await client.connect();
    let release: () => Promise<void> = () => client.end();
    const once = async () => {
      const work = release;
      release = async () => undefined;
      await work();
    };
    return { client, release: once };
  }

  /** All uses of it. Safe to repeat. */
  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((database) => database.#end()));
  }

  async #end(): Promise<void> {
    if (this.#closing) return;
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
