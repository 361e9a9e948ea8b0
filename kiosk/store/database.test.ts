import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SqlValue, Tx } from './connection.ts';
import { Database } from './database.ts';

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-database-'));
  database = await Database.open(join(folder, 'test.sqlite'));
  await database.write(async (tx) => {
    await tx.run('CREATE TABLE thing (name TEXT PRIMARY KEY, amount)');
    await tx.run('CREATE TABLE part (thing TEXT NOT NULL REFERENCES thing (name))');
  });
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

function insert(name: string): Promise<number> {
  return database.write((tx) => tx.run('INSERT INTO thing (name) VALUES (?)', [name]));
}

async function names(): Promise<string[]> {
  const rows = await database.read.all<{ name: string }>('SELECT name FROM thing ORDER BY name');
  return rows.map((row) => row.name);
}

/** Pages appended to the write-ahead log meanwhile: each commit appends every page that it touched, once. */
async function pagesLoggedDuring(work: () => Promise<unknown>): Promise<number> {
  const size = async () => (await stat(join(folder, 'test.sqlite-wal'))).size;
  const before = await size();
  await work();
  return ((await size()) - before) / (24 + 4096);
}

it('keeps the durability settings on both connections', async () => {
  const settings = (get: (sql: string) => Promise<unknown>) =>
    Promise.all(['journal_mode', 'synchronous', 'foreign_keys'].map((name) => get(`PRAGMA ${name}`)));
  const expected = [{ journal_mode: 'wal' }, { synchronous: 2 }, { foreign_keys: 1 }];
  expect(await settings((sql) => database.read.get(sql))).toEqual(expected);
  expect(await database.write((tx) => settings((sql) => tx.get(sql)))).toEqual(expected);
});

it('undoes a transaction that throws and keeps those queued beside it', async () => {
  const refusal = new Error('changed my mind');
  const outcomes = await Promise.allSettled([
    insert('before'),
    database.write(async (tx) => {
      await tx.run("INSERT INTO thing (name) VALUES ('undone')");
      throw refusal;
    }),
    insert('after'),
  ]);
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: 1 },
    { status: 'rejected', reason: refusal },
    { status: 'fulfilled', value: 1 },
  ]);
  expect(await names()).toEqual(['after', 'before']);
});

it('keeps the others when a statement of one fails half-way', async () => {
  await insert('taken');
  const outcomes = await Promise.allSettled([
    insert('a'),
    database.write(async (tx) => {
      await tx.run("INSERT INTO thing (name) VALUES ('half')");
      await tx.run("INSERT INTO thing (name) VALUES ('taken')");
    }),
    insert('b'),
  ]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await names()).toEqual(['a', 'b', 'taken']);
});

it('lets writers of one moment share a commit', async () => {
  const one = await pagesLoggedDuring(() => insert('a0'));
  const fifty = Array.from({ length: 50 }, (_, index) => `b${index}`);
  expect(await pagesLoggedDuring(() => Promise.all(fifty.map(insert)))).toBe(one);
  expect(await names()).toHaveLength(51);
  expect(
    await pagesLoggedDuring(async () => {
      for (let index = 0; index < 10; index++) await insert(`c${index}`);
    }),
  ).toBeGreaterThanOrEqual(10 * one);
});

it('writes the log back beside the commits, long before SQLite would within one', async () => {
  const size = async () => (await stat(join(folder, 'test.sqlite'))).size;
  const before = await size();
  let commits = 0;
  while ((await size()) === before && commits < 300) await insert(`n${commits++}`);
  expect(commits).toBeLessThan(300);
  expect(await names()).toHaveLength(commits);
});

