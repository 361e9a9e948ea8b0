import type { Reporter } from '../../members/row-change.ts';
import type { Sql } from '../database.ts';

/** Every edge that ever told anything, as the base knows it now. */
export async function reportersOf(sql: Sql): Promise<ReadonlyMap<string, Reporter>> {
  const edges = await sql.query<Reporter>(
    `select edges.id as "edgeId", club_id as "clubId", legal_entity_id as "legalEntityId"
       from edges join clubs on clubs.id = edges.club_id`,
  );
  return new Map(edges.map((edge) => [edge.edgeId, edge]));
}
