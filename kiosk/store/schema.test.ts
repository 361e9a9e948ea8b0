import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Database } from './database.ts';
import { type Migration, migrate, migrations } from './schema.ts';

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-schema-'));
  database = await Database.open(join(folder, 'test.sqlite'));
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

/** Invented steps, so that the way from N-1 to N is tried apart from what the real schema holds. */
const firstStep: Migration = {
  version: 1,
  statements: ['CREATE TABLE fruit (name TEXT)', "INSERT INTO fruit VALUES ('pear')"],
};
const secondStep: Migration = {
  version: 2,
  statements: ["ALTER TABLE fruit ADD COLUMN colour TEXT NOT NULL DEFAULT 'green'"],
};
const brokenStep: Migration = {
  version: 2,
  statements: ['ALTER TABLE fruit ADD COLUMN colour TEXT', 'CREATE TABLE fruit (again TEXT)'],
};

async function version(): Promise<number | undefined> {
  return (await database.read.get<{ user_version: number }>('PRAGMA user_version'))?.user_version;
}

it('numbers the real migrations from 1 without gaps', () => {
  expect(migrations.map((step) => step.version)).toEqual(migrations.map((_, index) => index + 1));
});

it('makes every table of a new box', async () => {
  await migrate(database);
  const tables = await database.read.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  expect(tables.map((table) => table.name)).toEqual([
    'attachment',
    'book_credential',
    'book_number',
    'book_own_before',
    'book_person',
    'book_photo',
    'book_record',
    'book_staged',
    'clock',
    'dispenser_counts',
    'edge_state',
    'fiscal_key',
    'fiscal_purge',
    'fiscal_record',
    'fiscal_registration',
    'gate_alarm',
    'gate_order',
    'gate_standing',
    'identity',
    'intent',
    'journal_break',
    'offline_approval',
    'outbox',
    'own_change',
    'own_change_event',
    'peer_cursor',
    'peer_share',
    'presence',
    'purge_order',
    'push_receipt',
    'sale',
    'spent_ticket',
    'used_code',
    'used_order',
    'visit',
    'zone_count',
  ]);
  expect(await database.read.all('PRAGMA foreign_key_check')).toEqual([]);
});

it('does nothing the second time', async () => {
  await migrate(database);
  await database.write((tx) => tx.run('UPDATE edge_state SET inside = 7'));
  await migrate(database);
  expect(await database.read.get('SELECT inside FROM edge_state')).toEqual({ inside: 7 });
});

it('brings a box from the schema before to the newest and keeps its rows', async () => {
  await migrate(database, [firstStep]);
  await migrate(database, [firstStep, secondStep]);
  expect(await version()).toBe(2);
  expect(await database.read.all('SELECT * FROM fruit')).toEqual([{ name: 'pear', colour: 'green' }]);
});

it('[W-FEED-8] keeps the book of a box of the version before, and reads the feed again for what it could not know', async () => {
  await migrate(database, migrations.slice(0, 2));
  await database.write(async (tx) => {
    await tx.run("INSERT INTO book_record VALUES ('plan', 'p', '{}')");
    await tx.run('UPDATE edge_state SET feed_cursor = 812');
  });
  await migrate(database, migrations.slice(0, 3));
  expect(await database.read.all('SELECT * FROM book_record')).toEqual([
    { kind: 'plan', id: 'p', record: '{}' },
  ]);
  expect(await database.read.get('SELECT feed_cursor FROM edge_state')).toEqual({ feed_cursor: 0 });
});

it('[AC46] has those in the club who were in it before there were zones', async () => {
  await migrate(database, migrations.slice(0, 11));
  await database.write((tx) => tx.run("INSERT INTO presence VALUES ('card', 'member', 'entry', 812)"));
  await migrate(database, migrations.slice(0, 12));
  expect(await database.read.all('SELECT * FROM presence')).toEqual([
    { credential_id: 'card', zone: '', member_id: 'member', direction: 'entry', at_ms: 812 },
  ]);
});

it('leaves the schema before, whole, when a step fails half-way', async () => {
  await migrate(database, [firstStep]);
  await expect(migrate(database, [firstStep, brokenStep])).rejects.toThrow(/already exists/);
  expect(await version()).toBe(1);
  expect(await database.read.all('SELECT * FROM fruit')).toEqual([{ name: 'pear' }]);
});

it('refuses data of a newer program and changes nothing', async () => {
  await migrate(database, [firstStep, secondStep]);
  await expect(migrate(database, [firstStep])).rejects.toMatchObject({
    fault: {
      code: 'store.newer-schema',
      detail: 'the data have schema 2, this program knows schemas up to 1; nothing was changed',
    },
  });
  expect(await version()).toBe(2);
});
