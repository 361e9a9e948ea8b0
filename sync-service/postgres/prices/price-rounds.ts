import { delay, isoTime } from '@portillon/core/base/clock.ts';
import { startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import type { BaseContext } from '../../http/base-context.ts';
import type { Database } from '../database.ts';
import { writeFeed } from '../feed.ts';
import { concerns, notWithdrawn } from './club-prices.ts';
import { planRecords } from './plan-feed.ts';

const roundMs = 5_000;

/**
 * Tells plans anew as prices of them begin, at midnight of each time zone (W-PLAN-2). Any number of processes may do it at once. The
 * returned function ends it.
 */
export function startPriceRounds(base: BaseContext): () => Promise<void> {
  const stopped = new AbortController();
  const work = async () => {
    while (!stopped.signal.aborted) {
      const told = await tellBegunPrices(base.database, base.clock.wallMs()).catch((error: Error) => {
        base.log.warn('prices.round-failed', { detail: error.message });
        return [];
      });
      for (const planId of told) base.log.info('prices.begun', { planId });
      await delay(base.clock, roundMs, stopped.signal).catch(() => 'stopped');
    }
  };
  const working = work();
  return async () => {
    stopped.abort();
    await working;
  };
}

/** Resolves with the plans that were told. What another process tells at the same moment is left to it. */
export async function tellBegunPrices(database: Database, nowMs: number): Promise<readonly string[]> {
  const now = isoTime(nowMs);
  const rows = await database.query<{ planId: string; from: string; timeZone: string; toldAt: string }>(
    `select distinct plans.id as "planId", valid_from::text as "from", clubs.time_zone as "timeZone",
            prices_told_at as "toldAt"
       from plan_prices
       join plans on plans.id = plan_prices.plan_id
       join legal_entities on legal_entities.network_id = plans.network_id
       join clubs on clubs.legal_entity_id = legal_entities.id and ${concerns('clubs.id', 'legal_entities.id')}
      where ${notWithdrawn} and valid_from > (prices_told_at - interval '2 days')::date
        and valid_from < ($1::timestamptz + interval '2 days')::date`,
    [now],
  );
  const begun = new Map<string, number>();
  for (const { planId, from, timeZone, toldAt } of rows) {
    const beginsMs = startOfDayMs(from, timeZone);
    if (beginsMs <= Date.parse(toldAt) || beginsMs > nowMs) continue;
    begun.set(planId, Math.max(beginsMs, begun.get(planId) ?? 0));
  }
  if (begun.size === 0) return [];
  return database.transaction(async (sql) => {
    const told = await sql.query<{ id: string }>(
      `update plans set prices_told_at = $3
         from unnest($1::uuid[], $2::timestamptz[]) as price (plan_id, begins_at)
        where plans.id = plan_id and prices_told_at < begins_at returning id`,
      [[...begun.keys()], [...begun.values()].map(isoTime), now],
    );
    const ids = told.map(({ id }) => id);
    await writeFeed(sql, await planRecords(sql, ids), nowMs);
    return ids;
  });
}
