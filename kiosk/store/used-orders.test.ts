import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { OrderRecord } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { sampleId } from './test/sample-records.ts';

let folder: string;
let store: EdgeStore;

async function open(): Promise<EdgeStore> {
  const opened = await EdgeStore.open({
    folder,
    clock: new VirtualClock(Date.parse('2026-11-26T10:00:00Z')),
    random: new SeededRandom(7),
    log: silentLog,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-orders-'));
  store = await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const orderId = sampleId<'order'>(60);
const given = { orderId, outcome: 'carried-out', backOfSale: sampleId(61), backCents: 2_000 } as const;

it('[SA62] takes an order once for good, over a restart too', async () => {
  expect(await store.usedOrders.used(orderId)).toBeNull();
  await store.write((tx) => store.usedOrders.use(tx, given));
  await expect(store.write((tx) => store.usedOrders.use(tx, given))).rejects.toThrow();
  await store.close();
  store = await open();
  expect(await store.usedOrders.used(orderId)).toEqual(given);
});

it('[SA62] is undone with its transaction, and never changed or forgotten otherwise', async () => {
  const failing = store.write(async (tx) => {
    await store.usedOrders.use(tx, given);
    throw new Error('power cut');
  });
  await expect(failing).rejects.toThrow('power cut');
  expect(await store.usedOrders.used(orderId)).toBeNull();
  await store.write((tx) => store.usedOrders.use(tx, given));
  await expect(store.write((tx) => tx.run('DELETE FROM used_order'))).rejects.toThrow('never forgotten');
  await expect(store.write((tx) => tx.run('UPDATE used_order SET back_cents = 0'))).rejects.toThrow(
    'never changed',
  );
});

it('[SA63] counts what was given back of a sale, and what may have been', async () => {
  await store.write(async (tx) => {
    await store.usedOrders.use(tx, given);
    await store.usedOrders.use(tx, { ...given, orderId: sampleId(62), outcome: 'in-doubt', backCents: 300 });
    await store.usedOrders.use(tx, { ...given, orderId: sampleId(63), backOfSale: sampleId(64) });
  });
  expect(await store.usedOrders.backOf(given.backOfSale)).toBe(2_300);
  expect(await store.usedOrders.backOf(sampleId(65))).toBe(0);
  // Staff have looked into all of them: what was carried out stays so.
  expect(await store.usedOrders.backOf(given.backOfSale, [orderId, sampleId(62)])).toBe(2_000);
});

it('finds an order by what stands for its code: the open one before one that is over', async () => {
  const record = (more: Partial<Extract<OrderRecord, { place: 'here' }>> = {}): OrderRecord => ({
    place: 'here',
    codeHash: 'a'.repeat(64),
    expiresAt: '2026-12-03T10:00:00.000Z',
    kind: 'refund',
    status: 'open',
    edgeId: sampleId(1),
    saleId: given.backOfSale,
    saleReference: 'M7QK-2F9C',
    credentialId: null,
    memberId: null,
    amountCents: 2_000,
    lines: [],
    ends: [],
    ...more,
  });
  const records = [
    record({ status: 'collected', expiresAt: '2027-01-01T00:00:00.000Z' }),
    record(),
    record({ status: 'cancelled' }),
  ];
  await store.applyFeed(
    records.map((each, index) => ({
      version: index + 1,
      change: { kind: 'order', id: sampleId(60 + index), record: each },
    })),
    3,
    0,
  );
  expect(store.book.orderByCode('a'.repeat(64))?.orderId).toBe(sampleId(61));
  expect(store.book.orderByCode('b'.repeat(64))).toBeNull();
  await store.close();
  store = await open();
  expect(store.book.orderByCode('a'.repeat(64))?.record).toMatchObject({ status: 'open' });
});
