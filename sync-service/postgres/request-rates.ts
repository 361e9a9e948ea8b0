import type { Sql } from './database.ts';

/**
 * Counts a request and returns how many there were since the time window began, this one included, over all processes of
 * the base, and how long the window lasts yet. Time is PostgreSQL's, the same for all.
 */
export async function countRequest(
  sql: Sql,
  what: string,
  who: string,
  windowMs: number,
): Promise<{ readonly count: number; readonly leftMs: number }> {
  const [rate] = await sql.query<{ count: number; left_ms: number }>(
    `insert into request_rates as known (what, who, until_at, count)
     values ($1, $2, now() + $3 * interval '1 ms', 1)
     on conflict (what, who) do update
       set count = case when known.until_at <= now() then 1 else known.count + 1 end,
           until_at = case when known.until_at <= now() then excluded.until_at else known.until_at end
     returning count, ceil(extract(epoch from until_at - now()) * 1000)::integer as left_ms`,
    [what, who, windowMs],
  );
  // Whoever begins a window takes the ended ones away.
  if (rate?.count === 1)
    await sql.query("delete from request_rates where until_at < now() - interval '1 minute'");
  return { count: rate?.count ?? 1, leftMs: rate?.left_ms ?? windowMs };
}

/** Takes one request off those that were counted in the window that runs. */
export async function uncountRequest(sql: Sql, what: string, who: string): Promise<void> {
  await sql.query(
    'update request_rates set count = greatest(count - 1, 0) where what = $1 and who = $2 and until_at > now()',
    [what, who],
  );
}
