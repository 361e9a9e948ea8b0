import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { seal } from '@portillon/core/crypto/seal.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyncAgent } from './agent/sync-agent.ts';
import { runBaseCommand } from './commands/run-base-command.ts';
import { Database } from './postgres/database.ts';
import { MemoryAgentStore } from './test/memory-agent-store.ts';
import { untilSeen } from './test/poll.ts';
import { expectRebuiltTheSame } from './test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from './test/start-base.ts';
import { saleEvent, TestEdge, testPhoto, visit } from './test/test-edge.ts';
import { changeNames, keysOf } from './test/write-names.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let place: { legalEntityId: string; planId: string };
let store: MemoryAgentStore;
let agent: SyncAgent;
let gate: TestEdge;

const postgresFolder = () => join(stateFolder, 'postgres');
const backup = () => join(stateFolder, 'backup');

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const [found] = await sql.query<typeof place>(
    'select legal_entities.id as "legalEntityId", plans.id as "planId" from legal_entities, plans limit 1',
  );
  if (!found) throw new Error('the seed was not applied');
  place = found;
  store = new MemoryAgentStore();
  agent = startAgent(base.enrolmentCodes['Lyon Part-Dieu']);
  await untilSeen('enrolment', () => store.kept);
  gate = await TestEdge.enrolled(base.url, base.enrolmentCodes['Villeurbanne Gratte-Ciel'] ?? '');
});

