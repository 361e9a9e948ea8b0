import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, type Id, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { newSealKeyPair, openSealed, type SealKeyPair } from '@portillon/core/crypto/seal.ts';
import { consentWordingDigest } from '@portillon/core/sale/consent-wording-digest.ts';
import { consentWordings, consentWordingVersion } from '@portillon/core/sale/consent-wordings.ts';
import type { EventBody, EventOf } from '@portillon/core/wire/event.ts';
import type { ConsentsAnswer } from '@portillon/core/wire/messages.ts';
import canvas from '@portillon/drivers/camera/vectors/chromium-canvas.json' with { type: 'json' };
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PrivacyPart } from '../../bridge/messages.ts';
import type { Screen } from '../../bridge/view.ts';
import { EdgeStore } from '../../store/edge-store.ts';
import { consentsKnown } from './consents-known.ts';
import type { KioskStage } from './kiosk-stage.ts';
import { timeLimitOf } from './kiosk-stage.ts';
import { PrivacyVisit } from './privacy-visit.ts';
import { sampleIdentity } from './test/sample-sale.ts';
import { timeLimits } from './time-limits.ts';

/** A real store; what the base says, and whether it is there, is the test's. */
const startMs = Date.parse('2026-01-31T09:00:00.000Z');
const photoWords = consentWordings[consentWordingVersion]?.photo.fr ?? [];
let clock: VirtualClock;
const id = <Kind extends string>(): Id<Kind> => newId<Kind>(clock, systemRandom);

let folder: string;
let store: EdgeStore;
let visit: PrivacyVisit;
let stage: KioskStage;
let base: ConsentsAnswer['consents'] | null;
let told: number;
let language: 'fr' | 'en';
let sealing: SealKeyPair;
let memberId: string;
let credentialId: CredentialId;

