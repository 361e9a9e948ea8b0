import { rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { FileBaseKeyStore } from '../../keys/file-base-key-store.ts';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { ApiClient } from '../../test/api-client.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { untilSeen } from '../../test/poll.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { caseEvent, newTestId, saleEvent, TestEdge, testPerson } from '../../test/test-edge.ts';
import { postWebhook } from '../../webhooks/post-webhook.ts';
import { retryAfterS, WebhookSender } from '../../webhooks/webhook-sender.ts';
import { WebhookTargets } from '../../webhooks/webhook-targets.ts';
import type { BaseContext } from '../base-context.ts';
import type { WebhookKind } from './webhook-kinds.ts';
import { webhookBody, webhookMessages } from './webhook-messages.ts';

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let client: ApiClient;
let edge: TestEdge;
let legalEntityId: string;
let planId: string;
let receiverUrl: string;
const received: Received[] = [];
/** What the receiver answers to each path; 200 where nothing is said. */
const statuses = new Map<string, number>();
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on('end', () => {
    const path = request.url ?? '';
    received.push({ path, headers: request.headers, body });
    response.writeHead(statuses.get(path) ?? 200, { location: `${receiverUrl}/elsewhere` }).end();
  });
});

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, webhookTargets: ['127.0.0.1'] });
  sql = new Database(base.databaseUrl, silentLog);
  client = await ApiClient.withKey(base.url, sql);
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  edge = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  const [entity] = await sql.query<{ id: string }>('select id from legal_entities');
  legalEntityId = entity?.id ?? '';
  planId = (await plansInOrder(sql))[0] ?? '';
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  await sql.query("update webhooks set ended_at = now(), ended_why = 'another test' where ended_at is null");
  await sql.query(
    "update webhook_messages set state = 'delivered', settled_at = now() where state = 'waiting'",
  );
  received.length = 0;
  statuses.clear();
});

let paths = 0;
async function subscribed(kinds: readonly string[], by = client) {
  const path = `/hook-${++paths}`;
  const answer = await by.post('/webhooks', { url: receiverUrl + path, kinds });
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return { path, ...(answer.body as { id: string; secret: string }) };
}

const codeOf = (answer: { readonly body: unknown }) => refusalSchema.parse(answer.body).error.code;
const at = (path: string) => received.filter((each) => each.path === path);
const bodies = (path: string) => at(path).map(({ body }) => JSON.parse(body));

async function sell(): Promise<ReturnType<typeof saleEvent>> {
  const event = saleEvent({ legalEntityId, planId });
  const { seq } = edge.append(event);
  expect((await edge.pushed(edge.events.slice(seq - 1))).parked).toEqual([]);
  return event;
}

async function passages(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newTestId);
  await sql.query(
    `insert into passages (id, club_id, edge_id, at, gate_id, direction, occupancy_after)
     select id, $2, $3, now(), 'gate-1', 'entry', 1 from unnest($1::uuid[]) as id`,
    [ids, edge.identity.clubId, edge.identity.edgeId],
  );
  return ids;
}

const until = (holds: () => boolean | Promise<boolean>) =>
  untilSeen(String(holds), async () => ((await holds()) ? true : null));

const hurry = () => sql.query("update webhook_messages set due_at = now() where state = 'waiting'");

