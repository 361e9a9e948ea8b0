import type { Database } from '../postgres/database.ts';

/**
 * Tables whose rows hold one of these words, among those that PostgreSQL writes into its log, and so into backups and standbys: what
 * it keeps for its planner too.
 */
export async function loggedRowsWith(database: Database, words: readonly string[]): Promise<string[]> {
  await database.query('analyze');
  const tables = await database.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
      where relkind in ('r', 'm') and relpersistence = 'p'
        and (relnamespace = 'public'::regnamespace or oid = 'pg_statistic'::regclass) order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(
      `select 1 from ${name} as t where lower(t::text) like any($1::text[]) or t::text like any($2::text[]) limit 1`,
      [
        words.map((word) => `%${word.toLowerCase()}%`),
        // As bytes are shown.
        words.map((word) => `%${Buffer.from(word).toString('hex')}%`),
      ],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}
