import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import { PlainBadge } from '@portillon/hardware-sims/card/plain-badge.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleClub, sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import { presentedCode, presentedNumber } from './presented-credential.ts';
import {
  cardWith,
  channelTo,
  claims,
  credentialId,
  edgeKey,
  GateCardRig,
  identity,
  nowMs,
  readOnly,
  secondKeys,
  seller,
  sellerId,
  stolen,
  stolenId,
  uid,
} from './test/gate-card-rig.ts';

let rig: GateCardRig;

beforeEach(async () => {
  rig = await GateCardRig.open();
});

afterEach(() => rig.close());

const present = (card: SimCard, as = identity) => rig.present(channelTo(card), as);

it('[CD17] lets a card in that the member book has never heard of, by its grant', async () => {
  const presented = await present(await cardWith(encodeGrant(claims(), seller.privateKey)));
  expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'grant' });
  expect(rig.problems).toEqual([]);
});

const genuine = encodeGrant(claims(), seller.privateKey);

it.each([
  ['of another network', claims({ networkId: sampleId(99) }), seller, 'wrong-network'],
  ['from a revoked edge', claims({ issuerEdgeId: stolenId }), stolen, 'revoked-issuer'],
  ['from an edge that nobody knows', claims({ issuerEdgeId: sampleId(98) }), seller, 'unknown-issuer'],
  ['signed by another edge than it says', claims(), stolen, 'bad-signature'],
  ['of another chip', claims({ cardUid: bytesOfHex('04FFFFFFFFFFFF') }), seller, 'wrong-chip'],
  ['for another credential', claims({ credentialId: sampleId(71) }), seller, 'other-credential'],
] as const)('[CD17] [I6] refuses a grant %s, and says why', async (_words, wrong, signer, problem) => {
  const presented = await present(await cardWith(encodeGrant(wrong, signer.privateKey)));
  expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'unknown' });
  expect(rig.problems).toEqual([problem]);
});

it('[CD17] [I6] refuses a grant with any single bit flipped', async () => {
  for (let bit = 0; bit < genuine.length * 8; bit += 37) {
    const bent = genuine.slice();
    bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const presented = await present(await cardWith(bent));
    expect(presented && rig.decided(presented), `bit ${bit}`).toEqual({
      outcome: 'refused',
      reason: 'unknown',
    });
  }
  expect(rig.problems.every((problem) => typeof problem === 'string')).toBe(true);
  expect(rig.problems.length).toBeGreaterThan(30);
});

it('[CD17] lets a grant from the future wait for its day', async () => {
  const later = claims({ validFromMs: nowMs + 3_600_000 });
  const presented = await present(await cardWith(encodeGrant(later, seller.privateKey)));
  expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'not-started' });
});

it('[W-REVOKE-2] refuses the grant of a box from when it is revoked, and lets in the card that the member book knows', async () => {
  const card = await cardWith(genuine);
  const decided = async () => {
    const presented = await present(card);
    return presented && rig.decided(presented);
  };
  expect(await decided()).toMatchObject({ outcome: 'granted', by: 'grant' });
  await rig.told([edgeKey(sellerId, seller.publicKey, 'revoked')]);
  expect(await decided()).toEqual({ outcome: 'refused', reason: 'unknown' });
  expect(rig.problems).toEqual(['revoked-issuer']);
  await rig.told([{ kind: 'credential', id: credentialId, record: sampleCredential({ cardUid: uid }) }]);
  expect(await decided()).toMatchObject({ outcome: 'granted', by: 'book' });
});

it('[CD17] goes by the member book where it knows the credential, whatever became of the grant', async () => {
  await rig.told([
    { kind: 'credential', id: credentialId, record: sampleCredential({ status: 'blocked', cardUid: uid }) },
  ]);
  const presented = await present(await cardWith(genuine));
  expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'blocked' });
});

it('[I6] takes a card that proves nothing for nobody, and one that is taken away for nothing', async () => {
  const badge = await present(new PlainBadge({ uid }));
  expect(badge && rig.decided(badge)).toEqual({ outcome: 'refused', reason: 'unknown' });
  const card = await cardWith(genuine);
  card.switchFault('answer-lost', true);
  expect(await present(card)).toBeNull();
});

it.each([
  'wrong-key',
  'grant-flipped',
  'other-number',
  'random-number',
  'wrong-mac',
  'garbled-answer',
] as const)(
  '[CD25] [I6] lets nobody in by a sold card with the fault %s, and again once it is gone',
  async (fault) => {
    const card = await cardWith(genuine);
    card.switchFault(fault, true);
    const presented = await present(card);
    expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'unknown' });
    card.switchFault(fault, false);
    const well = await present(card);
    expect(well && rig.decided(well)).toMatchObject({ outcome: 'granted' });
  },
);

