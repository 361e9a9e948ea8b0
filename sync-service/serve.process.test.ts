import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyncAgent } from './agent/sync-agent.ts';
import { Database } from './postgres/database.ts';
import { bundleProgram } from './test/bundle.ts';
import { MemoryAgentStore } from './test/memory-agent-store.ts';
import { untilSeen } from './test/poll.ts';
import { type BaseProcess, startBaseProcess } from './test/start-base.ts';
import { saleEvent, TestEdge, visit } from './test/test-edge.ts';

let program: string;
let privateFolder: string;

beforeAll(async () => {
  program = await bundleProgram('sync-service/serve.ts');
  // Where npm start may well run: a private home, and a path with a space.
  privateFolder = await mkdtemp(join(tmpdir(), 'portillon private '));
  await chmod(privateFolder, 0o700);
});

afterAll(async () => {
  await rm(privateFolder, { recursive: true, force: true });
  await rm(dirname(program), { recursive: true });
});

/** Removes what a base keeps outside of its state folder (root only, see embedded-server.ts). */
async function forget(stateFolder: string): Promise<void> {
  const { home } = JSON.parse(await readFile(join(stateFolder, 'postgres-server.json'), 'utf8')) as {
    home: string;
  };
  await rm(home, { recursive: true, force: true });
}

const start = (stateFolder: string, more: { port?: number; args?: string[] } = {}) =>
  startBaseProcess({ program, stateFolder, ...more });

async function withDatabase<T>(base: BaseProcess, work: (sql: Database) => Promise<T>): Promise<T> {
  const sql = new Database(base.databaseUrl, silentLog);
  try {
    return await work(sql);
  } finally {
    await sql.close();
  }
}