it('undoes what a writer alone in its transaction did before it threw', async () => {
  await expect(
    database.write(async (tx) => {
      await tx.run("INSERT INTO thing (name) VALUES ('alone')");
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  await insert('next');
  expect(await names()).toEqual(['next']);
});

it('runs a statement again whose values were refused the time before', async () => {
  await insert('taken');
  await expect(insert('taken')).rejects.toThrow(/UNIQUE/);
  expect(await insert('free')).toBe(1);
  expect(await names()).toEqual(['free', 'taken']);
});

it('tells a writer only when its rows are durable and readers see them', async () => {
  await insert('one');
  expect(await names()).toEqual(['one']);
});

it('shows readers nothing of an open transaction', async () => {
  await database.write(async (tx) => {
    await tx.run("INSERT INTO thing (name) VALUES ('not yet')");
    expect(await tx.all('SELECT name FROM thing')).toEqual([{ name: 'not yet' }]);
    expect(await names()).toEqual([]);
  });
  expect(await names()).toEqual(['not yet']);
});

it('runs what waits for the commit after it, and never when it is undone', async () => {
  const ran: string[] = [];
  await database.write(async (tx) => {
    await tx.run("INSERT INTO thing (name) VALUES ('kept')");
    tx.onCommitted(() => ran.push('kept'));
  });
  await expect(
    database.write(async (tx) => {
      tx.onCommitted(() => ran.push('undone'));
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(ran).toEqual(['kept']);
});

it.each([
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['a BigInt', 12n],
  ['an integer beyond 2^53', 2 ** 53],
  ['a boolean', true],
  ['a date', new Date(0)],
])('refuses to bind %s, which would become NULL or another number', async (_, value) => {
  await expect(
    database.write((tx) =>
      tx.run('INSERT INTO thing (name, amount) VALUES (?, ?)', ['x', value as SqlValue]),
    ),
  ).rejects.toThrow(/value 2 of a statement/);
  expect(await names()).toEqual([]);
});

it('gives back exactly what was bound', async () => {
  const values: SqlValue[] = [
    Number.MAX_SAFE_INTEGER,
    -Number.MAX_SAFE_INTEGER,
    0.1,
    'Zoë\u0000',
    null,
    Buffer.from([0, 255]),
  ];
  for (const [index, value] of values.entries()) {
    await database.write((tx) => tx.run('INSERT INTO thing VALUES (?, ?)', [`v${index}`, value]));
  }
  const rows = await database.read.all<{ amount: SqlValue }>('SELECT amount FROM thing ORDER BY name');
  expect(rows.map((row) => row.amount)).toEqual(values);
});

it('refuses to read an integer that the driver has rounded', async () => {
  await database.write((tx) => tx.run('INSERT INTO thing VALUES (?, 9007199254740993)', ['big']));
  await expect(database.read.all('SELECT amount FROM thing')).rejects.toThrow('beyond 2^53');
});

it('holds foreign keys', async () => {
  await expect(database.write((tx) => tx.run("INSERT INTO part (thing) VALUES ('nobody')"))).rejects.toThrow(
    /FOREIGN KEY/,
  );
});

it('refuses a transaction inside a transaction, which would wait for itself', async () => {
  await expect(database.write(() => insert('inner'))).rejects.toThrow('would wait for itself');
  await insert('later');
  expect(await names()).toEqual(['later']);
});

it('undoes a transaction that did not await a statement', async () => {
  await expect(
    database.write(async (tx) => {
      tx.run("INSERT INTO thing (name) VALUES ('loose')").catch(() => undefined);
    }),
  ).rejects.toThrow('was not awaited');
  expect(await names()).toEqual([]);
});

it('refuses statements after the end of their transaction', async () => {
  const tx = await database.write(async (open) => open);
  await expect(tx.run("INSERT INTO thing (name) VALUES ('late')")).rejects.toThrow('after the end');
  expect(await names()).toEqual([]);
});

it('does not let readers write', async () => {
  await expect(database.read.all("INSERT INTO thing (name) VALUES ('x') RETURNING name")).rejects.toThrow();
  expect(await names()).toEqual([]);
});

it('finishes what was queued before it closes, and refuses what comes later', async () => {
  const other = await Database.open(join(folder, 'other.sqlite'));
  const made = other.write((tx) => tx.run('CREATE TABLE t (a)'));
  const filled = other.write((tx) => tx.run('INSERT INTO t VALUES (1)'));
  await other.close();
  expect([await made, await filled]).toEqual([0, 1]);
  await expect(other.write((tx) => tx.run('INSERT INTO t VALUES (2)'))).rejects.toThrow(StoreFault);
});

it('bounds the queue', async () => {
  const waiting = Array.from({ length: 10_001 }, (_, index) => database.write(async () => index));
  const outcomes = await Promise.allSettled(waiting);
  expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(1);
  expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { fault: { code: 'store.failed' } } });
});

async function setRoom(pages: number): Promise<void> {
  await database.write((tx) => tx.get(`PRAGMA max_page_count = ${pages}`));
}

it('says store.full to the writers that do not fit on the disk, and keeps those that do', async () => {
  await setRoom(11);
  const large = 'x'.repeat(4096 * 4);
  const writers = [null, large, null, large, null, large, null].map((amount, index) =>
    database.write(async (tx) => {
      await tx.run('INSERT INTO thing VALUES (?, NULL)', [`first half of ${index}`]);
      await tx.run('INSERT INTO thing VALUES (?, ?)', [`second half of ${index}`, amount]);
    }),
  );
  const outcomes = await Promise.allSettled(writers);
  const full = { status: 'rejected', reason: { fault: { code: 'store.full' } } };
  const done = { status: 'fulfilled' };
  expect(outcomes).toMatchObject([done, done, done, full, done, full, done]);
  expect(await names()).toEqual(
    ['first', 'second'].flatMap((half) => [0, 1, 2, 4, 6].map((index) => `${half} half of ${index}`)),
  );

  await setRoom(10_000);
  await insert('room again');
  expect(await names()).toContain('room again');
});

it.each([
  ['alone', 0],
  ['beside another', 1],
])(
  'keeps nothing of a writer %s whose disk was full half-way, whatever it does after that',
  async (_, others) => {
    await setRoom(11);
    const large = 'x'.repeat(4096 * 8);
    const put = (tx: Tx, name: string, amount: SqlValue = null) =>
      tx.run('INSERT INTO thing VALUES (?, ?)', [name, amount]);
    const beside = Array.from({ length: others }, (_none, index) => `beside ${index}`);
    const works: ((tx: Tx) => Promise<unknown>)[] = [
      (tx) => Promise.all([put(tx, 'a'), put(tx, 'b', large), put(tx, 'c')]),
      (tx) =>
        put(tx, 'd')
          .then(() => put(tx, 'e', large))
          .catch(() => put(tx, 'f'))
          .catch(() => 'goes on as if nothing had been'),
    ];
    for (const [index, work] of works.entries()) {
      const [outcome, ...rest] = await Promise.allSettled([
        database.write(work),
        ...beside.map((name) => insert(`${name} ${index}`)),
      ]);
      expect(outcome).toMatchObject({ status: 'rejected', reason: { fault: { code: 'store.full' } } });
      expect(rest.map(({ status }) => status)).toEqual(beside.map(() => 'fulfilled'));
    }
    expect(await names()).toEqual(works.flatMap((_work, index) => beside.map((name) => `${name} ${index}`)));
  },
);

it('names a file that is not a database as a fault', async () => {
  await writeFile(
    join(folder, 'not.sqlite'),
    'a shopping list, and long enough to be read as a page of something',
  );
  await expect(Database.open(join(folder, 'not.sqlite'))).rejects.toMatchObject({
    fault: { code: 'store.failed' },
  });
});
