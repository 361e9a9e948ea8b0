import { isoTime } from '@portillon/core/base/clock.ts';
import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import type { Sql } from '../database.ts';

/** AD32: the member base of others that says what a plan costs; null where ours does. */
export async function masterOfPrice(sql: Sql, planId: string): Promise<string | null> {
  const [master] = await sql.query<{ adapter: string }>(
    `select adapter from adapter_ids join adapters on name = adapter
      where kind = 'plan' and our_id = $1 and said->>'price' = 'true' and ended_at is null order by adapter limit 1`,
    [planId],
  );
  return master?.adapter ?? null;
}

/**
 * AD32: every price that was set here for this plan, and those to come, give way to what the plan itself costs, from today on; what
 * was sold until now keeps its price. Resolves with how many.
 */
export async function endSetPrices(
  sql: Sql,
  planId: string,
  {
    adapter,
    nowMs,
    newId,
  }: { readonly adapter: string; readonly nowMs: number; readonly newId: () => string },
): Promise<number> {
  const zones = await sql.query<{ timeZone: string }>(
    `select distinct time_zone as "timeZone" from clubs join legal_entities on legal_entities.id = legal_entity_id
      where network_id = (select network_id from plans where id = $1)`,
    [planId],
  );
  // Where the day is youngest: begun there, it has begun everywhere.
  const days = zones.map(({ timeZone }) => localDate(nowMs, timeZone)).sort();
  const [today = localDate(nowMs, 'UTC')] = days;
  const standing = await sql.query<{ entityId: string | null; clubId: string | null; from: string }>(
    `select "entityId", "clubId", begins::text as "from" from (
       select distinct on (legal_entity_id, club_id, begins) legal_entity_id as "entityId", club_id as "clubId", begins, price_cents
         from (select *, greatest(valid_from, $2::date) as begins from plan_prices
                where plan_id = $1 and withdrawn_at is null) as price
        order by legal_entity_id, club_id, begins, valid_from desc, set_at desc, id desc) as last
      where price_cents is not null`,
    [planId, today],
  );
  // What has begun nowhere is withdrawn: an end on its day would outlast them, and end what is set here after them.
  const latest = days.at(-1) ?? today;
  await sql.query(
    `update plan_prices set withdrawn_at = $3, withdrawn_adapter = $4, withdrawn_reason = ''
      where plan_id = $1 and valid_from > $2::date and price_cents is not null and withdrawn_at is null`,
    [planId, latest, isoTime(nowMs), adapter],
  );
  for (const { entityId, clubId, from } of standing.filter((price) => price.from <= latest)) {
    // After each of them, by whatever clock it was set.
    await sql.query(
      `insert into plan_prices (id, plan_id, legal_entity_id, club_id, valid_from, set_at, adapter, reason)
       select $1, $2, $3::uuid, $4::uuid, $5, greatest($6::timestamptz, max(set_at) + interval '1 millisecond'), $7, ''
         from plan_prices
        where plan_id = $2 and legal_entity_id is not distinct from $3 and club_id is not distinct from $4`,
      [newId(), planId, entityId, clubId, from, isoTime(nowMs), adapter],
    );
  }
  return standing.length;
}