describe('the sync-service as a program', () => {
  it('tells its addresses in a file for its owner only, resumes the same base, and ends with its parent', async () => {
    const stateFolder = join(privateFolder, 'resumed');
    const first = await start(stateFolder);
    expect((await stat(join(stateFolder, 'ready.json'))).mode & 0o077).toBe(0);
    expect((await stat(join(stateFolder, 'base-keys.json'))).mode & 0o077).toBe(0);
    const edge = await TestEdge.enrolled(first.url, first.enrolmentCodes['Lyon Part-Dieu'] ?? '');
    expect(await first.stop()).toBe(0);
    await expect(fetch(first.url)).rejects.toThrow();

    const port = Number(new URL(first.url).port);
    const second = await start(stateFolder, { port, args: ['--new-enrolment-code', 'Lyon Part-Dieu'] });
    expect(second).toMatchObject({ url: first.url, clubs: first.clubs, staff: first.staff });
    expect((await edge.push()).status).toBe(200);
    expect(
      (await TestEdge.enrolled(second.url, second.enrolmentCodes['Lyon Part-Dieu'] ?? '')).identity.clubId,
    ).toBe(first.clubs['Lyon Part-Dieu']);
    await second.stop();

    const third = await start(stateFolder, { port });
    expect(Object.keys(third.enrolmentCodes)).toEqual(['Villeurbanne Gratte-Ciel']);
    await third.stop();
    await forget(stateFolder);
  });

  it('[W-CARDKEY-2] [W-CARDKEY-3] renews the card keys when told, once, and tells a gate only the key that reads', async () => {
    const stateFolder = join(privateFolder, 'card-keys');
    const first = await start(stateFolder);
    const kiosk = await TestEdge.enrolled(first.url, first.enrolmentCodes['Lyon Part-Dieu'] ?? '');
    const port = Number(new URL(first.url).port);
    await first.stop();

    const rotated = ['--card-keys', '2', '--new-gate-code', 'Lyon Part-Dieu'];
    const second = await start(stateFolder, { port, args: rotated });
    const gate = new TestEdge(second.url);
    const told = await gate.enrol(second.gateCodes['Lyon Part-Dieu'] ?? '');
    expect(told.body).toMatchObject({ cardKeys: { current: 2, versions: [{ version: 1 }, { version: 2 }] } });
    expect(JSON.stringify(told.body)).not.toContain('write');
    expect((await kiosk.push()).body).toMatchObject({ cardKeys: '2:1,2' });
    const keys = (await kiosk.signed('GET', '/v1/card-keys')).body;
    expect(keys).toMatchObject({ cardKeys: { versions: [{}, { write: expect.any(String) }] } });
    await second.stop();

    const third = await start(stateFolder, { port, args: ['--card-keys', '2'] });
    expect((await kiosk.signed('GET', '/v1/card-keys')).body).toMatchObject({
      cardKeys: (keys as { cardKeys: object }).cardKeys,
    });
    await third.stop();
    const fourth = await start(stateFolder, { port, args: ['--retire-card-keys', '1'] });
    expect((await kiosk.push()).body).toMatchObject({ cardKeys: '2:2' });
    await fourth.stop();
    await expect(start(stateFolder, { args: ['--card-keys', '7'] })).rejects.toThrow(/the next one is 3/);
    await forget(stateFolder);
  });

  it('says that it runs already when it is started twice on one folder', async () => {
    const stateFolder = join(privateFolder, 'twice');
    const base = await start(stateFolder);
    await expect(start(stateFolder)).rejects.toThrow(/already running/);
    expect((await fetch(`${base.url}/v1/health`)).status).toBe(200);
    expect(await base.terminate()).toBe(0);
    await forget(stateFolder);
  });

  it('says what is wrong with its arguments and with a seed file', async () => {
    const stateFolder = join(privateFolder, 'wrong');
    await expect(start(stateFolder, { port: 70_000 })).rejects.toThrow(/--state FOLDER/);
    await expect(start(stateFolder, { args: ['--seed', program] })).rejects.toThrow(/not valid JSON/);
    await rm(stateFolder, { recursive: true, force: true });
  });

  it('[W-PUSH-7] [W-SIGN-3] [I4] loses nothing and doubles nothing when it is killed in the middle of pushes', async () => {
    const stateFolder = join(privateFolder, 'killed');
    let base = await start(stateFolder);
    const port = Number(new URL(base.url).port);
    const { legalEntityId, planId } = await withDatabase(base, async (sql) => {
      const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
        'select legal_entities.id as "legalEntityId", plans.id as "planId" from legal_entities, plans limit 1',
      );
      if (!row) throw new Error('the seed was not applied');
      return row;
    });
    const store = new MemoryAgentStore();
    const agent = new SyncAgent({
      store,
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      baseUrl: base.url,
      enrolmentCode: base.enrolmentCodes['Lyon Part-Dieu'] ?? '',
      software: 'test',
    });
    agent.start();
    await untilSeen('enrolment', () => (store.kept ? true : null));
    for (let kills = 0; kills < 3; kills++) {
      store.append(saleEvent({ legalEntityId, planId }));
      for (let visits = 0; visits < 1_500; visits++) store.append(visit(null, 'refused').decided);
      const before = store.through.seq;
      agent.notify();
      // One batch is in, the next is on its way or half done.
      await untilSeen('the first batch', () => (store.through.seq > before ? true : null));
      await base.kill();
      base = await start(stateFolder, { port });
    }
    await untilSeen('all applied', () => (store.through.seq === store.events.length ? true : null));
    await agent.stop();
    await withDatabase(base, async (sql) => {
      expect(
        await sql.query(
          `select (select count(*) from edge_events) as events, (select max(seq) from edge_events) as last,
                  (select count(*) from decisions) as decisions, (select count(*) from sales) as sales,
                  (select count(*) from members) as members, (select count(*) from parked_events) as parked`,
        ),
      ).toEqual([{ events: 4_503, last: 4_503, decisions: 4_500, sales: 3, members: 3, parked: 0 }]);
      // A counter used before the kill stays used after it.
      const [used] = await sql.query('select count(*) as count from edge_counters');
      expect(used?.count).toBeGreaterThan(5);
    });
    await base.stop();
    await forget(stateFolder);
  });
});
