import { isoTime } from '@portillon/core/base/clock.ts';
import type { Sql } from './database.ts';

/** As long as the log of what staff read. */
const keptMs = 365 * 24 * 3_600_000;
const droppedAtOnce = 100;

/** Whose particulars a key was told (AP6): ids, and nothing of what was told. */
export async function noteApiRead(
  sql: Sql,
  read: {
    readonly id: string;
    readonly keyId: string;
    readonly route: string;
    readonly memberIds: readonly string[];
    readonly nowMs: number;
  },
): Promise<void> {
  await sql.query(
    `delete from api_reads where id in (select id from api_reads where at < $1 order by at limit ${droppedAtOnce})`,
    [isoTime(read.nowMs - keptMs)],
  );
  await sql.query('insert into api_reads (id, key_id, at, route, member_ids) values ($1, $2, $3, $4, $5)', [
    read.id,
    read.keyId,
    isoTime(read.nowMs),
    read.route,
    [...new Set(read.memberIds)],
  ]);
}
