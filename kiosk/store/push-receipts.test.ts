import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { chainBreak, genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import type { OutboxEvent } from '@portillon/core/wire/event.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { RecordedLog } from './test/recorded-log.ts';
import { sampleDecision } from './test/sample-records.ts';

const dayMs = 86_400_000;

let folder: string;
let store: EdgeStore;
let clock: VirtualClock;
/** Every event that was ever appended. */
let events: OutboxEvent[];

const open = async () => {
  const opened = await EdgeStore.open({ folder, clock, random: new SeededRandom(5), log: new RecordedLog() });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon receipts '));
  clock = new VirtualClock();
  events = [];
  store = await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const restart = async () => {
  await store.close();
  store = await open();
};

const append = (count: number) =>
  store.write(async (tx) => {
    for (let index = 0; index < count; index++) {
      events.push(await store.passages.recordDecision(tx, sampleDecision(events.length + 1)));
    }
  });

/** An event with an attachment of its own. */
async function appendWithPhoto(bytes: Uint8Array): Promise<string> {
  const digest = sha256Hex(bytes);
  await store.write(async (tx) => {
    const event = await store.passages.recordDecision(tx, sampleDecision(events.length + 1));
    events.push(event);
    await store.attachments.putAttachment(tx, digest, bytes, event.seq);
  });
  return digest;
}

function receiptFor(through: number, more: Partial<PushReceipt> = {}): PushReceipt {
  const hash = events[through - 1]?.hash ?? genesisHash;
  const at = isoTime(clock.wallMs());
  return { epoch: 1, through, hash, at, keepDays: 35, signature: 'A'.repeat(86), ...more };
}

/** The base says so, and the edge keeps it. */
async function told(through: number, more: Partial<PushReceipt> = {}): Promise<PushReceipt> {
  const receipt = receiptFor(through, more);
  await store.saveAppliedThrough(through, receipt.epoch, receipt);
  return receipt;
}

const daysPass = (days: number) => clock.advance(days * dayMs);
const held = async () => (await store.outboxAfter(0, 5_000)).map(({ seq }) => seq);

async function eraseAll(newest: PushReceipt): Promise<number> {
  for (let before = -1; ; ) {
    const through = await store.eraseSent(newest);
    if (through === before) return through;
    before = through;
  }
}

it('[W-RECEIPT-2] keeps the newest receipt of each day, and of epochs that are over the last one', async () => {
  await append(9);
  await told(2);
  await told(3);
  await daysPass(1);
  await told(5);
  expect(await store.receipts()).toEqual([receiptFor(5)]);
  await daysPass(1);
  const restored = await told(4, { epoch: 2 });
  await restart();
  expect((await store.receipts()).map(({ epoch, through }) => [epoch, through])).toEqual([
    [1, 5],
    [2, 4],
  ]);
  expect(await store.receipts()).toContainEqual(restored);
});

it('[W-RECEIPT-3] erases what a receipt covers once it is older than the backups of the base', async () => {
  await append(10);
  await told(4);
  await daysPass(10);
  await told(10);
  await daysPass(24);
  expect(await eraseAll(receiptFor(10))).toBe(0);
  await daysPass(1);
  expect(await eraseAll(receiptFor(10))).toBe(4);
  expect(await held()).toEqual([5, 6, 7, 8, 9, 10]);
  expect(await store.erasedThrough()).toBe(4);
  await daysPass(10);
  expect(await eraseAll(receiptFor(10))).toBe(10);
  expect(await held()).toEqual([]);
});

it('[W-RECEIPT-3] erases nothing early for a clock that leaps, be it the edge’s or the base’s', async () => {
  await append(5);
  const first = await told(5);
  clock.setWall(clock.wallMs() + 365 * dayMs);
  expect(await eraseAll({ ...first, at: isoTime(Date.parse(first.at) + 1_000) })).toBe(0);
  clock.setWall(Date.parse(first.at) + dayMs);
  expect(await eraseAll({ ...first, at: isoTime(Date.parse(first.at) + 365 * dayMs) })).toBe(0);
  await daysPass(36);
  expect(await eraseAll(receiptFor(5))).toBe(5);
});

it('[W-RECEIPT-3] counts anew for a base that was brought back, or has lost events: it had them later than it once said', async () => {
  await append(6);
  await told(6);
  await daysPass(30);
  await told(2, { epoch: 2 });
  await told(6, { epoch: 2 });
  await daysPass(20);
  expect(await eraseAll(receiptFor(6, { epoch: 2 }))).toBe(0);
  await daysPass(15);
  expect(await eraseAll(receiptFor(6, { epoch: 2 }))).toBe(6);
  await append(4);
  await told(10, { epoch: 2 });
  await daysPass(1);
  await told(7, { epoch: 2 });
  await daysPass(34);
  expect(await eraseAll(receiptFor(10, { epoch: 2 }))).toBe(6);
});

it('[W-RECEIPT-4] never erases what the base has not taken in, whatever a receipt of old says', async () => {
  await append(8);
  await told(8);
  await daysPass(36);
  await store.saveAppliedThrough(3, 1);
  expect(await eraseAll(receiptFor(3))).toBe(3);
  expect(await held()).toEqual([4, 5, 6, 7, 8]);
});

it('[W-RECEIPT-4] keeps an event whose attachment must stay, and erases both together later', async () => {
  const early = await appendWithPhoto(Uint8Array.of(1));
  const late = await appendWithPhoto(Uint8Array.of(2));
  await append(3);
  await store.confirmAttachment(early);
  await told(5);
  await daysPass(20);
  await store.confirmAttachment(late);
  await told(5);
  await daysPass(15);
  expect(await eraseAll(receiptFor(5))).toBe(5);
  expect(await held()).toEqual([2]);
  expect(await store.attachment(early)).toBeNull();
  expect(await store.attachment(late)).not.toBeNull();
  await daysPass(20);
  await eraseAll(receiptFor(5));
  expect(await held()).toEqual([]);
  expect(await store.attachment(late)).toBeNull();
});

it('[W-RECEIPT-4] goes on with the chain after everything was erased, over restarts', async () => {
  await append(3);
  await told(3);
  await daysPass(35);
  await eraseAll(receiptFor(3));
  await restart();
  expect(await store.outbox.count()).toBe(0);
  expect(await store.eventHash(3)).toBe(events[2]?.hash);
  expect(await store.eventHash(2)).toBeNull();
  await append(2);
  expect(events.slice(3).map(({ seq }) => seq)).toEqual([4, 5]);
  const [fourth, fifth] = events.slice(3);
  expect(fourth && chainBreak(3, events[2]?.hash ?? '', fourth)).toBeNull();
  expect(fifth && chainBreak(4, fourth?.hash ?? '', fifth)).toBeNull();
  expect(await store.outbox.count()).toBe(2);
});

it('[W-RECEIPT-4] goes on with the chain when only an older event is left, for its attachment', async () => {
  await appendWithPhoto(Uint8Array.of(1));
  await append(2);
  await told(3);
  await daysPass(35);
  await eraseAll(receiptFor(3));
  expect(await held()).toEqual([1]);
  await append(1);
  expect(events.at(-1)).toMatchObject({ seq: 4, prevHash: events[2]?.hash });
});

it('erases a bounded number at a time, so that no gate waits for it', async () => {
  await append(450);
  await told(450);
  await daysPass(35);
  const newest = receiptFor(450);
  expect(await store.eraseSent(newest)).toBe(200);
  expect(await store.eraseSent(newest)).toBe(400);
  expect(await store.eraseSent(newest)).toBe(450);
  expect(await held()).toEqual([]);
});
