import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import { type CredentialId, newId, type PlanId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { orderCodeHash } from '@portillon/core/crypto/order-code.ts';
import { readTicket } from '@portillon/core/crypto/ticket.ts';
import { codePauseMs, wrongCodeLimit } from '@portillon/core/sale/order.ts';
import { eventBodySchema } from '@portillon/core/wire/event.ts';
import type { FeedRecord, OrderRecord } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { sampleCredential, samplePlan } from '../../store/test/sample-records.ts';
import { claimFrom } from './claim-order.ts';
import { type ClaimOutcome, CodeEntry } from './code-entry.ts';
import type { CredentialIssue } from './credential-issue.ts';
import { drawUpOrder } from './draw-up-order.ts';
import type { OrderDeskFacts } from './order-desk.ts';
import { bridgeOf } from './sale-in-progress.ts';
import { openedCase, type RecordFacts, recordedSale } from './sale-records.ts';
import { sampleFacts, sampleIdentity, sampleJournal, sampleSale } from './test/sample-sale.ts';

let folder: string;
let store: EdgeStore;
let facts: OrderDeskFacts;
let entry: CodeEntry;
const clock = new VirtualClock(Date.parse('2026-11-26T10:00:00Z'));
const random = new SeededRandom(11);
const identity = sampleIdentity({ clock, random });
const code = '00421337';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'code-entry-'));
  const opened = await EdgeStore.open({ folder, clock, random, log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  facts = { store, journal: await sampleJournal(store), identity, nowMs: clock.wallMs() };
  entry = new CodeEntry(clock);
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Here = Extract<OrderRecord, { place: 'here' }>;

/** A sale of 54,90 € in the books of this box, and an order to give some of it back. */
async function soldWithOrder(more: Partial<Here> = {}, known: readonly FeedRecord[] = []): Promise<string> {
  const drawn = await sampleSale(store, { clock, random });
  const payment = {
    means: 'bank-card',
    reference: `P${random.bytes(4).join('')}`,
    maskedPan: '************4869',
    scheme: 'CB',
    authorisation: 'A1',
    terminalContract: null,
  } as const;
  const sale = { ...drawn, payment, card: { ...drawn.card, cardUid: '04112233445566' } };
  await store.write((tx) =>
    recordedSale({
      tx,
      store,
      journal: facts.journal,
      sale,
      atMs: clock.wallMs(),
      newCaseId: () => {
        throw new Error('no case');
      },
    }),
  );
  const record: Here = {
    place: 'here',
    codeHash: await orderCodeHash(identity.networkId, code),
    expiresAt: '2026-12-03T10:00:00.000Z',
    kind: 'refund',
    status: 'open',
    edgeId: identity.edgeId,
    saleId: sale.saleId,
    saleReference: sale.saleReference,
    credentialId: null,
    memberId: sale.memberId,
    amountCents: sale.totalCents,
    lines: [],
    ends: [],
    ...more,
  };
  const id = '01929b70-0000-7000-8000-00000000000a';
  const order: FeedRecord = { kind: 'order', id, record };
  const told = [order, ...known].map((change) => ({ version: 1, change }));
  await store.applyFeed(told, 1, clock.wallMs());
  return sale.saleId;
}

it('[SA65] finds the order of a code however it is grouped', async () => {
  const saleId = await soldWithOrder();
  for (const typed of [code, '0042 1337', '0042-1337']) {
    expect(await entry.take(typed, facts)).toMatchObject({ ready: { kind: 'refund', saleId, recordNo: 1 } });
  }
});

it('[SA65] pauses after five wrong codes, takes none meanwhile, and forgets them with the visit', async () => {
  await soldWithOrder();
  for (let tries = 1; tries < wrongCodeLimit; tries++) {
    expect(await entry.take('99999999', facts)).toEqual({
      problem: 'unknown',
      triesLeft: wrongCodeLimit - tries,
    });
  }
  entry.newVisit();
  expect(entry.standing).toEqual({ problem: null, triesLeft: wrongCodeLimit });
  for (let tries = 0; tries < wrongCodeLimit; tries++) await entry.take('99999999', facts);
  expect(entry.standing.problem).toBe('paused');
  entry.newVisit();
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'paused' });
  await clock.advance(codePauseMs);
  expect(await entry.take(code, facts)).toMatchObject({ ready: { kind: 'refund' } });
});

it('[SA65] counts only codes that are not known', async () => {
  await soldWithOrder({ status: 'cancelled' });
  for (let tries = 0; tries < wrongCodeLimit + 1; tries++) {
    expect(await entry.take(code, facts)).toEqual({ problem: 'cancelled', triesLeft: wrongCodeLimit });
    expect(await entry.take('1234', facts)).toMatchObject({ problem: 'incomplete' });
  }
});

