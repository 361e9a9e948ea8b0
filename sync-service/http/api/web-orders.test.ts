import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { orderCodeHash } from '@portillon/core/crypto/order-code.ts';
import type { SellerModule } from '@portillon/core/sale/seller-modules.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { type FeedRecord, orderClaimAnswerSchema, refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { changeSeller } from '../../postgres/sellers.ts';
import { openWaitingCases, silentMs } from '../../postgres/waiting-orders.ts';
import { type ApiAnswer, ApiClient } from '../../test/api-client.ts';
import { hangKeys } from '../../test/hanging-keys.ts';
import { untilSeen } from '../../test/poll.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, TestEdge } from '../../test/test-edge.ts';
import { orderListSchema } from '../staff/order-view.ts';

const run = promisify(execFile);

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let shop: ApiClient;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let clubId: string;
let legalEntityId: string;
let planId: string;
let dayEntryId: string;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));
  lyon = await enrolled('Lyon Part-Dieu');
  villeurbanne = await enrolled('Villeurbanne Gratte-Ciel');
  shop = await ApiClient.withKey(base.url, sql);
  const plans = (await shop.get(`/clubs/${clubId}/plans`)).body.data;
  planId = plans.find(({ kind }: { kind: string }) => kind === 'monthly').id;
  dayEntryId = plans.find(({ kind }: { kind: string }) => kind === 'day-entry').id;
  const [entity] = await sql.query<{ id: string }>('select id from legal_entities');
  legalEntityId = entity?.id ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

let orderNo = 0;
const order = (more: Record<string, unknown> = {}) => ({
  reference: `SHOP-${++orderNo}`,
  clubId,
  planId,
  member: {
    givenName: 'Élodie',
    familyName: 'Nguyễn-Exemple',
    birthDate: '1994-02-28',
    email: 'elodie@example.com',
    phone: null,
    language: 'fr',
  },
  paid: { amountCents: 4490, at: isoTime(systemClock.wallMs()), reference: 'pi_1' },
  contract: { wordingVersion: 'web-3', acceptedAt: isoTime(systemClock.wallMs()) },
  ...more,
});

async function ordered(more: Record<string, unknown> = {}) {
  const answer = await shop.post('/orders', order(more));
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return answer.body as { id: string; code: string; memberId: string; membershipId: string };
}

const codeOf = (answer: { readonly body: unknown }) => refusalSchema.parse(answer.body).error.code;

async function claim(edge: TestEdge, code: string) {
  const codeHash = await orderCodeHash(edge.identity.networkId, code);
  return edge.signed('POST', '/v1/orders/claim', { body: JSON.stringify({ codeHash }) });
}

/** What an edge holds of an order, and of the card it stands in for. */
async function inBook(edge: TestEdge, orderId: string) {
  const changes = (await edge.wholeFeed(0, 'order')).map(({ change }) => change);
  const found = (kind: FeedRecord['kind'], id: string | null | undefined) =>
    changes.find((change) => change.kind === kind && change.id === id)?.record;
  const record = found('order', orderId) as Extract<FeedRecord, { kind: 'order' }>['record'];
  const voucherId = record?.place === 'here' ? record.credentialId : null;
  return {
    record,
    voucherId,
    voucher: found('credential', voucherId) as Extract<FeedRecord, { kind: 'credential' }>['record'],
  };
}

/** As a kiosk reports a card that was made for nothing. */
function collected(orderId: string, voucherId: string | null): EventOf<'card.replaced'> {
  const at = isoTime(systemClock.wallMs());
  return {
    type: 'card.replaced',
    saleId: newTestId(),
    saleReference: 'C4RD-2F9C',
    at,
    orderId,
    legalEntityId,
    language: 'fr',
    replacedCredentialId: voucherId ?? '',
    credential: { credentialId: newTestId(), cardUid: '04FFEEDDCCBBAA', validFrom: at, validTo: null },
    lines: [],
    totalCents: 0,
    payment: null,
    fiscal: null,
  };
}

async function report(edge: TestEdge, event: EventOf<'card.replaced'>) {
  const { seq } = edge.append(event);
  return (await edge.pushed(edge.events.slice(seq - 1))).parked;
}

