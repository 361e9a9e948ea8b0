import { isoTime } from '@portillon/core/base/clock.ts';
import { clockOrderLifeMs } from '@portillon/core/base/clock-trust.ts';
import type { ClockTold } from '@portillon/core/wire/messages.ts';
import type { Database } from './database.ts';
import type { StaffUser } from './staff-accounts.ts';

/** Notes how the clock of an edge stands; when somebody vouched to it for the base's clock, while that may be followed. */
export async function noteClock(
  database: Database,
  edgeId: string,
  told: ClockTold,
  nowMs: number,
): Promise<string | null> {
  const [row] = await database.query<{ madeAt: string | null }>(
    `with told as (update edges set clock = $2 where id = $1 and clock is distinct from $2::jsonb)
     select clock_order_at as "madeAt" from edges where id = $1`,
    [edgeId, JSON.stringify(told)],
  );
  const madeAt = row?.madeAt ?? null;
  return madeAt !== null && Math.abs(nowMs - Date.parse(madeAt)) < clockOrderLifeMs ? madeAt : null;
}

/** False when there is no such edge. */
export async function orderClock(
  database: Database,
  edgeId: string,
  user: Pick<StaffUser, 'id' | 'name'>,
  words: string,
  nowMs: number,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const edges = await sql.query(
      "update edges set clock_order_at = $2 where id = $1 and status = 'active' returning 1",
      [edgeId, isoTime(nowMs)],
    );
    if (edges.length === 0) return false;
    await sql.query(
      'insert into clock_orders (edge_id, made_at, made_by, made_by_name, words) values ($1, $2, $3, $4, $5)',
      [edgeId, isoTime(nowMs), user.id, user.name, words],
    );
    return true;
  });
}
