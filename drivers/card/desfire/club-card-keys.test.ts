import { fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { DesfireMemory } from '@portillon/hardware-sims/card/desfire/desfire-memory.ts';
import type { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { expect, it } from 'vitest';
import { bytesOfHex, hexOf } from '../hex.ts';
import { CardKeys, type CardKeyVersion } from './card-keys.ts';
import { cardLevelId, cardLevelKey, clubFileId, clubKey, clubKeys, clubLayout } from './club-card-layout.ts';
import { DesfireCard } from './desfire-card.ts';
import { desfireStatus } from './desfire-codes.ts';
import {
  afterRotation,
  beforeRotation,
  channelTo,
  clubCard,
  credentialId,
  factoryCard,
  gateAfter,
  gateBefore,
  grant,
  keys1,
  keys2,
  otherCredentialId,
  random,
  readOnly,
  soldCard,
  stagedCard,
  tapped,
  uid,
} from './test/club-card-rig.ts';

const generations = ['ev1', 'ev2', 'ev3'] as const;
const sold = { credentialId, grant, keyVersion: 1, isOutdated: false };

it.each(generations)(
  '[CD8] gives a gate, that holds only the key that reads, nothing to write with (%s)',
  async (generation) => {
    const card = await soldCard(generation);
    const attempts: Record<string, (desfire: DesfireCard) => ReturnType<DesfireCard['getFileIds']>> = {
      write: (desfire) =>
        desfire.writeData(clubFileId, 0, new Uint8Array(19), generation === 'ev1' ? 'maced' : 'enciphered'),
      'change the key that reads': (desfire) =>
        desfire.changeKey({
          keyNumber: clubKeys.read,
          oldKey: null,
          newKey: new Uint8Array(16),
          newVersion: 1,
        }),
      'delete the file': (desfire) => desfire.deleteFile(clubFileId),
    };
    const before = card.toJSON();
    for (const [what, attempt] of Object.entries(attempts)) {
      card.powerOff();
      const desfire = new DesfireCard(channelTo(card), (count) => random.bytes(count));
      await desfire.selectApplication(clubLayout.applicationId);
      const key = clubKey(keys1, bytesOfHex(uid), clubKeys.read);
      expect(await desfire.authenticate(clubKeys.read, key), what).toMatchObject({ ok: true });
      const answer = await attempt(desfire);
      expect(answer, what).toMatchObject({ ok: true });
      if (answer.ok) {
        expect([desfireStatus.permissionDenied, desfireStatus.authenticationError], what).toContain(
          answer.value.status,
        );
      }
    }
    expect(card.toJSON()).toEqual(before);
  },
);

it('[CD8] gives every card and every role another key', () => {
  const made = new Set<string>();
  const uids = [uid, '04A1B2C3D4E5F7'];
  for (const keys of [keys1, keys2]) {
    for (const each of uids) {
      for (const keyNumber of Object.values(clubKeys)) {
        made.add(Buffer.from(clubKey(keys, bytesOfHex(each), keyNumber)).toString('hex'));
      }
    }
  }
  expect(made.size).toBe(12);
});

it('[CD8] stops a gate controller that would write or renew: a mistake of ours, no outcome', async () => {
  const card = await soldCard();
  await expect(tapped(card, gateBefore).stage(credentialId)).rejects.toThrow('holds the key that writes');
  await expect(tapped(card, gateBefore).writeGrant(credentialId, grant)).rejects.toThrow(
    'the key that writes',
  );
  await expect(tapped(card, gateBefore).renewKeys()).rejects.toThrow('the key that writes');
});

it.each(generations)(
  '[CD9] reads a card of an older version wherever both are known (%s)',
  async (generation) => {
    const card = await soldCard(generation);
    expect(await tapped(card, gateAfter).read()).toEqual(ok({ ...sold, isOutdated: true }));
  },
);

it('[CD9] asks the card for its version while several are known, and never fails a proof for it', async () => {
  const card = await soldCard();
  card.powerOff();
  const channel = channelTo(card);
  const statuses: number[] = [];
  const listening = {
    uid: channel.uid,
    transmit: async (apdu: Uint8Array) => {
      const answer = await channel.transmit(apdu);
      if (answer.ok) statuses.push(answer.value.at(-1) ?? 0);
      return answer;
    },
  };
  expect(await clubCard(listening, gateAfter).read()).toMatchObject({ ok: true });
  expect(channel.exchanges).toBe(5);
  expect(statuses).toEqual([0x00, 0x00, 0xaf, 0x00, 0x00]);
});

it('[CD9] does not believe a version that the edge does not know', async () => {
  const card = await soldCard();
  const others = new CardKeys({ ...keys2, version: 3 }, [keys2]);
  expect(await tapped(card, others).read()).toEqual(
    err(fault('card.not-genuine', 'a key of version 1, which is not known')),
  );
});

it('[CD9] does not believe a card of a newer version than it has been told of', async () => {
  const card = factoryCard();
  await tapped(card, afterRotation).stage(credentialId);
  expect(await tapped(card, gateBefore).read()).toMatchObject({ error: { code: 'card.not-genuine' } });
});

it.each(generations)(
  '[CD10] renews the keys of an older card and leaves its content (%s)',
  async (generation) => {
    const card = await soldCard(generation);
    expect(await tapped(card, afterRotation).renewKeys()).toEqual(ok(4));
    expect(card.memory().applications).toMatchObject([{ keyVersions: [2, 2, 2] }]);
    const renewed = { ...sold, keyVersion: 2 };
    expect(await tapped(card, gateAfter).read()).toEqual(ok(renewed));
    const gateLater = new CardKeys({ version: 2, read: keys2.read, write: null });
    expect(await tapped(card, gateLater).read()).toEqual(ok(renewed));
    expect(await tapped(card, afterRotation).renewKeys()).toEqual(ok(0));
  },
);

it('[CD10] renews the keys of an older card that a dispenser stages again', async () => {
  const card = await soldCard();
  expect(await tapped(card, afterRotation).stage(otherCredentialId)).toEqual(ok(undefined));
  expect(card.memory().applications).toMatchObject([{ keyVersions: [2, 2, 2] }]);
  expect(await tapped(card, gateAfter).read()).toEqual(
    ok({ credentialId: otherCredentialId, grant: null, keyVersion: 2, isOutdated: false }),
  );
});

it.each(generations)(
  '[CD10] leaves a card readable wherever the renewal is cut off, and finishes it later (%s)',
  async (generation) => {
    const whole = channelTo(await soldCard(generation));
    await clubCard(whole, afterRotation).renewKeys();
    expect(whole.exchanges).toBeGreaterThan(10);
    for (let cut = 0; cut < whole.exchanges; cut++) {
      const card = await soldCard(generation);
      card.powerOff();
      const torn = await clubCard(channelTo(card, cut), afterRotation).renewKeys();
      expect(torn, `cut after ${cut}`).toMatchObject({ ok: false, error: { code: 'card.gone' } });
      expect(await tapped(card, gateAfter).read(), `read after a cut at ${cut}`).toMatchObject({
        ok: true,
        value: { credentialId, grant },
      });
      expect(await tapped(card, afterRotation).renewKeys()).toMatchObject({ ok: true });
      expect(card.memory().applications).toMatchObject([{ keyVersions: [2, 2, 2] }]);
    }
  },
);

it('[CD10] does not let a sale of the old version fail that straddles the rotation', async () => {
  const card = await stagedCard();
  expect(await tapped(card, afterRotation).writeGrant(credentialId, grant)).toEqual(ok(undefined));
  expect(await tapped(card, gateAfter).read()).toEqual(ok({ ...sold, isOutdated: true }));
  expect(await tapped(card, beforeRotation).read()).toEqual(ok(sold));
});

/** The key of the card itself, as its memory has it; undefined while it is the factory's. */
const cardKeyOf = (card: DesfireSimCard) => card.toJSON().memory.cardKey;
const cardKeyOfVersion = (keys: CardKeyVersion) => ({
  key: hexOf(cardLevelKey(keys, bytesOfHex(uid))),
  version: keys.version,
});

it.each(generations)(
  '[CD18] gives a card a key of its own at card level, which only a dispenser can make (%s)',
  async (generation) => {
    const card = await stagedCard(generation);
    expect(cardKeyOf(card)).toEqual(cardKeyOfVersion(keys1));
    const otherChip = hexOf(cardLevelKey(keys1, bytesOfHex('04A1B2C3D4E5F7')));
    expect(cardKeyOf(card)?.key).not.toBe(otherChip);
    expect(() => cardLevelKey(readOnly(keys1), bytesOfHex(uid))).toThrow('the key that writes');
    const desfire = new DesfireCard(channelTo(card), (count) => random.bytes(count));
    card.powerOff();
    await desfire.selectApplication(cardLevelId);
    expect(await desfire.replaceFactoryKey(keys2.write, 2)).toMatchObject({
      value: { status: desfireStatus.authenticationError },
    });
  },
);

it('[CD19] retains a card whose card level belongs to somebody else, and leaves nothing on it', async () => {
  const locked = new DesfireMemory();
  locked.cardLevelLocked = true;
  for (const memory of [
    locked,
    DesfireMemory.fromJSON({ applications: [], cardKey: { key: '5A'.repeat(16), version: 1 } }),
  ]) {
    const card = factoryCard('ev2', uid, memory);
    expect(await tapped(card).stage(credentialId)).toMatchObject({
      error: { code: 'card.not-genuine', detail: 'the card is locked with a key of somebody else' },
    });
    expect(card.memory().applications).toEqual([]);
  }
});

it.each(generations)(
  '[CD20] knows a card of its own again that comes out of the bin, and gives it the newer key (%s)',
  async (generation) => {
    const card = await soldCard(generation);
    expect(await tapped(card).stage(otherCredentialId)).toEqual(ok(undefined));
    expect(cardKeyOf(card)).toEqual(cardKeyOfVersion(keys1));
    expect(await tapped(card, afterRotation).stage(credentialId)).toEqual(ok(undefined));
    expect(cardKeyOf(card)).toEqual(cardKeyOfVersion(keys2));
    expect(await tapped(card, afterRotation).stage(credentialId)).toEqual(ok(undefined));
  },
);

it('[CD20] gives a card that was sold before cards had such a key one at its next renewal', async () => {
  const sold = await soldCard();
  const { cardKey: _later, ...memory } = sold.toJSON().memory;
  const card = factoryCard('ev2', uid, DesfireMemory.fromJSON(memory));
  expect(await tapped(card, gateAfter).read()).toMatchObject({ value: { isOutdated: true } });
  expect(await tapped(card, afterRotation).renewKeys()).toEqual(ok(4));
  expect(cardKeyOf(card)).toEqual(cardKeyOfVersion(keys2));
  const foreign = { ...memory, cardKey: { key: '5A'.repeat(16), version: 1 } };
  const elsewhere = factoryCard('ev2', uid, DesfireMemory.fromJSON(foreign));
  expect(await tapped(elsewhere, afterRotation).renewKeys()).toEqual(ok(3));
});

it.each(generations)(
  '[CD21] is outdated wherever a renewal was cut off, until the next visit has finished it (%s)',
  async (generation) => {
    const whole = channelTo(await soldCard(generation));
    await clubCard(whole, afterRotation).renewKeys();
    for (let cut = 0; cut < whole.exchanges; cut++) {
      const card = await soldCard(generation);
      card.powerOff();
      await clubCard(channelTo(card, cut), afterRotation).renewKeys();
      const between = await tapped(card, gateAfter).read();
      expect(between, `cut after ${cut}`).toMatchObject({ value: { isOutdated: true, keyVersion: 1 } });
      await tapped(card, afterRotation).renewKeys();
      expect(cardKeyOf(card)).toEqual(cardKeyOfVersion(keys2));
      expect(await tapped(card, gateAfter).read()).toMatchObject({ value: { isOutdated: false } });
    }
  },
);

it('refuses keys that are no set of keys', () => {
  expect(() => new CardKeys(keys1, [keys1])).toThrow('there once');
  expect(() => new CardKeys({ ...keys1, version: 0 })).toThrow('1 to 255');
  expect(() => new CardKeys({ ...keys1, read: new Uint8Array(15) })).toThrow('16 bytes');
});
