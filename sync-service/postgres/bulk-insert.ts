import { invariant } from '@portillon/core/base/invariant.ts';
import type { Value } from '../members/row-change.ts';
import type { Sql } from './database.ts';

type Row = Readonly<Record<string, Value>>;

/** Tables that are written many rows at a time, and the types of their columns. */
const columnTypes = {
  decisions: {
    id: 'uuid',
    club_id: 'uuid',
    edge_id: 'uuid',
    at: 'timestamptz',
    gate_id: 'text',
    zone: 'text',
    direction: 'text',
    credential_id: 'uuid',
    presented: 'text',
    outcome: 'text',
    reason: 'text',
    data_age_ms: 'bigint',
    by_grant: 'boolean',
    noted: 'jsonb',
    by_number: 'boolean',
  },
  passages: {
    id: 'uuid',
    club_id: 'uuid',
    edge_id: 'uuid',
    at: 'timestamptz',
    gate_id: 'text',
    zone: 'text',
    direction: 'text',
    decision_id: 'uuid',
    credential_id: 'uuid',
    order_id: 'uuid',
    occupancy_after: 'integer',
  },
} as const satisfies Record<string, Record<string, string>>;
export type BulkTable = keyof typeof columnTypes;

/** All rows in one statement: one that cannot be stored lets none in. Every row has every column. */
export async function insertRows(sql: Sql, table: BulkTable, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(columnTypes[table]);
  const values = columns.map(([column]) =>
    rows.map((row) => {
      const value = row[column];
      invariant(value !== undefined, `a row of ${table} has its ${column}`);
      return value;
    }),
  );
  invariant(
    rows.every((row) => Object.keys(row).length === columns.length),
    `a row of ${table} has no other columns`,
  );
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`);
  await sql.query(
    `insert into ${table} (${columns.map(([column]) => column).join(', ')})
     select * from unnest(${arrays.join(', ')})`,
    values,
  );
}
