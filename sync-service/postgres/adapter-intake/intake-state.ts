import type { IncomingChange } from '../../adapters/member-base-adapter.ts';
import type { Database, Sql } from '../database.ts';
import { applyChanges } from './apply-changes.ts';
import { isInUse } from './end-adapter.ts';
import type { IntakeBy } from './intake.ts';
import { withKeys } from './intake-keys.ts';
import { openDueCases } from './parked.ts';

/** Begins, or goes on, where it was left. */
export async function registerIntake(sql: Sql, adapter: string): Promise<void> {
  await sql.query('insert into adapter_intake (adapter) values ($1) on conflict do nothing', [adapter]);
}

/** Of several processes one reads, until its lease is over; null for the others, and while it is not due. */
export async function leaseIntake(
  sql: Sql,
  adapter: string,
  holder: string,
  leaseMs: number,
): Promise<{ readonly cursor: string | null } | null> {
  const [lease] = await sql.query<{ cursor: string | null }>(
    `update adapter_intake set holder = $2, leased_until = now() + $3 * interval '1 ms'
      where adapter = $1 and due_at <= now() and (leased_until is null or leased_until < now() or holder = $2)
        and exists (select 1 from adapters where name = adapter and ended_at is null)
     returning cursor`,
    [adapter, holder, leaseMs],
  );
  return lease ?? null;
}

export interface ReadPage {
  /** Where it was read from. */
  readonly after: string | null;
  readonly changes: readonly IncomingChange[];
  readonly cursor: string;
  readonly more: boolean;
}

/** AD20: the rows and the cursor in one transaction. False where another process has gone on from there meanwhile. */
export async function applyPage(
  database: Database,
  adapter: string,
  page: ReadPage,
  by: IntakeBy & { readonly everyMs: number },
): Promise<boolean> {
  const withTheirKeys = await withKeys(database, adapter, page.changes, by);
  return database.transaction(async (sql) => {
    const [kept] = await sql.query<{ cursor: string | null }>(
      'select cursor from adapter_intake where adapter = $1 for update',
      [adapter],
    );
    if (!kept || kept.cursor !== page.after || !(await isInUse(sql, adapter))) return false;
    await applyChanges(sql, adapter, page.changes, withTheirKeys);
    await sql.query(
      `update adapter_intake
          set cursor = $2, applied = applied + $3, failures = 0, problem = null,
              due_at = now() + $4 * interval '1 ms', read_at = case when $5 then read_at else now() end
        where adapter = $1`,
      [adapter, page.cursor, page.changes.length, page.more ? 0 : by.everyMs, page.more],
    );
    return true;
  });
}

const firstPauseMs = 1_000;
const longestPauseMs = 300_000;

/** It could not be read: again later, each time later, or when it asked to be asked. */
export async function readFailed(
  sql: Sql,
  adapter: string,
  { problem, afterMs }: { readonly problem: string; readonly afterMs: number | null },
): Promise<void> {
  await sql.query(
    `update adapter_intake set failures = failures + 1, problem = $2,
            due_at = now() + greatest($3::float8, least($4 * power(2, least(failures, 20)), $5)) * interval '1 ms'
      where adapter = $1`,
    [adapter, problem.slice(0, 400), afterMs ?? 0, firstPauseMs, longestPauseMs],
  );
}

/** A process that ends leaves the reading to the others at once. */
export async function giveIntakeBack(sql: Sql, adapter: string, holder: string): Promise<void> {
  await sql.query('update adapter_intake set leased_until = null where adapter = $1 and holder = $2', [
    adapter,
    holder,
  ]);
}

const retriedAtOnce = 100;
const parkedDays = 30;

/** AD25: what was put aside and is to be tried again, in its order; what nobody wanted for 30 days goes. How many. */
export async function retryParked(database: Database, adapter: string, by: IntakeBy): Promise<number> {
  const withTheirKeys = await withKeys(database, adapter, await parkedToRetry(database, adapter), by);
  return database.transaction(async (sql) => {
    await sql.query('select 1 from adapter_intake where adapter = $1 for update', [adapter]);
    await sql.query(
      `delete from adapter_parked where adapter = $1 and parked_at < now() - ${parkedDays} * interval '1 day'`,
      [adapter],
    );
    const changes = await parkedToRetry(sql, adapter);
    await applyChanges(sql, adapter, changes, withTheirKeys);
    await openDueCases({ sql, adapter, ...by });
    return changes.length;
  });
}

async function parkedToRetry(sql: Sql, adapter: string): Promise<readonly IncomingChange[]> {
  const parked = await sql.query<IncomingChange & Record<string, unknown>>(
    `select kind, their_id as "theirId", our_id as "ourId", revision, record from adapter_parked
      where adapter = $1 and retry and not unread order by seq limit ${retriedAtOnce}`,
    [adapter],
  );
  // Where they cannot say our id, that is not said here either.
  return parked.map(({ ourId, ...change }) => ({ ...change, ...(ourId === null ? {} : { ourId }) }));
}

/** All is read once more from the beginning; what is known already changes nothing. False when there is none such. */
export async function readAgain(sql: Sql, adapter: string): Promise<boolean> {
  const again = await sql.query(
    'update adapter_intake set cursor = null, due_at = now(), failures = 0, problem = null where adapter = $1 returning 1',
    [adapter],
  );
  return again.length > 0;
}
