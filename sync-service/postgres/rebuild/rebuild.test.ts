import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runBaseCommand } from '../../commands/run-base-command.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { caseEvent, newTestId, renewalEvent, saleEvent, TestEdge, visit } from '../../test/test-edge.ts';
import { Database } from '../database.ts';
import { keptTables, projections } from './projection-tables.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let place: { legalEntityId: string; planId: string };
let sale: EventOf<'sale.completed'>;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  lyon = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  const [found] = await sql.query<typeof place>(
    `select legal_entity_id as "legalEntityId", (select id from plans limit 1) as "planId"
       from clubs where id = $1`,
    [lyon.identity.clubId],
  );
  if (!found) throw new Error('the seed was not applied');
  place = found;
  sale = saleEvent({ ...place, ticket: true });
  lyon.append(sale);
  const [card, ticket] = sale.credentials.map(({ credentialId }) => credentialId);
  for (const credentialId of [card, ticket, null]) {
    const { decided, sensed } = visit(credentialId ?? null);
    lyon.append(decided);
    lyon.append(sensed);
  }
  lyon.append(caseEvent());
  // Neither is taken in: of an unknown member, whose money is a case, and of a later version.
  lyon.append(
    renewalEvent(
      { ...place, memberId: newTestId() },
      { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' },
    ),
  );
  lyon.append({ type: 'never.heard' });
  expect((await lyon.pushed()).parked).toHaveLength(2);
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

let said: string[];
function run(...args: string[]): Promise<number> {
  said = [];
  return runBaseCommand([...args, '--state', stateFolder], {
    environment: {},
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    say: (text) => said.push(text),
    tell: (text) => said.push(text),
  });
}

it('says of every table and every column of the base whose word it is', async () => {
  const columns = await sql.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
      where table_schema = 'public' and table_name in (select tablename from pg_tables) order by 1, 2`,
  );
  const tables = [...new Set(columns.map(({ table }) => table))];
  expect([...Object.keys(projections), ...Object.keys(keptTables)].sort()).toEqual(tables.sort());
  for (const [table, projection] of Object.entries(projections)) {
    const named = [...projection.columns, ...Object.keys(projection.kept)].sort();
    const held = columns.filter((each) => each.table === table).map(({ column }) => column);
    expect({ table, columns: named }).toEqual({ table, columns: held.sort() });
  }
});

it('finds nothing to change where nothing was changed, and leaves nothing behind', async () => {
  await expectRebuiltTheSame(sql);
  expect(await run('rebuild')).toBe(0);
  expect(said).toEqual([expect.stringMatching(/^10 events, .* every row is what they say/)]);
  expect(
    await sql.query("select 1 from information_schema.schemata where schema_name = 'portillon_rebuild'"),
  ).toEqual([]);
});

it('tells what differs from the events, and puts it right from them, staff’s own words left alone', async () => {
  const everything = () =>
    sql.query(
      `select (select jsonb_agg(to_jsonb(m) order by id) from members as m) as members,
              (select jsonb_agg(to_jsonb(s) order by id) from sales as s) as sales,
              (select jsonb_agg(to_jsonb(c) order by id) from credentials as c) as credentials,
              (select jsonb_agg(to_jsonb(d) order by id) from decisions as d) as decisions,
              (select jsonb_agg(to_jsonb(p) order by id) from passages as p) as passages,
              (select jsonb_agg(to_jsonb(k) order by id) from cases as k) as cases`,
    );
  const [, ticket] = sale.credentials;
  await sql.query('update members set suspended_until = now()');
  const before = await everything();
  // The ticket was spent, one sale has another total, two rows are gone, and one has come from nowhere.
  await sql.query("update credentials set status = 'active' where id = $1", [ticket?.credentialId]);
  await sql.query('update sales set total_cents = 1');
  await sql.query('delete from passages where credential_id is null');
  await sql.query('alter table cases disable trigger user');
  await sql.query("delete from cases where kind = 'paid-not-served'");
  await sql.query('alter table cases enable trigger user');
  await sql.query(
    `insert into decisions (id, club_id, edge_id, at, gate_id, presented, outcome, by_grant)
     values ($1, $2, $3, now(), 'gate-1', 'card', 'granted', false)`,
    [newTestId(), lyon.identity.clubId, lyon.identity.edgeId],
  );
  const damaged = await everything();

  expect(await run('rebuild', '--check')).toBe(1);
  expect(said).toEqual([
    expect.stringMatching(/^sales: 1 other in total_cents; among them/),
    expect.stringMatching(`^credentials: 1 other in status; among them ${ticket?.credentialId}`),
    expect.stringMatching(/^cases: 1 missing; among them/),
    expect.stringMatching(/^decisions: 1 that no event tells; among them/),
    expect.stringMatching(/^passages: 1 missing; among them/),
    expect.stringMatching(/nothing was changed/),
  ]);
  expect(await everything()).toEqual(damaged);

  const { changes, cursor } = await lyon.feed();
  expect(changes).not.toEqual([]);
  expect(await run('rebuild')).toBe(0);
  expect(await everything()).toEqual(before);
  // Edges that were told of the damage hear what holds.
  expect((await lyon.feed(cursor)).changes).toMatchObject([
    { change: { id: ticket?.credentialId, record: { status: 'spent' } } },
  ]);
  await expectRebuiltTheSame(sql);
  await expect(sql.query('delete from cases')).rejects.toThrow('never changed or deleted');
});

it('applies what came first first, though it was written down later', async () => {
  // Two pushes at once: the sale was in before the renewal, whose number is the lower one.
  const [first] = await sql.query<{ applied_order: number }>(
    'select max(applied_order) as applied_order from edge_events',
  );
  const villeurbanne = await TestEdge.enrolled(
    base.url,
    base.enrolmentCodes['Villeurbanne Gratte-Ciel'] ?? '',
  );
  const sold = saleEvent(place);
  lyon.append(sold);
  await lyon.pushed();
  const [{ legalEntityId } = { legalEntityId: '' }] = await sql.query<{ legalEntityId: string }>(
    'select legal_entity_id as "legalEntityId" from clubs where id = $1',
    [villeurbanne.identity.clubId],
  );
  const { memberId } = sold.member;
  villeurbanne.append(
    renewalEvent(
      { memberId, planId: place.planId, legalEntityId },
      { from: '2020-01-01T00:00:00.000Z', to: '2020-02-01T00:00:00.000Z' },
    ),
  );
  expect((await villeurbanne.pushed()).parked).toEqual([]);
  await sql.query('update edge_events set applied_order = $2 where edge_id = $1', [
    villeurbanne.identity.edgeId,
    first?.applied_order,
  ]);
  await expectRebuiltTheSame(sql);
});

it('brings nobody back who was forgotten', async () => {
  const { memberId } = sale.member;
  const orderId = newTestId();
  await sql.query(
    "insert into purge_orders (id, member_id, why, made_at, due_at) values ($1, $2, 'request', now(), now())",
    [orderId, memberId],
  );
  await sql.query(
    "insert into erased_members (member_id, order_id, erased_at, kept) values ($1, $2, now(), '[]')",
    [memberId, orderId],
  );
  await sql.query('update credentials set status = status where member_id = $1', [memberId]);
  await sql.query('update members set staff = staff where id = $1', [memberId]);
  const cards = sale.credentials.map(({ credentialId }) => credentialId);
  for (const table of ['decisions', 'passages']) {
    await sql.query(`update ${table} set credential_id = null where credential_id = any($1::uuid[])`, [
      cards,
    ]);
  }
  await expectRebuiltTheSame(sql);
  await sql.query("delete from passages where gate_id = 'gate-1'");
  expect(await run('rebuild')).toBe(0);
  expect(await sql.query('select 1 from passages where credential_id = any($1::uuid[])', [cards])).toEqual(
    [],
  );
  expect(await sql.query('select language from members where id = $1', [memberId])).toEqual([
    { language: 'und' },
  ]);
});
