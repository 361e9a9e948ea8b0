import type { Sql } from '../database.ts';
import { type Projection, projections } from './projection-tables.ts';
import { rebuildSchema } from './rebuild-schema.ts';

/** How a table in use differs from what the events say. */
export interface TableDifference {
  readonly table: string;
  /** Rows that events tell and the table does not hold. */
  readonly missing: number;
  /** Rows that no event tells, in a table in which events tell all. */
  readonly extra: number;
  readonly changed: number;
  /** In which columns. */
  readonly columns: readonly string[];
  /** Keys of some of them. */
  readonly some: readonly string[];
}

const shownKeys = 5;

/** Names of tables and columns are our own words (projection-tables.ts). */
function parts(home: string, table: string, { key, columns }: Projection) {
  const inUse = `${home}.${table}`;
  const built = `${rebuildSchema}.${table}`;
  const same = key.map((column) => `built.${column} = kept.${column}`).join(' and ');
  const compared = columns.filter((column) => !key.includes(column));
  const row = (name: string) => `(${compared.map((column) => `${name}.${column}`).join(', ')})`;
  const differs = compared.length === 0 ? 'false' : `row${row('built')} is distinct from row${row('kept')}`;
  return {
    compared,
    keyText: (name: string) => `concat_ws('/', ${key.map((column) => `${name}.${column}`).join(', ')})`,
    missing: `from ${built} as built where not exists (select 1 from ${inUse} as kept where ${same})`,
    extra: `from ${inUse} as kept where not exists (select 1 from ${built} as built where ${same})`,
    changed: `from ${inUse} as kept join ${built} as built on ${same} where ${differs}`,
    update: `update ${inUse} as kept set ${compared.map((column) => `${column} = built.${column}`).join(', ')}
               from ${built} as built where ${same} and ${differs}`,
  };
}

/** Which tables differ. Changes nothing. */
export async function compareProjections(sql: Sql, home: string): Promise<TableDifference[]> {
  const differences: TableDifference[] = [];
  for (const [table, projection] of Object.entries(projections)) {
    const { compared, keyText, missing, extra, changed } = parts(home, table, projection);
    const keysOf = async (name: string, from: string): Promise<[number, string[]]> => {
      const [found] = await sql.query<{ count: number; some: string[] | null }>(
        `select count(*) as count, (array_agg(key))[1:${shownKeys}] as some from (select ${keyText(name)} as key ${from}) as found`,
      );
      return [found?.count ?? 0, found?.some ?? []];
    };
    const [missingCount, missingKeys] = await keysOf('built', missing);
    const [extraCount, extraKeys] = projection.told === 'all' ? await keysOf('kept', extra) : [0, []];
    const [changedCount, changedKeys] = await keysOf('kept', changed);
    if (missingCount + extraCount + changedCount === 0) continue;
    const [where] = await sql.query<Record<string, boolean | null>>(
      `select ${compared.map((column) => `bool_or(built.${column} is distinct from kept.${column}) as ${column}`).join(', ')} ${changed}`,
    );
    differences.push({
      table,
      missing: missingCount,
      extra: extraCount,
      changed: changedCount,
      columns: compared.filter((column) => where?.[column] === true),
      some: [...missingKeys, ...extraKeys, ...changedKeys].slice(0, shownKeys),
    });
  }
  return differences;
}

/** Makes the tables in use what the events say. What is written once for good is written once more, here only. */
export async function takeOver(
  sql: Sql,
  home: string,
  differences: readonly TableDifference[],
): Promise<void> {
  const differing = new Set(differences.map(({ table }) => table));
  const tables = Object.entries(projections).filter(([table]) => differing.has(table));
  // Triggers that keep a member forgotten go on.
  const stays = await sql.query<{ table: string; name: string }>(
    `select relname as table, tgname as name from pg_trigger join pg_class on pg_class.oid = tgrelid
      where tgfoid = '${home}.refuse_change'::regproc and relnamespace = '${home}'::regnamespace and relname = any($1::text[])`,
    [tables.map(([table]) => table)],
  );
  for (const { table, name } of stays)
    await sql.query(`alter table ${home}.${table} disable trigger ${name}`);
  for (const [table, projection] of tables) {
    const { missing, update, compared } = parts(home, table, projection);
    const columns = [...projection.columns, ...Object.keys(projection.kept)];
    await sql.query(
      `insert into ${home}.${table} (${columns.join(', ')})
       select ${columns.map((column) => `built.${column}`).join(', ')} ${missing}`,
    );
    if (compared.length > 0) await sql.query(update);
  }
  for (const [table, projection] of tables.toReversed()) {
    if (projection.told === 'all') await sql.query(`delete ${parts(home, table, projection).extra}`);
  }
  for (const { table, name } of stays) await sql.query(`alter table ${home}.${table} enable trigger ${name}`);
}