beforeEach(async () => {
  clock = new VirtualClock(startMs);
  folder = mkdtempSync(join(tmpdir(), 'privacy-visit-'));
  const around = { clock, random: systemRandom, log: silentLog };
  store = await opened('state');
  sealing = await newSealKeyPair();
  const identity = { ...sampleIdentity(around), sealKey: sealing.publicKey };
  memberId = id();
  credentialId = id<'credential'>();
  told = 0;
  language = 'fr';
  base = [
    { purpose: 'photo', act: 'given', at: '2025-09-23T08:00:00.000Z', words: photoWords.join('\n') },
    { purpose: 'a-later-one', act: 'given', at: '2025-09-23T08:00:00.000Z', words: null },
  ];
  visit = new PrivacyVisit({
    ...around,
    store,
    askConsents: async () => base,
    identity: () => identity,
    isOnline: () => base !== null,
    boxName: 'Borne 1',
    stage: () => stage,
    show: (next) => {
      stage = next;
    },
    language: () => language,
    timeZone: () => 'Europe/Paris',
    onEvent: () => {
      told += 1;
    },
  });
  await card('active');
  stage = { name: 'member', credentialId, part: 'account' };
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(name: string): Promise<EdgeStore> {
  const around = { clock, random: systemRandom, log: silentLog, showsPeople: true };
  const result = await EdgeStore.open({ folder: join(folder, name), ...around });
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
}

/** What is on the disk at this moment, as a power cut would leave it. */
async function powerCut(name: string): Promise<{ events: number; photos: readonly string[] }> {
  cpSync(join(folder, 'state'), join(folder, name), { recursive: true });
  const left = await opened(name);
  const events = (await left.outbox.after(0, 100)).length;
  await left.write((tx) => left.outbox.saveAppliedThrough(tx, events, 1));
  const photos = await left.attachments.unconfirmed(9);
  await left.close();
  return { events, photos };
}

let version = 0;
async function card(status: CredentialRecord['status']): Promise<void> {
  version += 1;
  const record: CredentialRecord = {
    kind: 'card',
    cardUid: '04112233445566',
    memberId,
    planId: id(),
    homeClubId: id(),
    validFrom: isoTime(startMs),
    validTo: null,
    singleUse: false,
    status,
  };
  const change = { kind: 'credential', id: credentialId, record } as const;
  await store.applyFeed([{ version, change }], version, clock.wallMs());
}

const open = async (part: PrivacyPart) => (await visit.handle({ type: 'open-privacy', part })).outcome;
const say = async (purpose: 'photo' | 'news', given: boolean) =>
  (await visit.handle({ type: 'say-consent', purpose, given })).outcome;
const request = async (asks: 'copy' | 'erasure') =>
  (await visit.handle({ type: 'request-data', asks })).outcome;
function screen<Name extends Screen['name']>(name: Name): Extract<Screen, { name: Name }> {
  if (stage.name !== 'privacy') throw new Error(`at ${stage.name}`);
  const shown = visit.screen(stage);
  if (shown.name !== name) throw new Error(`shows ${shown.name}`);
  return shown as Extract<Screen, { name: Name }>;
}
const photo = Buffer.from(canvas.images[0]?.base64 ?? '', 'base64');
const keep = async (jpeg: Uint8Array = photo) =>
  (await visit.keepPhoto({ kind: 'taken', jpegBase64: Buffer.from(jpeg).toString('base64') })).outcome;
const events = async () =>
  (await store.outbox.after(0, 100)).map(({ body }) => JSON.parse(body) as EventBody);

it('[SA100] shows what the base knows, since when and to which words, and what was never asked', async () => {
  expect(await open('overview')).toBe('done');
  expect(screen('privacy')).toMatchObject({
    consents: [
      { purpose: 'photo', state: 'given', since: '2025-09-23' },
      { purpose: 'news', state: 'never-asked', since: null },
    ],
    partly: false,
  });
  expect(await open('photo')).toBe('done');
  expect(screen('consent')).toMatchObject({ words: photoWords, canSay: { yes: false, no: true } });
  expect(timeLimitOf(stage)).toBe(timeLimits.reading);
});

it('[SA100] shows without a base what was said at this box, and calls the rest not known', async () => {
  base = null;
  await open('overview');
  await open('news');
  expect(screen('consent').canSay).toEqual({ yes: true, no: true });
  await say('news', true);
  stage = { name: 'member', credentialId, part: 'account' };
  await open('overview');
  expect(screen('privacy')).toMatchObject({
    consents: [
      { purpose: 'photo', state: 'not-known', since: null },
      { purpose: 'news', state: 'given', since: '2026-01-31' },
    ],
    partly: true,
  });
});

it('[SA100] takes the later of what the base and the box know, and at one moment the stricter', () => {
  const here = (act: 'given' | 'withdrawn', at: string) =>
    ({
      type: 'consent.answered',
      purpose: 'news',
      act,
      at,
      language: 'fr',
      wording: null,
    }) as EventOf<'consent.answered'>;
  const yes = { purpose: 'news', act: 'given' as const, at: '2026-01-02T00:00:00.000Z', words: 'Oui' };
  const known = (...said: EventOf<'consent.answered'>[]) => consentsKnown([yes], said)[0]?.act;
  expect(known(here('withdrawn', '2026-01-01T00:00:00.000Z'))).toBe('given');
  expect(known(here('withdrawn', yes.at))).toBe('withdrawn');
  expect(known(here('given', yes.at))).toBe('given');
  expect(known(here('withdrawn', '2026-01-03T00:00:00.000Z'))).toBe('withdrawn');
  expect(consentsKnown([yes], [here('given', yes.at)])[0]?.words).toEqual(['Oui']);
  expect(consentsKnown(null, [])).toEqual([]);
});

it('[SA101] [SA103] takes a yes back and says yes to news, each one event with the words on the screen', async () => {
  await open('overview');
  expect(await say('photo', false)).toBe('stale'); // not on its own screen
  await open('photo');
  expect(await say('photo', true)).toBe('stale'); // it was said
  expect(await say('photo', false)).toBe('done');
  expect(screen('privacy')).toMatchObject({ noted: 'photo', consents: [{ state: 'withdrawn' }, {}] });
  await open('photo');
  expect(screen('consent').canSay).toEqual({ yes: true, no: false });
  expect(await say('photo', false)).toBe('stale');
  await open('news');
  expect(await say('news', false)).toBe('stale'); // nobody asked before
  expect(await say('news', true)).toBe('done');
  const at = isoTime(startMs);
  expect(await events()).toMatchObject([
    {
      type: 'consent.answered',
      at,
      memberId,
      credentialId,
      purpose: 'photo',
      act: 'withdrawn',
      wording: null,
    },
    {
      purpose: 'news',
      act: 'given',
      language: 'fr',
      wording: {
        version: consentWordingVersion,
        digest: consentWordingDigest('news', consentWordingVersion, 'fr'),
      },
    },
  ]);
  expect(told).toBe(2);
});

it('[SA101] lets a no be said where nobody knows what was said: with the words where they stand, else without', async () => {
  base = null;
  await open('overview');
  await open('news');
  await say('news', false);
  await open('photo');
  await say('photo', false);
  expect(await events()).toMatchObject([
    { purpose: 'news', act: 'not-given', wording: { version: consentWordingVersion } },
    { purpose: 'photo', act: 'not-given', wording: { version: consentWordingVersion } },
  ]);
});

it('[SA101] [SA104] takes a photo with the yes to it, and writes nothing of either before it is kept', async () => {
  base = [{ purpose: 'photo', act: 'withdrawn', at: '2025-09-23T08:00:00.000Z', words: null }];
  await open('overview');
  await open('photo');
  expect(await keep()).toBe('stale'); // no yes was said
  expect(await say('photo', true)).toBe('done');
  expect(screen('own-photo').problems).toEqual([]);
  expect(timeLimitOf(stage)).toBe(timeLimits.reading);
  stage = visit.back(stage) ?? stage;
  expect(screen('consent').canSay).toEqual({ yes: true, no: false });
  expect(await keep()).toBe('stale');
  await say('photo', true);
  await open('overview');
  expect(await keep()).toBe('stale');
  await open('photo');
  await say('photo', true);
  expect(await keep(photo.subarray(0, 99))).toBe('done');
  expect(screen('own-photo').problems).toEqual([{ field: 'photo', problem: 'unreadable' }]);
  expect(await events()).toEqual([]);

  // In the words in which yes was said, whatever language is chosen before the photo is kept.
  language = 'en';
  expect(await keep()).toBe('done');
  expect(screen('privacy')).toMatchObject({ noted: 'photo', consents: [{ state: 'given' }, {}] });
  expect(await keep()).toBe('stale');
  const [yes, ...more] = await events();
  expect(more).toEqual([]);
  const wording = {
    version: consentWordingVersion,
    digest: consentWordingDigest('photo', consentWordingVersion, 'fr'),
  };
  expect(yes).toMatchObject({
    memberId,
    credentialId,
    purpose: 'photo',
    act: 'given',
    language: 'fr',
    wording,
  });
  const { photoDigest } = yes as EventOf<'consent.answered'>;
  const sealed = await store.attachments.sealedBytes(photoDigest ?? '');
  expect(sealed && Buffer.from(await openSealed(sealing.privateKey, 'photo', sealed))).toEqual(photo);
});

it('[SA104] leaves answer and photo, or neither, to whoever starts after a power cut', async () => {
  base = null;
  await open('overview');
  await open('photo');
  await say('photo', true);
  const cuts: Awaited<ReturnType<typeof powerCut>>[] = [];
  const { attachments } = store;
  const put = attachments.putAttachment.bind(attachments);
  attachments.putAttachment = async (...args) => {
    cuts.push(await powerCut('between'));
    await put(...args);
    cuts.push(await powerCut('before-the-commit'));
  };
  expect(await keep()).toBe('done');
  const { photoDigest } = (await events())[0] as EventOf<'consent.answered'>;
  expect([...cuts, await powerCut('after')]).toEqual([
    { events: 0, photos: [] },
    { events: 0, photos: [] },
    { events: 1, photos: [photoDigest] },
  ]);
});

it.each(['copy', 'erasure'] as const)(
  '[SA102] [SA103] asks for %s only by its own button, once, and says until when, without a network too',
  async (asks) => {
    base = null;
    await open('overview');
    expect(await request(asks)).toBe('stale');
    await open(asks);
    // A month after 31 January.
    expect(screen('data-request')).toEqual({
      name: 'data-request',
      asks,
      phase: 'asking',
      answerBy: '2026-02-28',
      offline: true,
    });
    expect(await events()).toEqual([]);
    expect(await request(asks)).toBe('done');
    expect(screen('data-request').phase).toBe('sent');
    expect(await request(asks)).toBe('stale');
    expect(await events()).toMatchObject([
      { type: 'data.requested', memberId, credentialId, asks, box: 'Borne 1' },
    ]);
    expect(visit.back(stage)).toMatchObject({ part: 'overview', requested: [asks] });
    // Nothing goes by it: the card is as good as before.
    expect(store.book.credential(credentialId)?.status).toBe('active');
  },
);

it('[SA100] shows and takes nothing once the base has blocked the card', async () => {
  await open('overview');
  await card('blocked');
  expect(visit.screen(stage as Extract<KioskStage, { name: 'privacy' }>).name).toBe('present-card');
  expect(await open('erasure')).toBe('stale');
  expect(await request('erasure')).toBe('stale');
  expect(await events()).toEqual([]);
});

it('[SA103] [I8] shows nothing more of a visit that is over when what was said is on the disk', async () => {
  const [says, asks] = [() => say('news', true), () => request('copy')];
  for (const [part, doing] of [
    ['news', says],
    ['copy', asks],
  ] as const) {
    stage = { name: 'member', credentialId, part: 'account' };
    await open('overview');
    await open(part);
    const done = doing();
    stage = { name: 'attract' };
    expect(await done).toBe('done');
    expect(stage.name).toBe('attract');
  }
  expect((await events()).map(({ type }) => type)).toEqual(['consent.answered', 'data.requested']);
});

it('[SA100] leads back to the overview, and from there to the account', async () => {
  await open('overview');
  await open('news');
  stage = visit.back(stage) ?? stage;
  expect(screen('privacy').noted).toBeNull();
  expect(visit.back(stage)).toEqual({ name: 'member', credentialId, part: 'account' });
  expect(visit.back({ name: 'doors' })).toBeNull();
});
