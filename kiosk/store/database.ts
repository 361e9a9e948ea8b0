import { AsyncLocalStorage } from 'node:async_hooks';
import { invariant } from '@portillon/core/base/invariant.ts';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { Connection, type Reader, type SqlValue, type Tx } from './connection.ts';

interface Waiting {
  /**
   * Runs the writer's statements inside the open transaction. True when its part may be committed. Rejects when the
   * transaction has to be undone as a whole: the writer is `alone` in it, or the disk is full.
   */
  attempt(alone: boolean): Promise<boolean>;
  /** The batch is durable: tells the writer what it came to. */
  settle(): void;
  /** The batch was undone as a whole. */
  fail(reason: unknown): void;
}

/** Writers that may wait at a time, and writers that share one commit. */
const waitingMax = 10_000;
const batchMax = 200;

/**
 * After so many commits, or so many bytes bound, the log is written back into the file. SQLite would do it within the commit
 * that passes a thousand pages, with the gate waiting for three writes to the disk in place of one; its own limit stays as the
 * bound of the log for when ours does not get through.
 */
const writtenBackAfter = { commits: 64, bytes: 1_048_576 };
const logMaxPages = 4_000;

/**
 * One SQLite file with one writer. Statements of different callers would otherwise meet in one open transaction, since
 * the sqlite3 package shares the connection. Whole transactions queue here instead:
 *
 *     write(a) write(b) write(c)  →  BEGIN  [savepoint a] [savepoint b] [savepoint c]  COMMIT, one fsync
 *
 * Each keeps its own savepoint, so that one that throws undoes itself and nothing else; one that is alone needs none. A
 * writer is told only after the commit. Readers have a connection of their own and see what is committed, and a third
 * writes the log back between the commits.
 */
export class Database {
  readonly read: Reader;
  readonly #reader: Connection;
  readonly #writer: Connection;
  readonly #writerBack: Connection;
  readonly #queue: Waiting[] = [];
  readonly #openTx = new AsyncLocalStorage<TxHandle>();
  #working: Promise<void> | null = null;
  #closed = false;
  #commits = 0;
  #boundBytes = 0;
  #writingBack: Promise<void> | null = null;

  private constructor(writer: Connection, reader: Connection, writerBack: Connection) {
    this.#writer = writer;
    this.#reader = reader;
    this.#writerBack = writerBack;
    this.read = reader;
  }

  /** Rejects with `StoreFault`. */
  static async open(file: string): Promise<Database> {
    const opened: Connection[] = [];
    const open = async () => {
      const connection = await openDurable(file);
      opened.push(connection);
      return connection;
    };
    try {
      const writer = await open();
      const reader = await open();
      await reader.get('PRAGMA query_only = ON');
      return new Database(writer, reader, await open());
    } catch (error) {
      for (const connection of opened) await connection.close();
      throw error;
    }
  }

  /**
   * Runs `work` as one transaction and resolves with its value once that is durable. Rejects with what `work` threw, with
   * nothing of it kept; or with `StoreFault` (`store.full`, `store.failed`) when the disk failed, with nothing kept either.
   * Others wait meanwhile: `work` holds statements only, through `tx`, and no waiting for devices or people. When a full
   * disk undid a batch, each of its writers runs again alone: `work` may run twice, the first time without a trace.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    invariant(
      this.#openTx.getStore()?.isOpen !== true,
      'a transaction that starts another would wait for itself',
    );
    if (this.#closed) return Promise.reject(new StoreFault('store.failed', 'the store is closed'));
    if (this.#queue.length >= waitingMax) {
      return Promise.reject(new StoreFault('store.failed', `${waitingMax} writers wait for the disk`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#queue.push(this.#waiting(work, resolve, reject));
      this.#working ??= this.#drain();
    });
  }

  /**
   * Writes the log back into the file and empties it, so that nothing of what was deleted is left on the disk. False when somebody
   * reads an older state just now: to be tried again. Rejects with `StoreFault`.
   */
  async emptyLog(): Promise<boolean> {
    await this.#writingBack;
    const done = await this.#writerBack.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)');
    return done?.busy === 0;
  }

