import { isoTime } from '@portillon/core/base/clock.ts';
import { localDate, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import { priceOf } from '@portillon/core/sale/plan-price.ts';
import { priceLevels } from '@portillon/core/sale/price-rule.ts';
import type { Plan } from '@portillon/core/sale/pricing.ts';
import type { ClubPrices } from '../../http/staff/price-view.ts';
import type { Reach } from '../../members/may-do.ts';
import { planInClub } from '../../members/plan-in-club.ts';
import { offlineAfterMs } from '../boxes.ts';
import type { Database } from '../database.ts';
import {
  concerns,
  levelOfPrice,
  notWithdrawn,
  type SetPriceRows,
  setPrices,
  setPricesOf,
} from './club-prices.ts';
import { maySet, type PriceScope, zonesOf } from './plan-prices.ts';

type SetPriceShown = ClubPrices['set'][number];

interface SetRow extends Omit<SetPriceShown, 'price' | 'mayWithdraw' | 'withdrawn'> {
  readonly adapter: string | null;
  readonly priceCents: number | null;
  readonly joiningFeeCents: number | null;
  readonly withdrawnAt: string | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnReason: string | null;
}

const shownAtMost = 200;

/** What plans cost in a club, and all prices that concern it; null when there is no such club. */
export async function readClubPrices(
  database: Database,
  clubId: string,
  reach: Reach,
  nowMs: number,
): Promise<ClubPrices | null> {
  const [club] = await database.query<PriceScope & { timeZone: string; legalEntity: string }>(
    `select clubs.id as "clubId", legal_entity_id as "legalEntityId", network_id as "networkId",
            time_zone as "timeZone", legal_entities.name as "legalEntity"
       from clubs join legal_entities on legal_entities.id = legal_entity_id where clubs.id = $1`,
    [clubId],
  );
  if (!club) return null;
  const { timeZone, legalEntity } = club;
  const plans = await database.query<{ planId: string; record: Plan; prices: SetPriceRows }>(
    `select plans.id as "planId", record, ${setPricesOf('plans.id', '$1', '$2', notWithdrawn)} as prices
       from plans where network_id = $3 order by (record->>'position')::int, id`,
    [clubId, club.legalEntityId, club.networkId],
  );
  const set = await database.query<SetRow & object>(
    `select plan_prices.id as "priceId", plan_id as "planId", ${levelOfPrice} as level, valid_from::text as "from",
            price_cents as "priceCents", joining_fee_cents as "joiningFeeCents", set_at as "setAt", coalesce(setter.name, adapter) as by, adapter,
            reason, withdrawn_at as "withdrawnAt", coalesce(withdrawer.name, withdrawn_adapter) as "withdrawnBy", withdrawn_reason as "withdrawnReason"
       from plan_prices join plans on plans.id = plan_id
       left join staff_users as setter on setter.id = set_by
       left join staff_users as withdrawer on withdrawer.id = withdrawn_by
      where network_id = $3 and ${concerns('$1', '$2')}
      order by valid_from desc, set_at desc, plan_prices.id limit ${shownAtMost}`,
    [clubId, club.legalEntityId, club.networkId],
  );
  const [unheard] = await database.query<ClubPrices['unheard']>(
    `select count(*)::int as boxes, min(last_contact_at) as since from edges
      where club_id = $1 and status = 'active' and last_contact_at <= $4
        and last_contact_at < (select max(greatest(set_at, withdrawn_at)) from plan_prices join plans on plans.id = plan_id
                                where network_id = $3 and ${concerns('$1', '$2')})`,
    [clubId, club.legalEntityId, club.networkId, isoTime(nowMs - offlineAfterMs)],
  );
  const may = await Promise.all(
    priceLevels.map(async (level) => ({
      level,
      may: await maySet(database, club, level, reach),
      zones: await zonesOf(database, club, level),
    })),
  );
  return {
    id: clubId,
    timeZone,
    legalEntity,
    today: localDate(nowMs, timeZone),
    unheard: unheard ?? { boxes: 0, since: null },
    maySet: may.flatMap((each) => (each.may ? [each.level] : [])),
    plans: plans.map(({ planId, record, prices }) => {
      const plan = planInClub(record, setPrices(prices), { timeZone, nowMs });
      return {
        planId,
        names: plan.names,
        kind: plan.dayEntry ? 'day-entry' : plan.prepaid ? 'prepaid' : 'monthly',
        termMonths: plan.prepaid?.termMonths ?? null,
        now: priceOf(plan),
        coming: [...(plan.comingPrices ?? [])],
      };
    }),
    set: set.map((row) => {
      const { priceCents, joiningFeeCents, withdrawnAt, withdrawnBy, withdrawnReason, adapter, ...shown } =
        row;
      const at = may.find(({ level }) => level === shown.level);
      return {
        ...shown,
        price: priceCents === null || joiningFeeCents === null ? null : { priceCents, joiningFeeCents },
        mayWithdraw:
          withdrawnAt === null &&
          adapter === null &&
          at?.may === true &&
          at.zones.every((zone) => startOfDayMs(shown.from, zone) > nowMs),
        withdrawn:
          withdrawnAt === null || withdrawnBy === null || withdrawnReason === null
            ? null
            : { at: withdrawnAt, by: withdrawnBy, reason: withdrawnReason },
      };
    }),
  };
}
