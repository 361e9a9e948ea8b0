import type { Database, Sql } from '../database.ts';
import { noKeys } from '../member-names.ts';
import { type EndOfBlocks, endBlocks } from './end-of-blocks.ts';
import { newIntake } from './intake.ts';
import { tellEdges } from './tell-edges.ts';

/** Whether it is there and goes on. */
export async function isInUse(sql: Sql, adapter: string): Promise<boolean> {
  const rows = await sql.query('select 1 from adapters where name = $1 and ended_at is null', [adapter]);
  return rows.length > 0;
}

/**
 * AD31: what waits is dropped, nothing more is queued or taken, and with whom they keep out is done as a person says. False when
 * there is none such.
 */
export async function endAdapter(
  database: Database,
  adapter: string,
  blocks: EndOfBlocks,
  by: { readonly nowMs: number; readonly newId: () => string },
): Promise<boolean> {
  return database.transaction(async (sql) => {
    // After a page that is being applied; one that comes later finds it ended.
    await sql.query('select 1 from adapter_intake where adapter = $1 for update', [adapter]);
    const ended = await sql.query(
      'update adapters set ended_at = now() where name = $1 and ended_at is null returning 1',
      [adapter],
    );
    if (ended.length === 0) return false;
    await sql.query(`delete from adapter_outbox where adapter = $1 and state = 'waiting'`, [adapter]);
    await sql.query('delete from adapter_parked where adapter = $1', [adapter]);
    const intake = newIntake(sql, adapter, { ...by, keys: noKeys, newMemberIds: new Map() });
    await endBlocks(intake, blocks);
    await tellEdges(intake);
    return true;
  });
}
