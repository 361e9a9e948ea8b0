import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listApiKeys, revokeApiKey } from '../../postgres/api-keys.ts';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { ApiClient } from '../../test/api-client.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import {
  newTestId,
  saleEvent,
  TestEdge,
  testContract,
  testPerson,
  testPhoto,
  visit,
} from '../../test/test-edge.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let network: ApiClient;
/** Of the entity that owns Lyon, and of one that owns Villeurbanne: a licensee beside it. */
let lyonKey: ApiClient;
let licenseeKey: ApiClient;
let licenseeId: string;
const logged: { event: string; fields: Record<string, unknown> }[] = [];
const clubs = { lyon: '', villeurbanne: '' };
const members = { lyon: '', villeurbanne: '' };
let lyonCard: string;

const listening: Log = {
  ...silentLog,
  info: (event, fields = {}) => void logged.push({ event, fields: { ...fields } }),
};

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, log: listening });
  sql = new Database(base.databaseUrl, silentLog);
  clubs.lyon = base.clubs['Lyon Part-Dieu'] ?? '';
  clubs.villeurbanne = base.clubs['Villeurbanne Gratte-Ciel'] ?? '';
  const [owner] = await sql.query<{ id: string }>('select id from legal_entities');
  licenseeId = newTestId();
  await sql.query(
    `insert into legal_entities (id, network_id, name, address, siret, vat_number)
     select $1, network_id, 'Villeurbanne Licence SARL', address, '98765432100017', 'FR00987654321' from legal_entities`,
    [licenseeId],
  );
  await sql.query('update clubs set legal_entity_id = $1 where id = $2', [licenseeId, clubs.villeurbanne]);
  network = await ApiClient.withKey(base.url, sql);
  lyonKey = await ApiClient.withKey(base.url, sql, { legalEntityId: owner?.id ?? '' });
  licenseeKey = await ApiClient.withKey(base.url, sql, { legalEntityId: licenseeId });

  const lyon = await enrolled(clubs.lyon);
  const villeurbanne = await enrolled(clubs.villeurbanne);
  members.lyon = await sell(lyon, owner?.id ?? '');
  members.villeurbanne = await sell(villeurbanne, licenseeId);
  // A member of Lyon goes to the licensee's club.
  const seen = visit(lyonCard);
  for (const event of [seen.decided, seen.sensed]) villeurbanne.append(event);
  await villeurbanne.pushed(villeurbanne.events.slice(-2), {
    occupancy: { inside: 7, low: 6, high: 9, at: isoTime(systemClock.wallMs()) },
  });
}, 60_000);

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function enrolled(clubId: string): Promise<TestEdge> {
  return TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
}

async function sell(edge: TestEdge, legalEntityId: string): Promise<string> {
  const [planId = ''] = await plansInOrder(sql);
  const { digest: person, bytes } = await sealedPerson(edge);
  const [photo, contract] = await Promise.all([
    sealedOf(edge, 'photo', testPhoto),
    sealedOf(edge, 'contract', testContract),
  ]);
  const sold = saleEvent({
    legalEntityId,
    planId,
    digests: { person, photo: photo.digest, contract: contract.digest },
  });
  edge.append(sold);
  expect((await edge.pushed()).parked).toEqual([]);
  expect((await edge.put(person, bytes)).status).toBe(204);
  if (legalEntityId !== licenseeId) lyonCard = sold.credentials[0]?.credentialId ?? '';
  return sold.member.memberId;
}

const sealedPerson = (edge: TestEdge) => sealedOf(edge, 'person', testPerson);

async function sealedOf(
  edge: TestEdge,
  purpose: 'person' | 'photo' | 'contract',
  plain: object | Uint8Array,
) {
  const bytes = await edge.sealed(purpose, plain);
  const { sha256Hex } = await import('@portillon/core/crypto/digest.ts');
  return { digest: sha256Hex(bytes), bytes };
}

const codeOf = (answer: { readonly body: unknown }) => refusalSchema.parse(answer.body).error.code;