const statusOf = async (orderId: string) => (await shop.get(`/orders/${orderId}`)).body.status;

it('[AP20] [W-ORDER-13] makes member, membership and order, and no sale, of an order that is paid elsewhere', async () => {
  const made = await ordered();
  expect(made.code).toMatch(/^\d{8}$/);
  const member = (await shop.get(`/members/${made.memberId}`)).body;
  expect(member).toMatchObject({
    givenName: 'Élodie',
    familyName: 'Nguyễn-Exemple',
    homeClubId: clubId,
    memberships: [{ id: made.membershipId, planId, status: 'active', validTo: null }],
    credentials: [],
  });
  expect((await shop.get('/sales')).body.data).toEqual([]);
  expect((await shop.get(`/orders?reference=SHOP-${orderNo}`)).body.data).toMatchObject([
    { id: made.id, status: 'waiting', collectAtClubId: null, closedAt: null },
  ]);
  const rows = JSON.stringify(await sql.query('select * from orders'));
  expect(rows).not.toContain(made.code);
  const { made_at: madeAt, expires_at: expiresAt } = (
    await sql.query<{ made_at: string; expires_at: string }>(
      'select made_at, expires_at from orders where id = $1',
      [made.id],
    )
  )[0] ?? { made_at: '', expires_at: '' };
  expect(Date.parse(expiresAt) - Date.parse(madeAt)).toBe(180 * 24 * 3_600_000);
});

it('[AP8] carries a call out once, gives the same answer again, and refuses another call under its name', async () => {
  const body = order();
  const answers = await Promise.all([1, 2, 3].map(() => shop.post('/orders', body, 'twice-1')));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
  expect((await shop.get(`/orders?reference=${body.reference}`)).body.data).toHaveLength(1);
  const other = await shop.post('/orders', { ...body, reference: 'another' }, 'twice-1');
  expect([other.status, codeOf(other)]).toEqual([409, 'api.idempotency-key-used']);
  expect(codeOf(await shop.post('/orders', order(), null))).toBe('api.no-idempotency-key');
  const kept = JSON.stringify(await sql.query('select * from api_answers'));
  expect(kept).not.toContain(answers[0]?.body.code);

  // What was refused is not kept: the same name may carry the call that is put right.
  const refused = await shop.post('/orders', order({ planId: dayEntryId }), 'twice-2');
  expect([refused.status, refused.body.error.path]).toEqual([404, 'planId']);
  expect((await shop.post('/orders', order(), 'twice-2')).status).toBe(201);
  // Another key has names of its own.
  const second = await ApiClient.withKey(base.url, sql);
  expect((await second.post('/orders', order(), 'twice-1')).status).toBe(201);
  // After a day the name is free.
  await sql.query("update api_answers set at = at - interval '25 hours' where idempotency_key = 'twice-1'");
  expect((await shop.post('/orders', order(), 'twice-1')).status).toBe(201);
});

it('[W-ORDER-16] a cancelled order takes no other membership of its member along', async () => {
  const { id, memberId, membershipId } = await ordered();
  // As after two records of one person were merged: brought over from another system, and ordered a second time.
  const [broughtOver, orderedTwice] = [newTestId(), newTestId()];
  await sql.query(
    `insert into memberships (id, member_id, plan_id, club_id, valid_from, valid_to, status)
     select $1::uuid, member_id, plan_id, club_id, valid_from - interval '1 year', null, 'active' from memberships where id = $3
     union all select $2::uuid, member_id, plan_id, club_id, valid_from, valid_to, 'active' from memberships where id = $3`,
    [broughtOver, orderedTwice, membershipId],
  );
  expect((await shop.post(`/orders/${id}/cancel`)).status).toBe(200);
  const active = await sql.query<{ id: string }>(
    "select id from memberships where member_id = $1 and status = 'active'",
    [memberId],
  );
  expect(active.map((row) => row.id)).toContain(broughtOver);
  expect(active).toHaveLength(2);
});

