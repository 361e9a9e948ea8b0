import { isoTime } from '@portillon/core/base/clock.ts';
import { type EntryEvent, entryEvent } from '../privacy/kept/without-person.ts';
import type { Database, Sql } from './database.ts';

const usuallyAtOnce = 1_000;

interface ReduceOptions {
  /** The end of the term of the entry log: what was before is over. */
  readonly beforeMs: number;
  readonly nowMs: number;
  readonly dryRun: boolean;
  /** Events that are looked through in one transaction. */
  readonly atOnce?: number;
  /** Asked between two transactions; false leaves the rest to the next round. */
  readonly goesOn?: () => boolean;
  /** After each transaction: how many events were looked through by now, and how many there are at most. */
  readonly onProgress?: (lookedThrough: number, ofAtMost: number) => void;
}

type Rest = Pick<EntryEvent, 'rowId' | 'table'> & { readonly seq: number; readonly rest: string };

interface KeptEvent {
  readonly seq: number;
  readonly body: Buffer;
  readonly received_at: string;
}

/**
 * RT7. Takes the person out of events of entries that are over, and resolves with how many it were. The events of each edge are
 * gone through in the order of their numbers, each once: up to the first entry that is not over, where the next round goes on. No
 * event happened later than it was received, whatever the clock of its edge said.
 */
export async function reduceEvents(database: Database, options: ReduceOptions): Promise<number> {
  const edges = await database.query<{ id: string; through: number; last: number }>(
    `select edges.id, coalesce(through, 0) as through,
            coalesce((select max(seq) from edge_events where edge_id = edges.id), 0) as last
       from edges left join reduced_events on reduced_events.edge_id = edges.id order by edges.id`,
  );
  const { goesOn = () => true, onProgress } = options;
  let reduced = 0;
  let looked = 0;
  let most = edges.reduce((sum, { through, last }) => sum + Math.max(0, last - through), 0);
  for (const { id, through, last } of edges) {
    for (let after: number | null = through; after !== null && goesOn(); ) {
      const from: number = after;
      const done = await database.transaction((sql) => reduceSome(sql, id, from, options));
      reduced += done.reduced;
      looked += done.through - from;
      // What follows in this edge is not over.
      if (done.next === null) most -= Math.max(0, last - done.through);
      onProgress?.(looked, most);
      after = done.next;
    }
  }
  return reduced;
}

/** `next`: where to go on at once; null where what follows is not over, or not there. */
async function reduceSome(
  sql: Sql,
  edgeId: string,
  after: number,
  { beforeMs, nowMs, dryRun, atOnce = usuallyAtOnce }: ReduceOptions,
): Promise<{ readonly reduced: number; readonly through: number; readonly next: number | null }> {
  const events = await sql.query<KeptEvent>(
    `select seq, body, received_at from edge_events where edge_id = $1 and seq > $2 order by seq limit $3`,
    [edgeId, after, atOnce],
  );
  const rests: Rest[] = [];
  let through = after;
  let isOver = true;
  for (const { seq, body, received_at } of events) {
    const entry = entryEvent(body.toString('utf8'));
    if (entry) {
      const receivedMs = Date.parse(received_at);
      isOver = Math.min(entry.atMs ?? receivedMs, receivedMs) < beforeMs;
      if (!isOver) break;
      if (entry.rest !== null) rests.push({ seq, rest: entry.rest, rowId: entry.rowId, table: entry.table });
    }
    through = seq;
  }
  if (!dryRun) {
    await writeRests(sql, edgeId, rests, isoTime(nowMs));
    if (through > after) {
      await sql.query(
        `insert into reduced_events (edge_id, through) values ($1, $2)
         on conflict (edge_id) do update set through = excluded.through`,
        [edgeId, through],
      );
    }
  }
  return { reduced: rests.length, through, next: isOver && events.length === atOnce ? through : null };
}

/** With the rows that they became: what is built anew from an event says no less than the row, and no more. */
async function writeRests(sql: Sql, edgeId: string, rests: readonly Rest[], now: string): Promise<void> {
  if (rests.length === 0) return;
  await sql.query(
    `update edge_events set body = convert_to(reduced.rest, 'UTF8'), reduced_at = $2
       from unnest($3::bigint[], $4::text[]) as reduced (seq, rest)
      where edge_events.edge_id = $1 and edge_events.seq = reduced.seq`,
    [edgeId, now, rests.map(({ seq }) => seq), rests.map(({ rest }) => rest)],
  );
  for (const table of ['decisions', 'passages', 'interventions'] as const) {
    const rowIds = rests.flatMap((rest) => (rest.table === table ? (rest.rowId ?? []) : []));
    if (rowIds.length === 0) continue;
    await sql.query(
      `update ${table} set credential_id = null
        where id = any($1::uuid[]) and edge_id = $2 and credential_id is not null`,
      [rowIds, edgeId],
    );
  }
}
