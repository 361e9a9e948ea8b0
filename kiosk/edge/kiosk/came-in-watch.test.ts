import type { ClubId, CredentialId, MemberId } from '@portillon/core/base/ids.ts';
import type { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KioskView } from '../../bridge/view.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import { sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import { sampleTill } from '../../store/test/sample-takings.ts';
import type { KioskController } from './kiosk-controller.ts';
import { KioskRig } from './test/kiosk-rig.ts';

/** A kiosk where passes are given, so that staff are served nothing but this. */
const staffId = sampleId<'credential'>(40) as CredentialId;
const ines = {
  memberId: sampleId(10),
  givenName: 'Inès',
  familyName: 'Moreau-Testard',
  photo: '1'.repeat(64),
};
const photo = Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3]);

let rig: KioskRig;
let clock: VirtualClock;
let store: EdgeStore;
let kiosk: KioskController;
let views: KioskView[];

const staffCard = (homeClubId: ClubId): FeedRecord => ({
  kind: 'credential',
  id: staffId,
  record: sampleCredential({ memberId: sampleId(30), homeClubId, standing: { staff: true } }),
});

async function walksIn(number: number, memberId: string): Promise<void> {
  await store.write((tx) =>
    store.passages.presence.wentThrough(tx, {
      credentialId: sampleId<'credential'>(number) as CredentialId,
      memberId: memberId as MemberId,
      zone: null,
      direction: 'entry',
      atMs: clock.wallMs(),
    }),
  );
}

beforeEach(async () => {
  rig = await KioskRig.open();
  ({ clock, store, kiosk, views } = rig);
  await rig.told({ kind: 'person', id: sampleId(70), record: ines });
  await kiosk.start();
});

afterEach(() => rig.close());

const told = (...changes: FeedRecord[]) => rig.told(...changes);
const until = (isSo: () => boolean) => rig.until(isSo);
const shown = () => rig.shown();
const cameIn = () => {
  const screen = shown();
  return screen?.name === 'came-in' ? screen.people.map(({ at, who, name }) => [at, who, name]) : null;
};

/** Chooses "my membership", and holds the staff card to the reader. */
const staffCome = () => rig.holdsCard(staffId);

it('[W-PERSON-8] [I13] shows staff of the club who came in, and who comes in meanwhile, with the network cut', async () => {
  await told(staffCard(sampleId(3)));
  await walksIn(41, ines.memberId);
  await store.people?.keepPhoto(ines.photo, photo);
  await staffCome();
  await until(() => cameIn() !== null);
  expect(cameIn()).toEqual([['09:00', 'own', 'Inès Moreau-Testard']]);
  const screen = shown();
  expect(screen?.name === 'came-in' && screen.people[0]?.photo).toBe(
    `data:image/jpeg;base64,${photo.toString('base64')}`,
  );
  await clock.advance(60_000);
  await walksIn(42, sampleId(11));
  await until(() => cameIn()?.length === 2);
  expect(cameIn()?.[0]).toEqual(['09:01', 'other', null]);
});

it('[W-PERSON-8] [I8] clears by itself although people come in, names nobody in a log, and says which card looked', async () => {
  await told(staffCard(sampleId(3)));
  await walksIn(41, ines.memberId);
  await staffCome();
  await until(() => cameIn() !== null);
  await clock.advance(100_000);
  await walksIn(42, sampleId(11));
  await until(() => cameIn()?.length === 2);
  await clock.advance(41_000);
  await until(() => shown()?.name === 'attract');
  const after = views.length;
  await walksIn(43, ines.memberId);
  await clock.advance(10_000);
  expect(JSON.stringify(views.slice(after - 1))).not.toContain('Moreau');
  expect(JSON.stringify(rig.log.entries)).not.toContain('Moreau');
  expect(rig.log.entries).toContainEqual({
    level: 'info',
    event: 'kiosk.people-shown',
    fields: { credentialId: staffId },
  });
});

it('[W-PERSON-9] has written which card was shown whom before it is shown, each once a look, with the network cut', async () => {
  await told(staffCard(sampleId(3)));
  await walksIn(41, ines.memberId);
  await walksIn(42, sampleId(11));
  const written = async () =>
    (await store.outboxAfter(0, 9)).map(({ body }) => JSON.parse(body) as EventOf<'people.shown'>);
  const write = store.write.bind(store);
  let fails = true;
  store.write = (work) => (fails ? Promise.reject(new Error('disk full')) : write(work));
  await staffCome();
  await until(() => shown()?.name === 'attract');
  expect(JSON.stringify(views)).not.toContain('Moreau');
  fails = false;

  await staffCome();
  await until(() => cameIn() !== null);
  const reading = { readId: expect.any(String), memberId: ines.memberId };
  const look = { type: 'people.shown', credentialId: staffId, reads: [reading], box: sampleTill.till };
  expect(await written()).toMatchObject([look]);
  expect(JSON.stringify(await written())).not.toContain(sampleId(11));
  await walksIn(43, sampleId(12));
  await until(() => cameIn()?.length === 3);
  expect(await written()).toHaveLength(1);
});

it('[W-PERSON-8] [W-SCOPE-1] shows nobody to staff of another club, nor when a screen asks for it by itself', async () => {
  await told(staffCard(sampleId(4)));
  await walksIn(41, ines.memberId);
  expect(await kiosk.receive({ type: 'show-came-in' })).toEqual({ outcome: 'stale' });
  await staffCome();
  await until(() => JSON.stringify(shown()).includes('not-known-here'));
  expect(await kiosk.receive({ type: 'show-came-in' })).toEqual({ outcome: 'stale' });
  expect(JSON.stringify(views)).not.toContain('Moreau');
});
