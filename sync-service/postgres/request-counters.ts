import type { Database } from './database.ts';

/** Requests of an edge overtake each other (a push and a long wait at once), but not by more than this. */
export const counterWindow = 1_024;

/**
 * True the first time an edge uses this counter, over restarts and over all processes of the base (W-SIGN-3). Counters
 * far below the highest one are refused without a look, so that the table stays small.
 */
export async function takeCounter(database: Database, edgeId: string, counter: number): Promise<boolean> {
  return database.transaction(async (sql) => {
    const [head] = await sql.query<{ highest: number }>(
      'select highest from edge_counter_heads where edge_id = $1 for update',
      [edgeId],
    );
    const highest = head?.highest ?? 0;
    if (counter <= highest - counterWindow) return false;
    const taken = await sql.query(
      'insert into edge_counters (edge_id, counter) values ($1, $2) on conflict do nothing returning 1',
      [edgeId, counter],
    );
    if (taken.length === 0) return false;
    await sql.query('update edge_counter_heads set highest = $2 where edge_id = $1 and highest < $2', [
      edgeId,
      counter,
    ]);
    if (counter % counterWindow === 0) {
      await sql.query('delete from edge_counters where edge_id = $1 and counter <= $2', [
        edgeId,
        counter - counterWindow,
      ]);
    }
    return true;
  });
}