it('[AP2] answers nothing without a key, nor with one that is unknown, revoked or over', async () => {
  const nobody = new ApiClient(base.url, null);
  expect(await nobody.get('/members')).toMatchObject({ status: 401 });
  expect(codeOf(await nobody.get('/members'))).toBe('api.no-key');
  const key = network.key ?? '';
  const last = key.at(-1) === 'A' ? 'Q' : 'A';
  for (const wrong of ['x', `${key.slice(0, -1)}${last}`, key.replace(/_[0-9a-f]{2}/, '_zz'), `${key}A`]) {
    const answer = await new ApiClient(base.url, wrong).get('/members');
    expect([answer.status, codeOf(answer)]).toEqual([401, 'api.unknown-key']);
  }
  const over = await ApiClient.withKey(base.url, sql, { expiresAtMs: systemClock.wallMs() - 1 });
  expect(codeOf(await over.get('/members'))).toBe('api.key-expired');
  const revoked = await ApiClient.withKey(base.url, sql);
  expect((await revoked.get('/members')).status).toBe(200);
  await revokeApiKey(sql, (await listApiKeys(sql)).at(-1)?.id ?? '', systemClock.wallMs());
  expect(codeOf(await revoked.get('/members'))).toBe('api.key-revoked');
});

it('[AP3] keeps a key within its scopes', async () => {
  const counter = await ApiClient.withKey(base.url, sql, { scopes: ['occupancy:read'] });
  expect((await counter.get('/occupancy')).status).toBe(200);
  for (const path of ['/members', `/members/${members.lyon}`, '/memberships', '/sales', '/passages']) {
    const answer = await counter.get(path);
    expect([path, answer.status, codeOf(answer)]).toEqual([path, 403, 'api.not-in-scope']);
  }
});

it('[AP4] shows a licensee the rows of its own clubs, and another’s as if they were not there', async () => {
  const ids = async (client: ApiClient, path: string) =>
    (await client.get(path)).body.data.map((row: { id: string }) => row.id);
  expect(await ids(network, '/members')).toEqual(
    expect.arrayContaining([members.lyon, members.villeurbanne]),
  );
  expect(await ids(licenseeKey, '/members')).toEqual([members.villeurbanne]);
  expect(await ids(lyonKey, '/members')).toEqual([members.lyon]);
  expect(await ids(licenseeKey, `/members?clubId=${clubs.lyon}`)).toEqual([]);
  const another = await licenseeKey.get(`/members/${members.lyon}`);
  const nobody = await licenseeKey.get(`/members/${newTestId()}`);
  expect([another.status, another.body]).toEqual([404, nobody.body]);
  const [sale] = (await lyonKey.get('/sales')).body.data;
  expect((await lyonKey.get(`/sales/${sale.id}`)).body).toEqual(sale);
  expect((await licenseeKey.get(`/sales/${sale.id}`)).status).toBe(404);
  expect((await licenseeKey.get('/sales')).body.data).toHaveLength(1);
  expect((await licenseeKey.get('/memberships')).body.data).toMatchObject([
    { memberId: members.villeurbanne },
  ]);
  expect((await licenseeKey.get('/occupancy')).body.data).toMatchObject([{ clubId: clubs.villeurbanne }]);

  const passage = { clubId: clubs.villeurbanne, direction: 'entry' };
  expect((await licenseeKey.get('/passages')).body.data).toEqual([
    expect.objectContaining({ ...passage, memberId: null, credentialId: null }),
  ]);
  expect((await network.get('/passages')).body.data).toEqual([
    expect.objectContaining({ ...passage, memberId: members.lyon, credentialId: lyonCard }),
  ]);
  expect((await lyonKey.get('/passages')).body.data).toEqual([]);
});

