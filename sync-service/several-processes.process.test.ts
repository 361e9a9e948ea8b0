import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyncAgent } from './agent/sync-agent.ts';
import { Database } from './postgres/database.ts';
import { EmbeddedServer } from './postgres/embedded-server.ts';
import { newEnrolmentCode } from './postgres/enrolment.ts';
import { Balancer } from './test/balancer.ts';
import { bundleProgram } from './test/bundle.ts';
import { MemoryAgentStore } from './test/memory-agent-store.ts';
import { untilSeen } from './test/poll.ts';
import { expectRebuiltTheSame } from './test/rebuilt-the-same.ts';
import { type BaseProcess, startBaseProcess, temporaryState } from './test/start-base.ts';
import { saleEvent, send, TestEdge, visit } from './test/test-edge.ts';

let folder: string;
let program: string;
let server: EmbeddedServer;
let sql: Database;
let processes: BaseProcess[];
let balancer: Balancer;

beforeAll(async () => {
  folder = await temporaryState();
  program = await bundleProgram('sync-service/serve.ts');
  server = await EmbeddedServer.start({
    stateFolder: folder,
    clock: systemClock,
    log: silentLog,
    settings: { fsync: 'off' },
  });
  sql = new Database(server.url(), silentLog);
  // All at once, on an empty base: one makes what the others find.
  processes = await Promise.all(
    ['first', 'second', 'third'].map((name) =>
      startBaseProcess({
        program,
        stateFolder: join(folder, name),
        databaseUrl: server.url(),
        args: ['--keys', join(folder, 'keys'), '--metrics-port', '0'],
      }),
    ),
  );
  balancer = await Balancer.start(processes.map(({ url }) => Number(new URL(url).port)));
});

afterAll(async () => {
  await balancer?.stop();
  for (const each of processes ?? []) await each.stop();
  await sql?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(dirname(program), { recursive: true });
});

const ready = async ({ url }: BaseProcess) => send(url, 'GET', '/v1/ready');

it('one base of three processes that started at once: one seed, one set of keys, all of them ready', async () => {
  expect(await sql.query('select count(*) as count from networks')).toEqual([{ count: 1 }]);
  expect(await sql.query('select count(*) as count from staff_users')).toEqual([{ count: 1 }]);
  for (const each of processes) {
    const { status, body } = await ready(each);
    expect({ status, body }).toMatchObject({ status: 200, body: { ready: true } });
  }
});

it('[W-ENROL-6] count the tries of one address together', async () => {
  const [first, second] = processes;
  const stranger = new TestEdge(first?.url ?? '');
  for (let tries = 0; tries < 20; tries++) expect((await stranger.enrol('AAAA-BBBBBBBBBB')).status).toBe(403);
  const elsewhere = new TestEdge(second?.url ?? '');
  elsewhere.address = stranger.address;
  expect((await elsewhere.enrol('AAAA-BBBBBBBBBB')).status).toBe(429);
});

