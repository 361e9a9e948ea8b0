import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { FeedChange, FeedRecord, PersonRecord } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { RecordedLog } from './test/recorded-log.ts';
import { sampleId } from './test/sample-records.ts';

let folder: string;
let store: EdgeStore;
let clock: VirtualClock;
let log: RecordedLog;

async function opened(showsPeople = true): Promise<EdgeStore> {
  const result = await EdgeStore.open({ folder, clock, random: systemRandom, log, showsPeople });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon people '));
  clock = new VirtualClock();
  log = new RecordedLog();
  store = await opened();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const digestOf = (number: number) => String(number).padStart(64, '0');
const photo = Buffer.from([0xff, 0xd8, 0xff, ...Buffer.from('a face that can be found on a disk')]);
const ines: PersonRecord = {
  memberId: sampleId(10),
  givenName: 'Inès',
  familyName: 'Moreau-Testard',
  photo: digestOf(1),
};
let version = 0;
const told = (id: string, record: PersonRecord | null): FeedChange => ({
  version: ++version,
  change: { kind: 'person', id, record },
});
const apply = (...changes: FeedChange[]) => store.applyFeed(changes, version, clock.wallMs());

/** Goes in, or out, with a card of that member. */
async function walk(
  memberId: string | null,
  direction: 'entry' | 'exit' = 'entry',
  number = 40,
): Promise<void> {
  await clock.advance(1_000);
  await store.write((tx) =>
    store.passages.presence.wentThrough(tx, {
      credentialId: sampleId(number) as CredentialId,
      memberId: memberId as MemberId | null,
      zone: null,
      direction,
      atMs: clock.wallMs(),
    }),
  );
}

/** In any file of the box. */
async function onDisk(text: string | Buffer): Promise<boolean> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    if ((await readFile(join(entry.parentPath, entry.name))).includes(text)) return true;
  }
  return false;
}

it('[W-PERSON-8] shows who came in last with name and photo, and of others that they are of another club, or nobody', async () => {
  await apply(told(sampleId(70), ines));
  await walk(sampleId(11), 'entry', 41);
  await walk(null, 'entry', 42);
  await walk(ines.memberId);
  await store.people?.keepPhoto(digestOf(1), photo);
  const shown = await store.people?.cameIn(5);
  expect(shown?.map(({ who, familyName }) => [who, familyName])).toEqual([
    ['own', 'Moreau-Testard'],
    ['nobody', null],
    ['other', null],
  ]);
  expect(shown?.[0]?.photo).toEqual(photo);
  await walk(ines.memberId, 'exit');
  expect((await store.people?.cameIn(5))?.map(({ who }) => who)).toEqual(['nobody', 'other']);
});

it('[W-PERSON-6] wants photos of those who went in here, and lets go of one that its member took back', async () => {
  await apply(
    told(sampleId(70), ines),
    told(sampleId(71), { ...ines, memberId: sampleId(11), photo: digestOf(2) }),
  );
  expect(await store.people?.wantedPhotos(9)).toEqual([]);
  await walk(sampleId(11), 'entry', 41);
  await walk(ines.memberId);
  expect(await store.people?.wantedPhotos(9)).toEqual([digestOf(1), digestOf(2)]);
  await store.people?.keepPhoto(digestOf(1), photo);
  await store.people?.keepPhoto(digestOf(9), photo);
  expect(await store.people?.wantedPhotos(9)).toEqual([digestOf(2)]);
  await apply(told(sampleId(70), { ...ines, photo: null }));
  await apply(told(sampleId(70), ines));
  expect(await store.people?.wantedPhotos(9)).toEqual([digestOf(1), digestOf(2)]);
});