it('[AP4] leaves out of the page of a member what a licensee sold to them', async () => {
  const [bought, cardId] = [newTestId(), newTestId()];
  await sql.query(
    `insert into memberships (id, member_id, plan_id, club_id, valid_from, valid_to, status)
     select $1, member_id, plan_id, $2, valid_from + interval '1 year', null, 'active'
       from memberships where member_id = $3`,
    [bought, clubs.villeurbanne, members.lyon],
  );
  await sql.query(
    `insert into credentials (id, kind, member_id, plan_id, home_club_id, valid_from, single_use, status)
     select $1, 'pass', member_id, plan_id, $2, now(), false, 'active' from memberships where id = $3`,
    [cardId, clubs.villeurbanne, bought],
  );
  const ofLicensee = async (client: ApiClient) => {
    const { body } = await client.get(`/members/${members.lyon}`);
    expect([body.memberships.length, body.credentials.length]).not.toContain(0);
    const ids = [...body.memberships, ...body.credentials].map(({ id }: { id: string }) => id);
    return [bought, cardId].filter((id) => ids.includes(id));
  };
  expect(await ofLicensee(network)).toEqual([bought, cardId]);
  expect(await ofLicensee(lyonKey)).toEqual([]);
  await sql.query('delete from credentials where id = $1', [cardId]);
  await sql.query('delete from memberships where id = $1', [bought]);
});

