import { isoTime } from '@portillon/core/base/clock.ts';
import type { ClubView, LiveView, PassageView, RefusalView } from '../http/staff/live-view.ts';
import type { Database } from './database.ts';

/** Three heartbeats of an edge without a word: it is offline. */
const offlineAfterMs = 15_000;
const rowsShown = 30;

interface WhoRow {
  readonly member_id: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly has_photo: boolean;
  readonly single_use: boolean | null;
}

/** Who stands behind a credential of the row `seen`. */
const whoColumns = `credentials.member_id, members.given_name, members.family_name, credentials.single_use,
  exists (select 1 from attachments where attachments.member_id = members.id and purpose = 'photo'
          and received_at is not null and problem is null) as has_photo`;
const whoJoins = `left join credentials on credentials.id = seen.credential_id
  left join members on members.id = credentials.member_id`;

export async function readLiveView(database: Database, nowMs: number): Promise<LiveView> {
  const [clubs, passages, refusals] = await Promise.all([
    database.query<Omit<ClubView, 'online'>>(
      `select clubs.id, clubs.name, clubs.time_zone as "timeZone", clubs.capacity,
              sum(occupancy.inside)::int as inside, min(occupancy.at) as "asOf",
              min(edges.last_contact_at) as "lastContactAt"
         from clubs
         left join edges on edges.club_id = clubs.id and edges.status = 'active'
         left join occupancy on occupancy.edge_id = edges.id
        group by clubs.id order by clubs.name`,
    ),
    database.query<Omit<PassageView, 'who'> & WhoRow>(
      `select seen.id, seen.at, seen.club_id as "clubId", seen.gate_id as "gateId", seen.direction,
              credentials.kind as "credentialKind", ${whoColumns}
         from (select * from passages order by at desc limit $1) as seen ${whoJoins}
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
  ]);
  return {
    at: isoTime(nowMs),
    clubs: clubs.map((club) => ({
      ...club,
      online: club.lastContactAt !== null && nowMs - Date.parse(club.lastContactAt) < offlineAfterMs,
    })),
    passages: passages.map((row) => ({
      id: row.id,
      at: row.at,
      clubId: row.clubId,
      gateId: row.gateId,
      direction: row.direction,
      credentialKind: row.credentialKind,
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
  };
}

function whoOf(row: WhoRow): PassageView['who'] {
  if (row.member_id === null) return null;
  const name = [row.given_name, row.family_name].filter(Boolean).join(' ');
  return {
    memberId: row.member_id,
    name: name === '' ? null : name,
    hasPhoto: row.has_photo,
    guest: row.single_use === true,
  };
}