it('[SA63] refuses more than is left by the books of this box, and what is not in them', async () => {
  const saleId = await soldWithOrder();
  const orderId = '01929b70-0000-7000-8000-00000000000b' as Parameters<EdgeStore['usedOrders']['used']>[0];
  await store.write((tx) =>
    store.usedOrders.use(tx, { orderId, outcome: 'in-doubt', backOfSale: saleId, backCents: 1 }),
  );
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'not-possible' });
  await soldWithOrder({ saleId, notGivenBack: [orderId] });
  expect(await entry.take(code, facts)).toMatchObject({ ready: { saleId } });
  await soldWithOrder({ saleId: orderId, amountCents: 1 });
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'not-possible' });
  await soldWithOrder({ kind: 'of-a-later-version' });
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'not-possible' });
});

/** The order of the code, confirmed. */
async function confirmed(issue: CredentialIssue = { kind: 'pass', bridgeDays: 14 }) {
  const answer = await entry.take(code, facts);
  if (!('ready' in answer)) throw new Error(answer.problem);
  return drawUpOrder({ ...sampleFacts({ clock, random }), identity }, answer.ready, issue, store);
}

const recordFacts = (sale: RecordFacts['sale']): Omit<RecordFacts, 'tx'> => ({
  store,
  journal: facts.journal,
  sale,
  atMs: clock.wallMs(),
  newCaseId: () => newId<'case'>(clock, random),
});

const line = {
  label: 'Essentiel, premier mois',
  productId: 'plan',
  quantity: 1,
  unitCents: 2_000,
  grossCents: 2_000,
  netCents: 1_667,
  vatRate: 2_000,
};

it('[SA62] [I1] [I3] records a refund with its credit note, its event and the used order in one transaction, once', async () => {
  const saleId = await soldWithOrder({ amountCents: 2_000, lines: [line] });
  const drawn = await confirmed();
  const payment = { ...(await paymentOf(saleId)), reference: 'R1' };
  const sale = { ...drawn, payment };
  const record = () => store.write((tx) => recordedSale({ tx, ...recordFacts(sale) }));
  expect(await record()).toMatchObject({ recordNo: 2 });
  await expect(record()).rejects.toThrow();
  const [credit] = (await facts.journal?.takingsOf(sale.saleId)) ?? [];
  expect(JSON.parse(credit?.payload ?? '')).toMatchObject({
    type: 'AVOIR',
    ref: '1',
    total: -2_000,
    lines: [{ ttc: -2_000, ht: -1_667, vat: -333 }],
    pay: [{ means: 'CB', amount: -2_000, acquirer: 'R1' }],
  });
  const events = (await store.outbox.after(0, 9)).map(({ body }) => eventBodySchema.parse(JSON.parse(body)));
  expect(events.map(({ type }) => type)).toEqual(['sale.completed', 'sale.refunded']);
  expect(events[1]).toMatchObject({ saleId, refundId: sale.saleId, originalRecordNo: 1, totalCents: 2_000 });
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'used' });
  expect(await store.usedOrders.backOf(saleId)).toBe(2_000);
});

it('[SA64] [I10] lets an order of unknown outcome never be carried out again, from the transaction of its case on', async () => {
  const saleId = await soldWithOrder({ amountCents: 2_000, lines: [line] });
  const sale = await confirmed();
  const failing = store.write(async (tx) => {
    await openedCase({ tx, ...recordFacts(sale) }, 'refund-in-doubt', null);
    throw new Error('power cut');
  });
  await expect(failing).rejects.toThrow('power cut');
  expect(await entry.take(code, facts)).toHaveProperty('ready');
  await store.write((tx) => openedCase({ tx, ...recordFacts(sale) }, 'refund-in-doubt', null));
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'used' });
  const last = (await store.outbox.after(0, 9)).map(({ body }) => JSON.parse(body)).at(-1);
  expect(last).toMatchObject({
    kind: 'refund-in-doubt',
    orderId: sale.orderId,
    saleId,
    reference: sale.saleReference,
    amountCents: 2_000,
  });
  expect(await store.usedOrders.backOf(saleId)).toBe(2_000);
});

it('[SA83] [SA79] [J4] gives a ticket for a lost pass where members get passes, and ends the pass', async () => {
  const replacedId = '01929b70-0000-7000-8000-00000000000c' as CredentialId;
  const planId = '01929b70-0000-7000-8000-00000000000d' as PlanId;
  const record = sampleCredential({ kind: 'pass', cardUid: null, planId });
  await soldWithOrder({ kind: 'card-replacement', credentialId: replacedId, amountCents: 0 }, [
    { kind: 'credential', id: replacedId, record },
    { kind: 'plan', id: planId, record: samplePlan() },
  ]);
  const sale = await confirmed();
  expect(sale.shape).toEqual({ goods: 'bridge', money: 'none' });
  await store.write((tx) => recordedSale({ tx, ...recordFacts(sale) }));
  const bridge = bridgeOf(sale);
  if (!bridge) throw new Error('a ticket is handed over');
  expect(readTicket(bridge.text)).toMatchObject({ ok: true, value: { singleUse: false } });
  const until = isoTime(clock.wallMs() + 14 * 86_400_000);
  expect(store.book.credential(bridge.credentialId)).toMatchObject({ kind: 'ticket', validTo: until });
  expect(store.book.credential(replacedId)).toMatchObject({ status: 'blocked' });
  const last = (await store.outbox.after(0, 9)).map(({ body }) => eventBodySchema.parse(JSON.parse(body)));
  expect(last.at(-1)).toMatchObject({
    type: 'card.replaced',
    replacedCredentialId: replacedId,
    credential: { credentialId: bridge.credentialId, cardUid: null, validTo: until },
  });
});

