import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { isoTime } from '@portillon/core/base/clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { digestOfChunks, type Snapshot } from '@portillon/core/wire/snapshot.ts';
import type { Database, Sql } from './database.ts';
import { ownPart } from './feed.ts';

const compress = promisify(gzip);

/** Any number that nobody else uses on this base. */
const buildLock = 7_041_726_554;
const recordsInChunk = 2_000;
/** Told to every edge alike. */
const sharedKinds = ['edge-key', 'credential'] as const;

/** W-SNAP-3: older than this, or further behind, a new one is made. Reading 20,000 changes on takes an edge seconds. */
const freshFor = { ms: 24 * 3_600_000, versions: 20_000 };
/** An edge may still be at one that was replaced by a newer. */
const keptMs = 3_600_000;
const buildLimitMs = 10 * 60_000;

interface SnapshotRow {
  readonly snapshotId: string;
  readonly version: number;
  readonly records: number;
  readonly digest: string;
  readonly madeAt: string;
  readonly head: number;
  readonly chunks: Snapshot['chunks'];
}

const columns = `id as "snapshotId", version, records, digest, made_at as "madeAt",
  (select version from feed_head) as head,
  coalesce((select jsonb_agg(jsonb_build_object('digest', digest, 'bytes', octet_length(bytes), 'records', records)
                             order by index)
     from feed_snapshot_chunks where snapshot_id = feed_snapshots.id), '[]') as chunks`;

/** The newest that is fresh, or null: then one is to be made. */
export async function freshSnapshot(sql: Sql, epoch: number, nowMs: number): Promise<Snapshot | null> {
  const [row] = await sql.query<SnapshotRow>(
    `select ${columns} from feed_snapshots where epoch = $1 order by version desc, made_at desc limit 1`,
    [epoch],
  );
  if (!row || row.head - row.version > freshFor.versions) return null;
  return nowMs - Date.parse(row.madeAt) > freshFor.ms ? null : told(row);
}

/** One that an edge has begun with; null when it is gone, or of another epoch. */
export async function snapshotById(sql: Sql, epoch: number, snapshotId: string): Promise<Snapshot | null> {
  const [row] = await sql.query<SnapshotRow>(
    `select ${columns} from feed_snapshots where id = $1 and epoch = $2`,
    [snapshotId, epoch],
  );
  return row ? told(row) : null;
}

export async function snapshotChunk(
  sql: Sql,
  epoch: number,
  snapshotId: string,
  index: number,
): Promise<Buffer | null> {
  const [row] = await sql.query<{ bytes: Buffer }>(
    `select bytes from feed_snapshot_chunks join feed_snapshots on id = snapshot_id
      where snapshot_id = $1 and index = $2 and epoch = $3`,
    [snapshotId, index, epoch],
  );
  return row?.bytes ?? null;
}

function told({ head: _head, ...snapshot }: SnapshotRow): Snapshot {
  return snapshot;
}

export interface SnapshotOrder {
  readonly snapshotId: string;
  readonly epoch: number;
  readonly nowMs: number;
  /** The process is about to end: nothing is left behind. */
  readonly stopped: AbortSignal;
}

/**
 * Makes a snapshot of the feed as it is now, unless another process is at it or has just made one. All of it is one
 * transaction that sees one state of the feed and holds up nobody; who dies in the middle leaves nothing behind.
 */
export async function makeSnapshot(
  database: Database,
  { snapshotId, epoch, nowMs, stopped }: SnapshotOrder,
): Promise<'made' | 'not-needed'> {
  return database.transaction(async (sql) => {
    await sql.query('set transaction isolation level repeatable read');
    await sql.query(`set local statement_timeout = ${buildLimitMs}`);
    await sql.query('set local enable_seqscan = off');
    const [lock] = await sql.query<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [
      buildLock,
    ]);
    if (!lock?.mine) return 'not-needed';
    // Asked apart from this transaction, whose view is older than the lock.
    if (await freshSnapshot(database, epoch, nowMs)) return 'not-needed';
    await sql.query(
      `insert into feed_snapshots (id, epoch, version, records, digest, made_at)
       select $1, $2, version, 0, '', $3 from feed_head`,
      [snapshotId, epoch, isoTime(nowMs)],
    );
    const chunks = await writeChunks(sql, snapshotId, stopped);
    if (await erasedSince(database, snapshotId, sql)) throw new Error('something was erased meanwhile');
    await sql.query('update feed_snapshots set records = $2, digest = $3 where id = $1', [
      snapshotId,
      chunks.reduce((sum, { records }) => sum + records, 0),
      digestOfChunks(chunks),
    ]);
    await sql.query('delete from feed_snapshots where id <> $1 and (made_at < $2 or epoch <> $3)', [
      snapshotId,
      isoTime(nowMs - keptMs),
      epoch,
    ]);
    return 'made';
  });
}

/** Asked apart from the transaction, which sees the feed as it was (W-SNAP-8). */
async function erasedSince(database: Database, snapshotId: string, sql: Sql): Promise<boolean> {
  const [own] = await sql.query<{ version: number }>('select version from feed_snapshots where id = $1', [
    snapshotId,
  ]);
  const gone = await database.query(
    `select 1 from feed_changes
      where version > $1 and (kind = 'purge-order' or kind = 'credential' and record is null) limit 1`,
    [own?.version ?? 0],
  );
  return gone.length > 0;
}

interface WrittenChunk {
  readonly digest: string;
  readonly records: number;
}

/** While one chunk is compressed, the next is read. */
async function writeChunks(
  sql: Sql,
  snapshotId: string,
  stopped: AbortSignal,
): Promise<readonly WrittenChunk[]> {
  const written: WrittenChunk[] = [];
  const write = async ({ records, bytes }: { readonly records: number; readonly bytes: Buffer }) => {
    const digest = sha256Hex(bytes);
    await sql.query(
      'insert into feed_snapshot_chunks (snapshot_id, index, digest, records, bytes) values ($1, $2, $3, $4, $5)',
      [snapshotId, written.length, digest, records, bytes],
    );
    written.push({ digest, records });
  };
  let compressing: Promise<{ readonly records: number; readonly bytes: Buffer }> | null = null;
  for (const kind of sharedKinds) {
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const [page] = await sql.query<{ records: number; last: string | null; lines: string | null }>(
        // The page is cut by the key alone: what is left out of it then would else be guessed, and the whole table read each time.
        `select count(*) filter (where shared)::int as records, max(id::text) as last,
                string_agg(line, E'\\n') filter (where shared) as lines
           from (select id, jsonb_build_object('kind', kind, 'id', id, 'record', record)::text as line,
                        record is not null and not (${ownPart}) as shared
                   from feed_changes where kind = $1 and id > $2 order by id limit $3) as page`,
        [kind, after, recordsInChunk],
      );
      if (compressing) await write(await compressing);
      stopped.throwIfAborted();
      compressing = null;
      if (!page?.last) break;
      after = page.last;
      const { records, lines } = page;
      if (lines === null) continue;
      const compressed = compress(lines, { level: constants.Z_DEFAULT_COMPRESSION });
      compressing = compressed.then((bytes) => ({ records, bytes }));
    }
  }
  return written;
}