it('[CD10] renews a card of an older version after the decision, where the edge may write cards', async () => {
  const card = await cardWith(genuine);
  const presented = await present(card, { ...identity, cardKeys: secondKeys });
  expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'grant' });
  expect(card.memory().applications).toMatchObject([{ keyVersions: [1, 1, 1] }]);
  await presented?.renewKeys?.();
  expect(card.memory().applications).toMatchObject([{ keyVersions: [2, 2, 2] }]);
  const again = await present(card, { ...identity, cardKeys: readOnly(secondKeys) });
  expect(again && rig.decided(again)).toMatchObject({ outcome: 'granted', by: 'grant' });
  expect(again?.renewKeys).toBeUndefined();
});

it('[CD10] only reads a card of an older version where the edge may not write cards', async () => {
  const card = await cardWith(genuine);
  const presented = await present(card, { ...identity, cardKeys: readOnly(secondKeys) });
  expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'grant' });
  expect(presented?.renewKeys).toBeUndefined();
});

it('[CD10] leaves the card as it can be read when it is taken away while it is renewed', async () => {
  const card = await cardWith(genuine);
  const presented = await present(card, { ...identity, cardKeys: secondKeys });
  card.switchFault('answer-lost', true);
  await presented?.renewKeys?.();
  expect(rig.log.entries).toContainEqual(
    expect.objectContaining({
      event: 'card.keys-not-renewed',
      fields: expect.objectContaining({ code: 'card.gone' }),
    }),
  );
  const again = await present(card, { ...identity, cardKeys: readOnly(secondKeys) });
  expect(again && rig.decided(again)).toMatchObject({ outcome: 'granted', by: 'grant' });
});

it('[AC33] [AC34] knows an old code by what it says while the club takes it, and says afterwards that it is one', async () => {
  const text = 'https://club.example/m/0042-77881';
  const codeId = sampleId<'credential'>(77);
  const record = sampleCredential({ kind: 'pass', cardUid: null, codeHash: sha256Hex(text) });
  const migrating = { ...openPolicy, staticCodes: true };
  await rig.told([
    { kind: 'club', id: identity.clubId, record: sampleClub({ policy: migrating }) },
    { kind: 'credential', id: codeId, record },
  ]);
  const read = (said: string) => presentedCode(said, { identity, book: rig.store.book, log: rig.log });
  expect(read(text).presented).toEqual({ kind: 'pass', credentialId: codeId, byNumber: true });
  expect(rig.decided(read(text))).toMatchObject({ outcome: 'granted', by: 'book' });
  for (const other of [`${text} `, text.toUpperCase(), `${text}0`]) {
    expect(rig.decided(read(other))).toEqual({ outcome: 'refused', reason: 'unknown' });
  }
  await rig.told([{ kind: 'club', id: identity.clubId, record: sampleClub() }]);
  expect(rig.decided(read(text))).toEqual({ outcome: 'refused', reason: 'code-retired' });
  await rig.told([{ kind: 'credential', id: codeId, record: null }]);
  expect(rig.decided(read(text))).toEqual({ outcome: 'refused', reason: 'unknown' });
});

it('[AC31] knows an old badge by its number, at either kind of reader, and nothing else by it', async () => {
  const badgeUid = '04AABBCCDDEEFF';
  const badgeId = sampleId<'credential'>(75);
  const migrating = { ...openPolicy, uidBadges: true };
  const oldBadge = sampleCredential({ cardUid: badgeUid, uidOnly: true });
  await rig.told([
    { kind: 'club', id: identity.clubId, record: sampleClub({ policy: migrating }) },
    { kind: 'credential', id: badgeId, record: oldBadge },
    { kind: 'credential', id: sampleId(76), record: sampleCredential({ cardUid: '04112233445599' }) },
  ]);
  const read = (hex: string) =>
    presentedNumber(
      { bitCount: hex.length * 4, bits: bytesOfHex(hex) },
      { book: rig.store.book, log: rig.log },
    );
  const byChip = await present(new PlainBadge({ uid: badgeUid }));
  for (const presented of [byChip, read(badgeUid)]) {
    expect(presented?.presented).toEqual({ kind: 'card', credentialId: badgeId, byNumber: true });
    expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'book' });
  }
  // A card of ours is not let in by its number, however it was copied.
  for (const other of ['04112233445599', '04AABBCCDDEEF0', '0123456789']) {
    expect(read(other).presented.credentialId).toBeNull();
  }
  await rig.told([{ kind: 'club', id: identity.clubId, record: sampleClub() }]);
  expect(byChip && rig.decided(byChip)).toEqual({ outcome: 'refused', reason: 'unknown' });
});