async function paymentOf(saleId: string) {
  const stored = await store.sales.sale(saleId as Parameters<typeof store.sales.sale>[0]);
  return (JSON.parse(stored?.json ?? '{}') as { payment: NonNullable<RecordFacts['sale']['payment']> })
    .payment;
}

/** A book that holds nothing of the order until `told`; the base says `says`. */
function atWebShopKiosk(says: ClaimOutcome, told: () => Promise<unknown> = async () => undefined) {
  const asked: string[] = [];
  const claiming = new CodeEntry(clock, async (codeHash) => {
    asked.push(codeHash);
    await told();
    return says;
  });
  return { asked, claiming };
}

const voucherId = '01929b70-0000-7000-8000-00000000000b' as CredentialId;
const planId = '01929b70-0000-7000-8000-00000000000c' as PlanId;

/** As the feed tells an order of a web shop once this box has it. */
const collection = () =>
  soldWithOrder(
    {
      kind: 'card-replacement',
      collection: true,
      saleId: null,
      saleReference: null,
      credentialId: voucherId,
      amountCents: 0,
    },
    [
      { kind: 'plan', id: planId, record: samplePlan() },
      {
        kind: 'credential',
        id: voucherId,
        record: { ...sampleCredential(), cardUid: null, planId, status: 'blocked' },
      },
    ],
  );

it('[W-ORDER-17] asks the base for a code that is not in the book, and goes on with what the feed then tells', async () => {
  const { asked, claiming } = atWebShopKiosk('ours', collection);
  const answer = await claiming.take(code, facts);
  expect(answer).toMatchObject({
    ready: { kind: 'card-replacement', replacedId: voucherId, order: { collection: true, amountCents: 0 } },
  });
  expect(asked).toEqual([await orderCodeHash(identity.networkId, code)]);
  // It is in the book now: nobody is asked again, and the network may be gone.
  expect(await claiming.take(code, facts)).toMatchObject({ ready: { replacedId: voucherId } });
  expect(asked).toHaveLength(1);
  expect(await claiming.take('123', facts)).toMatchObject({ problem: 'incomplete' });
  expect(asked).toHaveLength(1);
});

it('[W-ORDER-17] says what the base says, and counts what could not be asked as a wrong code', async () => {
  expect(await atWebShopKiosk('elsewhere').claiming.take(code, facts)).toEqual({
    problem: 'other-club',
    triesLeft: wrongCodeLimit,
  });
  expect(await atWebShopKiosk('unknown').claiming.take(code, facts)).toEqual({
    problem: 'unknown',
    triesLeft: wrongCodeLimit - 1,
  });
  const { asked, claiming } = atWebShopKiosk('unreachable');
  for (let tries = 1; tries < wrongCodeLimit; tries++) {
    expect(await claiming.take(code, facts)).toEqual({
      problem: 'offline',
      triesLeft: wrongCodeLimit - tries,
    });
  }
  expect(await claiming.take(code, facts)).toMatchObject({ problem: 'paused' });
  expect(await claiming.take(code, facts)).toMatchObject({ problem: 'paused' });
  expect(asked).toHaveLength(wrongCodeLimit);
  // A kiosk that no web shop sends anybody to asks nobody.
  expect(await entry.take(code, facts)).toMatchObject({ problem: 'unknown' });
});

it('[W-ORDER-17] waits for the feed to bring what the base gave, and not for ever', async () => {
  const answers = {
    given: ok({ orderId: voucherId, serverTime: isoTime(0) }),
    elsewhere: err(failed('order.claimed')),
    unknown: err(failed('order.unknown')),
    often: err(failed('request.too-often')),
    silent: err(failed(null)),
  };
  const claim = (answer: keyof typeof answers) =>
    claimFrom({ claimOrder: async () => answers[answer] }, { store, clock });
  expect(await claim('elsewhere')('hash')).toBe('elsewhere');
  expect(await claim('unknown')('hash')).toBe('unknown');
  expect(await claim('often')('hash')).toBe('unreachable');
  expect(await claim('silent')('hash')).toBe('unreachable');

  const codeHash = await orderCodeHash(identity.networkId, code);
  const came = claim('given')(codeHash);
  await clock.advance(200);
  await collection();
  await clock.advance(200);
  expect(await came).toBe('ours');
  const never = claim('given')('hash');
  await clock.advance(6_000);
  expect(await never).toBe('unreachable');
});

const failed = (word: string | null) => ({
  fault: fault('sync.refused', 'no'),
  code: word,
  final: word !== null,
  retryAfterMs: null,
});