it('[AP30] subscribes a key to what it may read, tells the secret once, and shows nobody else’s', async () => {
  const hook = await subscribed(['order.changed', 'sale.completed']);
  expect(hook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const rows = await sql.query<{ secret: Buffer }>('select secret from webhooks where id = $1', [hook.id]);
  expect(rows[0]?.secret.includes(Buffer.from(hook.secret.slice(6), 'base64'))).toBe(false);
  const mine = (await client.get('/webhooks')).body.data;
  expect(mine).toContainEqual(expect.objectContaining({ id: hook.id, endedAt: null, waiting: 0, dead: 0 }));
  expect(JSON.stringify(mine)).not.toContain('whsec');

  const other = await ApiClient.withKey(base.url, sql, { scopes: ['webhooks:write', 'orders:read'] });
  expect((await other.get('/webhooks')).body.data).toEqual([]);
  expect(codeOf(await other.remove(`/webhooks/${hook.id}`))).toBe('api.unknown');
  const beyond = await other.post('/webhooks', {
    url: receiverUrl,
    kinds: ['order.changed', 'sale.completed'],
  });
  expect([beyond.body.error.code, beyond.body.error.path]).toEqual(['api.not-in-scope', 'kinds']);
  for (let count = 0; count < 20; count++) await subscribed(['order.changed'], other);
  expect(codeOf(await other.post('/webhooks', { url: receiverUrl, kinds: ['order.changed'] }))).toBe(
    'webhook.too-many',
  );
  expect((await client.remove(`/webhooks/${hook.id}`)).status).toBe(200);
});

it('[AP31] [AP32] tells of a change in its transaction, signed so that an independent library believes it', async () => {
  const hook = await subscribed(['sale.completed', 'membership.changed']);
  const sold = await sell();
  await until(() => at(hook.path).length === 2);
  const [one] = at(hook.path);
  const verifier = new Webhook(hook.secret);
  for (const { body, headers } of at(hook.path)) {
    expect(verifier.verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
  }
  expect(() => verifier.verify(`${one?.body} `, one?.headers as Record<string, string>)).toThrow('signature');
  expect(bodies(hook.path)).toEqual(
    expect.arrayContaining([
      {
        type: 'sale.completed',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        data: {
          saleId: sold.saleId,
          clubId: edge.identity.clubId,
          memberId: sold.member.memberId,
          product: 'membership',
          totalCents: 5490,
          at: sold.at,
        },
      },
      expect.objectContaining({
        type: 'membership.changed',
        data: expect.objectContaining({ memberId: sold.member.memberId, status: 'active', validTo: null }),
      }),
    ]),
  );
  // Undone with the change.
  const before = await sql.query('select count(*) from webhook_messages');
  await expect(
    sql.transaction(async (inside) => {
      await inside.query("update memberships set status = 'cancelled' where member_id = $1", [
        sold.member.memberId,
      ]);
      expect(await inside.query('select count(*) from webhook_messages')).not.toEqual(before);
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await sql.query('select count(*) from webhook_messages')).toEqual(before);
});

it('[AP31] tells a licensee nothing of another’s', async () => {
  const licensee = newTestId();
  await sql.query(
    `insert into legal_entities (id, network_id, name, address, siret, vat_number)
     select $1, network_id, 'Licence SARL', address, '98765432100017', vat_number from legal_entities`,
    [licensee],
  );
  const kinds = ['sale.completed', 'membership.changed', 'passage.sensed'];
  const theirs = await subscribed(kinds, await ApiClient.withKey(base.url, sql, { legalEntityId: licensee }));
  const ours = await subscribed(kinds, await ApiClient.withKey(base.url, sql, { legalEntityId }));
  await sell();
  const [passageId] = await passages(1);
  await until(() => at(ours.path).length === 3);
  expect(at(theirs.path)).toEqual([]);
  expect(bodies(ours.path).find(({ type }) => type === 'passage.sensed').data).toEqual({
    passageId,
    clubId: edge.identity.clubId,
    gateId: 'gate-1',
    direction: 'entry',
    at: expect.any(String),
  });
  expect(await sql.query('select 1 from webhook_messages where webhook_id = $1', [theirs.id])).toEqual([]);
});

const ofMembers = [
  'member.created',
  'member.changed',
  'member.merged',
  'member.erased',
  'credential.issued',
  'credential.blocked',
  'credential.unblocked',
  'credential.replaced',
  'case.opened',
  'case.settled',
] as const;

/** A club and a member of another legal entity. */
async function neighbour(siret: string) {
  const ids = { entity: newTestId(), club: newTestId(), member: newTestId() };
  await sql.query(
    `insert into legal_entities (id, network_id, name, address, siret, vat_number)
     select $1, network_id, 'Licence SARL', address, $2, vat_number from legal_entities limit 1`,
    [ids.entity, siret],
  );
  await sql.query(
    `insert into clubs select (jsonb_populate_record(null::clubs, to_jsonb(clubs)
       || jsonb_build_object('id', $1::text, 'legal_entity_id', $2::text, 'name', 'Neighbour'))).* from clubs limit 1`,
    [ids.club, ids.entity],
  );
  return ids;
}

it('[AP38] [AP31] tells of members, of what they come in with and of cases, by ids, each as the description says', async () => {
  const hook = await subscribed(ofMembers);
  const licensee = await neighbour('98765432100025');
  const theirs = await subscribed(
    ofMembers,
    await ApiClient.withKey(base.url, sql, { legalEntityId: licensee.entity }),
  );
  const { clubId } = edge.identity;
  const person = await edge.sealed('person', testPerson);
  const digests = { person: sha256Hex(person), photo: null, contract: '0'.repeat(64) };
  const event = saleEvent({ legalEntityId, planId, digests });
  const opened = caseEvent({ amountCents: 990 });
  edge.append(event);
  edge.append(opened);
  expect((await edge.pushed(edge.events.slice(-2))).parked).toEqual([]);
  await edge.put(digests.person, person);
  const { memberId } = event.member;
  const credentialId = event.credentials[0]?.credentialId ?? '';
  await sql.query("update credentials set status = 'blocked' where id = $1", [credentialId]);
  await sql.query("update credentials set status = 'active' where id = $1", [credentialId]);
  // A kiosk carries out the order for another card.
  const orderId = newTestId();
  await sql.query(
    `insert into orders (id, kind, club_id, edge_id, code_hash, status, credential_id, member_id, amount_cents, lines,
                         ends_membership, reason, made_at, made_by, made_by_name, expires_at)
     select $1, 'card-replacement', $2, $3, 'x', 'open', $4, $5, 0, '[]', false, 'lost', now(), id, name, now()
       from staff_users limit 1`,
    [orderId, clubId, edge.identity.edgeId, credentialId, memberId],
  );
  await sql.query("update orders set status = 'collected', result_id = $2 where id = $1", [
    orderId,
    event.saleId,
  ]);
  await sql.query(
    `insert into case_settlements (case_id, settled_at, user_id, user_name, outcome, words)
     select $1, now(), id, name, 'other', 'Inès came by' from staff_users limit 1`,
    [opened.caseId],
  );
  // The other record is of the licensee.
  await sql.query(
    `insert into members (id, home_club_id, language, created_at) values ($1, $2, 'fr', now())`,
    [licensee.member, licensee.club],
  );
  await sql.query('update members set merged_into = $2 where id = $1', [licensee.member, memberId]);
  await sql.query('update members set merged_into = null where id = $1', [licensee.member]);
  const purgeId = newTestId();
  await sql.query(
    `insert into purge_orders (id, member_id, why, made_at, due_at) values ($1, $2, 'request', now(), now())`,
    [purgeId, memberId],
  );
  await sql.query(
    `insert into erased_members (member_id, order_id, erased_at, kept) values ($1, $2, now(), '[]')`,
    [memberId, purgeId],
  );
  await sql.query('update members set language = language where id = $1', [memberId]);

  await until(() => at(hook.path).length === 12 && at(theirs.path).length === 3);
  const told = bodies(hook.path);
  for (const body of told) {
    const kind = body.type as WebhookKind;
    const schema = z.strictObject({ ...webhookBody(kind).shape, data: webhookMessages[kind].data.strict() });
    expect(schema.safeParse(body).error, kind).toBeUndefined();
  }
  const dataOf = (kind: string) => told.filter(({ type }) => type === kind).map(({ data }) => data);
  expect(dataOf('member.created')).toEqual(
    expect.arrayContaining([
      { memberId, homeClubId: clubId },
      { memberId: licensee.member, homeClubId: licensee.club },
    ]),
  );
  // Once: whoever is forgotten has not changed.
  expect(dataOf('member.changed')).toEqual([{ memberId, homeClubId: clubId }]);
  expect(dataOf('member.merged')).toEqual([
    { memberId: licensee.member, state: 'merged', mergedInto: memberId },
    { memberId: licensee.member, state: 'apart', mergedInto: null },
  ]);
  expect(dataOf('member.erased')).toEqual([{ memberId, at: expect.any(String) }]);
  const card = { credentialId, memberId, clubId };
  expect(dataOf('credential.issued')).toMatchObject([{ ...card, kind: 'card', status: 'active' }]);
  expect(dataOf('credential.blocked')).toEqual([card]);
  expect(dataOf('credential.unblocked')).toEqual([card]);
  expect(dataOf('credential.replaced')).toEqual([{ ...card, replacedBy: credentialId }]);
  expect(dataOf('case.opened')).toMatchObject([{ caseId: opened.caseId, clubId, amountCents: 990 }]);
  expect(dataOf('case.settled')).toMatchObject([{ caseId: opened.caseId, outcome: 'other' }]);
  // Nothing of a person, and of another’s business nothing at all: the record that counts is not theirs to know.
  for (const { body } of received) expect(body).not.toMatch(/Inès|Moreau|example\.com/u);
  expect(bodies(theirs.path).map(({ type, data }) => [type, data])).toEqual(
    expect.arrayContaining([
      ['member.created', { memberId: licensee.member, homeClubId: licensee.club }],
      ['member.merged', { memberId: licensee.member, state: 'merged', mergedInto: null }],
      ['member.merged', { memberId: licensee.member, state: 'apart', mergedInto: null }],
    ]),
  );
});

it('[AP38] writes one message for each row of a statement, and nothing while nobody listens', async () => {
  const add = (count: number) =>
    sql.query(
      `insert into members (id, home_club_id, language, created_at)
       select id, $2, 'fr', now() from unnest($1::uuid[]) as id`,
      [Array.from({ length: count }, newTestId), edge.identity.clubId],
    );
  const written = async () =>
    (await sql.query("select 1 from webhook_messages where kind = 'member.created'")).length;
  const before = await written();
  await subscribed(['order.changed']);
  await add(50);
  expect(await written()).toBe(before);
  const hook = await subscribed(['member.created']);
  await add(50);
  expect(await written()).toBe(before + 50);
  await until(() => at(hook.path).length === 50);
});

it('[AP33] comes again later and later under one id, holds back what follows about the same subject, and follows nowhere', async () => {
  const hook = await subscribed(['membership.changed']);
  statuses.set(hook.path, 302);
  const sold = await sell();
  await until(() => at(hook.path).length === 1);
  await sql.query("update memberships set status = 'cancelled' where member_id = $1", [sold.member.memberId]);
  const waiting = () =>
    sql.query<{ attempts: number; problem: string | null; in_s: number }>(
      `select attempts, problem, extract(epoch from due_at - now())::float as in_s from webhook_messages
        where webhook_id = $1 and state = 'waiting' order by seq`,
      [hook.id],
    );
  await until(async () => (await waiting())[0]?.problem === 'HTTP 302');
  const [first] = await waiting();
  expect(first?.in_s).toBeGreaterThan(3);
  expect(first?.in_s).toBeLessThanOrEqual(retryAfterS[0] * 1.2);

  statuses.set(hook.path, 500);
  await hurry();
  await until(
    async () => (await waiting())[0]?.attempts === 2 && (await waiting())[0]?.problem === 'HTTP 500',
  );
  expect((await waiting())[0]?.in_s).toBeGreaterThan(290);
  // The second change has not been tried: it waits for the first.
  expect((await waiting()).map(({ attempts }) => attempts)).toEqual([2, 0]);
  expect(new Set(at(hook.path).map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(at('/elsewhere')).toEqual([]);

  statuses.delete(hook.path);
  await hurry();
  await until(() => at(hook.path).length === 4);
  expect(bodies(hook.path).map(({ data }) => data.status)).toEqual([
    'active',
    'active',
    'active',
    'cancelled',
  ]);
});

it('[AP34] is sent once by three processes that share the work', async () => {
  const keys = await new FileBaseKeyStore(stateFolder).load();
  const targets = new WebhookTargets(['127.0.0.1']);
  const context = { database: sql, keys, clock: systemClock, random: systemRandom, log: silentLog };
  const others = [1, 2].map(() => new WebhookSender(context as unknown as BaseContext, targets));
  const hook = await subscribed(['passage.sensed']);
  const ids = await passages(45);
  for (const other of others) other.start();
  try {
    await until(() => at(hook.path).length >= 45);
    const told = bodies(hook.path).map(({ data }) => data.passageId as string);
    expect(told.sort()).toEqual(ids.sort());
    // What a process is stopped with, before it has written that it was taken, is sent again.
    await until(async () => {
      const [waits] = await sql.query(
        "select 1 from webhook_messages where webhook_id = $1 and state = 'waiting' limit 1",
        [hook.id],
      );
      return waits === undefined;
    });
  } finally {
    await Promise.all(others.map((other) => other.stop()));
  }
  // One whose process died with it is taken up once its lease is over.
  await sql.query(
    `update webhook_messages set state = 'waiting', leased_until = now() + interval '1 hour', due_at = now()
      where webhook_id = $1 and body like '%' || $2 || '%'`,
    [hook.id, ids[0]],
  );
  await sql.query('update webhook_messages set leased_until = now() where webhook_id = $1', [hook.id]);
  await until(() => at(hook.path).length === 46);
}, 30_000);

it('[AP35] lists what nobody took, sends it again on request, and ends what is gone', async () => {
  const hook = await subscribed(['passage.sensed']);
  statuses.set(hook.path, 503);
  const [passageId] = await passages(1);
  await until(() => at(hook.path).length === 1);
  await until(async () =>
    (await client.get('/webhooks')).body.data.some(({ waiting }: { waiting: number }) => waiting === 1),
  );
  await sql.query("update webhook_messages set attempts = 9, due_at = now() where state = 'waiting'");
  const dead = async () =>
    (await client.get(`/webhook-messages?state=dead&webhookId=${hook.id}`)).body.data as {
      id: string;
      attempts: number;
      problem: string;
    }[];
  await until(async () => (await dead()).length === 1);
  const [message] = await dead();
  expect(message).toMatchObject({
    attempts: 10,
    problem: 'HTTP 503',
    kind: 'passage.sensed',
    subjectId: passageId,
  });
  const stranger = await ApiClient.withKey(base.url, sql);
  expect(codeOf(await stranger.post(`/webhook-messages/${message?.id}/resend`))).toBe('api.unknown');

  statuses.delete(hook.path);
  expect((await client.post(`/webhook-messages/${message?.id}/resend`)).status).toBe(200);
  await until(async () => (await dead()).length === 0 && at(hook.path).length === 3);
  expect(at(hook.path)[2]?.headers['webhook-id']).toBe(message?.id);
  expect(codeOf(await client.post(`/webhook-messages/${message?.id}/resend`))).toBe('api.unknown');

  statuses.set(hook.path, 410);
  await passages(1);
  await until(async () => (await dead()).length === 1);
  const [ended] = (await client.get('/webhooks')).body.data.filter(
    ({ id }: { id: string }) => id === hook.id,
  );
  expect(ended).toMatchObject({ endedWhy: 'its receiver is gone (410)', waiting: 0, dead: 1 });
  expect(codeOf(await client.post(`/webhook-messages/${(await dead())[0]?.id}/resend`))).toBe(
    'webhook.ended',
  );
  await passages(1);
  expect((await dead()).length).toBe(1);
});

it.each([
  ['https://10.0.0.8/hook', 'private network'],
  ['https://192.168.1.1/', 'private network'],
  ['https://169.254.169.254/latest/meta-data/', 'private network'],
  ['https://[::1]/', 'private network'],
  ['https://[::ffff:10.0.0.8]/', 'private network'],
  ['https://[fd00::1]/', 'private network'],
  ['https://[64:ff9b::a00:8]/', 'private network'],
  ['https://2130706434/', 'private network'],
  ['https://0x7f.2/', 'private network'],
  ['http://1.1.1.1/', 'http is for addresses'],
  ['ftp://shop.example/', 'not an https address'],
  ['https://user:word@shop.example/', 'a name, a password'],
  ['nowhere', 'not an https address'],
])('[AP36] is not sent to %s', async (url, why) => {
  const answer = await client.post('/webhooks', { url, kinds: ['order.changed'] });
  expect(codeOf(answer)).toBe('webhook.address-refused');
  expect(answer.body.error.message).toContain(why);
});

it('[AP36] judges the address that a name leads to, and sends to public ones and to those the operator named', async () => {
  const port = new URL(receiverUrl).port;
  const post = { url: `http://localhost:${port}/by-name`, headers: {}, body: '{}', limitMs: 5_000 };
  const never = new AbortController().signal;
  const sent = (targets: WebhookTargets, url = post.url) =>
    postWebhook({ ...post, url }, targets, systemClock, never);
  expect(await sent(new WebhookTargets([]))).toEqual({ problem: expect.stringContaining('http is for') });
  expect(await sent(new WebhookTargets([]), `https://localhost:${port}/by-name`)).toEqual({
    problem: 'it is an address of a private network',
  });
  expect(at('/by-name')).toEqual([]);
  expect(await sent(new WebhookTargets(['127.0.0.0/8']))).toEqual({ status: 200 });
  expect(at('/by-name')).toHaveLength(1);
  const open = new WebhookTargets([]);
  expect(open.problemOf('https://1.1.1.1/')).toBeNull();
  expect(open.problemOf('https://[2606:4700::1111]/')).toBeNull();
  expect(() => new WebhookTargets(['ten'])).toThrow('not a range');
});

it('[AP37] is delayed by no receiver that never answers', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/never`;
    expect((await client.post('/webhooks', { url, kinds: ['passage.sensed'] })).status).toBe(201);
    const hook = await subscribed(['sale.completed']);
    await passages(300);
    const startedMs = systemClock.monotonicMs();
    await sell();
    await until(() => at(hook.path).length === 1);
    // Far less than one wait for the answer that never comes.
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(10_000);
    const [leased] = await sql.query<{ count: number }>(
      `select count(*)::int from webhook_messages
        where state = 'waiting' and leased_until > now() and webhook_id <> $1`,
      [hook.id],
    );
    expect(leased?.count).toBeLessThanOrEqual(5);
  } finally {
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  }
});
