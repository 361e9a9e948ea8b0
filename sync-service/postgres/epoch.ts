import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { type Announcements, announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';

/** Why an epoch began: an operator said that the base was restored, it is in another place than before, an edge proved it. */
export type EpochReason =
  | { readonly why: 'told' }
  | { readonly why: 'moved' }
  | { readonly why: 'proved'; readonly edgeId: string; readonly through: number };

/** The epoch of the base, in every process the same: it is read again when another process began one. */
export class Epoch {
  readonly #database: Database;
  readonly #log: Log;
  readonly #stopListening: () => void;
  #current: number;

  private constructor(database: Database, announcements: Announcements, log: Log, current: number) {
    this.#database = database;
    this.#log = log;
    this.#current = current;
    this.#stopListening = announcements.on('epoch', () => void this.#readAgain());
  }

  static async start(database: Database, announcements: Announcements, log: Log): Promise<Epoch> {
    return new Epoch(database, announcements, log, await readEpoch(database));
  }

  get current(): number {
    return this.#current;
  }

  /** Begun in this process: there is no need to wait for its announcement. */
  entered(epoch: number): void {
    this.#current = Math.max(epoch, this.#current);
  }

  stop(): void {
    this.#stopListening();
  }

  async #readAgain(): Promise<void> {
    try {
      this.entered(await readEpoch(this.#database));
    } catch (error) {
      this.#log.warn('base.epoch-not-read', { detail: error instanceof Error ? error.message : '' });
    }
  }
}

async function readEpoch(sql: Sql): Promise<number> {
  const [meta] = await sql.query<{ epoch: number }>('select epoch from meta');
  return meta?.epoch ?? 1;
}

/**
 * Begins an epoch after `after`, unless a later one has begun already: of several who find the same at once, one does
 * (W-EPOCH-5). Returns the epoch that holds now, and whether this call began it.
 */
export async function beginEpoch(
  sql: Sql,
  after: number,
  reason: EpochReason,
  nowMs: number,
): Promise<{ readonly epoch: number; readonly begun: boolean }> {
  const [began] = await sql.query<{ epoch: number }>(
    'update meta set epoch = $1 + 1 where epoch <= $1 returning epoch',
    [after],
  );
  if (!began) return { epoch: await readEpoch(sql), begun: false };
  const proof = reason.why === 'proved' ? reason : null;
  await sql.query(
    'insert into epochs (epoch, began_at, reason, edge_id, through) values ($1, $2, $3, $4, $5)',
    [began.epoch, isoTime(nowMs), reason.why, proof?.edgeId ?? null, proof?.through ?? null],
  );
  await announce(sql, 'epoch');
  return { epoch: began.epoch, begun: true };
}

/**
 * Where the base is at home. A dump that is restored lies in another database or another cluster, a recovery to a point in
 * time goes on in another timeline; each may have lost what edges were told. A copy of the files put back tells nothing.
 */
export async function homeOf(sql: Sql): Promise<string> {
  const [home] = await sql.query<{ cluster: string; timeline: number; database: string }>(
    `select (select system_identifier::text from pg_control_system()) as cluster,
            (select timeline_id from pg_control_checkpoint()) as timeline,
            (select oid::text from pg_database where datname = current_database()) as database`,
  );
  return `${home?.cluster}/${home?.timeline}/${home?.database}`;
}

/** Begins an epoch where the base is in another place than it was, and keeps the place. Null where nothing changed. */
export async function settleIn(sql: Sql, nowMs: number): Promise<number | null> {
  const home = await homeOf(sql);
  const [meta] = await sql.query<{ home: string | null; epoch: number }>(
    'select home, epoch from meta for update',
  );
  if (!meta || meta.home === home) return null;
  await sql.query('update meta set home = $1', [home]);
  if (meta.home === null) return null;
  return (await beginEpoch(sql, meta.epoch, { why: 'moved' }, nowMs)).epoch;
}
