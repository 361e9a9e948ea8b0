import { credentialRecords } from '../credential-feed.ts';
import type { Database, Sql } from '../database.ts';
import { writeFeed } from '../feed.ts';
import { orderRecords } from '../order-feed.ts';
import { endOfTerm } from '../retention.ts';
import { ActsBetween } from './acts-between.ts';
import { keepForgotten } from './keep-forgotten.ts';
import { projections } from './projection-tables.ts';
import {
  forgetAged,
  forgetErased,
  forgetUntouched,
  keepSpent,
  makeRebuildSchema,
  rebuildSchema,
} from './rebuild-schema.ts';
import { compareProjections, type TableDifference, takeOver } from './reconcile.ts';
import { replayEvents, type StuckEvent } from './replay-events.ts';
import { reportersOf } from './reporters.ts';

export interface Rebuilt {
  readonly events: number;
  /** Among them those of entries of which it is no longer known whose they were (RT7). */
  readonly reduced: number;
  /** What differed from what the events say. */
  readonly differences: readonly TableDifference[];
  /** Events that were applied once and could not be applied again: the tables are not changed. */
  readonly stuck: readonly StuckEvent[];
}

/** Undoes everything and carries the result out. */
class OnlyLooked extends Error {
  readonly found: Rebuilt;

  constructor(found: Rebuilt) {
    super('only looked');
    this.found = found;
  }
}

/**
 * Builds the projections anew from the events, compares, and, unless it only looks, makes the tables in use what the events
 * say and tells every edge what changed. One transaction: all of it or nothing. Pushes and staff wait meanwhile, unless it
 * only looks.
 */
export async function rebuildProjections(
  database: Database,
  {
    check,
    nowMs,
    progress,
  }: { readonly check: boolean; readonly nowMs: number; readonly progress: (events: number) => void },
): Promise<Rebuilt> {
  try {
    return await database.for('job').transaction((sql) => rebuild(sql, { check, nowMs, progress }));
  } catch (error) {
    if (error instanceof OnlyLooked) return error.found;
    throw error;
  }
}

async function rebuild(
  sql: Sql,
  {
    check,
    nowMs,
    progress,
  }: { readonly check: boolean; readonly nowMs: number; readonly progress: (events: number) => void },
): Promise<Rebuilt> {
  await sql.query('set transaction isolation level repeatable read');
  // Before the first look: what is seen is what was there when nobody could write any more.
  if (!check)
    await sql.query(`lock table edges, ${Object.keys(projections).join(', ')} in share row exclusive mode`);
  const home = await makeRebuildSchema(sql);
  const reporters = await reportersOf(sql);
  const acts = await ActsBetween.read(sql, home, reporters);
  const { events, reduced, stuck } = await replayEvents(sql, reporters, acts, progress);
  await forgetUntouched(sql, home);
  await keepForgotten(sql, home);
  await forgetErased(sql);
  const entriesBefore = endOfTerm('entry-log', nowMs);
  await forgetAged(sql, home, entriesBefore);
  if (reduced > 0) await keepSpent(sql, home, entriesBefore);
  for (const table of Object.keys(projections)) await sql.query(`analyze ${rebuildSchema}.${table}`);
  const differences = await compareProjections(sql, home);
  const found = { events, reduced, differences, stuck };
  if (check || stuck.length > 0) throw new OnlyLooked(found);
  const touched = await changedIds(sql, home, differences);
  await takeOver(sql, home, differences);
  await sql.query('close kept_events');
  await sql.query(`drop schema ${rebuildSchema} cascade`);
  await sql.query(`set local search_path = ${home}`);
  await writeFeed(
    sql,
    [...(await credentialRecords(sql, touched.credentials)), ...(await orderRecords(sql, touched.orders))],
    nowMs,
  );
  return found;
}

/** Of tables whose rows are told to edges. */
async function changedIds(
  sql: Sql,
  home: string,
  differences: readonly TableDifference[],
): Promise<{ readonly credentials: string[]; readonly orders: string[] }> {
  const idsOf = async (table: 'credentials' | 'orders') => {
    if (!differences.some((each) => each.table === table)) return [];
    const compared = projections[table]?.columns ?? [];
    const row = (name: string) => `row(${compared.map((column) => `${name}.${column}`).join(', ')})`;
    const rows = await sql.query<{ id: string }>(
      `select built.id from ${rebuildSchema}.${table} as built left join ${home}.${table} as kept on kept.id = built.id
        where kept.id is null or ${row('built')} is distinct from ${row('kept')}`,
    );
    return rows.map(({ id }) => id);
  };
  return { credentials: await idsOf('credentials'), orders: await idsOf('orders') };
}