it('[W-PERSON-6] knows whom it has sold to at once, until the base tells of them, and not after the sale was undone', async () => {
  const sealed = Buffer.from('sealed to the base');
  const sold = { ...ines, photo: sha256Hex(sealed) };
  await store.write(async (tx) => {
    await store.attachments.putAttachment(tx, sold.photo, sealed, null);
    await store.people?.holdPhoto(tx, sold.memberId, sold.photo, photo);
    await store.people?.rememberSold(tx, sold);
  });
  await walk(sold.memberId);
  const shown = async () => (await store.people?.cameIn(5))?.map((one) => [one.who, one.photo !== null]);
  expect(await shown()).toEqual([['own', true]]);
  // A snapshot from before the sale, then the name, which comes before the photo has gone out.
  const progress = { snapshotId: sampleId(90), epoch: 1, version: 50, chunks: 0, ownAfter: 0 };
  await store.beginSnapshot(progress);
  await store.finishSnapshot(50, clock.wallMs());
  expect(await shown()).toEqual([['own', true]]);
  await apply(told(sampleId(70), { ...sold, photo: null }));
  expect(await shown()).toEqual([['own', false]]);
  await apply(told(sampleId(70), sold));
  expect(await shown()).toEqual([['own', true]]);
  await apply(told(sampleId(70), null));
  expect(await shown()).toEqual([['other', false]]);

  await store.write((tx) => store.people?.rememberSold(tx, sold) ?? Promise.resolve());
  expect(await shown()).toEqual([['own', true]]);
  await store.write((tx) => store.people?.forgetSold(tx, sold.memberId) ?? Promise.resolve());
  expect(await shown()).toEqual([['other', false]]);
  // The visit is over, and no event names its documents.
  await store.write((tx) => store.clearVisit(tx, sampleId(60)));
  expect(await store.people?.wantedPhotos(9)).toEqual([]);
  await apply(told(sampleId(70), sold));
  expect(await shown()).toEqual([['own', false]]);
  // Of whom the base never tells nothing is kept for good.
  await store.write(
    (tx) => store.people?.rememberSold(tx, { ...sold, memberId: sampleId(12) }) ?? Promise.resolve(),
  );
  const aged = (days: number) => {
    const nowMs = clock.wallMs() + days * 86_400_000;
    return store.endAged({ nowMs, beforeMs: 0, isStopping: () => false });
  };
  expect((await aged(44)).book_person).toBeUndefined();
  expect((await aged(46)).book_person).toBe(1);
});

it('[W-PERSON-6] shows a photo that a member says yes to here until the base has it, then what the base tells, and none they took back', async () => {
  const sealed = Buffer.from('sealed to the base');
  const digest = sha256Hex(sealed);
  const yes: EventOf<'consent.answered'> = {
    type: 'consent.answered',
    answerId: sampleId(80),
    at: '2026-11-01T10:00:00.000Z',
    memberId: ines.memberId,
    credentialId: sampleId(40),
    purpose: 'photo',
    act: 'given',
    language: 'fr',
    wording: { version: 'a', digest: digestOf(3) },
    photoDigest: digest,
  };
  const says = (memberId: string, attached = sealed) =>
    store.write(async (tx) => {
      const { seq } = await store.outbox.appendEvent(tx, yes);
      await store.attachments.putAttachment(tx, sha256Hex(attached), attached, seq);
      await store.people?.showUntilToBase(tx, memberId, sha256Hex(attached), photo);
    });
  const shown = async () => (await store.people?.cameIn(5))?.map((one) => [one.who, one.photo !== null]);
  await apply(told(sampleId(70), { ...ines, photo: null }));
  await walk(ines.memberId);
  await walk(sampleId(11), 'entry', 41);
  await says(ines.memberId);
  await says(sampleId(11), Buffer.from('of another club'));
  expect(await shown()).toEqual([
    ['other', false],
    ['own', true],
  ]);
  await store.write((tx) => store.people?.forgetPhoto(tx, ines.memberId) ?? Promise.resolve());
  expect((await shown())?.[1]).toEqual(['own', false]);

  await says(ines.memberId);
  await apply(told(sampleId(70), { ...ines, familyName: 'Testard', photo: null }));
  expect((await shown())?.[1]).toEqual(['own', true]);
  // The base has it, and tells no photo: a no that was said elsewhere came later.
  await store.confirmAttachment(digest);
  expect((await shown())?.[1]).toEqual(['own', false]);
  await apply(told(sampleId(70), { ...ines, photo: digest }));
  expect((await shown())?.[1]).toEqual(['own', true]);
});