it('[AP9] [AP21] refuses what cannot be ordered, with its place, and leaves nothing behind', async () => {
  const before = await sql.query('select count(*) from members');
  const [{ reference } = { reference: '' }] = (await shop.get('/orders?limit=1')).body.data;
  const licensee = newTestId();
  await sql.query(
    `insert into legal_entities (id, network_id, name, address, siret, vat_number)
     select $1, network_id, 'Licence SARL', address, '98765432100017', vat_number from legal_entities`,
    [licensee],
  );
  const member = order().member;
  const year = new Date(systemClock.wallMs()).getUTCFullYear() - 17;
  const tomorrowNext = new Date(systemClock.wallMs() + 2 * 24 * 3_600_000).toISOString().slice(0, 10);
  type Refused = [Promise<ApiAnswer>, string, string];
  const cases: readonly Refused[] = [
    [shop.post('/orders', order({ clubId: newTestId() })), 'api.unknown', 'clubId'],
    [shop.post('/orders', order({ planId: dayEntryId })), 'api.unknown', 'planId'],
    [shop.post('/orders', order({ reference })), 'order.reference-used', 'reference'],
    [
      shop.post('/orders', order({ member: { ...member, birthDate: `${year}-01-01` } })),
      'order.not-possible',
      'member.birthDate',
    ],
    [shop.post('/orders', order({ startsAt: '9999-01-01T00:00:00.000Z' })), 'api.malformed', 'startsAt'],
    ...['9999-12-31', '1700-01-01', tomorrowNext].map(
      (birthDate): Refused => [
        shop.post('/orders', order({ member: { ...member, birthDate } })),
        'api.malformed',
        'member.birthDate',
      ],
    ),
    ...['9999-12-31T00:00:00.000Z', '1700-01-01T00:00:00.000Z'].flatMap((at): Refused[] => [
      [shop.post('/orders', order({ paid: { ...order().paid, at } })), 'api.malformed', 'paid.at'],
      [
        shop.post('/orders', order({ contract: { ...order().contract, acceptedAt: at } })),
        'api.malformed',
        'contract.acceptedAt',
      ],
    ]),
    ...[-1, 100_000_001, Number.MAX_SAFE_INTEGER].map(
      (amountCents): Refused => [
        shop.post('/orders', order({ paid: { ...order().paid, amountCents } })),
        'api.malformed',
        'paid.amountCents',
      ],
    ),
    [shop.post('/orders', order({ discount: 5 })), 'api.malformed', ''],
    ...(['member', 'paid', 'contract'] as const).map(
      (within): Refused => [
        shop.post('/orders', order({ [within]: { ...order()[within], discount: 5 } })),
        'api.malformed',
        within,
      ],
    ),
    [
      shop.post('/orders', order({ member: { ...member, givenName: 'a\0b' } })),
      'api.malformed',
      'member.givenName',
    ],
    [
      (await ApiClient.withKey(base.url, sql, { legalEntityId: licensee })).post('/orders', order()),
      'api.unknown',
      'clubId',
    ],
  ];
  for (const [answered, code, path] of cases) {
    const answer = await answered;
    expect([answer.body.error?.code, answer.body.error?.path]).toEqual([code, path]);
  }
  expect(await sql.query('select count(*) from members')).toEqual(before);
});

it('[AP14] takes names of every script, and none of which nothing can be seen; no text with half of a character', async () => {
  const { member, paid, contract } = order();
  const refusedAt = async (more: Record<string, unknown>) => {
    const { body } = await shop.post('/orders', order(more));
    return [body.error?.code, body.error?.path];
  };
  for (const name of ['\ud800', 'Mar\udc00tin', '\u200b', '\u200d\u200c', '\u3164', '\u2060\u00ad'])
    for (const field of ['givenName', 'familyName'])
      expect(await refusedAt({ member: { ...member, [field]: name } })).toEqual([
        'api.malformed',
        `member.${field}`,
      ]);
  const half = 'A\ud800';
  expect(await refusedAt({ reference: half })).toEqual(['api.malformed', 'reference']);
  expect(await refusedAt({ paid: { ...paid, reference: half } })).toEqual([
    'api.malformed',
    'paid.reference',
  ]);
  expect(await refusedAt({ contract: { ...contract, wordingVersion: half } })).toEqual([
    'api.malformed',
    'contract.wordingVersion',
  ]);
  const hook = await shop.post('/webhooks', {
    url: `https://shop.example/${half}`,
    kinds: ['order.changed'],
  });
  expect([codeOf(hook), hook.body.error.path]).toEqual(['api.malformed', 'url']);
  let memberId = '';
  for (const name of ['علی\u200cرضا', 'क\u094d\u200dष', '李小龍', 'محمد', '𠀀', 'O']) {
    ({ memberId } = await ordered({ member: { ...member, givenName: name, familyName: name } }));
    expect((await shop.get(`/members/${memberId}`)).body).toMatchObject({
      givenName: name,
      familyName: name,
    });
  }
  const wording = { version: 'web-3', language: 'fr', words: half };
  const told = { purpose: 'news', act: 'given', at: paid.at, wording, boxOffByDefault: true, reference: '1' };
  const consent = await shop.post(`/members/${memberId}/consents`, told);
  expect([codeOf(consent), consent.body.error.path]).toEqual(['api.malformed', 'wording.words']);
});

