import { isoTime } from '@portillon/core/base/clock.ts';
import type { ClubView, LiveView, PassageView, PersonShown, RefusalView } from '../http/staff/live-view.ts';
import { countCases } from './cases.ts';
import type { Database } from './database.ts';
import { readGates, readStandingAlarms } from './gates.ts';
import { countOrders } from './orders.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';

/** Three heartbeats of an edge without a word: it is offline. */
const offlineAfterMs = 15_000;
const rowsShown = 30;

interface WhoRow extends MemberRow {
  readonly single_use: boolean | null;
}

/** Who stands behind a credential of the row `seen`. */
const whoColumns = `${memberColumns}, credentials.single_use`;
const whoJoins = `left join credentials on credentials.id = seen.credential_id
  left join members on members.id = credentials.member_id`;

export async function readLiveView(database: Database, nowMs: number): Promise<LiveView> {
  const [clubs, zones, passages, refusals, cases, orders, gates, alarms] = await Promise.all([
    database.query<Omit<ClubView, 'online' | 'zones'>>(
      `select clubs.id, clubs.name, clubs.time_zone as "timeZone", clubs.capacity,
              sum(occupancy.inside)::int as inside, min(occupancy.at) as "asOf",
              sum(coalesce(occupancy.low, occupancy.inside))::int as low,
              sum(coalesce(occupancy.high, occupancy.inside))::int as high,
              min(edges.last_contact_at) as "lastContactAt"
         from clubs
         left join edges on edges.club_id = clubs.id and edges.status = 'active'
         left join occupancy on occupancy.edge_id = edges.id
        group by clubs.id order by clubs.name`,
    ),
    database.query<ClubView['zones'][number] & { readonly clubId: string }>(
      `select occupancy.club_id as "clubId", told.zone, max(told.name) as name, sum(told.inside)::int as inside,
              sum(told.low)::int as low, sum(told.high)::int as high
         from occupancy
         join edges on edges.id = occupancy.edge_id and edges.status = 'active'
        cross join lateral jsonb_to_recordset(coalesce(occupancy.zones, '[]'))
                as told(zone text, name text, inside int, low int, high int)
        group by occupancy.club_id, told.zone order by name, told.zone`,
    ),
    database.query<Omit<PassageView, 'who'> & WhoRow>(
      `select seen.id, seen.at, seen.club_id as "clubId", seen.gate_id as "gateId", seen.direction,
              credentials.kind as "credentialKind", gate_orders.made_by_name as "openedBy", ${whoColumns}
         from (select * from passages order by at desc limit $1) as seen ${whoJoins}
         left join gate_orders on gate_orders.id = seen.order_id
        order by seen.at desc, seen.id desc`,
      [rowsShown],
    ),
    database.query<Omit<RefusalView, 'who'> & WhoRow>(
      `select seen.id, seen.at, seen.club_id as "clubId", seen.gate_id as "gateId", seen.presented, seen.reason,
              ${whoColumns}
         from (select * from decisions where outcome = 'refused' order by at desc limit $1) as seen ${whoJoins}
        order by seen.at desc, seen.id desc`,
      [rowsShown],
    ),
    countCases(database),
    countOrders(database),
    readGates(database, nowMs),
    readStandingAlarms(database),
  ]);
  return {
    at: isoTime(nowMs),
    clubs: clubs.map((club) => ({
      ...club,
      zones: zones.filter(({ clubId }) => clubId === club.id).map(({ clubId, ...zone }) => zone),
      online: club.lastContactAt !== null && nowMs - Date.parse(club.lastContactAt) < offlineAfterMs,
    })),
    passages: passages.map((row) => ({
      id: row.id,
      at: row.at,
      clubId: row.clubId,
      gateId: row.gateId,
      direction: row.direction,
      credentialKind: row.credentialKind,
      openedBy: row.openedBy,
      who: whoOf(row),
    })),
    refusals: refusals.map((row) => ({
      id: row.id,
      at: row.at,
      clubId: row.clubId,
      gateId: row.gateId,
      presented: row.presented,
      reason: row.reason,
      who: whoOf(row),
    })),
    cases,
    orders,
    gates,
    alarms,
  };
}

function whoOf(row: WhoRow): PersonShown | null {
  return personShown(row, row.single_use === true);
}
