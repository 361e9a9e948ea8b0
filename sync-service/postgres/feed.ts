import type { FeedChange, FeedRecord } from '@portillon/core/wire/messages.ts';
import { announce } from './announcements.ts';
import type { Database, Sql } from './database.ts';

/**
 * Writes records into the feed, as the last thing of a transaction. The row of the head is locked from here to the
 * commit, so versions are taken in the order of commits: nobody who has read version V can later find a smaller one new
 * (W-FEED-1). A sequence would not give that.
 */
export async function writeFeed(sql: Sql, records: readonly FeedRecord[]): Promise<void> {
  const last = new Map(records.map((change) => [`${change.kind} ${change.id}`, change]));
  if (last.size === 0) return;
  const changes = [...last.values()];
  const [head] = await sql.query<{ version: number }>(
    'update feed_head set version = version + $1 returning version',
    [changes.length],
  );
  const before = (head?.version ?? 0) - changes.length;
  await sql.query(
    `insert into feed_changes (kind, id, version, record)
     select kind, id::uuid, version, record::jsonb
       from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) as change (kind, id, version, record)
     on conflict (kind, id) do update set version = excluded.version, record = excluded.record`,
    [
      changes.map(({ kind }) => kind),
      changes.map(({ id }) => id),
      changes.map((_, index) => before + index + 1),
      changes.map(({ record }) => (record === null ? null : JSON.stringify(record))),
    ],
  );
  await announce(sql, 'feed');
}

export interface FeedPage {
  readonly changes: FeedChange[];
  readonly cursor: number;
  readonly more: boolean;
}

const pageLength = 1_000;

/** What changed after a version, oldest first. `ahead` when the base has never reached that version. */
export async function readFeed(database: Database, after: number): Promise<FeedPage | 'ahead'> {
  const rows = await database.query<{ head: number; version: number | null; change: FeedRecord | null }>(
    `select head.version as head, page.version, page.change
       from feed_head as head
       left join lateral (
         select version, jsonb_build_object('kind', kind, 'id', id, 'record', record) as change
           from feed_changes where version > $1 order by version limit $2
       ) as page on true
      order by page.version`,
    [after, pageLength + 1],
  );
  if (after > (rows[0]?.head ?? 0)) return 'ahead';
  const changes: FeedChange[] = [];
  for (const { version, change } of rows.slice(0, pageLength)) {
    if (version !== null && change !== null) changes.push({ version, change });
  }
  return { changes, cursor: changes.at(-1)?.version ?? after, more: rows.length > pageLength };
}