it('[AP5] counts the calls of a key over all processes, and says when to come again', async () => {
  const hasty = await ApiClient.withKey(base.url, sql, { callsPerMinute: 3 });
  // The minute may turn between two calls: then they count anew.
  const answers = await Promise.all(Array.from({ length: 12 }, () => hasty.get('/occupancy')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(3);
  expect(answers.length - refused.length).toBeLessThanOrEqual(6);
  expect(codeOf(refused[0] ?? { body: null })).toBe('request.too-often');
  const seconds = Number(refused[0]?.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
});

it('[AP6] logs each call without anything of a person, and keeps whose particulars were told to whom', async () => {
  logged.length = 0;
  const page = await network.get(`/members/${members.lyon}`);
  expect(page.body).toMatchObject({
    id: members.lyon,
    givenName: testPerson.givenName,
    email: testPerson.email,
    memberships: [{ memberId: members.lyon, status: 'active' }],
    credentials: [{ id: lyonCard, kind: 'card', status: 'active' }],
  });
  expect(JSON.stringify(page.body)).not.toContain('04A1B2C3D4E5F6');
  const called = logged.filter(({ event }) => event === 'api.called');
  expect(called).toEqual([
    {
      event: 'api.called',
      fields: {
        keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        method: 'GET',
        route: '/api/v1/members/:memberId',
        status: 200,
      },
    },
  ]);
  const text = JSON.stringify(logged);
  for (const secret of [members.lyon, testPerson.familyName, String(testPerson.email), String(network.key)]) {
    expect(text).not.toContain(secret);
  }
  const [read] = await sql.query<{ key_id: string; route: string; member_ids: string[] }>(
    'select key_id, route, member_ids from api_reads order by at desc, id desc limit 1',
  );
  expect(read).toEqual({
    key_id: called[0]?.fields.keyId,
    route: '/members/{memberId}',
    member_ids: [members.lyon],
  });
  await sql.query("update api_reads set at = at - interval '366 days'");
  await lyonKey.get('/members');
  expect(await sql.query('select route from api_reads')).toEqual([{ route: '/members' }]);
});

it('[AP7] pages through a list that grows meanwhile, each row once', async () => {
  const [last] = (await network.get('/passages')).body.data;
  for (let index = 0; index < 7; index++) {
    await sql.query(
      `insert into passages (id, club_id, edge_id, at, gate_id, direction, occupancy_after)
       select $1, club_id, edge_id, $2, gate_id, direction, 1 from passages where id = $3`,
      // Some share their moment.
      [newTestId(), isoTime(Date.parse('2026-11-01T08:00:00.000Z') + Math.floor(index / 3) * 1_000), last.id],
    );
  }
  const seen: string[] = [];
  let path: string | null = '/passages?to=2026-11-02T00:00:00.000Z&limit=3';
  while (path !== null) {
    const { body } = await network.get(path);
    expect(body.data.length).toBeLessThanOrEqual(3);
    seen.push(...body.data.map((row: { id: string }) => row.id));
    if (seen.length === 3) {
      await sql.query(
        `insert into passages (id, club_id, edge_id, at, gate_id, direction, occupancy_after)
         select $1, club_id, edge_id, '2026-11-01T07:00:00Z', gate_id, direction, 1 from passages where id = $2`,
        [newTestId(), last.id],
      );
    }
    path =
      body.next === null ? null : `/passages?to=2026-11-02T00:00:00.000Z&limit=3&cursor=${String(body.next)}`;
  }
  expect([seen.length, new Set(seen).size]).toEqual([7, 7]);
  const bent = Buffer.from(`+275760-09-13T00:00:00.000Z ${newTestId()}`).toString('base64url');
  for (const cursor of ['bm8', bent])
    expect(codeOf(await network.get(`/passages?cursor=${cursor}`))).toBe('api.malformed');
  const bounded = await network.get('/passages?from=2026-11-01T08:00:01.000Z&to=2026-11-01T08:00:02.000Z');
  expect(bounded.body.data).toHaveLength(3);
});

it('[AP9] refuses what it does not know, with its place', async () => {
  for (const [path, place] of [
    ['/members?limit=0', 'limit'],
    ['/members?limit=501', 'limit'],
    ['/members?from=yesterday', 'from'],
    ['/members?club=1', ''],
    ['/members/7', 'memberId'],
    ['/clubs/7/plans', 'clubId'],
  ] as const) {
    const answer = await network.get(path);
    expect([path, answer.status, answer.body.error.code, answer.body.error.path]).toEqual([
      path,
      400,
      'api.malformed',
      place,
    ]);
  }
  expect(codeOf(await network.get('/nothing'))).toBe('request.not-found');
});

it('[W-ERR-6] says what is wrong with a body that is not JSON, on routes of the API and of staff', async () => {
  const json = 'application/json';
  for (const path of ['/api/v1/orders', '/staff/api/sign-in']) {
    for (const [type, body, status, code] of [
      ['application/xml', '<a/>', 415, 'request.wrong-type'],
      ['application/x-www-form-urlencoded', 'a=1', 415, 'request.wrong-type'],
      ['text/plain', '{}', 415, 'request.wrong-type'],
      [';;;', '{}', 415, 'request.wrong-type'],
      [null, '{}', 415, 'request.wrong-type'],
      [json, '', 400, 'request.no-body'],
      [json, '{', 400, 'request.not-json'],
      [json, '{"__proto__":{"a":1}}', 400, 'request.not-json'],
    ] as const) {
      const headers = {
        authorization: `Bearer ${network.key}`,
        ...(type === null ? {} : { 'content-type': type }),
      };
      // Bytes, for a text is given a content type of its own.
      const answer = await fetch(base.url + path, { method: 'POST', headers, body: Buffer.from(body) });
      const { error } = refusalSchema.parse(await answer.json());
      expect([path, type, body, answer.status, error.code]).toEqual([path, type, body, status, code]);
    }
  }
});

it('[AP10] tells clubs, hours and plans to anybody, and an edit of hours at the next call', async () => {
  const nobody = new ApiClient(base.url, null);
  const { body } = await nobody.get('/clubs');
  expect(body.data.map(({ name }: { name: string }) => name)).toEqual([
    'Lyon Part-Dieu',
    'Villeurbanne Gratte-Ciel',
  ]);
  expect(JSON.stringify(body)).not.toMatch(/mediator|staffPhone|capacity/);
  const path = `/clubs/${clubs.lyon}`;
  expect((await nobody.get(path)).body).toMatchObject({ openNow: true, closures: [] });
  const closure = {
    from: isoTime(systemClock.wallMs() - 60_000),
    to: isoTime(systemClock.wallMs() + 60_000),
  };
  await sql.query('update clubs set closures = $2 where id = $1', [clubs.lyon, JSON.stringify([closure])]);
  expect((await nobody.get(path)).body).toMatchObject({ openNow: false, closures: [closure] });
  await sql.query("update clubs set closures = '[]', hours = '{}' where id = $1", [clubs.lyon]);
  expect((await nobody.get(path)).body).toMatchObject({ openNow: false, hours: {} });
  const plans = (await nobody.get(`${path}/plans`)).body.data;
  expect(plans).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'monthly', priceCents: 2990, joiningFeeCents: 2500, vatRate: 2000 }),
      expect.objectContaining({ kind: 'day-entry', priceCents: 1200, soldAtKiosk: true }),
    ]),
  );
  expect((await nobody.get(`/clubs/${newTestId()}/plans`)).status).toBe(404);
});

