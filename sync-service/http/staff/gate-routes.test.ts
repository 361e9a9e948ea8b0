import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { readLiveView } from '../../postgres/live-view.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, TestEdge } from '../../test/test-edge.ts';
import { gateHistorySchema, gateOrderView } from './gate-view.ts';
import { liveViewSchema } from './live-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let staff = '';

const now = () => isoTime(systemClock.wallMs());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(base.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: staff, ...headers },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));
  lyon = await enrolled('Lyon Part-Dieu');
  villeurbanne = await enrolled('Villeurbanne Gratte-Ciel');
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function pushed(edge: TestEdge, ...bodies: Parameters<TestEdge['append']>[0][]) {
  const from = edge.events.length;
  for (const body of bodies) edge.append(body);
  return (await edge.pushed(edge.events.slice(from))).parked;
}

const stands = (over: Partial<EventOf<'gate.stands'>> = {}): EventOf<'gate.stands'> => ({
  type: 'gate.stands',
  at: now(),
  gateId: 'gate-1',
  name: 'Turnstile 1',
  standing: 'normal',
  orderId: null,
  canHoldOpen: true,
  ...over,
});

/** A gate of its own for each test, so that no order stands in another's way. */
async function gate(over: Partial<EventOf<'gate.stands'>> = {}): Promise<string> {
  const gateId = `gate-${newTestId().slice(0, 18)}`;
  expect(await pushed(lyon, stands({ gateId, ...over }))).toEqual([]);
  return gateId;
}

const orderTo = (gateId: string, over: object = {}) =>
  post('/staff/api/gate-orders', {
    edgeId: lyon.identity.edgeId,
    gateId,
    action: 'open-entry',
    reason: 'visitor',
    ...over,
  });

async function ordered(gateId: string, over: object = {}) {
  const answer = await orderTo(gateId, over);
  expect(answer.status).toBe(201);
  return gateOrderView.parse(await answer.json());
}

const live = async () => liveViewSchema.parse(await readLiveView(sql, null, systemClock.wallMs()));
const shown = async (gateId: string) => (await live()).gates.find((one) => one.gateId === gateId);
const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;

const settled = (orderId: string, gateId: string, over: Partial<EventOf<'gate.order-settled'>> = {}) =>
  ({
    type: 'gate.order-settled',
    at: now(),
    orderId,
    gateId,
    outcome: 'done',
    fault: null,
    ...over,
  }) as const;

async function feedOf(edge: TestEdge, orderId: string) {
  const found = (await edge.wholeFeed(0, 'gate-order'))
    .map(({ change }) => change)
    .filter(({ id }) => id === orderId);
  return found.at(-1);
}

it('[W-GATE-1] shows a gate as its box told of it last', async () => {
  const gateId = await gate();
  expect(await shown(gateId)).toMatchObject({ name: 'Turnstile 1', standing: 'normal', lastOrder: null });
  const parked = await pushed(
    lyon,
    stands({ gateId, name: 'Side door', standing: 'locked', canHoldOpen: false }),
  );
  expect(parked).toEqual([]);
  expect(await shown(gateId)).toMatchObject({ name: 'Side door', standing: 'locked', canHoldOpen: false });
});

it('[W-GATE-2] tells an order to the boxes of its club, without who and why, and to no other', async () => {
  const gateId = await gate();
  const order = await ordered(gateId, { reason: 'other', words: 'Plumber for the showers' });
  const { record } = (await feedOf(lyon, order.id)) ?? {};
  expect(record).toEqual({
    edgeId: lyon.identity.edgeId,
    gateId,
    action: 'open-entry',
    expiresAt: isoTime(Date.parse(order.madeAt) + 10_000),
  });
  expect(await feedOf(villeurbanne, order.id)).toMatchObject({ record: null });
});

it('[W-GATE-4] [W-GATE-5] [W-GATE-6] shows who ordered what, what became of it, and takes each answer once', async () => {
  const gateId = await gate();
  const order = await ordered(gateId);
  expect(await shown(gateId)).toMatchObject({
    lastOrder: { status: 'open', madeBy: expect.any(String), reason: 'visitor' },
  });
  expect(await codeOf(await orderTo(gateId))).toBe('gate.order-open');
  expect(await pushed(villeurbanne, settled(order.id, gateId))).toMatchObject([
    { reason: 'the order is for another box' },
  ]);
  expect(await pushed(lyon, settled(order.id, gateId, { fault: 'gate.no-answer' }))).toEqual([]);
  expect(await shown(gateId)).toMatchObject({ lastOrder: { status: 'done', fault: 'gate.no-answer' } });
  expect(await feedOf(lyon, order.id)).toMatchObject({ record: null });
  expect(await pushed(lyon, settled(order.id, gateId), settled(newTestId(), gateId))).toMatchObject([
    { reason: 'the order was settled before' },
    { reason: 'the base knows no such order to a gate' },
  ]);
});

