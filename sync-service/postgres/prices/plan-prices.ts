import { isoTime } from '@portillon/core/base/clock.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { localDate, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import { isFree } from '@portillon/core/sale/plan-price.ts';
import type { PriceLevel } from '@portillon/core/sale/price-rule.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { RefusalWords } from '../../http/refusal.ts';
import type { NewPrice } from '../../http/staff/price-view.ts';
import type { Reach } from '../../members/may-do.ts';
import type { Database, Sql } from '../database.ts';
import { writeFeed } from '../feed.ts';
import { concerns, levelOfPrice } from './club-prices.ts';
import { masterOfPrice } from './mastered-elsewhere.ts';
import { planRecords } from './plan-feed.ts';

/** Who sets or withdraws it, when, and the clubs that the account sees. */
export interface PriceDecision {
  readonly userId: string;
  readonly reach: Reach;
  readonly nowMs: number;
}

export interface PriceScope {
  readonly clubId: string;
  readonly legalEntityId: string;
  readonly networkId: string;
}

const notYours: RefusalWords = {
  code: 'price.not-yours',
  message:
    'prices are set by who sees all clubs that they concern, those of a club by who sees all of its legal entity',
};

const masteredElsewhere = (master: string): RefusalWords => ({
  code: 'price.mastered-elsewhere',
  message: `what this plan costs is said by ${master}: change it there`,
});

/** SA90: a price from the beginning of a day on, in a club, in all of its legal entity, or in the network. */
export async function setPrice(
  database: Database,
  clubId: string,
  priceId: string,
  { planId, level, from, price, reason }: NewPrice,
  by: PriceDecision,
): Promise<Result<null, RefusalWords>> {
  return database.transaction(async (sql) => {
    const scope = await scopeOf(sql, clubId);
    if (!scope) return err({ code: 'price.unknown-club', message: 'there is no such club' });
    if (!(await maySet(sql, scope, level, by.reach))) return err(notYours);
    const [plan] = await sql.query<{ record: Plan }>(
      'select record from plans where id = $1 and network_id = $2 for update',
      [planId, scope.networkId],
    );
    if (!plan) return err({ code: 'price.unknown-plan', message: 'there is no such plan' });
    const master = price && (await masterOfPrice(sql, planId));
    if (master) return err(masteredElsewhere(master));
    if (price && isFree(plan.record, price)) {
      const message =
        'a terminal takes no payment of nothing: a day, a term, and the first month with its fee cost something';
      return err({ code: 'price.malformed', message, path: 'price.priceCents' });
    }
    const zones = await zonesOf(sql, scope, level);
    const past = zones.find((timeZone) => from < localDate(by.nowMs, timeZone));
    if (past !== undefined) {
      return err({
        code: 'price.in-the-past',
        message: `a price begins today or later; in ${past} it is the ${localDate(by.nowMs, past)} already`,
        path: 'from',
      });
    }
    await sql.query(
      `insert into plan_prices (id, plan_id, legal_entity_id, club_id, valid_from, price_cents, joining_fee_cents, set_at,
                                set_by, reason)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        priceId,
        planId,
        level === 'legal-entity' ? scope.legalEntityId : null,
        level === 'club' ? scope.clubId : null,
        from,
        price?.priceCents ?? null,
        price?.joiningFeeCents ?? null,
        isoTime(by.nowMs),
        by.userId,
        reason,
      ],
    );
    await tell(sql, planId, by.nowMs);
    return ok(null);
  });
}

/** SA90: before it has begun anywhere. */
export async function withdrawPrice(
  database: Database,
  clubId: string,
  priceId: string,
  reason: string,
  by: PriceDecision,
): Promise<Result<null, RefusalWords>> {
  return database.transaction(async (sql) => {
    const scope = await scopeOf(sql, clubId);
    if (!scope) return err({ code: 'price.unknown-club', message: 'there is no such club' });
    const [row] = await sql.query<{
      planId: string;
      level: PriceLevel;
      from: string;
      withdrawn: boolean;
      adapter: string | null;
    }>(
      `select plan_id as "planId", ${levelOfPrice} as level, valid_from::text as "from", withdrawn_at is not null as withdrawn, adapter
         from plan_prices join plans on plans.id = plan_id
        where plan_prices.id = $1 and network_id = $4 and ${concerns('$2', '$3')} for update of plans, plan_prices`,
      [priceId, scope.clubId, scope.legalEntityId, scope.networkId],
    );
    if (!row) return err({ code: 'price.unknown', message: 'there is no such price in this club' });
    if (!(await maySet(sql, scope, row.level, by.reach))) return err(notYours);
    if (row.adapter !== null) return err(masteredElsewhere(row.adapter));
    if (row.withdrawn) return err({ code: 'price.withdrawn', message: 'it was withdrawn before' });
    const zones = await zonesOf(sql, scope, row.level);
    if (zones.some((timeZone) => startOfDayMs(row.from, timeZone) <= by.nowMs)) {
      return err({
        code: 'price.begun',
        message: 'it has begun: it is not withdrawn any more, set another one from today or a later day',
      });
    }
    await sql.query(
      'update plan_prices set withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4 where id = $1',
      [priceId, isoTime(by.nowMs), by.userId, reason],
    );
    await tell(sql, row.planId, by.nowMs);
    return ok(null);
  });
}

async function tell(sql: Sql, planId: string, nowMs: number): Promise<void> {
  await sql.query('update plans set prices_told_at = $2 where id = $1', [planId, isoTime(nowMs)]);
  await writeFeed(sql, await planRecords(sql, [planId]), nowMs);
}

async function scopeOf(sql: Sql, clubId: string): Promise<PriceScope | null> {
  const [scope] = await sql.query<PriceScope & object>(
    `select clubs.id as "clubId", legal_entity_id as "legalEntityId", network_id as "networkId"
       from clubs join legal_entities on legal_entities.id = legal_entity_id where clubs.id = $1`,
    [clubId],
  );
  return scope ?? null;
}

/** What an account may set from this club: all levels, those of its legal entity, or none. */
export async function maySet(sql: Sql, scope: PriceScope, level: PriceLevel, reach: Reach): Promise<boolean> {
  if (reach === null) return true;
  if (level === 'network') return false;
  const out = await sql.query(
    'select 1 from clubs where legal_entity_id = $1 and not id = any($2::uuid[]) limit 1',
    [scope.legalEntityId, reach],
  );
  return out.length === 0;
}

/** Time zones of the clubs that a price of that level concerns. */
export async function zonesOf(sql: Sql, scope: PriceScope, level: PriceLevel): Promise<readonly string[]> {
  const rows = await sql.query<{ timeZone: string }>(
    `select distinct time_zone as "timeZone" from clubs join legal_entities on legal_entities.id = legal_entity_id
      where network_id = $1 and ($2::uuid is null or legal_entity_id = $2) and ($3::uuid is null or clubs.id = $3)
      order by 1`,
    [
      scope.networkId,
      level === 'network' ? null : scope.legalEntityId,
      level === 'club' ? scope.clubId : null,
    ],
  );
  return rows.map(({ timeZone }) => timeZone);
}
