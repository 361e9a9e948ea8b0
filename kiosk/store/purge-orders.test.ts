import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { FeedChange } from '@portillon/core/wire/messages.ts';
import { saleEvent } from '@portillon/sync-service/test/test-edge.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { RecordedLog } from './test/recorded-log.ts';
import { sampleId } from './test/sample-records.ts';

let folder: string;
let store: EdgeStore;
let clock: VirtualClock;

async function opened(path = join(folder, 'edge')): Promise<EdgeStore> {
  const result = await EdgeStore.open({
    folder: path,
    clock,
    random: systemRandom,
    log: new RecordedLog(),
  });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon purge '));
  clock = new VirtualClock();
  store = await opened();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

interface Sold {
  readonly memberId: string;
  readonly credentialId: string;
  readonly seq: number;
  readonly documents: readonly { readonly digest: string; readonly bytes: Buffer }[];
}

/** A member buys: the event, and three sealed documents as large as they are in life. */
async function sell(): Promise<Sold> {
  const documents = [40_000, 90_000, 12_000].map((length) => {
    const bytes = Buffer.from(systemRandom.bytes(length));
    return { digest: sha256Hex(bytes), bytes };
  });
  const [person, photo, contract] = documents.map(({ digest }) => digest);
  const event = saleEvent({
    legalEntityId: sampleId(30),
    planId: sampleId(20),
    digests: { person: person ?? '', photo: photo ?? '', contract: contract ?? '' },
  });
  const { memberId } = event.member;
  const credentialId = event.credentials[0]?.credentialId ?? '';
  const { seq } = await store.write(async (tx) => {
    const appended = await store.outbox.appendEvent(tx, event);
    for (const { digest, bytes } of documents) {
      await store.attachments.putAttachment(tx, digest, bytes, appended.seq);
    }
    await store.passages.presence.wentThrough(tx, {
      credentialId: credentialId as CredentialId,
      memberId: memberId as MemberId,
      zone: null,
      direction: 'entry',
      atMs: clock.wallMs(),
    });
    return appended;
  });
  return { memberId, credentialId, seq, documents };
}

async function confirmAll({ seq, documents }: Sold): Promise<void> {
  await store.saveAppliedThrough(seq, 1);
  for (const { digest } of documents) await store.confirmAttachment(digest);
}

const orderId = sampleId(77);
let version = 0;

function orderFor(sold: Sold, digests = sold.documents.map(({ digest }) => digest)): FeedChange {
  const record = { memberId: sold.memberId, digests, credentialIds: [sold.credentialId] };
  return { version: ++version, change: { kind: 'purge-order', id: orderId, record } };
}

async function told(): Promise<Omit<EventOf<'purge.acknowledged'>, 'type' | 'at' | 'orderId'>[]> {
  return (await store.outboxAfter(0, 1_000))
    .map(({ body }) => JSON.parse(body) as EventOf<'purge.acknowledged'>)
    .filter(({ type }) => type === 'purge.acknowledged')
    .map(({ outcome, erased, waiting, fault }) => ({ outcome, erased, waiting, fault }));
}

/** In any file of the box, wherever in it: a stretch from the middle of each document. */
async function found({ documents }: Sold, path = join(folder, 'edge')): Promise<number> {
  let count = 0;
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    for (const document of documents) {
      for (const at of [100, document.bytes.length >> 1]) {
        if (bytes.includes(document.bytes.subarray(at, at + 24))) count += 1;
      }
    }
  }
  return count;
}

it('[W-PURGE-2] [W-PURGE-3] erases what it holds of the member from its files, and answers once', async () => {
  const [sold, other] = [await sell(), await sell()];
  await confirmAll(sold);
  await confirmAll(other);
  expect(await found(sold)).toBeGreaterThan(0);
  await store.applyFeed([orderFor(sold)], 1, clock.wallMs());
  expect(await told()).toEqual([{ outcome: 'done', erased: 4, waiting: 0, fault: null }]);
  expect(await found(sold)).toBe(0);
  expect(await found(other)).toBeGreaterThan(0);
  for (const { digest } of sold.documents) expect(await store.attachment(digest)).toBeNull();
  const { presence } = store.passages;
  expect(presence.lastPassage(sold.credentialId as CredentialId, null, clock.wallMs(), null)).toBeNull();
  expect(presence.lastPassage(other.credentialId as CredentialId, null, clock.wallMs(), null)).not.toBeNull();
  // The event of the sale and its number stay.
  expect((await store.outboxAfter(0, 1))[0]?.body).toContain(sold.memberId);

  await store.applyFeed([orderFor(sold)], 2, clock.wallMs());
  await store.close();
  store = await opened();
  expect(await told()).toHaveLength(1);
});

