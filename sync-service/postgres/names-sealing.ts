import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { MemberKeys } from '../keys/member-keys.ts';
import type { Database } from './database.ts';
import { type Named, renameMembers } from './member-names.ts';

interface SealingContext {
  readonly database: Database;
  readonly memberKeys: MemberKeys;
  readonly clock: Clock;
  readonly log: Log;
}

const atOnce = 2_000;

/**
 * PV66: names that an older version kept in clear are put under the keys of their members, once, before anybody is answered. What
 * was cut off goes on at the next start.
 */
export async function sealClearNames(base: SealingContext): Promise<void> {
  const database = base.database.for('job');
  const [found] = await database.query<{ isThere: boolean }>(
    `select to_regclass('members_in_clear') is not null as "isThere"`,
  );
  if (!found?.isThere) return;
  let done = 0;
  for (;;) {
    const some = await sealSome(base, database);
    if (some === 0) break;
    done += some;
    base.log.info('names.sealed', { done });
  }
  // The columns are gone, and their values lie in the rows until these are written anew.
  await database.query('vacuum full members');
  // With the table its samples go too. An empty one says that the rest is still to be done.
  await database.transaction(async (sql) => {
    await sql.query('drop table members_in_clear');
    await sql.query(
      `create table members_in_clear (id uuid primary key, given_name text, family_name text, birth_date date,
                                      email text, phone text)`,
    );
  });
  if (!(await withoutSamples(database))) {
    base.log.warn('names.samples-not-removed', { detail: 'only the owner of the database may' });
  }
  await database.query('drop table members_in_clear');
}

/** Writes the samples of the planner anew. False where this account may not: PostgreSQL then passes over it without an error. */
async function withoutSamples(database: Database): Promise<boolean> {
  const file = () => database.query<{ file: number }>("select pg_relation_filenode('pg_statistic') as file");
  const [before] = await file();
  await database.query('vacuum full pg_statistic');
  const [after] = await file();
  return before?.file !== after?.file;
}

async function sealSome({ memberKeys, clock }: SealingContext, database: Database): Promise<number> {
  return database.transaction(async (sql) => {
    const rows = await sql.query<Named & Record<string, unknown>>(
      `with taken as (select id from members_in_clear order by id limit ${atOnce})
       delete from members_in_clear using taken where members_in_clear.id = taken.id
       returning members_in_clear.id as "memberId", given_name as "givenName", family_name as "familyName",
                 birth_date as "birthDate", email, phone`,
    );
    await sql.query("select set_config('portillon.sealing', 'on', true)");
    await renameMembers(sql, memberKeys, rows, clock.wallMs());
    return rows.length;
  });
}
