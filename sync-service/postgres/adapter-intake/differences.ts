import type { Sql } from '../database.ts';
import type { Intake } from './intake.ts';
import { openOtherBaseCase } from './other-base-cases.ts';

/** A field that both sides have changed. */
export interface Difference {
  readonly field: string;
  readonly theirs: string | null;
  readonly ours: string | null;
}

/** What was changed here and is not held there: it waits, or it was not taken. Null: they know all that was changed here. */
export async function untold(
  sql: Sql,
  adapter: string,
  kind: 'member' | 'membership',
  ourId: string,
): Promise<'waiting' | 'overruled' | 'dead' | null> {
  const [row] = await sql.query<{ state: 'waiting' | 'overruled' | 'dead' }>(
    'select state from adapter_outbox where adapter = $1 and kind = $2 and row_id = $3',
    [adapter, kind, ourId],
  );
  return row?.state ?? null;
}

/** AD22: theirs stands, and staff see what stood here. */
export async function differs(
  { sql, adapter, newId, nowMs }: Intake,
  of: {
    readonly about: string;
    readonly memberId: string | null;
    readonly saleId: string | null;
    readonly clubId: string | null;
  },
  found: readonly Difference[],
): Promise<void> {
  const words = found
    .map(({ field, theirs, ours }) => `${field} was ${quoted(ours)} here and is ${quoted(theirs)} there`)
    .join('; ');
  await openOtherBaseCase(
    sql,
    { kind: 'other-base-differs', adapter, ...of, words: `${words}. Theirs stands` },
    newId(),
    nowMs,
  );
}

/** A value ends where its quote does: by that it is found again when its member is erased. */
function quoted(value: string | null): string {
  return `“${(value ?? '').replace(/[“”]/g, '"')}”`;
}
