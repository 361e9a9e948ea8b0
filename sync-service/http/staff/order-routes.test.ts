import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { orderCodeHash } from '@portillon/core/crypto/order-code.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { feedAnswerSchema, type OrderRecord, refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import {
  caseEvent,
  newTestId,
  refundEvent,
  replacementEvent,
  saleEvent,
  TestEdge,
} from '../../test/test-edge.ts';
import { caseListSchema } from './case-view.ts';
import {
  type FoundSale,
  foundSalesSchema,
  type MadeOrder,
  madeOrderSchema,
  type OrderList,
  orderListSchema,
} from './order-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let staff: string;
let place: { legalEntityId: string; planId: string };
let edge: TestEdge;
let sameClub: TestEdge;
let otherClub: TestEdge;
let sale: EventOf<'sale.completed'>;
let references = 0;

const ask = (path: string, init: RequestInit = {}) =>
  fetch(base.url + path, { ...init, headers: { cookie: staff, ...init.headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function refusal(response: Response): Promise<string> {
  return refusalSchema.parse(await response.json()).error.code;
}

const give = (body: object) => post('/staff/api/orders', body);
const refundOf = (more: object = {}) => ({
  kind: 'refund',
  saleId: sale.saleId,
  backCents: [sale.totalCents],
  endsMembership: false,
  reason: 'Moved away',
  caseId: null,
  ...more,
});
const cardFor = (more: object = {}) => ({
  kind: 'card-replacement',
  credentialId: sale.credentials[0]?.credentialId,
  edgeId: edge.identity.edgeId,
  free: false,
  reason: 'Lost it',
  caseId: null,
  ...more,
});

async function made(body: object): Promise<MadeOrder> {
  const response = await give(body);
  expect(response.status).toBe(201);
  return madeOrderSchema.parse(await response.json());
}

async function orders(query = ''): Promise<OrderList> {
  return orderListSchema.parse(await (await ask(`/staff/api/orders${query}`)).json());
}

async function found(reference = sale.saleReference): Promise<FoundSale> {
  const answer = await (await ask(`/staff/api/sales?reference=${encodeURIComponent(reference)}`)).json();
  const [first] = foundSalesSchema.parse(answer).sales;
  if (!first) throw new Error('not found');
  return first;
}

async function openCases(kind: string) {
  const list = caseListSchema.parse(await (await ask('/staff/api/cases')).json());
  return list.open.filter((each) => each.kind === kind);
}

async function recordFor(reader: TestEdge, orderId: string): Promise<OrderRecord | null | undefined> {
  const changes = await reader.wholeFeed(0, 'order');
  const change = changes.map((each) => each.change).find(({ id }) => id === orderId);
  return change?.kind === 'order' ? change.record : undefined;
}

async function statusOf(credentialId: string | undefined): Promise<string | undefined> {
  const rows = await sql.query<{ status: string }>('select status from credentials where id = $1', [
    credentialId,
  ]);
  return rows[0]?.status;
}

async function tell(event: Parameters<TestEdge['append']>[0], by = edge) {
  by.append(event);
  return by.pushed(by.events.slice(-1));
}

const newEdge = async (club: string) =>
  TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const response = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(base.staff),
  });
  staff = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select clubs.legal_entity_id as "legalEntityId", plans.id as "planId" from clubs, plans
      where clubs.id = $1 limit 1`,
    [base.clubs['Lyon Part-Dieu']],
  );
  if (!row) throw new Error('the seed was not applied');
  place = row;
  edge = await newEdge('Lyon Part-Dieu');
  sameClub = await newEdge('Lyon Part-Dieu');
  otherClub = await newEdge('Villeurbanne Gratte-Ciel');
});

afterAll(async () => {
  await sql?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  references += 1;
  sale = {
    ...saleEvent({ ...place, ticket: true }),
    saleReference: `AB${String(references).padStart(2, '0')}-CDEF`,
    fiscal: { recordNo: 41, characters: 'AbC-' },
  };
  expect((await tell(sale)).parked).toEqual([]);
});

describe('the sale that an order is about', () => {
  it('is found by its reference however it is typed, with what was paid and given back', async () => {
    const shown = await found(sale.saleReference.toLowerCase().replace('-', ' '));
    expect(shown).toMatchObject({
      reference: sale.saleReference,
      lines: [{ grossCents: 5_490, givenBackCents: 0 }],
      totalCents: 5_490,
      givenBackCents: 0,
      noRefund: null,
      membership: true,
      card: { blocked: false, orderOpen: false },
    });
  });

  it('is told only to staff', async () => {
    expect((await fetch(`${base.url}/staff/api/sales?reference=x`)).status).toBe(401);
    expect((await fetch(`${base.url}/staff/api/orders`)).status).toBe(401);
    expect(await refusal(await post('/staff/api/orders', refundOf(), { origin: 'http://elsewhere' }))).toBe(
      'staff.foreign-page',
    );
    expect(await refusal(await give({ ...refundOf(), reason: ' x ' }))).toBe('order.malformed');
  });

  it('[W-ORDER-9] has no refund without a fiscal record, nor once it was undone', async () => {
    const old = { ...saleEvent(place), saleReference: `${sale.saleReference}X` };
    await tell(old);
    expect((await found(old.saleReference)).noRefund).toBe('no-record');
    expect(await refusal(await give(refundOf({ saleId: old.saleId })))).toBe('order.not-possible');
    await tell({
      type: 'sale.cancelled',
      saleId: sale.saleId,
      at: sale.at,
      amountCents: sale.totalCents,
      reversalReference: 'R1',
    });
    expect((await found()).noRefund).toBe('cancelled');
    expect(await refusal(await give(refundOf({ saleId: newTestId() })))).toBe('order.unknown-sale');
  });
});

describe('an order in the feed', () => {
  it('[W-ORDER-1] [W-ORDER-2] is what its kiosk needs: a code that is not there, ids, amounts; no name, no reason', async () => {
    const { order, code } = await made(refundOf());
    const record = await recordFor(edge, order.id);
    expect(record).toMatchObject({
      place: 'here',
      kind: 'refund',
      status: 'open',
      edgeId: edge.identity.edgeId,
      saleId: sale.saleId,
      saleReference: sale.saleReference,
      amountCents: 5_490,
      ends: [],
      codeHash: await orderCodeHash(edge.identity.networkId, code),
    });
    expect(JSON.stringify(record)).not.toContain(code);
    expect(JSON.stringify(record)).not.toContain('Moved');
    const week = Date.parse(order.expiresAt) - Date.parse(order.madeAt);
    expect(week).toBe(7 * 24 * 3_600_000);
    expect(JSON.stringify(await orders())).not.toContain(code);
  });

  it('[W-ORDER-3] is no more than a code and a date for another club, and whole for the other box of the club', async () => {
    const { order } = await made(refundOf());
    const record = await recordFor(otherClub, order.id);
    expect(Object.keys(record ?? {}).sort()).toEqual(['codeHash', 'expiresAt', 'place']);
    expect(await recordFor(sameClub, order.id)).toMatchObject({
      place: 'here',
      edgeId: edge.identity.edgeId,
    });
  });

  it('[W-FEED-8] is not sent to an edge that does not ask for it, and is passed over by one that does not know it', async () => {
    await made(refundOf());
    const kinds = new Set((await edge.wholeFeed()).map(({ change }) => change.kind));
    expect(kinds.has('order')).toBe(false);
    expect((await edge.feed(0, 0, 'unheard-of')).changes.length).toBeGreaterThan(0);
    const answer = await edge.feed();
    const newer = {
      ...answer,
      changes: [{ version: 1, change: { kind: 'unheard-of', id: 7 } }, ...answer.changes],
    };
    expect(feedAnswerSchema.parse(newer).changes).toEqual(answer.changes);
  });
});

describe('an order to give money back', () => {
  it('[W-ORDER-4] [W-ORDER-5] is done once its kiosk says so, and can be followed by another for what is left', async () => {
    const { order } = await made(refundOf({ backCents: [2_000] }));
    expect(await refusal(await give(refundOf({ backCents: [100] })))).toBe('order.not-possible');
    const refund = refundEvent(order, sale);
    expect((await tell(refund)).parked).toEqual([]);
    expect((await orders()).over.find(({ id }) => id === order.id)).toMatchObject({ status: 'collected' });
    expect(await recordFor(edge, order.id)).toMatchObject({ status: 'collected' });
    expect(await found()).toMatchObject({ givenBackCents: 2_000, noRefund: null });
    expect(await refusal(await give(refundOf({ backCents: [3_491] })))).toBe('order.too-much');
    await tell(refundEvent((await made(refundOf({ backCents: [3_490] }))).order, sale));
    expect((await found()).noRefund).toBe('nothing-left');
    const [row] = await sql.query<{ sum: number }>(
      'select sum(total_cents)::int as sum from refunds where sale_id = $1',
      [sale.saleId],
    );
    expect(row?.sum).toBe(5_490);
  });

  it('ends membership and cards where staff said so, and only then', async () => {
    const card = sale.credentials[0]?.credentialId;
    await tell(refundEvent((await made(refundOf({ backCents: [1] }))).order, sale));
    expect(await statusOf(card)).toBe('active');
    const { order } = await made(refundOf({ backCents: [5_489], endsMembership: true }));
    expect(await recordFor(edge, order.id)).toMatchObject({ ends: expect.arrayContaining([card]) });
    await tell(refundEvent(order, sale));
    expect(await statusOf(card)).toBe('blocked');
    expect((await found()).membership).toBe(false);
  });

  it('[W-ORDER-5] [I4] is parked, with a case, when it is told a second time or otherwise than it was given', async () => {
    const { order } = await made(refundOf({ backCents: [2_000] }));
    await tell(refundEvent(order, sale));
    const before = (await openCases('order-not-open')).length;
    const again = await tell(refundEvent(order, sale));
    expect(again.parked).toMatchObject([{ reason: 'the order was carried out before' }]);
    expect((await openCases('order-not-open')).length).toBe(before + 1);
    expect(await found()).toMatchObject({ givenBackCents: 2_000 });

    const next = (await made(refundOf({ backCents: [1_000] }))).order;
    for (const [event, by] of [
      [refundEvent({ ...next, amountCents: 999 }, sale), edge],
      [refundEvent(next, { ...sale, saleId: newTestId() }), edge],
      [refundEvent(next, sale), sameClub],
    ] as const) {
      expect((await tell(event, by)).parked).toHaveLength(1);
    }
    expect((await openCases('order-not-open')).length).toBe(before + 4);
    expect(await recordFor(edge, next.id)).toMatchObject({ status: 'open' });
  });

  it('[W-ORDER-7] is taken in although it was cancelled meanwhile, or lost by the base, with a case', async () => {
    const { order } = await made(refundOf({ backCents: [2_000] }));
    expect((await post(`/staff/api/orders/${order.id}/cancellation`, {})).status).toBe(200);
    expect(await recordFor(edge, order.id)).toMatchObject({ status: 'cancelled' });
    expect(await refusal(await post(`/staff/api/orders/${order.id}/cancellation`, {}))).toBe(
      'order.not-open',
    );
    const before = (await openCases('order-not-open')).length;
    expect((await tell(refundEvent(order, sale))).parked).toEqual([]);
    expect((await tell(refundEvent({ id: newTestId(), amountCents: 90 }, sale))).parked).toEqual([]);
    expect((await openCases('order-not-open')).length).toBe(before + 2);
    expect(await found()).toMatchObject({ givenBackCents: 2_090 });
  });

  it('[W-ORDER-19] is taken in, with a case, where more went back than was paid, or the sale was undone', async () => {
    const detailsOf = async (saleId: string) =>
      sql.query('select kind, amount_cents, detail from cases where sale_id = $1 order by detail', [saleId]);
    const backOf = (saleId: string) =>
      sql.query('select total_cents from refunds where sale_id = $1 order by total_cents', [saleId]);
    const kind = 'order-not-open';
    const unknown = refundEvent({ id: newTestId(), amountCents: 999_999 }, sale);
    expect((await tell(unknown)).parked).toEqual([]);
    expect(await backOf(sale.saleId)).toEqual([{ total_cents: 999_999 }]);
    const tooMuch = '999999 cents were given back of a sale for which 5490 were paid';
    expect(await detailsOf(sale.saleId)).toEqual([
      { kind, amount_cents: 999_999, detail: `the base knows no such order; ${tooMuch}` },
    ]);

    // An order that a base from a backup has lost is heard of after the one that was given in its place.
    const next = { ...saleEvent(place), saleReference: 'AZ99-CDEF', fiscal: sale.fiscal };
    expect((await tell(next)).parked).toEqual([]);
    const { order } = await made(refundOf({ saleId: next.saleId, backCents: [5_000] }));
    await tell(refundEvent({ id: newTestId(), amountCents: 490 }, next));
    await tell(refundEvent({ id: newTestId(), amountCents: 1 }, next));
    expect((await tell(refundEvent(order, next))).parked).toEqual([]);
    expect(await detailsOf(next.saleId)).toEqual([
      {
        kind,
        amount_cents: 5_000,
        detail: '5491 cents were given back of a sale for which 5490 were paid',
      },
      { kind, amount_cents: 490, detail: 'the base knows no such order' },
      { kind, amount_cents: 1, detail: 'the base knows no such order' },
    ]);
    expect(await recordFor(edge, order.id)).toMatchObject({ status: 'collected' });

    const undone = { ...saleEvent(place), saleReference: 'AY98-CDEF', fiscal: sale.fiscal };
    await tell(undone);
    await tell({
      type: 'sale.cancelled',
      saleId: undone.saleId,
      at: undone.at,
      amountCents: 5_490,
      reversalReference: 'R9',
    } as const);
    expect((await tell(refundEvent({ id: newTestId(), amountCents: 10 }, undone))).parked).toEqual([]);
    expect(await detailsOf(undone.saleId)).toMatchObject([
      { detail: expect.stringMatching(/; 10 cents were given back of a sale for which 0 were paid$/) },
    ]);
  });

  it('[W-ORDER-8] [I10] holds up the next one while nobody knows whether it was carried out', async () => {
    const { order } = await made(refundOf({ backCents: [2_000] }));
    const doubt = caseEvent({
      kind: 'refund-in-doubt',
      saleId: sale.saleId,
      amountCents: 2_000,
      orderId: order.id,
    });
    await tell(doubt);
    expect(await recordFor(edge, order.id)).toMatchObject({ status: 'in-doubt' });
    expect((await found()).noRefund).toBe('in-doubt');
    await post(`/staff/api/cases/${doubt.caseId}/settlement`, {
      outcome: 'refunded-at-terminal',
      words: 'Seen in its operations',
    });
    expect(await found()).toMatchObject({ noRefund: null, givenBackCents: 2_000 });
  });

  it('[W-ORDER-10] [I6] ends the ticket that is nobody’s in particular with the last of its money', async () => {
    const credentialId = newTestId();
    const { member: _m, membership: _s, credentials: _c, consents: _n, ...ofMoney } = sale;
    const day = { ...ofMoney, type: 'day-entry.sold' as const, saleId: newTestId(), planId: place.planId };
    await tell({ ...day, ticket: { credentialId, validFrom: sale.at, validTo: '2027-01-01T00:00:00.000Z' } });
    const back = (backCents: number[]) => made(refundOf({ saleId: day.saleId, backCents }));
    const part = (await back([1])).order;
    expect(await recordFor(edge, part.id)).toMatchObject({ ends: [] });
    await tell(refundEvent(part, { ...sale, saleId: day.saleId }));
    expect(await statusOf(credentialId)).toBe('active');
    const rest = (await back([5_489])).order;
    expect(await recordFor(edge, rest.id)).toMatchObject({ ends: [credentialId] });
    await tell(refundEvent(rest, { ...sale, saleId: day.saleId }));
    expect(await statusOf(credentialId)).toBe('blocked');
  });

  it('[W-ORDER-11] names what was in doubt and was not given back after all, so that its kiosk gives it back now', async () => {
    const { order } = await made(refundOf({ backCents: [5_490] }));
    const doubt = caseEvent({ kind: 'refund-in-doubt', saleId: sale.saleId, orderId: order.id });
    await tell(doubt);
    await post(`/staff/api/cases/${doubt.caseId}/settlement`, { outcome: 'other', words: 'Not in its list' });
    const next = (await made(refundOf({ backCents: [5_490] }))).order;
    expect(await recordFor(edge, next.id)).toMatchObject({ status: 'open', notGivenBack: [order.id] });
    await tell(refundEvent(next, sale));
    expect(await found()).toMatchObject({ givenBackCents: 5_490, noRefund: 'nothing-left' });
  });

  it('settles the case that it was given for, once it is done', async () => {
    const owed = caseEvent({ kind: 'refund-failed', saleId: sale.saleId, saleReference: sale.saleReference });
    await tell(owed);
    const ours = async () => (await openCases('refund-failed')).find(({ id }) => id === owed.caseId);
    expect(await ours()).toMatchObject({ saleReference: sale.saleReference, orderOpen: false });
    const { order } = await made(refundOf({ caseId: owed.caseId }));
    expect(await ours()).toMatchObject({ orderOpen: true });
    await tell(refundEvent(order, sale));
    expect(await ours()).toBeUndefined();
    const [settled] = await sql.query<{ outcome: string; user_name: string }>(
      'select outcome, user_name from case_settlements where case_id = $1',
      [owed.caseId],
    );
    expect(settled).toEqual({ outcome: 'refunded-at-terminal', user_name: 'staff' });
  });

  it('[W-ORDER-9] is given once when two ask at the same moment', async () => {
    const answers = await Promise.all([give(refundOf()), give(refundOf()), give(refundOf())]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('runs out after a week, and makes room for another', async () => {
    const { order } = await made(refundOf());
    await sql.query('update orders set expires_at = $2 where id = $1', [
      order.id,
      isoTime(systemClock.wallMs() - 1),
    ]);
    expect((await orders()).over.find(({ id }) => id === order.id)).toMatchObject({ status: 'expired' });
    expect((await give(refundOf())).status).toBe(201);
  });
});

describe('an order for another card', () => {
  it('[W-ORDER-6] ends the lost card at once, everywhere', async () => {
    const { order } = await made(cardFor());
    const lost = sale.credentials[0]?.credentialId;
    expect(order).toMatchObject({ amountCents: 1_000, kind: 'card-replacement' });
    expect(await statusOf(lost)).toBe('blocked');
    const told = (await otherClub.wholeFeed()).find(({ change }) => change.id === lost)?.change;
    expect(told).toMatchObject({ kind: 'credential', record: { status: 'blocked' } });
    await post(`/staff/api/orders/${order.id}/cancellation`, {});
    expect(await statusOf(lost)).toBe('blocked');
  });

  it('[W-ORDER-5] brings a new card of the same member, with its fee as a sale', async () => {
    const { order } = await made(cardFor());
    const replaced = replacementEvent(order, sale, place.legalEntityId);
    expect((await tell(replaced)).parked).toEqual([]);
    const told = (await otherClub.wholeFeed()).find(
      ({ change }) => change.id === replaced.credential.credentialId,
    )?.change;
    expect(told).toMatchObject({
      kind: 'credential',
      record: { status: 'active', memberId: sale.member.memberId, planId: place.planId },
    });
    const [row] = await sql.query('select total_cents from sales where id = $1', [replaced.saleId]);
    expect(row).toEqual({ total_cents: 1_000 });
    expect(await refusal(await give(cardFor()))).toBe('order.not-possible');
    expect((await found()).card).toMatchObject({
      credentialId: replaced.credential.credentialId,
      blocked: false,
    });
  });

  it('[W-ORDER-10] [I6] is over with the membership: cancelled, not given again, and worth nothing where it was made', async () => {
    const { order } = await made(cardFor());
    await tell(refundEvent((await made(refundOf({ endsMembership: true }))).order, sale));
    expect(await recordFor(edge, order.id)).toMatchObject({ status: 'cancelled' });
    expect(await refusal(await give(cardFor()))).toBe('order.not-possible');
    const before = (await openCases('order-not-open')).length;
    const card = replacementEvent(order, sale, place.legalEntityId);
    expect((await tell(card)).parked).toEqual([]);
    expect(await statusOf(card.credential.credentialId)).toBe('blocked');
    const cases = await openCases('order-not-open');
    expect(cases).toHaveLength(before + 2);
    expect(cases.map(({ detail }) => detail)).toContain('the membership has ended: the card opens nothing');
  });

  it('[W-ORDER-7] is a case when the card was made twice: by an order that ran out unheard, and by the one after it', async () => {
    const first = (await made(cardFor())).order;
    await sql.query('update orders set expires_at = $2 where id = $1', [
      first.id,
      isoTime(systemClock.wallMs() - 1),
    ]);
    const second = (await made(cardFor({ edgeId: sameClub.identity.edgeId }))).order;
    const before = (await openCases('order-not-open')).length;
    await tell(replacementEvent(second, sale, place.legalEntityId), sameClub);
    expect(await openCases('order-not-open')).toHaveLength(before);
    await tell(replacementEvent(first, sale, place.legalEntityId));
    const cases = await openCases('order-not-open');
    expect(cases).toHaveLength(before + 1);
    expect(cases.map(({ detail }) => detail)).toContain('the card was replaced before: two are out');
  });

  it('is free where staff say so, at any kiosk of the network, and settles the case of an owed card', async () => {
    const owed = caseEvent({ kind: 'hand-over-card', saleId: sale.saleId, amountCents: 0 });
    await tell(owed);
    const { order } = await made(
      cardFor({ free: true, caseId: owed.caseId, edgeId: sameClub.identity.edgeId }),
    );
    expect(order.amountCents).toBe(0);
    await tell(replacementEvent(order, sale, place.legalEntityId), sameClub);
    expect((await openCases('hand-over-card')).some(({ id }) => id === owed.caseId)).toBe(false);
    expect(await refusal(await give(cardFor({ edgeId: newTestId() })))).toBe('order.not-possible');
    expect(await refusal(await give(cardFor({ credentialId: newTestId() })))).toBe('order.unknown-card');
  });

  it('[W-ORDER-12] [I2] is owed again where the card that settled it was undone', async () => {
    const owed = caseEvent({ kind: 'hand-over-card', saleId: sale.saleId, amountCents: 0 });
    await tell(owed);
    const { order } = await made(cardFor({ caseId: owed.caseId }));
    const replaced = replacementEvent(order, sale, place.legalEntityId);
    await tell(replaced);
    const before = await openCases('hand-over-card');
    expect(before.some(({ id }) => id === owed.caseId)).toBe(false);
    await tell({
      type: 'sale.cancelled',
      saleId: replaced.saleId,
      at: replaced.at,
      amountCents: 1_000,
      reversalReference: 'R1',
    });
    const open = await openCases('hand-over-card');
    expect(open).toHaveLength(before.length + 1);
    expect(open.map(({ detail }) => detail)).toContain(`what settled it was undone, sale ${replaced.saleId}`);
  });

  it('is undone with its sale', async () => {
    const { order } = await made(cardFor());
    const replaced = replacementEvent(order, sale, place.legalEntityId);
    await tell(replaced);
    await tell({
      type: 'sale.cancelled',
      saleId: replaced.saleId,
      at: replaced.at,
      amountCents: 1_000,
      reversalReference: 'R1',
    });
    expect(await statusOf(replaced.credential.credentialId)).toBe('blocked');
    expect(await recordFor(edge, order.id)).toMatchObject({ status: 'cancelled' });
    expect((await give(cardFor({ free: true }))).status).toBe(201);
  });
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
