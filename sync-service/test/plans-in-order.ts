import type { Sql } from '../postgres/database.ts';

/** The ids of the plans, in the order in which they are shown: those of one millisecond are in no order by themselves. */
export async function plansInOrder(sql: Sql): Promise<string[]> {
  const plans = await sql.query<{ id: string }>("select id from plans order by (record->>'position')::int");
  return plans.map(({ id }) => id);
}
