import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import type { Sql } from '../database.ts';

/** As they are kept in the feed; each club is told them at its own price. */
export async function planRecords(sql: Sql, ids: readonly string[]): Promise<FeedRecord[]> {
  const rows = await sql.query<Extract<FeedRecord, { kind: 'plan' }>>(
    `select 'plan' as kind, id, record from plans where id = any($1::uuid[]) order by id`,
    [ids],
  );
  return rows.map(({ kind, id, record }) => ({ kind, id, record }));
}
