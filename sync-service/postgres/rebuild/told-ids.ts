import type { Sql } from '../database.ts';

/**
 * Where events say the ids of rows that they make, in tables in which others make rows too. Paths are of SQL/JSON, over the
 * body of an event.
 */
const toldIds: readonly (readonly [table: string, type: string, path: string])[] = [
  ['members', 'sale.completed', '$.member.memberId'],
  ['memberships', 'sale.completed', '$.membership.membershipId'],
  ['memberships', 'membership.renewed', '$.membershipId'],
  ['credentials', 'sale.completed', '$.credentials[*].credentialId'],
  ['credentials', 'day-entry.sold', '$.ticket.credentialId'],
  ['credentials', 'card.replaced', '$.credential.credentialId'],
  ['credentials', 'credential.blocked', '$.credentialId'],
  ['credentials', 'pass.enrolled', '$.pass.credentialId'],
  ['cases', 'case.opened', '$.caseId'],
];

/** Fills the table `told_ids` with the ids of rows that events made. What was kept aside made none, and may be anything. */
export async function findToldIds(sql: Sql): Promise<void> {
  await sql.query(
    `create temporary table told_ids on commit drop as
     with told as materialized (
       select convert_from(body, 'UTF8')::jsonb as event
         from edge_events
        where not exists (select 1 from parked_events
                           where parked_events.edge_id = edge_events.edge_id and parked_events.seq = edge_events.seq)
        union all
       select body::jsonb from base_events
     )
     select distinct place.name, id #>> '{}' as id
       from unnest($1::text[], $2::text[], $3::text[]) as place (name, type, path)
       join told on told.event->>'type' = place.type
       cross join lateral jsonb_path_query(told.event, place.path::jsonpath) as id`,
    [toldIds.map(([table]) => table), toldIds.map(([, type]) => type), toldIds.map(([, , path]) => path)],
  );
  await sql.query('create index on told_ids (name, id)');
}
