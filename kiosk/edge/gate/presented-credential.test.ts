import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessDecision } from '@portillon/core/access/access-facts.ts';
import { decide } from '@portillon/core/access/access-rule.ts';
import { fault } from '@portillon/core/base/fault-codes.ts';
import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  idBytes,
  type NetworkId,
  type PlanId,
} from '@portillon/core/base/ids.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { encodeGrant, type GrantClaims } from '@portillon/core/crypto/grant.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import { type CardKeysTold, edgeKeyToSign, type FeedRecord } from '@portillon/core/wire/messages.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { PlainBadge } from '@portillon/hardware-sims/card/plain-badge.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import {
  networkKeys,
  sampleClub,
  sampleCredential,
  sampleId,
  sampleIdentity,
  samplePlan,
} from '../../store/test/sample-records.ts';
import { cardKeysOf } from '../card-keys-of.ts';
import { type Presented, presentedCard } from './presented-credential.ts';

const random = new SeededRandom(7);
const uid = '04A1B2C3D4E5F6';
const credentialId = sampleId<'credential'>(70);
const planId = sampleId<'plan'>(20);
/** The kiosk that sells, in good standing; and one that was stolen. */
const seller = newSigningKeyPair();
const sellerId = sampleId<'edge'>(50);
const stolen = newSigningKeyPair();
const stolenId = sampleId<'edge'>(51);

const key = (byte: number) => toBase64url(new Uint8Array(16).fill(byte));
const firstKeys: CardKeysTold = { current: 1, versions: [{ version: 1, read: key(1), write: key(2) }] };
const secondKeys: CardKeysTold = {
  current: 2,
  versions: [...firstKeys.versions, { version: 2, read: key(3), write: key(4) }],
};
const readOnly = (keys: CardKeysTold): CardKeysTold => ({
  ...keys,
  versions: keys.versions.map(({ version, read }) => ({ version, read })),
});

const identity: EdgeIdentity = { ...sampleIdentity(), cardKeys: readOnly(firstKeys) };
const clubId = identity.clubId as ClubId;
/** Monday, noon in the club. */
const nowMs = Date.parse('2026-11-23T11:00:00.000Z');

