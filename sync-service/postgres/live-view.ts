import { isoTime } from '@portillon/core/base/clock.ts';
import type { ClubView, LiveView, PassageView, PersonShown, RefusalView } from '../http/staff/live-view.ts';
import type { Reach } from '../members/may-do.ts';
import { countCases } from './cases.ts';
import type { Database } from './database.ts';
import { readGates, readStandingAlarms } from './gates.ts';
import { countOrders } from './orders.ts';
import { type MemberRow, memberColumns, personShown } from './person-shown.ts';
import { inReach } from './reach.ts';

/** Three heartbeats of an edge without a word: it is offline. */
const offlineAfterMs = 15_000;
const rowsShown = 30;

interface WhoRow extends MemberRow {
  readonly single_use: boolean | null;
}

/** Who stands behind a credential of the row `seen`. */
const whoColumns = `${memberColumns('$2')}, credentials.single_use`;
const whoJoins = `left join credentials on credentials.id = seen.credential_id
  left join named_members as members on members.id = credentials.member_id`;

/**
 * The newest rows of a table in reach ($2), as many as $1. Of a few clubs they are taken club by club: among the rows of all they
 * may lie far back.
 */
function newest(table: string, where: string, reach: Reach): string {
  if (reach === null) return `(select * from ${table} where ${where} order by at desc limit $1)`;
  return `(select ofclub.* from unnest($2::uuid[]) as mine(club_id)
             cross join lateral (select * from ${table} where club_id = mine.club_id and ${where}
                                  order by at desc limit $1) as ofclub
            order by ofclub.at desc limit $1)`;
}

/** What staff see who see these clubs, and nothing of others. */
export async function readLiveView(database: Database, reach: Reach, nowMs: number): Promise<LiveView> {
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
        where ${inReach('clubs.id', '$1')}
        group by clubs.id order by clubs.name`,
      [reach],
    ),
    database.query<ClubView['zones'][number] & { readonly clubId: string }>(
      `select occupancy.club_id as "clubId", told.zone, max(told.name) as name, sum(told.inside)::int as inside,
              sum(told.low)::int as low, sum(told.high)::int as high
         from occupancy
         join edges on edges.id = occupancy.edge_id and edges.status = 'active'
        cross join lateral jsonb_to_recordset(coalesce(occupancy.zones, '[]'))
                as told(zone text, name text, inside int, low int, high int)
        where ${inReach('occupancy.club_id', '$1')}
        group by occupancy.club_id, told.zone order by name, told.zone`,
      [reach],
    ),
    database.query<Omit<PassageView, 'who'> & WhoRow>(
      `select seen.id, seen.at, seen.club_id as "clubId", seen.gate_id as "gateId", seen.direction,
              credentials.kind as "credentialKind", gate_orders.made_by_name as "openedBy", ${whoColumns}
         from ${newest('passages', 'true', reach)} as seen ${whoJoins}
         left join gate_orders on gate_orders.id = seen.order_id
        order by seen.at desc, seen.id desc`,
      [rowsShown, reach],
    ),
    database.query<Omit<RefusalView, 'who'> & WhoRow>(
      `select seen.id, seen.at, seen.club_id as "clubId", seen.gate_id as "gateId", seen.presented, seen.reason,
              ${whoColumns}
         from ${newest('decisions', "outcome = 'refused'", reach)} as seen ${whoJoins}
        order by seen.at desc, seen.id desc`,
      [rowsShown, reach],
    ),
    countCases(database, reach),
    countOrders(database, reach),
    readGates(database, reach, nowMs),
    readStandingAlarms(database, reach),
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