  /** Finishes what was queued, then closes. Later writes are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#writingBack;
    await this.#reader.close();
    await this.#writerBack.close();
    await this.#writer.close();
  }

  #waiting<T>(
    work: (tx: Tx) => Promise<T>,
    resolve: (value: T) => void,
    reject: (reason: unknown) => void,
  ): Waiting {
    let settle: () => void = () => reject(new Error('settled before it ran'));
    return {
      attempt: async (alone) => {
        const tx = new TxHandle(this.#writer);
        if (!alone) await this.#writer.run('SAVEPOINT one_writer');
        try {
          const value = await this.#openTx.run(tx, () => work(tx));
          tx.close();
          if (!alone) await this.#writer.run('RELEASE one_writer');
          settle = () => {
            tx.committed();
            resolve(value);
          };
          return true;
        } catch (reason) {
          await tx.abandon();
          if (alone) throw reason;
          settle = () => reject(reason);
          await this.#undoOne(reason);
          return false;
        }
      },
      settle: () => settle(),
      fail: reject,
    };
  }

  async #undoOne(reason: unknown): Promise<void> {
    try {
      await this.#writer.run('ROLLBACK TO one_writer');
      await this.#writer.run('RELEASE one_writer');
    } catch {
      // A full disk ends the whole transaction by itself (sqlite.org/lang_transaction.html §3): all writers are undone.
      throw reason;
    }
  }

  async #drain(): Promise<void> {
    // One turn, so that writers of the same moment share the first commit too.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#commitTogether(this.#queue.splice(0, batchMax));
    this.#working = null;
  }

  async #commitTogether(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#writer.run('BEGIN IMMEDIATE');
      let anything = false;
      for (const one of batch) anything = (await one.attempt(batch.length === 1)) || anything;
      await this.#writer.run(anything ? 'COMMIT' : 'ROLLBACK');
    } catch (reason) {
      // Fails when the database has ended the transaction by itself; then there is nothing to undo.
      await this.#writer.run('ROLLBACK').catch(() => 'ended already');
      if (batch.length > 1 && reason instanceof StoreFault && reason.fault.code === 'store.full') {
        // What is large does not fit; what is small, a passage at the gate, may still.
        for (const one of batch) await this.#commitTogether([one]);
      } else {
        for (const one of batch) one.fail(reason);
      }
      return;
    }
    for (const one of batch) one.settle();
    this.#writeBackWhenDue();
  }

  /** Not awaited: nobody's commit waits for it. */
  #writeBackWhenDue(): void {
    this.#commits += 1;
    const bytes = this.#writer.boundBytes - this.#boundBytes;
    if (this.#writingBack || (this.#commits < writtenBackAfter.commits && bytes < writtenBackAfter.bytes))
      return;
    this.#commits = 0;
    this.#boundBytes = this.#writer.boundBytes;
    this.#writingBack = this.#writerBack
      .get('PRAGMA wal_checkpoint(PASSIVE)')
      .catch(() => null) // what is committed stands in the log; a disk that fails is told by the next writer
      .then(() => {
        this.#writingBack = null;
      });
  }
}

async function openDurable(file: string): Promise<Connection> {
  const connection = await Connection.open(file);
  try {
    await connection.get('PRAGMA busy_timeout = 2000');
    const mode = await connection.get<{ journal_mode: string }>('PRAGMA journal_mode = WAL');
    if (mode?.journal_mode !== 'wal') {
      throw new StoreFault(
        'store.failed',
        'the file system of the data folder cannot hold a write-ahead log',
      );
    }
    await connection.get('PRAGMA synchronous = FULL');
    await connection.get('PRAGMA foreign_keys = ON');
    // What is deleted is overwritten: sealed bytes of a person must not be found in the free pages of the file.
    await connection.get('PRAGMA secure_delete = ON');
    await connection.get(`PRAGMA wal_autocheckpoint = ${logMaxPages}`);
    await connection.get('PRAGMA journal_size_limit = 16777216');
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class TxHandle implements Tx {
  readonly #writer: Connection;
  readonly #running = new Set<Promise<unknown>>();
  readonly #afterwards: (() => void)[] = [];
  #open = true;
  /** Each statement begins when the one before has ended, so that none begins after a disk that failed. */
  #last: Promise<unknown> = Promise.resolve();
  /**
   * A full disk ends the whole transaction by itself; a statement that ran after it would be a transaction of its own, and stay.
   */
  #diskFault: StoreFault | null = null;

  constructor(writer: Connection) {
    this.#writer = writer;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  run(sql: string, values?: readonly SqlValue[]): Promise<number> {
    return this.#track(() => this.#writer.run(sql, values));
  }

  get<Row>(sql: string, values?: readonly SqlValue[]): Promise<Row | null> {
    return this.#track(() => this.#writer.get<Row>(sql, values));
  }

  all<Row>(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#track(() => this.#writer.all<Row>(sql, values));
  }

  onCommitted(then: () => void): void {
    this.#afterwards.push(then);
  }

  /**
   * The work is done. A statement still running was not awaited, and its failure would go unseen. Throws the `StoreFault` that the
   * work has caught: what it wrote before may be gone.
   */
  close(): void {
    invariant(this.#running.size === 0, 'a statement of the transaction was not awaited');
    if (this.#diskFault) throw this.#diskFault;
    this.#open = false;
  }

  async abandon(): Promise<void> {
    this.#open = false;
    await Promise.allSettled(this.#running);
  }

  committed(): void {
    for (const then of this.#afterwards) then();
  }

  async #track<T>(statement: () => Promise<T>): Promise<T> {
    invariant(this.#open, 'a statement came after the end of its transaction');
    const running = this.#last.then(() => {
      if (this.#diskFault) throw this.#diskFault;
      return statement();
    });
    this.#last = running.catch(() => undefined);
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (error instanceof StoreFault) this.#diskFault ??= error;
      throw error;
    } finally {
      this.#running.delete(running);
    }
  }
}