let folder: string;
let store: EdgeStore;
let log: RecordedLog;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-gate-'));
  log = new RecordedLog();
  const opened = await EdgeStore.open({
    folder: join(folder, 'edge'),
    clock: new VirtualClock(),
    random,
    log,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  await store.saveIdentity(identity);
  const edgeKey = (id: string, publicKey: string, status: 'active' | 'revoked') => ({
    kind: 'edge-key' as const,
    id,
    record: {
      clubId,
      publicKey,
      status,
      signature: toBase64url(signBytes(networkKeys.privateKey, edgeKeyToSign(id, clubId, publicKey, status))),
    },
  });
  await told([
    { kind: 'club', id: clubId, record: sampleClub() },
    { kind: 'plan', id: planId, record: samplePlan() },
    edgeKey(sellerId, seller.publicKey, 'active'),
    edgeKey(stolenId, stolen.publicKey, 'revoked'),
  ]);
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

let version = 0;
function told(records: readonly FeedRecord[]): Promise<void> {
  const changes = records.map((change) => ({ version: ++version, change }));
  return store.applyFeed(changes, version, nowMs);
}

function channelTo(card: SimCard): CardChannel {
  card.powerOff();
  return {
    uid: bytesOfHex(card.uid),
    transmit: async (apdu) => {
      const answer = card.answer(apdu);
      return answer ? ok(answer) : err(fault('card.gone', 'taken away'));
    },
  };
}

const claims = (over: Partial<GrantClaims> = {}): GrantClaims => ({
  networkId: identity.networkId as NetworkId,
  issuerEdgeId: sellerId as EdgeId,
  credentialId: credentialId as CredentialId,
  planId: planId as PlanId,
  homeClubId: clubId,
  scope: 'network',
  validFromMs: Date.parse('2026-11-01T00:00:00.000Z'),
  validToMs: null,
  cardUid: bytesOfHex(uid),
  ...over,
});

/** A card that a kiosk has sold with this grant. */
async function cardWith(grant: Uint8Array, keys = firstKeys): Promise<DesfireSimCard> {
  const card = new DesfireSimCard({ uid, random });
  const kiosk = () =>
    new ClubCard({
      channel: channelTo(card),
      keys: cardKeysOf({ cardKey: identity.cardKey, cardKeys: keys }),
      randomBytes: (count) => random.bytes(count),
    });
  for (const done of [
    await kiosk().stage(idBytes(credentialId)),
    await kiosk().writeGrant(idBytes(credentialId), grant),
  ]) {
    if (!done.ok) throw new Error(done.error.detail);
  }
  return card;
}

const present = (card: SimCard, as: EdgeIdentity = identity) =>
  presentedCard(channelTo(card), { identity: as, book: store.book, log });

function decided(presented: Presented): AccessDecision {
  const club = store.book.club(clubId);
  if (!club) throw new Error('the club is not in the book');
  const { credentialId: shown } = presented.presented;
  return decide({
    presented: presented.presented,
    grant: presented.grant,
    nowMs,
    club: { id: clubId, timeZone: club.timeZone, hours: club.hours },
    book: shown ? store.book.credential(shown) : null,
    plan: store.book.plan(planId as PlanId),
    spentHere: false,
    dataAgeMs: 0,
  });
}

const problems = () =>
  log.entries.filter(({ event }) => event === 'gate.grant-not-trusted').map(({ fields }) => fields.problem);

it('[CD17] lets a card in that the member book has never heard of, by its grant', async () => {
  const presented = await present(await cardWith(encodeGrant(claims(), seller.privateKey)));
  expect(presented && decided(presented)).toEqual({ outcome: 'granted', by: 'grant' });
  expect(problems()).toEqual([]);
});

const genuine = encodeGrant(claims(), seller.privateKey);

it.each([
  ['of another network', claims({ networkId: sampleId(99) }), seller, 'wrong-network'],
  ['from a revoked edge', claims({ issuerEdgeId: stolenId as EdgeId }), stolen, 'revoked-issuer'],
  ['from an edge that nobody knows', claims({ issuerEdgeId: sampleId(98) }), seller, 'unknown-issuer'],
  ['signed by another edge than it says', claims(), stolen, 'bad-signature'],
  ['of another chip', claims({ cardUid: bytesOfHex('04FFFFFFFFFFFF') }), seller, 'wrong-chip'],
  ['for another credential', claims({ credentialId: sampleId(71) }), seller, 'other-credential'],
] as const)('[CD17] [I6] refuses a grant %s, and says why', async (_words, wrong, signer, problem) => {
  const presented = await present(await cardWith(encodeGrant(wrong, signer.privateKey)));
  expect(presented && decided(presented)).toEqual({ outcome: 'refused', reason: 'unknown' });
  expect(problems()).toEqual([problem]);
});

it('[CD17] [I6] refuses a grant with any single bit flipped', async () => {
  for (let bit = 0; bit < genuine.length * 8; bit += 37) {
    const bent = genuine.slice();
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const presented = await present(await cardWith(bent));
    expect(presented && decided(presented), `bit ${bit}`).toEqual({ outcome: 'refused', reason: 'unknown' });
  }
  expect(problems().every((problem) => typeof problem === 'string')).toBe(true);
  expect(problems().length).toBeGreaterThan(30);
});

it('[CD17] lets a grant from the future wait for its day', async () => {
  const later = claims({ validFromMs: nowMs + 3_600_000 });
  const presented = await present(await cardWith(encodeGrant(later, seller.privateKey)));
  expect(presented && decided(presented)).toEqual({ outcome: 'refused', reason: 'not-started' });
});

it('[CD17] goes by the member book where it knows the credential, whatever became of the grant', async () => {
  await told([
    { kind: 'credential', id: credentialId, record: sampleCredential({ status: 'blocked', cardUid: uid }) },
  ]);
  const presented = await present(await cardWith(genuine));
  expect(presented && decided(presented)).toEqual({ outcome: 'refused', reason: 'blocked' });
});

it('[I6] takes a card that proves nothing for nobody, and one that is taken away for nothing', async () => {
  const badge = await present(new PlainBadge({ uid }));
  expect(badge && decided(badge)).toEqual({ outcome: 'refused', reason: 'unknown' });
  const card = await cardWith(genuine);
  card.switchFault('answer-lost', true);
  expect(await present(card)).toBeNull();
});

it('[CD10] renews a card of an older version after the decision, where the edge may write cards', async () => {
  const card = await cardWith(genuine);
  const presented = await present(card, { ...identity, cardKeys: secondKeys });
  expect(presented && decided(presented)).toEqual({ outcome: 'granted', by: 'grant' });
  expect(card.memory().applications).toMatchObject([{ keyVersions: [1, 1, 1] }]);
  await presented?.renewKeys?.();
  expect(card.memory().applications).toMatchObject([{ keyVersions: [2, 2, 2] }]);
  const again = await present(card, { ...identity, cardKeys: readOnly(secondKeys) });
  expect(again && decided(again)).toEqual({ outcome: 'granted', by: 'grant' });
  expect(again?.renewKeys).toBeUndefined();
});

it('[CD10] only reads a card of an older version where the edge may not write cards', async () => {
  const card = await cardWith(genuine);
  const presented = await present(card, { ...identity, cardKeys: readOnly(secondKeys) });
  expect(presented && decided(presented)).toEqual({ outcome: 'granted', by: 'grant' });
  expect(presented?.renewKeys).toBeUndefined();
});

it('[CD10] leaves the card as it can be read when it is taken away while it is renewed', async () => {
  const card = await cardWith(genuine);
  const presented = await present(card, { ...identity, cardKeys: secondKeys });
  card.switchFault('answer-lost', true);
  await presented?.renewKeys?.();
  expect(log.entries).toContainEqual(
    expect.objectContaining({
      event: 'card.keys-not-renewed',
      fields: expect.objectContaining({ code: 'card.gone' }),
    }),
  );
  const again = await present(card, { ...identity, cardKeys: readOnly(secondKeys) });
  expect(again && decided(again)).toEqual({ outcome: 'granted', by: 'grant' });
});