it('[W-PERSON-5] [I8] keeps them so that no file, log or event of the box reads them without its key', async () => {
  await apply(told(sampleId(70), ines));
  await walk(ines.memberId);
  await store.people?.keepPhoto(digestOf(1), photo);
  expect([await onDisk('Moreau'), await onDisk(photo.subarray(8))]).toEqual([false, false]);
  expect(JSON.stringify(log.entries)).not.toContain('Moreau');
  expect(JSON.stringify(await store.outboxAfter(0, 100))).not.toContain('Moreau');
  // The key is gone: what is left reads as nothing, and the base is asked once more.
  await store.keys.destroy('people');
  await store.close();
  store = await opened();
  expect(await store.people?.cameIn(5)).toMatchObject([{ who: 'other', photo: null }]);
  expect(await store.feedCursor()).toBe(0);
});

it('[W-PERSON-5] asks for nobody where staff are shown nobody, and forgets those whom it knew', async () => {
  await apply(told(sampleId(70), ines));
  await store.close();
  store = await opened(false);
  expect(store.people).toBeNull();
  expect(await store.keys.names()).not.toContain('people');
  await apply(told(sampleId(70), ines));
  expect(await store.feedCursor()).toBe(version);
  await store.close();
  store = await opened();
  await walk(ines.memberId);
  expect(await store.people?.cameIn(5)).toMatchObject([{ who: 'other' }]);
  expect(await store.feedCursor()).toBe(0);
});

it('[W-PERSON-7] [I12] erases name and photo with the order to forget, and counts both, also where the feed says first that they are gone', async () => {
  await apply(told(sampleId(70), ines));
  await store.people?.keepPhoto(digestOf(1), photo);
  const record = { memberId: ines.memberId, digests: [digestOf(1)], credentialIds: [sampleId(40)] };
  const order: FeedRecord = { kind: 'purge-order', id: sampleId(77), record };
  await apply(told(sampleId(70), null), { version: ++version, change: order });
  const answers = (await store.outboxAfter(0, 100)).map(
    ({ body }) => JSON.parse(body) as EventOf<'purge.acknowledged'>,
  );
  expect(answers).toMatchObject([{ type: 'purge.acknowledged', outcome: 'done', erased: 2, waiting: 0 }]);
  await walk(ines.memberId);
  expect(await store.people?.cameIn(5)).toMatchObject([{ who: 'other', photo: null }]);
});

it('[W-SNAP-6] [W-PERSON-1] takes people from a snapshot as a whole, keeps the photos it has, and nobody who is not in it', async () => {
  const leo = { ...ines, memberId: sampleId(11), familyName: 'Roux', photo: null };
  await apply(told(sampleId(70), ines), told(sampleId(71), leo));
  await store.people?.keepPhoto(digestOf(1), photo);
  await walk(leo.memberId, 'entry', 41);
  await walk(ines.memberId);
  const progress = { snapshotId: sampleId(90), epoch: 1, version: 50, chunks: 0, ownAfter: 0 };
  await store.beginSnapshot(progress);
  await store.stageSnapshot([{ kind: 'person', id: sampleId(72), record: leo }], progress);
  // Given up, and begun anew.
  await store.beginSnapshot(progress);
  await store.stageSnapshot([{ kind: 'person', id: sampleId(70), record: ines }], progress);
  expect(await onDisk('Moreau')).toBe(false);
  expect((await store.people?.cameIn(5))?.map(({ who }) => who)).toEqual(['own', 'own']);
  await store.finishSnapshot(50, clock.wallMs());
  expect(await store.people?.cameIn(5)).toMatchObject([
    { who: 'own', familyName: 'Moreau-Testard', photo: expect.any(Buffer) as Buffer },
    { who: 'other' },
  ]);
});
