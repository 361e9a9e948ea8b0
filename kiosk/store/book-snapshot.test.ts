import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import type { ClubId, CredentialId, PlanId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';
import { EdgeStore } from './edge-store.ts';
import { migrate, migrations } from './schema.ts';
import { sampleClub, sampleCredential, sampleDecision, sampleId, samplePlan } from './test/sample-records.ts';

let folder: string;
let clock: VirtualClock;
let store: EdgeStore;

const card = (number: number) => sampleId<'credential'>(100 + number) as CredentialId;
const credential = (number: number, over: Partial<CredentialRecord> = {}): FeedRecord => ({
  kind: 'credential',
  id: card(number),
  record: sampleCredential({ cardUid: `04${number}`.padEnd(14, '0'), ...over }),
});
const progress = (chunks: number) => ({
  ...{ snapshotId: sampleId(1), epoch: 1, version: 50, ownAfter: 0 },
  chunks,
});
const statusOf = (number: number) => store.book.credential(card(number))?.status ?? null;

async function open(): Promise<EdgeStore> {
  const opened = await EdgeStore.open({ folder, clock, random: new SeededRandom(5), log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

async function restart(): Promise<void> {
  await store.close();
  store = await open();
}

/** As a sale does: the event, then the credential. */
async function sold(number: number, over: Partial<CredentialRecord> = {}): Promise<number> {
  return store.write(async (tx) => {
    const decided = await store.outbox.appendEvent(tx, { type: 'access.decided', ...sampleDecision(number) });
    const record = sampleCredential({ cardUid: `04${number}`.padEnd(14, '0'), ...over });
    await store.book.rememberOwnCredential(tx, card(number), record);
    return decided.seq;
  });
}

/** Rows of the book on the disk, by generation. */
async function rowsOnDisk(): Promise<readonly unknown[]> {
  await store.close();
  const database = await Database.open(join(folder, 'edge.sqlite'));
  const rows = await database.read.all(
    'SELECT generation, COUNT(*) AS count FROM book_credential GROUP BY generation',
  );
  await database.close();
  store = await open();
  return rows;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-book-'));
  clock = new VirtualClock();
  store = await open();
  await store.applyFeed(
    [
      credential(1),
      credential(2),
      credential(3),
      { kind: 'plan' as const, id: sampleId(20), record: samplePlan() },
      { kind: 'club' as const, id: sampleId(3), record: sampleClub() },
    ].map((change, index) => ({ version: index + 1, change: change as FeedRecord })),
    5,
    clock.wallMs(),
  );
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('a snapshot at the edge', () => {
  it('[W-SNAP-6] takes the place of the book once it is whole, and what is not in it is gone', async () => {
    await store.beginSnapshot(progress(0));
    await store.stageSnapshot([credential(1, { status: 'blocked' }), credential(4)], progress(1));
    const club = sampleClub({ capacity: 7 });
    await store.stageSnapshot([{ kind: 'club', id: sampleId(4), record: club }], progress(1));
    expect([1, 2, 3, 4].map(statusOf)).toEqual(['active', 'active', 'active', null]);
    expect(store.book.club(sampleId(3) as ClubId)).not.toBeNull();

    await store.finishSnapshot(50, clock.wallMs() - 60_000);
    for (const _ of ['live', 'restarted']) {
      expect([1, 2, 3, 4].map(statusOf)).toEqual(['blocked', null, null, 'active']);
      expect(store.book.credentialByCardUid('04400000000000')?.credentialId).toBe(card(4));
      expect(store.book.credentialByCardUid('04200000000000')).toBeNull();
      expect(store.book.club(sampleId(3) as ClubId)).toBeNull();
      expect(store.book.club(sampleId(4) as ClubId)).toEqual(club);
      expect(store.book.plan(sampleId<'plan'>(20) as PlanId)).toBeNull();
      expect(await store.feedCursor()).toBe(50);
      expect(store.book.dataAgeMs(clock.wallMs())).toBe(60_000);
      expect(await store.snapshotProgress()).toBeNull();
      await restart();
    }
    expect(await rowsOnDisk()).toEqual([{ generation: 1, count: 2 }]);
  });

  it('[W-SNAP-6] keeps what was sold here, also what was sold meanwhile', async () => {
    const applied = await sold(5);
    await store.saveAppliedThrough(applied, 1);
    await sold(6);
    await store.beginSnapshot(progress(0));
    await sold(7);
    await sold(1, { validTo: '2027-05-01T00:00:00.000Z' });
    await sold(2, { validTo: '2027-05-01T00:00:00.000Z' });
    await sold(3);
    await store.applyFeed([{ version: 6, change: credential(3, { status: 'spent' }) }], 6, clock.wallMs());
    await store.stageSnapshot([credential(1), credential(2, { status: 'blocked' })], progress(1));
    await store.finishSnapshot(50, clock.wallMs());
    for (const _ of ['live', 'restarted']) {
      // The base has 5, and this snapshot may be older; 3 was the base's word.
      const statuses = ['active', 'blocked', null, 'active', 'active', 'active'];
      expect([1, 2, 3, 5, 6, 7].map(statusOf)).toEqual(statuses);
      expect(store.book.credential(card(1))?.validTo).toBe('2027-05-01T00:00:00.000Z');
      await restart();
    }
  });

  it('[W-SNAP-6] [W-OWN-6] keeps ended what a box of the version before has ended, until the base tells it anew', async () => {
    const share = (number: number) => ({
      kind: 'credential' as const,
      ...{
        credentialId: card(number),
        record: sampleCredential({ status: 'blocked' }),
        atMs: clock.wallMs(),
      },
    });
    await store.hearPeer(sampleId(7), [share(1), share(2)], 9);
    // Made before that box has been heard by the base.
    await store.beginSnapshot(progress(0));
    await store.stageSnapshot([credential(1), credential(2)], progress(1));
    await store.finishSnapshot(50, clock.wallMs() - 60_000);
    for (const _ of ['live', 'restarted']) {
      expect([1, 2].map(statusOf)).toEqual(['blocked', 'blocked']);
      await restart();
    }
    await store.applyFeed([{ version: 51, change: credential(2) }], 51, clock.wallMs());
    expect([1, 2].map(statusOf)).toEqual(['blocked', 'active']);
  });

  it('[W-SNAP-7] goes on after a restart, and begins anew without what was kept of another', async () => {
    await store.beginSnapshot(progress(0));
    await store.stageSnapshot([credential(4)], progress(1));
    await store.stageSnapshot([credential(5)], null);
    await restart();
    expect(await store.snapshotProgress()).toEqual(progress(1));
    expect([1, 4, 5].map(statusOf)).toEqual(['active', null, null]);
    await store.stageSnapshot([credential(5), credential(6)], progress(2));
    await store.finishSnapshot(50, clock.wallMs());
    expect([1, 4, 5, 6].map(statusOf)).toEqual([null, 'active', 'active', 'active']);

    await store.beginSnapshot(progress(0));
    await store.stageSnapshot(
      [credential(8), { kind: 'club', id: sampleId(9), record: sampleClub() }],
      progress(1),
    );
    await store.beginSnapshot({ ...progress(0), snapshotId: sampleId(2) });
    await store.stageSnapshot([credential(4, { status: 'spent' })], progress(1));
    await store.finishSnapshot(60, clock.wallMs());
    expect([4, 5, 6, 8].map(statusOf)).toEqual(['spent', null, null, null]);
    expect(store.book.club(sampleId(9) as ClubId)).toBeNull();
    expect(await rowsOnDisk()).toEqual([{ generation: 2, count: 1 }]);
  });

  it('[W-SNAP-6] holds in thousands, and what is put while the memory follows is the newest', async () => {
    const count = 4_500;
    const many = Array.from({ length: count }, (_, number) => credential(1_000 + number));
    await store.beginSnapshot(progress(0));
    await store.stageSnapshot(many, progress(1));
    const finished = store.finishSnapshot(50, clock.wallMs());
    const changed = [1_000, 3_000, 5_499].map((number, index) => ({
      version: 51 + index,
      change: credential(number, { status: 'blocked' }),
    }));
    // The swap is durable, and the memory is on its way.
    while ((await store.feedCursor()) !== 50);
    await Promise.all([finished, store.applyFeed(changed, 60, clock.wallMs())]);
    expect(store.book.credentials.count).toBe(count);
    for (const _ of ['live', 'restarted']) {
      expect([999, 1_000, 1_001, 3_000, 5_499].map(statusOf)).toEqual([
        null,
        'blocked',
        'active',
        'blocked',
        'blocked',
      ]);
      await restart();
    }
    expect(store.book.credentials.count).toBe(count);
  });
});

describe('the book of a box of the version before', () => {
  it('is packed at the first start, and lost in nothing', async () => {
    await store.close();
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'portillon-book-'));
    const database = await Database.open(join(folder, 'edge.sqlite'));
    await migrate(database, migrations.slice(0, 14));
    const records = Array.from({ length: 1_203 }, (_, number) => credential(number));
    const debtor = { ...sampleCredential(), standing: { staff: true as const }, colour: 'green' };
    await database.write(async (tx) => {
      for (const { id, record } of records)
        await tx.run("INSERT INTO book_record VALUES ('credential', ?, ?)", [id, JSON.stringify(record)]);
      await tx.run("INSERT INTO book_record VALUES ('credential', ?, ?)", [
        card(5_000),
        JSON.stringify(debtor),
      ]);
      await tx.run("INSERT INTO book_record VALUES ('plan', ?, ?)", [
        sampleId(20),
        JSON.stringify(samplePlan()),
      ]);
    });
    await database.close();
    store = await open();
    for (const _ of ['packed', 'restarted']) {
      expect(store.book.credentials.count).toBe(1_204);
      expect(store.book.credential(card(5_000))).toEqual(debtor);
      expect(store.book.plan(sampleId<'plan'>(20) as PlanId)).toEqual(samplePlan());
      await restart();
    }
  });
});