it('[W-ORDER-14] gives an order to the kiosk that asks first, and to it alone, also when two ask at once', async () => {
  const { id, code } = await ordered();
  for (const edge of [lyon, villeurbanne]) expect((await inBook(edge, id)).record).toBeUndefined();
  const answers = await Promise.all([claim(lyon, code), claim(villeurbanne, code)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const [has, hasNot] = answers[0]?.status === 200 ? [lyon, villeurbanne] : [villeurbanne, lyon];
  expect(orderClaimAnswerSchema.parse((await claim(has, code)).body).orderId).toBe(id);
  expect(codeOf(await claim(hasNot, code))).toBe('order.claimed');

  const { record, voucher, voucherId } = await inBook(has, id);
  expect(record).toMatchObject({
    place: 'here',
    kind: 'card-replacement',
    collection: true,
    status: 'open',
    edgeId: has.identity.edgeId,
    amountCents: 0,
    lines: [],
  });
  expect(voucher).toMatchObject({
    kind: 'card',
    cardUid: null,
    status: 'blocked',
    account: { status: 'active', planId },
  });
  expect((await inBook(hasNot, id)).record).toEqual({
    place: 'elsewhere',
    codeHash: record?.codeHash,
    expiresAt: record?.expiresAt,
  });

  // Offline from here on, told later: done once.
  expect(await report(has, collected(id, voucherId))).toEqual([]);
  expect(await statusOf(id)).toBe('collected');
  expect(
    (await shop.get('/sales')).body.data.every(({ totalCents }: { totalCents: number }) => totalCents === 0),
  ).toBe(true);
  const again = collected(id, voucherId);
  expect(await report(has, again)).toMatchObject([{ reason: 'the order was carried out before' }]);
  expect((await claim(has, code)).status).toBe(404);
});

it('[W-ORDER-18] opens one case for an order that only a box has of which nobody hears any more', async () => {
  const { id, code, memberId } = await ordered();
  expect((await claim(lyon, code)).status).toBe(200);
  const round = () =>
    openWaitingCases({ database: sql, clock: systemClock, random: systemRandom, log: silentLog });
  const cases = () =>
    sql.query("select club_id, edge_id, reference, detail from cases where kind = 'order-waits'");
  await round();
  expect(await cases()).toEqual([]);
  const heard = (ago: number) =>
    sql.query('update edges set last_contact_at = $2 where id = $1', [
      lyon.identity.edgeId,
      isoTime(systemClock.wallMs() - ago),
    ]);
  await heard(silentMs + 60_000);
  const opened = await Promise.all([round(), round()]);
  expect(opened.reduce((sum, count) => sum + count)).toBe((await cases()).length);
  await round();
  const ofOrder = (await cases()).filter(({ detail }) => String(detail).includes(id));
  expect(ofOrder).toEqual([
    {
      club_id: lyon.identity.clubId,
      edge_id: lyon.identity.edgeId,
      reference: expect.any(String),
      detail: expect.stringContaining(`order ${id} of member ${memberId}: its box was last heard of at 20`),
    },
  ]);
  // The box is back: it carries the order out as before.
  const { voucherId } = await inBook(lyon, id);
  expect(await report(lyon, collected(id, voucherId))).toEqual([]);
  expect(await statusOf(id)).toBe('collected');
});

it('[W-ORDER-14] has an order that names a club at the kiosk of that club from the beginning', async () => {
  const { id, code } = await ordered({ collectAtClubId: base.clubs['Villeurbanne Gratte-Ciel'] });
  expect((await inBook(villeurbanne, id)).record).toMatchObject({ place: 'here', collection: true });
  expect(codeOf(await claim(lyon, code))).toBe('order.claimed');
  const nowhere = await shop.post('/orders', order({ collectAtClubId: newTestId() }));
  expect(codeOf(nowhere)).toBe('order.unknown-kiosk');
});

it('[W-SELLER-3] has orders collected at no club whose seller leaves them', async () => {
  const [seller] = await sql.query<{ siret: string }>(
    'select siret from legal_entities join clubs on clubs.legal_entity_id = legal_entities.id where clubs.id = $1',
    [villeurbanne.identity.clubId],
  );
  const modules = (taken: readonly SellerModule[] | 'all') =>
    changeSeller(sql, seller?.siret ?? '', { modules: taken }, systemClock.wallMs());
  const { id, code } = await ordered();
  await modules(['passes']);
  expect(codeOf(await claim(villeurbanne, code))).toBe('order.unknown');
  const named = await shop.post('/orders', order({ collectAtClubId: villeurbanne.identity.clubId }));
  expect(codeOf(named)).toBe('order.unknown-kiosk');
  await modules('all');
  expect(orderClaimAnswerSchema.parse((await claim(villeurbanne, code)).body).orderId).toBe(id);
});

it('[W-ORDER-15] lets a kiosk ask for thirty unknown codes a day', async () => {
  const { code } = await ordered();
  const codeHash = '0'.repeat(64);
  const ask = (hash: string) =>
    lyon.signed('POST', '/v1/orders/claim', { body: JSON.stringify({ codeHash: hash }) });
  for (let tries = 0; tries < 30; tries++) {
    const answer = await ask(codeHash);
    if (answer.status === 429) break;
    expect(codeOf(answer)).toBe('order.unknown');
  }
  expect(codeOf(await ask(codeHash))).toBe('request.too-often');
  // Also for a code that is right: nobody learns which one is.
  expect(codeOf(await claim(lyon, code))).toBe('request.too-often');
  expect((await claim(villeurbanne, code)).status).toBe(200);
  await sql.query("delete from request_rates where what = 'orders.claim'");
  expect(codeOf(await lyon.signed('POST', '/v1/orders/claim', { body: '{}' }))).toBe('order.malformed');
});

it('[W-ORDER-15] lets a kiosk that asks for many codes at once learn of thirty, too, and counts none that is known', async () => {
  const { code } = await ordered();
  for (let times = 0; times < 3; times++) expect((await claim(lyon, code)).status).toBe(200);
  const body = JSON.stringify({ codeHash: '0'.repeat(64) });
  const answers = await Promise.all(
    Array.from({ length: 45 }, () => lyon.signed('POST', '/v1/orders/claim', { body })),
  );
  const told = answers.map(codeOf);
  expect(told.filter((each) => each === 'order.unknown')).toHaveLength(30);
  expect(told.filter((each) => each === 'request.too-often')).toHaveLength(15);
  await sql.query("delete from request_rates where what = 'orders.claim'");
});

it('[AP22] [W-ORDER-16] ends an order that its shop cancels, and a card that was made all the same opens nothing', async () => {
  const waiting = await ordered();
  const stranger = await ApiClient.withKey(base.url, sql);
  expect(codeOf(await stranger.post(`/orders/${waiting.id}/cancel`))).toBe('api.unknown');
  expect((await shop.post(`/orders/${waiting.id}/cancel`)).body).toEqual({
    id: waiting.id,
    status: 'cancelled',
  });
  expect(codeOf(await shop.post(`/orders/${waiting.id}/cancel`))).toBe('order.not-open');
  expect((await claim(lyon, waiting.code)).status).toBe(404);
  expect((await shop.get(`/members/${waiting.memberId}`)).body.memberships).toMatchObject([
    { status: 'cancelled' },
  ]);

  // The kiosk took it, is cut off, and makes the card while the shop cancels.
  const late = await ordered();
  expect((await claim(lyon, late.code)).status).toBe(200);
  const { voucherId } = await inBook(lyon, late.id);
  expect((await shop.post(`/orders/${late.id}/cancel`)).status).toBe(200);
  const event = collected(late.id, voucherId);
  expect(await report(lyon, event)).toEqual([]);
  const details = await sql.query<{ detail: string }>('select detail from cases where sale_id = $1', [
    event.saleId,
  ]);
  expect(details.map(({ detail }) => detail).sort()).toEqual([
    'the membership has ended: the card opens nothing',
    'the order was cancelled',
  ]);
  const [card] = await sql.query('select status from credentials where id = $1', [
    event.credential.credentialId,
  ]);
  expect(card).toEqual({ status: 'blocked' });
});

it('[AP12] runs every example of docs/api.md as it stands there', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/api.md'), 'utf8');
  const examples = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, lines]) => lines ?? '');
  expect(examples.length).toBeGreaterThanOrEqual(5);
  const { stdout } = await run('bash', ['-euc', examples.join('\n')], {
    env: { PATH: process.env.PATH, PORTILLON: base.url, KEY: shop.key ?? '', CLUB: clubId, PLAN: planId },
  });
  expect(stdout).toMatch(/"code":"\d{8}"/);
  expect(stdout).toMatch(/"status":"cancelled"\}.*"secret":"whsec_/);
  expect(page).not.toMatch(/ptl_[0-9a-f]{16}/);
});