afterAll(async () => {
  await agent.stop();
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

function startAgent(enrolmentCode?: string): SyncAgent {
  const started = new SyncAgent({
    store,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    baseUrl: base.url,
    ...(enrolmentCode === undefined ? {} : { enrolmentCode }),
    software: 'test',
  });
  started.start();
  return started;
}

/** A sale with its photo, and some who come in. */
async function anHourOfTheClub(): Promise<void> {
  const photo = await seal(
    store.kept?.sealKey ?? '',
    'photo',
    Uint8Array.from([...testPhoto, ...randomBytes(8)]),
  );
  const digests = {
    person: randomBytes(32).toString('hex'),
    photo: sha256Hex(photo),
    contract: randomBytes(32).toString('hex'),
  };
  store.attachments.set(digests.photo, photo);
  store.append(saleEvent({ ...place, digests }));
  for (let each = 0; each < 20; each++) store.append(visit(null, 'refused').decided);
  agent.notify();
  await untilSeen('all is in the base', () => (store.through.seq === store.events.length ? true : null));
  await untilSeen('the photo is in the base', () => (store.confirmed.includes(digests.photo) ? true : null));
}

/** Stops the base, does something to its files, starts it on the same port. */
async function meanwhile(work: () => Promise<void>): Promise<void> {
  const port = Number(new URL(base.url).port);
  await sql.close();
  await base.stop();
  await work();
  base = await startBase({ stateFolder, port });
  sql = new Database(base.databaseUrl, silentLog);
}

/** With owner and mode of each file, as docs/operating.md says. */
const copyWhole = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);
const backUp = () => meanwhile(async () => void (await copyWhole(postgresFolder(), backup())));
const putBack = () =>
  meanwhile(async () => {
    await rm(postgresFolder(), { recursive: true });
    await copyWhole(backup(), postgresFolder());
    await rm(backup(), { recursive: true });
  });

const rowsOf = async () => {
  const [rows] = await sql.query<Record<string, number>>(
    `select (select count(*) from edge_events) as events, (select count(*) from sales) as sales,
            (select count(*) from members) as members, (select count(*) from decisions) as decisions,
            (select count(*) from attachments where purpose = 'photo' and sealed is not null) as photos,
            (select count(*) from parked_events) as parked, (select epoch from meta) as epoch`,
  );
  return rows;
};

it('[W-EPOCH-5] [W-EPOCH-2] [W-EPOCH-3] [I4] [PV65] comes back from yesterday’s backup without a word: boxes prove it and bring what it lost, once', async () => {
  await anHourOfTheClub();
  const keys = await keysOf(sql, stateFolder);
  const familyName = 'Zielonka-Brandt';
  const named = async () =>
    (
      await sql.query('select family_name as "familyName" from named_members where family_name is not null')
    )[0];
  const [member] = await sql.query<{ id: string }>('select id from members');
  await changeNames(sql, keys, [member?.id ?? ''], { familyName });
  await keys.end();
  await backUp();
  // Name and key are in a copy of the folder, and no file of it tells the name.
  expect(await promisify(execFile)('grep', ['-rlaF', familyName, backup()]).catch(() => 'none')).toBe('none');
  expect(await named()).toEqual({ familyName });
  await anHourOfTheClub();
  const before = await rowsOf();
  expect(before).toMatchObject({ events: 42, sales: 2, photos: 2, epoch: 1 });
  const cursor = store.cursor;
  const looksBefore = store.applied.length;
  const booksBefore = store.books.length;
  await putBack();
  agent.notify();
  await untilSeen('all is in the base again', async () => {
    const rows = await rowsOf();
    return rows?.events === 42 && rows.photos === 2 ? rows : null;
  });
  expect(await rowsOf()).toEqual({ ...before, epoch: 2 });
  expect(await sql.query('select epoch, reason, through from epochs order by epoch')).toEqual([
    { epoch: 1, reason: 'first', through: null },
    { epoch: 2, reason: 'proved', through: 42 },
  ]);
  const readAnew = () =>
    store.books.length > booksBefore ||
    store.applied.slice(looksBefore).some(({ changes }) => changes[0]?.version === 1);
  await untilSeen('the feed is read anew', () => (readAnew() ? true : null));
  await untilSeen('the book is as far as before', () => (store.cursor >= cursor ? true : null));
  await untilSeen('the box has settled in the new epoch', () => (store.through.epoch === 2 ? true : null));
  expect(store.through.seq).toBe(42);
  expect(await named()).toEqual({ familyName });
  // Once more nothing is lost or doubled, and the rows are what the events say.
  await expectRebuiltTheSame(sql);
}, 40_000);

it('[W-EPOCH-6] comes back with the word of its operator, for boxes that had nothing to lose too', async () => {
  await backUp();
  await anHourOfTheClub();
  const before = await rowsOf();
  await agent.stop();
  await putBack();
  const said: string[] = [];
  const restored = await runBaseCommand(['restored', '--state', stateFolder], {
    environment: {},
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    say: (text) => said.push(text),
    tell: (text) => said.push(text),
  });
  expect({ restored, said }).toEqual({ restored: 0, said: [expect.stringMatching(/^Epoch 3 has begun/)] });
  // The process that runs answers with it, without having been started again.
  gate = Object.assign(gate, { counter: gate.counter + 5 });
  await untilSeen('the new epoch is told', async () => ((await gate.feed()).epoch === 3 ? true : null));
  agent = startAgent();
  await untilSeen('all is in the base again', async () => {
    const rows = await rowsOf();
    return rows?.events === before?.events && rows?.photos === before?.photos ? rows : null;
  });
  expect(await rowsOf()).toEqual({ ...before, epoch: 3 });
});

it('[W-EPOCH-5] believes no receipt that the network did not sign for that box, and takes none for more than it says', async () => {
  const { receipt } = await gate.pushed();
  if (!receipt) throw new Error('a push is answered with a receipt');
  const shown = async (heldReceipt: PushReceipt) => (await gate.pushed([], { heldReceipt })).epoch;
  expect(await shown(receipt)).toBe(3);
  expect(await shown({ ...receipt, through: 99 })).toBe(3);
  expect(await shown({ ...receipt, epoch: 9 })).toBe(3);
  const [others] = store.keptReceipts.values();
  if (!others) throw new Error('the agent keeps receipts');
  expect(await shown({ ...others, epoch: 3 })).toBe(3);
});

it('[W-EPOCH-6] begins an epoch by itself when it finds itself in another database, once', async () => {
  const homeOf = async () => (await sql.query('select home, epoch from meta'))[0];
  expect(await homeOf()).toMatchObject({ home: expect.stringMatching(/^\d+\/\d+\/\d+$/), epoch: 3 });
  const before = await homeOf();
  await sql.query("update meta set home = '1/1/1'");
  await meanwhile(async () => undefined);
  expect(await homeOf()).toEqual({ ...before, epoch: 4 });
});