it('[W-PURGE-1] hears of an order in a snapshot too', async () => {
  const sold = await sell();
  await confirmAll(sold);
  const progress = { snapshotId: sampleId(5), version: 9, epoch: 1, chunks: 0, ownAfter: 0 };
  await store.beginSnapshot(progress as never);
  await store.stageSnapshot([orderFor(sold).change], progress as never);
  await store.finishSnapshot(9, clock.wallMs());
  expect(await told()).toEqual([{ outcome: 'done', erased: 4, waiting: 0, fault: null }]);
});

it('[W-PURGE-3] says that it holds nothing', async () => {
  const sold = await sell();
  await confirmAll(sold);
  const nobody = { ...sold, memberId: sampleId(999), credentialId: sampleId(998) };
  await store.applyFeed([orderFor(nobody, [sha256Hex('elsewhere')])], 1, clock.wallMs());
  expect(await told()).toEqual([{ outcome: 'nothing-found', erased: 0, waiting: 0, fault: null }]);
  expect(await found(sold)).toBeGreaterThan(0);
});

it('[W-PURGE-2] [W-PURGE-3] keeps what the base has not confirmed, says so once, and erases it then', async () => {
  const sold = await sell();
  // The base does not know of the sale yet: it cannot name its documents.
  await store.applyFeed([orderFor(sold, [])], 1, clock.wallMs());
  await store.applyFeed([orderFor(sold, [])], 2, clock.wallMs());
  expect(await told()).toEqual([{ outcome: 'deferred', erased: 1, waiting: 3, fault: null }]);
  expect((await store.outboxAfter(0, 1)).length).toBe(1);
  await store.saveAppliedThrough(sold.seq, 1);
  expect(await store.unconfirmedAttachments(10)).toHaveLength(3);
  for (const { digest } of sold.documents) await store.confirmAttachment(digest);
  expect(await told()).toEqual([
    { outcome: 'deferred', erased: 1, waiting: 3, fault: null },
    { outcome: 'done', erased: 3, waiting: 0, fault: null },
  ]);
  expect(await found(sold)).toBe(0);
});

it('[W-PURGE-3] erases what came of the member after it had answered, and answers again', async () => {
  const sold = await sell();
  await store.applyFeed([orderFor({ ...sold, credentialId: sampleId(998) }, [])], 1, clock.wallMs());
  await confirmAll(sold);
  const before = (await told()).length;
  const late = await store.write((tx) =>
    store.outbox.appendEvent(tx, {
      ...saleEvent({ legalEntityId: sampleId(30), planId: sampleId(20) }),
      member: {
        memberId: sold.memberId,
        personDigest: sha256Hex('late'),
        photoDigest: null,
        contractDigest: sha256Hex('c'),
      },
    }),
  );
  await store.write((tx) =>
    store.attachments.putAttachment(tx, sha256Hex('late'), Buffer.from('late'), late.seq),
  );
  await store.saveAppliedThrough(late.seq, 1);
  await store.confirmAttachment(sha256Hex('late'));
  expect(await store.attachment(sha256Hex('late'))).toBeNull();
  expect((await told()).slice(before)).toEqual([{ outcome: 'done', erased: 1, waiting: 0, fault: null }]);
});

it('[W-PURGE-3] goes on after a power cut at each step, and answers once', async () => {
  const sold = await sell();
  await confirmAll(sold);
  // Cut after the feed was written, before anything was erased.
  await store.write((tx) => store.purgeOrders.take(tx, [orderFor(sold).change]));
  await cp(join(folder, 'edge'), join(folder, 'after feed'), { recursive: true });
  // Cut after the rows were erased, before the bytes of the file were.
  const checked = store.attachment(sold.documents[0]?.digest ?? '');
  expect(await checked).not.toBeNull();
  await store.write((tx) => tx.run(`UPDATE purge_order SET state = 'erased', erased = 4`));
  await store.write((tx) =>
    tx.run('DELETE FROM attachment WHERE digest IN (SELECT value FROM json_each(?))', [
      JSON.stringify(sold.documents.map(({ digest }) => digest)),
    ]),
  );
  await cp(join(folder, 'edge'), join(folder, 'after rows'), { recursive: true });
  expect(await found(sold, join(folder, 'after rows'))).toBeGreaterThan(0);
  for (const name of ['after feed', 'after rows']) {
    await store.close();
    store = await opened(join(folder, name));
    expect(await told()).toEqual([{ outcome: 'done', erased: 4, waiting: 0, fault: null }]);
    expect(await found(sold, join(folder, name))).toBe(0);
  }
});