/** As the page of staff asks for them. */
async function ordersOfStaff() {
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(`${base.url}/staff/api/orders`, { headers: { cookie } });
  return orderListSchema.parse(await answer.json());
}

it('[AP23] tells orders to come again while the keys of members cannot be asked, and staff and boxes work on', async () => {
  const before = await ordered();
  expect((await claim(lyon, before.code)).status).toBe(200);
  const { voucherId } = await inBook(lyon, before.id);
  // More than a page of staff has connections.
  const orders = [1, 2, 3, 4, 5, 6].map((n) => ({ body: order(), name: `hangs-${n}` }));
  const references = orders.map(({ body }) => body.reference);
  const ask = () => Promise.all(orders.map(({ body, name }) => shop.post('/orders', body, name)));
  const made = () =>
    sql.query<{ reference: string }>(
      'select shop_reference as reference from orders where shop_reference = any($1) order by id',
      [references],
    );
  const members = () => sql.query('select count(*) from members');
  const known = await members();
  const hang = await hangKeys(base.databaseUrl);
  try {
    const asked = ask();
    await untilSeen('orders wait', async () => ((await hang.waiting()) >= 4 ? true : null));
    expect((await ordersOfStaff()).open.length).toBeGreaterThan(0);
    expect(await report(lyon, collected(before.id, voucherId))).toEqual([]);
    expect(await statusOf(before.id)).toBe('collected');
    // What is refused needs no key.
    expect(codeOf(await shop.post('/orders', order({ planId: dayEntryId })))).toBe('api.unknown');
    expect(await hang.waiting()).toBeGreaterThan(0);

    let over = false;
    const told = asked.finally(() => {
      over = true;
    });
    await untilSeen('all are told', async () => {
      await hang.giveUp();
      return over || null;
    });
    for (const answer of await told) {
      expect([answer.status, codeOf(answer)]).toEqual([503, 'base.keys-not-reached']);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    expect(await made()).toEqual([]);
    expect(await members()).toEqual(known);
  } finally {
    await hang.release();
  }
  const [first, second] = await Promise.all([ask(), ask()]);
  expect(first.map(({ status }) => status)).toEqual(orders.map(() => 201));
  expect(second.map(({ body }) => body)).toEqual(first.map(({ body }) => body));
  expect((await made()).map(({ reference }) => reference).sort()).toEqual([...references].sort());
  expect(Number((await members())[0]?.count)).toBe(Number(known[0]?.count) + orders.length);
});

it('shows staff the orders of a web shop among the others', async () => {
  const list = await ordersOfStaff();
  expect(list.over).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'collection', status: 'collected', madeBy: 'test' }),
    ]),
  );
  expect(list.open.every(({ kind }) => kind === 'collection')).toBe(true);
});
