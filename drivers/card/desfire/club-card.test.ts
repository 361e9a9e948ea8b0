import { fault } from '@portillon/core/base/fault-codes.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ForeignCard } from '@portillon/hardware-sims/card/desfire/foreign-card.ts';
import { PlainBadge } from '@portillon/hardware-sims/card/plain-badge.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { expect, it } from 'vitest';
import type { CardChannel } from '../card-channel.ts';
import { bytesOfHex } from '../hex.ts';
import { ClubCard } from './club-card.ts';
import { decodeContent } from './club-card-content.ts';

const random = new SeededRandom(42);
const masterKey = bytesOfHex('00112233445566778899AABBCCDDEEFF');
const credentialId = bytesOfHex('0192F0C1A2B37D4E8F90A1B2C3D4E5F6');
const otherCredentialId = bytesOfHex('0192F0C1A2B37D4E8F90FFFFFFFFFFFF');
const grant = random.bytes(150);
const uid = '04A1B2C3D4E5F6';

function factoryCard(chipUid = uid): DesfireSimCard {
  return new DesfireSimCard({ uid: chipUid, random });
}

interface CountingChannel extends CardChannel {
  exchanges: number;
}

/** The card on an antenna that loses it after `cutAfter` commands: the command that comes next never reaches it. */
function channelTo(card: SimCard, cutAfter = Number.POSITIVE_INFINITY): CountingChannel {
  return {
    uid: bytesOfHex(card.uid),
    exchanges: 0,
    transmit(apdu) {
      if (this.exchanges >= cutAfter)
        return Promise.resolve(err(fault('card.gone', 'pulled off the antenna')));
      this.exchanges++;
      return Promise.resolve(ok(card.answer(apdu)));
    },
  };
}

function clubCard(
  channel: CardChannel,
  options: { masterKey?: Uint8Array; keyVersion?: number } = {},
): ClubCard {
  return new ClubCard({ channel, masterKey, keyVersion: 1, randomBytes: (n) => random.bytes(n), ...options });
}

function fileOf(card: SimCard): Uint8Array {
  const application = card.memory().applications.find(({ aid }) => aid === '505254');
  return bytesOfHex(application?.files.find(({ fileId }) => fileId === 1)?.hex ?? '');
}

it('stages a factory card: own key, credential id, and no grant', async () => {
  const card = factoryCard();
  expect(await clubCard(channelTo(card)).stage(credentialId)).toEqual(ok(undefined));
  expect(card.memory().applications).toMatchObject([
    { aid: '505254', keyVersions: [1], files: [{ fileId: 1 }] },
  ]);
  expect(decodeContent(fileOf(card))).toEqual(ok({ credentialId, grant: null }));
  card.powerOff();
  expect(await clubCard(channelTo(card)).read()).toEqual(ok({ credentialId, grant: null }));
});

it('writes a grant onto a staged card, for a later tap to read', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card)).stage(credentialId);
  card.powerOff();
  expect(await clubCard(channelTo(card)).writeGrant(grant)).toEqual(ok(undefined));
  card.powerOff();
  expect(await clubCard(channelTo(card)).read()).toEqual(ok({ credentialId, grant }));
});

it.each([1, 32, 33, 91, 92, 237])('reads back a grant of %i bytes', async (length) => {
  const card = factoryCard();
  const exact = random.bytes(length);
  await clubCard(channelTo(card)).stage(credentialId);
  await clubCard(channelTo(card)).writeGrant(exact);
  expect(await clubCard(channelTo(card)).read()).toEqual(ok({ credentialId, grant: exact }));
});

it('reads in 4 exchanges without a grant, and in 5 with one of 83 bytes', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card)).stage(credentialId);
  const bare = channelTo(card);
  await clubCard(bare).read();
  expect(bare.exchanges).toBe(4);
  await clubCard(channelTo(card)).writeGrant(random.bytes(83));
  const sold = channelTo(card);
  await clubCard(sold).read();
  expect(sold.exchanges).toBe(5);
});