it('[AP13] tells what plans cost and will cost to keys of the seller, and nobody what another club will ask', async () => {
  const [plan] = await sql.query<{ id: string }>(
    "select id from plans where record->'names'->>'fr' = 'Tous les jours'",
  );
  const set = (clubId: string, from: string, cents: number) =>
    sql.query(
      `insert into plan_prices (id, plan_id, club_id, valid_from, price_cents, joining_fee_cents, set_at, reason)
       values ($1, $2, $3, $4, $5, 2500, now(), 'new year')`,
      [newTestId(), plan?.id, clubId, from, cents],
    );
  await set(clubs.lyon, '2098-01-01', 3190);
  await set(clubs.lyon, '2097-01-01', 3090);
  await set(clubs.villeurbanne, '2098-01-01', 1990);
  const path = `/clubs/${clubs.lyon}/prices`;
  const of = ({ body }: { body: { data: { planId: string }[] } }) =>
    body.data.find(({ planId }) => planId === plan?.id);
  const coming = [
    { from: '2097-01-01', priceCents: 3090, joiningFeeCents: 2500 },
    { from: '2098-01-01', priceCents: 3190, joiningFeeCents: 2500 },
  ];
  const told = await lyonKey.get(path);
  expect(of(told)).toEqual({ planId: plan?.id, priceCents: 2990, joiningFeeCents: 2500, coming });
  expect(told.body.data.length).toBeGreaterThan(1);
  expect(of(await network.get(`/clubs/${clubs.villeurbanne}/prices`))).toMatchObject({
    coming: [{ from: '2098-01-01', priceCents: 1990 }],
  });
  expect((await licenseeKey.get(path)).status).toBe(404);
  expect(codeOf(await licenseeKey.get(path))).toBe('api.unknown');
  const nobody = new ApiClient(base.url, null);
  expect(codeOf(await nobody.get(path))).toBe('api.no-key');
  // Ids are random: such digits may stand within them, and nowhere alone.
  expect(JSON.stringify((await nobody.get(`/clubs/${clubs.lyon}/plans`)).body)).not.toMatch(/\b3190\b/);
  const others = await ApiClient.withKey(base.url, sql, { scopes: ['sales:read'] });
  expect(codeOf(await others.get(path))).toBe('api.not-in-scope');
});

it('[AP11] tells how many are inside with bounds and age, and null where nothing is known', async () => {
  await sql.query("update occupancy set at = at - interval '90 seconds' where club_id = $1", [
    clubs.villeurbanne,
  ]);
  const [lyon, villeurbanne] = (await network.get('/occupancy')).body.data;
  expect(villeurbanne).toMatchObject({
    clubId: clubs.villeurbanne,
    inside: 7,
    low: 6,
    high: 9,
    capacity: 140,
  });
  expect(villeurbanne.ageSeconds).toBeGreaterThanOrEqual(90);
  expect(lyon).toMatchObject({ inside: 0 });
  await sql.query('delete from occupancy where club_id = $1', [clubs.lyon]);
  expect((await lyonKey.get('/occupancy')).body.data).toEqual([
    { clubId: clubs.lyon, inside: null, low: null, high: null, capacity: 200, at: null, ageSeconds: null },
  ]);
});
