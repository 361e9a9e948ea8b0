import type { BoxList, ShownBox } from '../http/staff/box-view.ts';
import type { Reach } from '../members/may-do.ts';
import type { Database } from './database.ts';
import { inReach } from './reach.ts';

/** Three heartbeats of an edge without a word: it is offline. */
export const offlineAfterMs = 15_000;

/** Every box of the clubs in reach: whether it is heard, what it still owes, and how its clock stands. */
export async function readBoxes(database: Database, reach: Reach, nowMs: number): Promise<BoxList> {
  const rows = await database.query<Omit<ShownBox, 'online'>>(
    `select edges.id as "edgeId", edges.club_id as "clubId", edges.issues_cards as "issuesCards",
            edges.last_contact_at as "lastContactAt", edges.clock,
            coalesce((select jsonb_agg(jsonb_build_object('name', name, 'status', devices.status, 'fault', fault, 'about', about, 'warning', warning, 'cards', cards, 'since',
                                                          to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                                       order by name)
                        from devices where devices.edge_id = edges.id), '[]') as devices,
            incomplete.count as "incomplete", incomplete.oldest as "oldestIncompleteAt"
       from edges
       join clubs on clubs.id = edges.club_id
      cross join lateral (
        select count(distinct attachments.member_id)::int as count, min(members.created_at) as oldest
          from attachments join members on members.id = attachments.member_id
         where attachments.edge_id = edges.id and attachments.received_at is null
      ) as incomplete
      where edges.status = 'active' and ${inReach('edges.club_id', '$1')}
      order by clubs.name, edges.enrolled_at`,
    [reach],
  );
  return {
    boxes: rows.map((row) => ({
      ...row,
      online: nowMs - Date.parse(row.lastContactAt) < offlineAfterMs,
    })),
  };
}
