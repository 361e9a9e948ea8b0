import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { OfflineGuard } from './offline-guard.ts';
import type { CardMembershipSale } from './sale-in-progress.ts';
import { cancelledSale, type RecordFacts, recordedSale } from './sale-records.ts';
import { sampleJournal, sampleSale } from './test/sample-sale.ts';

const hourMs = 3_600_000;
const limits = { mostAmountCents: 12_000, mostCount: 5, mostAgeMs: 48 * hourMs };
const random = new SeededRandom(11);

let folder: string;
let clock: VirtualClock;
let log: RecordedLog;
let store: EdgeStore;
let journal: FiscalJournal;
let changes: number;
let running: OfflineGuard[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offline-guard-'));
  clock = new VirtualClock(Date.parse('2026-11-22T09:00:00+01:00'));
  log = new RecordedLog();
  const opened = await EdgeStore.open({ folder: join(folder, 'edge'), clock, random, log });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  journal = await sampleJournal(store);
  changes = 0;
});

afterEach(async () => {
  for (const each of running) await each.stop();
  running = [];
  expect(clock.pendingTimers).toBe(0);
  await store.close();
  await rm(folder, { recursive: true });
});

async function guard({ canSettle } = { canSettle: true }): Promise<OfflineGuard> {
  const made = new OfflineGuard({
    store,
    limits,
    canSettle,
    clock,
    random,
    log,
    onChange: () => {
      changes += 1;
    },
    onEvent: () => undefined,
  });
  running.push(made);
  await made.look();
  return made;
}

/** 54.90, recorded as the runner records it. */
async function sell(
  how: Partial<CardMembershipSale> = { approvedOffline: true },
): Promise<CardMembershipSale> {
  const drawnUp = await sampleSale(store, { clock, random });
  const payment = {
    means: 'bank-card',
    reference: `${drawnUp.saleReference.replace('-', '')}P1`,
    maskedPan: '************4869',
    scheme: 'CB VISA',
    authorisation: '',
    terminalContract: null,
  } as const;
  const card = { ...drawnUp.card, cardUid: '04112233445566' };
  const sale = { ...drawnUp, card, payment, ...how };
  await store.write((tx) => recordedSale(factsOf(sale, tx)));
  return sale;
}

function factsOf(sale: CardMembershipSale, tx: RecordFacts['tx']): RecordFacts {
  return { tx, store, journal, sale, atMs: clock.wallMs(), newCaseId: () => newId<'case'>(clock, random) };
}

async function cases() {
  const bodies = (await store.outbox.after(0, 100)).map(({ body }) => JSON.parse(body) as EventBody);
  return bodies.flatMap((body) => (body.type === 'case.opened' ? [body] : []));
}

it('[SA40] [SA43] counts what the terminal approved without the bank, and nothing else', async () => {
  const guarding = await guard();
  await sell({});
  await guarding.look();
  expect(guarding.standing).toEqual({ count: 0, amountCents: 0, oldestAtMs: null, limit: null });
  await sell();
  await guarding.look();
  expect(guarding.standing).toEqual({
    count: 1,
    amountCents: 5_490,
    oldestAtMs: clock.wallMs(),
    limit: null,
  });
  // Known after a restart, too.
  expect((await guard()).standing).toEqual(guarding.standing);
});

it('[SA40] a sale that was undone is owed by no bank', async () => {
  const guarding = await guard();
  const sale = await sell();
  await sell();
  await store.write((tx) => cancelledSale(factsOf(sale, tx), 'UNDONE0001R1'));
  await guarding.look();
  expect(guarding.standing).toMatchObject({ count: 1, amountCents: 5_490 });
});

it('[SA41] [SA42] takes no third one beyond the sum, and says when that changes', async () => {
  const guarding = await guard();
  await sell();
  await sell();
  await guarding.look();
  expect(guarding.standing.limit).toBeNull();
  expect(guarding.mayTake(1_020)).toBe(true);
  expect(guarding.mayTake(1_021)).toBe(false);
  expect(changes).toBe(0);
  await sell();
  await guarding.look();
  expect(guarding.standing.limit).toBe('amount');
  expect(changes).toBe(1);
  await store.write((tx) => store.offlineApprovals.settleThrough(tx, 3));
  await guarding.look();
  expect(guarding.standing).toMatchObject({ count: 0, limit: null });
  expect(changes).toBe(2);
});

it('[SA41] does not hold up for ever a box whose terminal was changed for one that could not settle them', async () => {
  await sell();
  const before = await guard();
  const after = await guard({ canSettle: false });
  await clock.advance(48 * hourMs);
  await after.look();
  expect(before.standing.limit).toBe('age');
  expect(after.standing).toMatchObject({ count: 1, limit: null });
  expect(await cases()).toMatchObject([{ kind: 'offline-approvals-old', amountCents: 5_490 }]);
});

it('[SA44] opens one case when one has grown too old, that names all of them, and no second one', async () => {
  const guarding = await guard();
  const first = await sell();
  await clock.advance(24 * hourMs);
  const second = await sell();
  await clock.advance(23 * hourMs);
  await guarding.look();
  expect(await cases()).toEqual([]);
  expect(changes).toBe(0);

  await clock.advance(hourMs);
  await guarding.look();
  expect(changes).toBe(1);
  expect(guarding.standing.limit).toBe('age');
  const [opened] = await cases();
  expect(opened).toMatchObject({
    kind: 'offline-approvals-old',
    saleId: null,
    amountCents: 10_980,
    detail: 'approved without the bank and not settled: 2',
  });
  expect(opened?.tried).toEqual([
    `${first.payment?.reference}: 54.90, record 1, 2026-11-22T08:00:00.000Z`,
    `${second.payment?.reference}: 54.90, record 2, 2026-11-23T08:00:00.000Z`,
  ]);

  await clock.advance(72 * hourMs);
  await guarding.look();
  await (await guard()).look();
  expect(await cases()).toHaveLength(1);
});
