import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClubId, type CredentialId, idBytes, type MemberId } from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fiscalRulesOfFrance } from '@portillon/core/journal/fiscal-rules.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { FeedRecord } from '@portillon/core/wire/messages.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ModelTerminal } from '@portillon/tools/sale-matrix/model-terminal.ts';
import { allWell } from '@portillon/tools/sale-matrix/trial-plans.ts';
import { TrialScript } from '@portillon/tools/sale-matrix/trial-script.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KioskView } from '../../bridge/view.ts';
import { EdgeStore } from '../../store/edge-store.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { sampleClub, sampleCredential, sampleId, samplePlan } from '../../store/test/sample-records.ts';
import { sampleTill } from '../../store/test/sample-takings.ts';
import { edgeConfigSchema } from '../edge-config.ts';
import { atKiosk, channelTo, firstKeys, identity as gateIdentity } from '../gate/test/gate-card-rig.ts';
import { JournalKeeper } from '../journal-keeper.ts';
import { KioskController } from './kiosk-controller.ts';
import { OfflineGuard } from './offline-guard.ts';
import { HandReaders } from './test/hand-readers.ts';

/** A real kiosk where passes are given, so that staff are served nothing but this; a real store and a card that proves itself. */
const identity = { ...gateIdentity, cardKeys: firstKeys };
const staffId = sampleId<'credential'>(40) as CredentialId;
const ines = {
  memberId: sampleId(10),
  givenName: 'Inès',
  familyName: 'Moreau-Testard',
  photo: '1'.repeat(64),
};
const photo = Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3]);

let folder: string;
let clock: VirtualClock;
let log: RecordedLog;
let store: EdgeStore;
let keeper: JournalKeeper;
let kiosk: KioskController;
let readers: HandReaders;
let views: KioskView[];
let version = 0;

async function told(...changes: FeedRecord[]): Promise<void> {
  const numbered = changes.map((change) => ({ version: ++version, change }));
  await store.applyFeed(numbered, version, clock.wallMs());
}

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
  folder = await mkdtemp(join(tmpdir(), 'came-in-'));
  clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+01:00'));
  log = new RecordedLog();
  const random = new SeededRandom(5);
  const surroundings = { clock, random, log };
  const opened = await EdgeStore.open({ folder: join(folder, 'edge'), ...surroundings, showsPeople: true });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  await store.saveIdentity(identity);
  await told(
    { kind: 'club', id: sampleId(3), record: sampleClub() },
    { kind: 'plan', id: sampleId(20), record: samplePlan() },
    { kind: 'person', id: sampleId(70), record: ines },
  );
  keeper = new JournalKeeper({
    store,
    till: sampleTill.till,
    software: sampleTill.software,
    taxpayer: () => ({ est: sampleTill.est, timeZone: 'Europe/Paris', rules: fiscalRulesOfFrance }),
    clock,
    log,
    onChange: () => undefined,
    onRecord: () => undefined,
  });
  readers = new HandReaders();
  views = [];
  const config = edgeConfigSchema.parse({
    name: sampleTill.till,
    stateFolder: folder,
    baseUrl: 'http://127.0.0.1:1',
    bridge: { port: 0 },
    devices: { gates: [] },
  });
  kiosk = new KioskController({
    config: {
      ...config,
      screen: {
        diagonalInches: 24,
        terminalSide: 'right',
        cardSlotSide: 'right',
        receiptSlotSide: 'right',
      },
    },
    ...{ ...surroundings, store, journal: keeper, printer: null, reader: readers.reader },
    offlineGuard: new OfflineGuard({
      ...{ ...surroundings, store, canSettle: true },
      limits: { mostAmountCents: 1, mostCount: 1, mostAgeMs: 1 },
      onChange: () => undefined,
      onEvent: () => undefined,
    }),
    // The network is cut.
    isOnline: () => false,
    claimOrder: async () => 'unknown',
    askConsents: async () => null,
    terminal: new ModelTerminal('charge', new TrialScript(allWell)),
    issue: { kind: 'pass', bridgeDays: 14 },
    software: 'portillon-edge 0.1.0',
    fiscalSoftware: sampleTill.software,
    identity: () => identity,
    publish: (view) => views.push(view),
    onEvent: () => undefined,
  });
  await keeper.look();
  await kiosk.start();
});

afterEach(async () => {
  await kiosk.stop();
  await keeper.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

const shown = () => views.at(-1)?.screen;
const cameIn = () => {
  const screen = shown();
  return screen?.name === 'came-in' ? screen.people.map(({ at, who, name }) => [at, who, name]) : null;
};

/** Virtual time goes on meanwhile, little by little. */
async function until(isSo: () => boolean): Promise<void> {
  for (let left = 400; left > 0 && !isSo(); left--) {
    await clock.advance(10);
    // Behind whatever waits to be written, however long the disk takes.
    await EdgeStore.prototype.write.call(store, async () => undefined);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  if (!isSo()) throw new Error(`shown is ${JSON.stringify(shown())}`);
}

/** Chooses "my membership", and holds the staff card to the reader. */
async function staffCome(): Promise<void> {
  await kiosk.receive({ type: 'start', language: 'fr' });
  await kiosk.receive({ type: 'choose-door', door: 'membership' });
  expect(shown()?.name).toBe('present-card');
  const card = new DesfireSimCard({ uid: '04A1B2C3D4E5F6', random: new SeededRandom(8) });
  const staged = await atKiosk(channelTo(card)).stage(idBytes(staffId));
  if (!staged.ok) throw new Error(staged.error.detail);
  readers.cards.notify(channelTo(card), clock.monotonicMs());
}

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
  expect(JSON.stringify(log.entries)).not.toContain('Moreau');
  expect(log.entries).toContainEqual({
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