it('[W-GATE-5] calls an order unanswered of which nothing was heard, lets the next one be given, and hears a late answer', async () => {
  const gateId = await gate();
  const order = await ordered(gateId);
  await sql.query("update gate_orders set expires_at = now() - interval '6 s' where id = $1", [order.id]);
  expect(await shown(gateId)).toMatchObject({ lastOrder: { status: 'unanswered' } });
  const next = await ordered(gateId, { action: 'hold-open' });
  expect(await feedOf(lyon, order.id)).toMatchObject({ record: null });
  expect(await pushed(lyon, settled(order.id, gateId, { outcome: 'expired' }))).toEqual([]);
  const answer = await fetch(`${base.url}/staff/api/gate-history?clubId=${base.clubs['Lyon Part-Dieu']}`, {
    headers: { cookie: staff },
  });
  const { orders } = gateHistorySchema.parse(await answer.json());
  expect(orders.filter((one) => one.gateId === gateId)).toMatchObject([
    { id: next.id, action: 'hold-open', status: 'open' },
    { id: order.id, status: 'expired' },
  ]);
});

it('[W-GATE-8] counts a passage that staff opened, with who it was', async () => {
  const gateId = await gate();
  const order = await ordered(gateId);
  const passage = {
    type: 'passage.sensed',
    passageId: newTestId(),
    at: now(),
    gateId,
    direction: 'entry',
    decisionId: null,
    credentialId: null,
    orderId: order.id,
    occupancyAfter: 1,
  } as const;
  expect(await pushed(lyon, settled(order.id, gateId), passage)).toEqual([]);
  const view = await live();
  expect(view.passages.find(({ id }) => id === passage.passageId)).toMatchObject({ openedBy: order.madeBy });
  expect(await shown(gateId)).toMatchObject({ lastOrder: { passages: 1 } });
});

it('[W-ZONE-1] shows each zone beside the club as its box counted it last, and none of a box that tells of none', async () => {
  const clubNow = async () => (await live()).clubs.find(({ id }) => id === base.clubs['Lyon Part-Dieu']);
  const zones = [
    { zone: 'sauna', name: 'Sauna', inside: 2, low: 2, high: 3 },
    { zone: 'pool', name: 'Pool', inside: 14, low: 11, high: 15 },
  ];
  await lyon.pushed([], { occupancy: { inside: 41, low: 39, high: 42, at: now(), zones } });
  expect(await clubNow()).toMatchObject({ inside: 41, zones: [zones[1], zones[0]] });
  await lyon.pushed([], { occupancy: { inside: 40, at: now() } });
  expect(await clubNow()).toMatchObject({ inside: 40, zones: [] });
});

it('[W-GATE-7] shows alarms until they are over and acknowledged, once, with who did it and why', async () => {
  const gateId = await gate();
  const alarmId = newTestId();
  const raised = { type: 'gate.alarm-raised', alarmId, at: now(), gateId, kind: 'forced' } as const;
  const ended = { type: 'gate.alarm-ended', alarmId, at: now(), times: 3 } as const;
  const standing = async () => (await live()).alarms.find(({ id }) => id === alarmId);
  expect(await pushed(lyon, raised)).toEqual([]);
  expect(await standing()).toMatchObject({ gateName: 'Turnstile 1', kind: 'forced', endedAt: null });
  const path = `/staff/api/gate-alarms/${alarmId}/acknowledgement`;
  expect((await post(path, { words: 'A child under the arm' })).status).toBe(204);
  expect(await codeOf(await post(path, { words: 'Me too' }))).toBe('gate.alarm-acknowledged');
  expect(await standing()).toMatchObject({
    acknowledged: { words: 'A child under the arm', by: expect.any(String) },
  });
  expect(await pushed(villeurbanne, ended)).toMatchObject([{ reason: 'the base knows no such alarm' }]);
  expect(await pushed(lyon, ended)).toEqual([]);
  expect(await standing()).toBeUndefined();
});

it.each([
  ['a reason that is not in the list', { reason: 'because' }, 400, 'gate.malformed'],
  ['another reason without words', { reason: 'other', words: '  ' }, 400, 'gate.malformed'],
  ['an action that nobody knows', { action: 'explode' }, 400, 'gate.malformed'],
  ['a gate that is not there', { gateId: 'gate-99' }, 404, 'gate.unknown'],
  ['to open an exit that turns freely', { action: 'open-exit' }, 409, 'gate.exit-is-free'],
  ['to hold open what nothing can hold', { action: 'hold-open' }, 409, 'gate.cannot-hold-open'],
] as const)('refuses %s', async (_words, over, status, code) => {
  const answer = await orderTo(await gate({ canHoldOpen: false }), over);
  expect(answer.status).toBe(status);
  expect(await codeOf(answer)).toBe(code);
});

it('takes orders and acknowledgements from staff on their own page only', async () => {
  const gateId = await gate();
  const body = { edgeId: lyon.identity.edgeId, gateId, action: 'open-entry', reason: 'visitor' };
  expect((await post('/staff/api/gate-orders', body, { cookie: '' })).status).toBe(401);
  expect((await post('/staff/api/gate-orders', body, { origin: 'https://elsewhere.example' })).status).toBe(
    403,
  );
  const path = `/staff/api/gate-alarms/${newTestId()}/acknowledgement`;
  expect((await post(path, { words: 'seen' })).status).toBe(404);
  expect((await post(path, { words: 'seen' }, { cookie: '' })).status).toBe(401);
  expect((await post(path, { words: 'seen' }, { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await post(path, { words: ' x ' })).status).toBe(400);
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
