import { nobodysCard } from '../../privacy/kept/without-person.ts';
import type { Sql } from '../database.ts';
import { projections } from './projection-tables.ts';
import { findToldIds } from './told-ids.ts';

/** Where projections are built anew, beside those in use. */
export const rebuildSchema = 'portillon_rebuild';

/** Cases that the base opens by itself when it applies an event. */
const caseKindsOfEvents = [
  'order-not-open',
  'paid-twice',
  'paid-not-served',
  'badge-copied',
  'ticket-used-twice',
  'price-differs',
];

/**
 * Makes the tables of projections anew, in a schema of their own that statements find first from now on, with the rows of
 * staff and the base as they were before any event changed them. Foreign keys and triggers are left out, and so is what
 * allows one active row of a kind: of rows that changed since, several may have been so one after the other. Returns the
 * schema in use.
 */
export async function makeRebuildSchema(sql: Sql): Promise<string> {
  const [found] = await sql.query<{ home: string }>('select current_schema() as home');
  const home = found?.home ?? 'public';
  await findToldIds(sql);
  await sql.query(`create schema ${rebuildSchema}`);
  for (const table of Object.keys(projections)) {
    await sql.query(`create table ${rebuildSchema}.${table} (like ${home}.${table} including all)`);
  }
  const onlyWhile = await sql.query<{ indexname: string }>(
    "select indexname from pg_indexes where schemaname = $1 and indexdef like 'CREATE UNIQUE INDEX%WHERE%'",
    [rebuildSchema],
  );
  for (const { indexname } of onlyWhile) await sql.query(`drop index ${rebuildSchema}."${indexname}"`);
  await sql.query(`set local search_path = ${rebuildSchema}, ${home}`);
  const notTold = (table: string) =>
    `not exists (select 1 from told_ids where name = '${table}' and told_ids.id = ${home}.${table}.id::text)`;
  await sql.query(`insert into members select * from ${home}.members where ${notTold('members')}`);
  await sql.query('update members set merged_into = null where merged_into is not null');
  for (const table of ['memberships', 'credentials']) {
    await sql.query(`insert into ${table} select * from ${home}.${table} where ${notTold(table)}`);
    await sql.query(`update ${table} set status = 'active'`);
  }
  await sql.query(
    `insert into cases select * from ${home}.cases
      where ${notTold('cases')} and kind <> all($1::text[]) and detail not like 'what settled it was undone, sale %'`,
    [caseKindsOfEvents],
  );
  await sql.query(`insert into orders select * from ${home}.orders`);
  await sql.query(
    `update orders set status = case when closed_by_name is null then 'open' else 'cancelled' end,
       closed_at = case when closed_by_name is null then null else closed_at end, doubt_case_id = null, result_id = null`,
  );
  await sql.query(`insert into debts select * from ${home}.debts`);
  await sql.query('update debts set settled_at = null, settled_by_sale = null');
  await sql.query(`insert into gate_orders select * from ${home}.gate_orders`);
  await sql.query(
    "update gate_orders set status = 'open', fault = null, settled_at = null where settled_at is not null",
  );
  return home;
}

/** Rows of staff that no event and nobody since has changed are not compared: who made them so left no word of it. */
export async function forgetUntouched(sql: Sql, home: string): Promise<void> {
  for (const table of ['memberships', 'credentials']) {
    await sql.query(
      `delete from ${table} as built using ${home}.${table} as kept
        where kept.id = built.id and built.status = 'active' and kept.status <> 'active'
          and not exists (select 1 from told_ids where name = '${table}' and told_ids.id = built.id::text)`,
    );
  }
  // Before their ids were made from events they were drawn by lot: the same case is the same case.
  await sql.query(
    `delete from cases as built using ${home}.cases as kept
      where kept.id <> built.id and kept.edge_id = built.edge_id and kept.kind = built.kind and kept.at = built.at
        and kept.sale_id is not distinct from built.sale_id and kept.detail = built.detail
        and not exists (select 1 from ${home}.cases as same where same.id = built.id)`,
  );
}

/** PV33: events still say what was on the cards of those who were forgotten, and what these opened. */
export async function forgetErased(sql: Sql): Promise<void> {
  const theirs = 'select id from credentials join erased_members using (member_id)';
  await sql.query(`update members set language = 'und' where id in (select member_id from erased_members)`);
  await sql.query(
    `update credentials set card_uid = null, public_key = null, code_hash = null,
       status = case when status = 'active' then 'blocked' else status end
      where member_id in (select member_id from erased_members)`,
  );
  for (const table of ['decisions', 'passages']) {
    await sql.query(`update ${table} set credential_id = null where credential_id in (${theirs})`);
  }
}

/** RT3: of entries that lost their person when their time was over, events still say whose they were. */
export async function forgetAged(sql: Sql, home: string, before: string): Promise<void> {
  for (const table of ['decisions', 'passages', 'interventions']) {
    await sql.query(
      `update ${table} as built set credential_id = null from ${home}.${table} as kept
        where kept.id = built.id and kept.credential_id is null and built.at < $1`,
      [before],
    );
  }
  await sql.query('update interventions set credential_id = null where credential_id = $1', [nobodysCard]);
}

/** RT7: which tickets were spent by entries whose events lost their person is known from the table in use alone. */
export async function keepSpent(sql: Sql, home: string, before: string): Promise<void> {
  await sql.query(
    `update credentials as built set status = kept.status from ${home}.credentials as kept
      where kept.id = built.id and kept.single_use and kept.status = 'spent' and built.status = 'active'
        and built.valid_from < $1`,
    [before],
  );
}