it('[I4] [W-PUSH-7] [W-SIGN-3] lose nothing and double nothing when one of them is killed under load', async () => {
  const [place] = await sql.query<{ legalEntityId: string; planId: string; clubId: string }>(
    `select legal_entity_id as "legalEntityId", clubs.id as "clubId", plans.id as "planId"
       from clubs, plans order by clubs.name limit 1`,
  );
  if (!place) throw new Error('the seed was not applied');
  const boxes = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const store = new MemoryAgentStore();
      const agent = new SyncAgent({
        store,
        clock: systemClock,
        random: systemRandom,
        log: silentLog,
        baseUrl: balancer.url,
        enrolmentCode: await newEnrolmentCode(sql, place.clubId, systemClock.wallMs()),
        software: 'test',
      });
      agent.start();
      return { store, agent };
    }),
  );
  await untilSeen('all are enrolled', () => (boxes.every(({ store }) => store.kept) ? true : null));
  const sold: string[] = [];
  const work = () => {
    for (const { store, agent } of boxes) {
      const sale = saleEvent(place);
      sold.push(...sale.credentials.map(({ credentialId }) => credentialId));
      store.append(sale);
      for (let visits = 0; visits < 150; visits++) store.append(visit(null, 'refused').decided);
      agent.notify();
    }
  };
  const someAreIn = (count: number) =>
    untilSeen(`${count} are in`, async () => {
      const [events] = await sql.query<{ count: number }>('select count(*) as count from edge_events');
      return (events?.count ?? 0) >= count ? true : null;
    });
  work();
  await someAreIn(1);
  const victim = Math.floor(systemRandom.fraction() * processes.length);
  await processes[victim]?.kill();
  work();
  await someAreIn(906);
  work();
  await untilSeen(`all is in, without process ${victim}`, () =>
    boxes.every(({ store }) => store.through.seq === store.events.length) ? true : null,
  );
  const known = (store: MemoryAgentStore) =>
    new Set([
      ...store.applied.flatMap(({ changes }) => changes.map(({ change }) => change.id)),
      ...store.books.flatMap(({ records }) => records.map(({ id }) => id)),
    ]);
  await untilSeen('each box knows what the others sold', () =>
    boxes.every(({ store }) => sold.every((id) => known(store).has(id))) ? true : null,
  );
  for (const { agent } of boxes) await agent.stop();
  expect(
    await sql.query(
      `select (select count(*) from edge_events) as events, (select count(distinct (edge_id, seq)) from edge_events) as numbers,
              (select sum(applied_through)::integer from edges) as applied, (select count(*) from decisions) as decisions,
              (select count(*) from sales) as sales, (select count(*) from members) as members,
              (select count(*) from parked_events) as parked`,
    ),
  ).toEqual([
    { events: 2_718, numbers: 2_718, applied: 2_718, decisions: 2_700, sales: 18, members: 18, parked: 0 },
  ]);
  // Each event is the one of its box, in its order.
  for (const { store } of boxes) {
    const rows = await sql.query<{ hash: string }>(
      'select hash from edge_events where edge_id = $1 order by seq',
      [store.kept?.edgeId],
    );
    expect(rows.map(({ hash }) => hash)).toEqual(store.events.map(({ hash }) => hash));
  }
  expect(balancer.given.size).toBe(3);
  await expectRebuiltTheSame(sql);
  processes.splice(victim, 1);
});

it('tell how they are in figures, apart from what edges and staff use, with nobody in them', async () => {
  const [first] = processes;
  const page = await (await fetch(first?.metricsUrl ?? '')).text();
  for (const line of [
    /^portillon_requests_total\{method="GET",route="\/v1\/ready",status="200"\} \d+$/m,
    /^portillon_push_events_total \d+$/m,
    /^portillon_edges\{heard_within="1m"\} \d+$/m,
    /^portillon_pool_connections\{use="edge",state="size"\} 10$/m,
    /^portillon_database_up 1$/m,
    /^portillon_feed_waiting 0$/m,
    /^portillon_parked_events 0$/m,
  ]) {
    expect(page).toMatch(line);
  }
  const [edge] = await sql.query<{ id: string }>('select id from edges limit 1');
  expect(page).not.toContain(edge?.id);
  expect((await send(first?.url ?? '', 'GET', '/metrics')).status).toBe(404);
});

it('answer who waits before they stop, and say why they are not ready', async () => {
  const [stopped, other] = processes;
  if (!stopped || !other) throw new Error('two are left');
  const [club] = await sql.query<{ id: string }>('select id from clubs limit 1');
  const edge = await TestEdge.enrolled(
    stopped.url,
    await newEnrolmentCode(sql, club?.id ?? '', systemClock.wallMs()),
  );
  const { cursor } = await edge.feed();
  const waiting = edge.feed(cursor, 25);
  await untilSeen('it waits', async () => {
    const page = await (await fetch(stopped.metricsUrl ?? '')).text();
    return /^portillon_feed_waiting 1$/m.test(page) ? true : null;
  });
  const began = systemClock.monotonicMs();
  expect(await stopped.terminate()).toBe(0);
  expect(await waiting).toMatchObject({ changes: [], cursor });
  expect(systemClock.monotonicMs() - began).toBeLessThan(9_000);

  await sql.query("insert into schema_migrations (name, digest) values ('999-newer', '')");
  await sql.query("update meta set card_keys = '{}'");
  expect(await ready(other)).toMatchObject({
    status: 503,
    body: {
      ready: false,
      checks: [
        { name: 'running', ok: true },
        { name: 'database', ok: true },
        { name: 'migrations', ok: false, why: expect.stringContaining('newer version') },
        { name: 'keys', ok: false, why: expect.stringContaining('card keys') },
        { name: 'names', ok: true },
        { name: 'listener', ok: true },
        { name: 'pool', ok: true },
      ],
    },
  });
  await sql.close();
  await server.stop();
  const silent = await untilSeen('PostgreSQL is gone', async () => {
    const { status, body } = await ready(other);
    return JSON.stringify(body).includes('PostgreSQL does not answer') ? { status, body } : null;
  });
  expect(silent).toMatchObject({ status: 503, body: { ready: false } });
  expect((await send(other.url, 'GET', '/v1/health')).status).toBe(503);
});