it('[I6] re-binds a card to another credential and erases every byte of the former grant', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card)).stage(credentialId);
  await clubCard(channelTo(card)).writeGrant(grant);
  expect(await clubCard(channelTo(card)).stage(otherCredentialId)).toEqual(ok(undefined));
  expect(await clubCard(channelTo(card)).read()).toEqual(
    ok({ credentialId: otherCredentialId, grant: null }),
  );
  expect(
    fileOf(card)
      .subarray(17)
      .every((byte) => byte === 0),
  ).toBe(true);
});

it('finishes a personalisation that was cut off after any exchange', async () => {
  const whole = channelTo(factoryCard());
  await clubCard(whole).stage(credentialId);
  expect(whole.exchanges).toBeGreaterThan(15);
  for (let cut = 0; cut < whole.exchanges; cut++) {
    const card = factoryCard();
    const torn = await clubCard(channelTo(card, cut)).stage(credentialId);
    expect(torn, `cut after ${cut}`).toMatchObject({ ok: false, error: { code: 'card.gone' } });
    card.powerOff();
    expect(await clubCard(channelTo(card)).stage(credentialId), `after a cut at ${cut}`).toEqual(
      ok(undefined),
    );
  }
});

it('[I6] gives no whole grant away when writing it was cut off', async () => {
  for (let cut = 0; cut < 6; cut++) {
    const card = factoryCard();
    await clubCard(channelTo(card)).stage(credentialId);
    card.powerOff();
    await clubCard(channelTo(card, cut)).writeGrant(grant);
    card.powerOff();
    const read = await clubCard(channelTo(card)).read();
    expect(read, `cut after ${cut}`).not.toEqual(ok({ credentialId, grant }));
  }
});

it('goes on with a card that still waits for the rest of an exchange', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card)).stage(credentialId);
  await clubCard(channelTo(card, 2)).read();
  expect(await clubCard(channelTo(card)).read()).toEqual(ok({ credentialId, grant: null }));
});

it.each([
  ['a badge that is only a number', new PlainBadge({ uid })],
  ['a card of another network', new ForeignCard({ uid, random })],
  ['a factory card', factoryCard()],
])('tells that %s is not genuine', async (_words, card) => {
  expect(await clubCard(channelTo(card)).read()).toMatchObject({ error: { code: 'card.not-genuine' } });
});

it('tells that a card with the right files but another key is not genuine', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card), { masterKey: new Uint8Array(16).fill(9) }).stage(credentialId);
  expect(await clubCard(channelTo(card)).read()).toMatchObject({ error: { code: 'card.not-genuine' } });
  expect(await clubCard(channelTo(card)).stage(credentialId)).toMatchObject({
    error: { code: 'card.not-genuine' },
  });
});

it('tells that a copy of a card onto another chip is not genuine', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card)).stage(credentialId);
  const copy = DesfireSimCard.fromJSON({ ...card.toJSON(), uid: '04FFFFFFFFFFFF' }, random);
  expect(await clubCard(channelTo(copy)).read()).toMatchObject({ error: { code: 'card.not-genuine' } });
});

it('refuses a card that takes any key but cannot prove it holds the key itself', async () => {
  const liar: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      const answers: Record<number, string> = {
        90: '9100',
        170: `${'00'.repeat(16)}91AF`,
        175: `${'00'.repeat(16)}9100`,
      };
      return Promise.resolve(ok(bytesOfHex(answers[apdu[1] ?? 0] ?? '911C')));
    },
  };
  expect(await clubCard(liar).read()).toMatchObject({ error: { code: 'card.not-genuine' } });
});

it('notices one flipped bit in an answer', async () => {
  const card = factoryCard();
  await clubCard(channelTo(card)).stage(credentialId);
  const noisy: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      const answer = card.answer(apdu);
      if (apdu[1] === 0xbd) answer[3] = (answer[3] ?? 0) ^ 0x01;
      return Promise.resolve(ok(answer));
    },
  };
  expect(await clubCard(noisy).read()).toMatchObject({ error: { code: 'card.not-genuine' } });
});

it('names the error of a card that cannot be staged', async () => {
  const mute: CardChannel = { uid: bytesOfHex(uid), transmit: () => Promise.resolve(ok(bytesOfHex('910E'))) };
  expect(await clubCard(mute).stage(credentialId)).toEqual(
    err(fault('card.refused', 'select application: outOfMemory (910E)')),
  );
});
