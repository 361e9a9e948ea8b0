import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { PushAnswer } from '@portillon/core/wire/messages.ts';
import recorded from '@portillon/core/wire/vectors/version-before.json' with { type: 'json' };
import * as before from '@portillon/core/wire/vectors/version-before-schemas.mjs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SyncAgent } from '../agent/sync-agent.ts';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { type Asked, ScriptedBase } from '../test/scripted-base.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { renewalEvent, saleEvent, TestEdge, visit } from '../test/test-edge.ts';

let folder: string;
let base: StartedBase;
let sql: pg.Client;
let edge: TestEdge;

beforeAll(async () => {
  folder = await temporaryState();
  base = await startBase({ stateFolder: folder });
  sql = new pg.Client({ connectionString: base.databaseUrl });
  await sql.connect();
  edge = new TestEdge(base.url);
  const answer = await edge.enrol((await ours()).code, edge.keys.publicKey, null);
  expect(answer.status).toBe(200);
});

afterAll(async () => {
  await sql?.end();
  await base?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function ours(): Promise<{ legalEntityId: string; planId: string; clubId: string; code: string }> {
  const club = Object.keys(base.enrolmentCodes)[0] ?? '';
  const clubId = base.clubs[club] ?? '';
  const { rows } = await sql.query<{ legalEntityId: string; planId: string }>(
    `select (select legal_entity_id from clubs where id = $1) as "legalEntityId",
            (select id from plans where record->>'scope' = 'network' limit 1) as "planId"`,
    [clubId],
  );
  const [place] = rows;
  if (!place) throw new Error('the base sells something');
  return { ...place, clubId, code: base.enrolmentCodes[club] ?? '' };
}

it('[W-VER-2] takes in the visit that an edge of the version before recorded, and it reads every answer', async () => {
  const { legalEntityId, planId } = await ours();
  expect(before.enrolAnswerSchema.safeParse(edge.identity).error).toBeUndefined();

  const sale = recorded.visit.map(({ body }) => body).find((body) => body.includes('"sale.completed"')) ?? '';
  const sold = JSON.parse(sale) as { legalEntityId: string; membership: { planId: string } };
  for (const { body } of recorded.visit) {
    // What this base calls the seller and the plan; the rest as it was recorded.
    edge.appendText(
      body.replaceAll(sold.legalEntityId, legalEntityId).replaceAll(sold.membership.planId, planId),
    );
  }
  const answer = await edge.pushed();
  expect(before.pushAnswerSchema.safeParse(answer).error).toBeUndefined();
  expect(answer).toMatchObject({ appliedThrough: recorded.visit.length, parked: [] });
  const { rows } = await sql.query<{ sales: number; passages: number }>(
    'select (select count(*)::int from sales) as sales, (select count(*)::int from passages) as passages',
  );
  expect(rows).toEqual([{ sales: 1, passages: 3 }]);

  const feed = await edge.feed(0, 0, before.laterFeedKinds.join(','));
  const read = before.feedAnswerSchema.parse(feed);
  expect(read.changes.map(({ change }) => change.kind)).toEqual(
    expect.arrayContaining(['club', 'plan', 'edge-key', 'credential']),
  );
});

it('[W-PLAN-2] [W-VER-1] tells an edge of the version before what a plan costs in its club now, and it passes over the rest', async () => {
  const { planId, clubId } = await ours();
  for (const [days, cents] of [
    [-1, 3_190],
    [9, 3_290],
  ]) {
    await sql.query(
      `insert into plan_prices (id, plan_id, club_id, valid_from, price_cents, joining_fee_cents, set_at, reason)
       values (gen_random_uuid(), $1, $2, current_date + $3::int, $4, 0, now(), 'test')`,
      [planId, clubId, days, cents],
    );
  }
  const told = (await edge.wholeFeed()).find(({ change }) => change.id === planId);
  expect(told?.change.record).toMatchObject({ monthlyCents: 3_190, comingPrices: [{ priceCents: 3_290 }] });
  const answer = {
    epoch: 1,
    changes: [told],
    cursor: 1,
    more: false,
    serverTime: '2026-11-26T21:44:50.331Z',
  };
  const [read] = before.feedAnswerSchema.parse(answer).changes as readonly {
    readonly change: { readonly record?: unknown };
  }[];
  expect(read?.change.record).toMatchObject({ monthlyCents: 3_190, joiningFeeCents: 0 });
  expect(read?.change.record).not.toHaveProperty('comingPrices');
});

it('[W-VER-4] sends kinds of records that came later to nobody who does not ask for them', async () => {
  const known = new Set(['club', 'plan', 'credential', 'edge-key', ...before.laterFeedKinds]);
  for (const { change } of await edge.wholeFeed(0, before.laterFeedKinds.join(','))) {
    expect(known).toContain(change.kind);
  }
});

it('[W-VER-3] [W-VER-4] goes on with a base of the version before, which reads each push of it', async () => {
  const store = new MemoryAgentStore();
  const place = await ours();
  const sale = saleEvent(place);
  const events = [
    sale,
    ...Object.values(visit(sale.credentials[0]?.credentialId ?? '')),
    renewalEvent(
      { ...place, memberId: sale.member.memberId },
      { from: sale.at, to: '2027-12-01T00:00:00.000Z' },
    ),
  ];
  for (const event of events) store.append(event);
  const identity = JSON.parse(recorded.enrolAnswer) as NonNullable<MemoryAgentStore['kept']>;
  store.kept = { ...identity, privateKey: new TestEdge(base.url).keys.privateKey };

  const pushed: string[] = [];
  const all = withResolvers();
  const waits = ({ path, query }: Asked) => path === '/v1/feed' && query.get('waitSeconds') !== '0';
  const scripted = new ScriptedBase(({ path, body, query }: Asked) => {
    const serverTime = new Date(systemClock.wallMs()).toISOString();
    if (path === '/v1/push') {
      const push = before.pushRequestSchema.parse(JSON.parse(body.toString('utf8')));
      for (const event of push.events) pushed.push(before.eventBodySchema.parse(JSON.parse(event.body)).type);
      if (pushed.length === events.length) all.resolve();
      const said = JSON.parse(recorded.pushAnswers[0] ?? '') as PushAnswer;
      const json = { ...said, epoch: identity.epoch, appliedThrough: pushed.length, wanted: [], serverTime };
      return { status: 200, json };
    }
    if (path !== '/v1/feed')
      return { status: 404, json: { error: { code: 'request.not-found', message: 'no' } } };
    if (query.get('waitSeconds') !== '0') return 'hang';
    const feed = JSON.parse(recorded.feedAnswers[0] ?? '') as object;
    return { status: 200, json: { ...feed, epoch: identity.epoch, more: false, serverTime } };
  });
  const agent = new SyncAgent({
    store,
    clock: systemClock,
    random: new SeededRandom(1),
    log: silentLog,
    baseUrl: await scripted.listen(),
    software: 'test',
  });
  agent.start();
  try {
    await all.promise;
    // It may have asked before all was pushed.
    if (!scripted.asked.some(waits)) await scripted.next(waits);
    expect(pushed).toEqual(events.map(({ type }) => type));
    expect(store.cursor).toBeGreaterThan(0);
    expect(store.erased).toBe(0);
  } finally {
    await agent.stop();
    await scripted.close();
  }
});

/** Node 20 has no Promise.withResolvers. */
function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
