import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import pg from 'pg';
import type { Sql } from './database.ts';

/** `feed`: the feed has grown. `live`: something that staff see has changed. `epoch`: a new one has begun. */
export type Announcement = 'feed' | 'live' | 'epoch';

const reconnectMs = 500;

/** Told to every process of the base once the transaction has committed. */
export async function announce(sql: Sql, what: Announcement): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [channelOf(what), '']);
}

/**
 * Hears what other processes announce (LISTEN). While the connection is lost, and once it is back, listeners are called
 * as if something had been announced: what they missed they find by looking.
 */
export class Announcements {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners = new Map<Announcement, Set<() => void>>([
    ['feed', new Set()],
    ['live', new Set()],
    ['epoch', new Set()],
  ]);
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #hearing = false;

  constructor(url: string, clock: Clock, log: Log) {
    this.#url = url;
    this.#clock = clock;
    this.#log = log;
  }

  /** False while its connection is lost. */
  get hearing(): boolean {
    return this.#hearing;
  }

  /** Resolves once it hears. */
  async start(): Promise<void> {
    const first = await this.#connect();
    this.#running = this.#keepListening(first);
  }

  /** Returns how to stop listening. */
  on(what: Announcement, listener: () => void): () => void {
    const listeners = this.#listeners.get(what);
    listeners?.add(listener);
    return () => listeners?.delete(listener);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #keepListening(first: pg.Client): Promise<void> {
    let client: pg.Client | null = first;
    while (!this.#stopped.signal.aborted) {
      if (client) {
        await untilLost(client, this.#stopped.signal);
        this.#hearing = false;
        await client
          .end()
          .catch((error: Error) => this.#log.debug('base.listener-end', { detail: error.message }));
        client = null;
        continue;
      }
      try {
        await delay(this.#clock, reconnectMs, this.#stopped.signal);
        client = await this.#connect();
        for (const what of this.#listeners.keys()) this.#tell(what);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        this.#log.warn('base.listener-lost', {
          detail: error instanceof Error ? error.message : String(error),
        });
      }
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#url, keepAlive: true });
    client.on('error', (error) => this.#log.warn('base.listener-lost', { detail: error.message }));
    client.on('notification', ({ channel }) => {
      for (const what of this.#listeners.keys()) if (channelOf(what) === channel) this.#tell(what);
    });
    await client.connect();
    for (const what of this.#listeners.keys()) await client.query(`listen ${channelOf(what)}`);
    this.#hearing = true;
    return client;
  }

  #tell(what: Announcement): void {
    for (const listener of [...(this.#listeners.get(what) ?? [])]) listener();
  }
}

function channelOf(what: Announcement): string {
  return `portillon_${what}`;
}

function untilLost(client: pg.Client, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) resolve();
    client.once('end', () => resolve());
    stopped.addEventListener('abort', () => resolve(), { once: true });
  });
}
