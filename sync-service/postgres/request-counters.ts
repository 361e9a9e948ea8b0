import type { Database } from './database.ts';

/** Requests of an edge overtake each other (a push and a long wait at once), but not by more than this. */
export const counterWindow = 1_024;

/**
 * True the first time an edge uses this counter, over restarts and over all processes of the base (W-SIGN-3). Counters
 * far below the highest one are refused without a look, so that the table stays small.
 */
export async function takeCounter(database: Database, edgeId: string, counter: number): Promise<boolean> {
  // One statement, and so one way to PostgreSQL and one commit: every request of every edge takes it. The row of the head is
  // locked first, so that what is compared with is what the request before has left.
  const [taken] = await database.query(
    `with head as materialized (
       select highest from edge_counter_heads where edge_id = $1 for update
     ), taken as (
       insert into edge_counters (edge_id, counter)
         select $1, $2 from head where $2 > highest - $3::bigint
         on conflict do nothing returning counter
     ), moved as (
       update edge_counter_heads set highest = $2 from taken where edge_id = $1 and highest < $2
     )
     select 1 from taken`,
    [edgeId, counter, counterWindow],
  );
  if (!taken) return false;
  if (counter % counterWindow === 0) {
    await database.query('delete from edge_counters where edge_id = $1 and counter <= $2', [
      edgeId,
      counter - counterWindow,
    ]);
  }
  return true;
}
