import { fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import { DesfireMemory } from '@portillon/hardware-sims/card/desfire/desfire-memory.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ForeignCard } from '@portillon/hardware-sims/card/desfire/foreign-card.ts';
import { PlainBadge } from '@portillon/hardware-sims/card/plain-badge.ts';
import { describe, expect, it } from 'vitest';
import type { CardChannel } from '../card-channel.ts';
import { bytesOfHex } from '../hex.ts';
import { CardKeys, ownCardKey } from './card-keys.ts';
import { decodeContent } from './club-card-content.ts';
import {
  afterRotation,
  channelTo,
  clubCard,
  credentialId,
  factoryCard,
  fileOf,
  gateBefore,
  grant,
  keys1,
  otherCredentialId,
  random,
  soldCard,
  stagedCard,
  tapped,
  uid,
} from './test/club-card-rig.ts';

const bare = { credentialId, grant: null, keyVersion: 1, isOutdated: false };
const sold = { ...bare, grant };
const notGenuine = { ok: false, error: { code: 'card.not-genuine' } };
const generations = ['ev1', 'ev2', 'ev3'] as const;

/** A card as version 0.1.0 left it: one key, one file of 256 bytes with check codes. */
function cardOfFirstLayout(generation: 'ev1' | 'ev2', sold: Uint8Array | null): DesfireSimCard {
  const memory = new DesfireMemory();
  memory.createApplication('505254', 0x0b, 1);
  const application = memory.application('505254');
  const aid = bytesOfHex('505254');
  application?.keys.splice(0, 1, { key: ownCardKey(keys1.read, bytesOfHex(uid), aid, 0), version: 1 });
  const bytes = new Uint8Array(256);
  bytes.set([1, ...credentialId, ...(sold ? [sold.length, 0, ...sold] : [])]);
  application?.files.set(1, { travel: 'maced', accessRights: 0, bytes });
  return new DesfireSimCard({ uid, random, generation }, memory);
}

describe.each(generations)('a card of %s', (generation) => {
  it('[CD11] is staged from the factory: own keys, credential id, and no grant', async () => {
    const card = factoryCard(generation);
    expect(await tapped(card).stage(credentialId)).toEqual(ok(undefined));
    expect(card.memory().applications).toMatchObject([
      { aid: '505232', keyVersions: [1, 1, 1], files: [{ fileId: 1 }] },
    ]);
    expect(decodeContent(fileOf(card))).toEqual(ok({ credentialId, grant: null }));
    expect(await tapped(card, gateBefore).read()).toEqual(ok(bare));
  });

  it('[CD13] takes the grant of its sale, for a later tap to read', async () => {
    const card = await stagedCard(generation);
    expect(await tapped(card).writeGrant(credentialId, grant)).toEqual(ok(undefined));
    expect(await tapped(card, gateBefore).read()).toEqual(ok(sold));
  });

  it.each([1, 32, 33, 91, 92, 172, 173, 189])('reads back a grant of %i bytes', async (length) => {
    const card = await stagedCard(generation);
    const exact = random.bytes(length);
    await tapped(card).writeGrant(credentialId, exact);
    expect(await tapped(card, gateBefore).read()).toEqual(ok({ ...bare, grant: exact }));
  });

  it('[CD16] is re-bound to another credential with every byte of the former grant erased', async () => {
    const card = await soldCard(generation);
    expect(await tapped(card).stage(otherCredentialId)).toEqual(ok(undefined));
    expect(await tapped(card).read()).toEqual(ok({ ...bare, credentialId: otherCredentialId }));
    expect(
      fileOf(card)
        .subarray(17)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  it('[CD1] is not believed when its files are copied onto another chip', async () => {
    const card = await soldCard(generation);
    const copy = DesfireSimCard.fromJSON({ ...card.toJSON(), uid: '04FFFFFFFFFFFF' }, random);
    expect(await tapped(copy).read()).toMatchObject(notGenuine);
  });

  it('[CD2] is not believed when one bit of any answer is flipped', async () => {
    const card = await soldCard(generation);
    card.powerOff();
    const whole = channelTo(card);
    await clubCard(whole, gateBefore).read();
    for (let bent = 0; bent < whole.exchanges; bent++) {
      card.powerOff();
      let exchange = 0;
      let flipped = false;
      const noisy: CardChannel = {
        uid: bytesOfHex(uid),
        transmit: (apdu) => {
          const answer = card.answer(apdu) ?? new Uint8Array(0);
          if (exchange++ === bent && answer.length > 2) {
            flipped = true;
            const at = random.below(answer.length - 2);
            answer[at] = (answer[at] ?? 0) ^ (1 << random.below(8));
          }
          return Promise.resolve(ok(answer));
        },
      };
      const read = await clubCard(noisy, gateBefore).read();
      if (flipped) expect(read, `answer ${bent}`).toMatchObject({ ok: false });
      else expect(read, 'an answer without data').toEqual(ok(sold));
    }
  });
});

it('[CD3] lets neither credential id nor grant be seen on the air, from EV2 on', async () => {
  const secretId = random.bytes(16); // its bytes are not in the number of the chip
  const seen: number[] = [];
  const card = factoryCard();
  const overheard: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      const answer = card.answer(apdu) ?? new Uint8Array(0);
      seen.push(...apdu, ...answer);
      return Promise.resolve(ok(answer));
    },
  };
  await clubCard(overheard).stage(secretId);
  await clubCard(overheard).writeGrant(secretId, grant);
  expect(await clubCard(overheard).read()).toEqual(ok({ ...sold, credentialId: secretId }));
  const air = Buffer.from(seen);
  expect(air.length).toBeGreaterThan(1_000);
  // Six in a row: of four, two may be the end of a check code and two a status word.
  for (let at = 0; at + 6 <= secretId.length; at++) {
    expect(air.includes(Buffer.from(secretId.subarray(at, at + 6)))).toBe(false);
  }
  for (let at = 0; at + 6 <= grant.length; at++)
    expect(air.includes(Buffer.from(grant.subarray(at, at + 6)))).toBe(false);
});

it('[CD4] refuses a chip of EV2 that somebody between holds down to EV1 messaging', async () => {
  const card = await soldCard('ev2');
  card.powerOff();
  const between: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) =>
      Promise.resolve(ok(apdu[1] === 0x71 ? bytesOfHex('911C') : (card.answer(apdu) ?? new Uint8Array(0)))),
  };
  expect(await clubCard(between, gateBefore).read()).toEqual(
    err(fault('card.not-genuine', 'the card refuses the messaging that its chip can do')),
  );
});

it('[CD4] does not take the word of somebody between for the generation of the chip', async () => {
  const card = await soldCard('ev2');
  card.powerOff();
  const between: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      if (apdu[1] === 0x71) return Promise.resolve(ok(bytesOfHex('911C')));
      const answer = card.answer(apdu) ?? new Uint8Array(0);
      if (apdu[1] === 0x60) answer[3] = 0x01;
      return Promise.resolve(ok(answer));
    },
  };
  expect(await clubCard(between, gateBefore).read()).toMatchObject(notGenuine);
});

it.each([
  ['ev1' as const, 11],
  ['ev2' as const, 4],
  ['ev3' as const, 4],
])('[CD5] reads a sold card of %s in %i exchanges', async (generation, exchanges) => {
  const card = await soldCard(generation);
  card.powerOff();
  const channel = channelTo(card);
  expect(await clubCard(channel, gateBefore).read()).toEqual(ok(sold));
  expect(channel.exchanges).toBe(exchanges);
});

it('[CD5] makes no APDU longer than a short one, and no answer longer than 255 bytes', async () => {
  const card = factoryCard();
  const lengths: number[] = [];
  const channel: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      const answer = card.answer(apdu) ?? new Uint8Array(0);
      lengths.push(apdu.length, answer.length);
      return Promise.resolve(ok(answer));
    },
  };
  await clubCard(channel).stage(credentialId);
  await clubCard(channel).writeGrant(credentialId, random.bytes(189));
  await clubCard(channel).read();
  expect(Math.max(...lengths)).toBeLessThanOrEqual(255);
});

it.each(['ev1', 'ev2'] as const)(
  '[CD6] reads a card of version 0.1.0 on a chip of %s',
  async (generation) => {
    const card = cardOfFirstLayout(generation, grant);
    expect(await tapped(card, gateBefore).read()).toEqual(ok(sold));
    expect(await tapped(card, afterRotation).read()).toEqual(ok(sold));
    const bareCard = cardOfFirstLayout(generation, null);
    expect(await tapped(bareCard, gateBefore).read()).toEqual(ok(bare));
  },
);

it('[CD6] reads the longest grant that version 0.1.0 could write', async () => {
  const longest = random.bytes(237);
  const card = cardOfFirstLayout('ev1', longest);
  expect(await tapped(card, gateBefore).read()).toEqual(ok({ ...bare, grant: longest }));
});

it('[CD16] re-binds a card of version 0.1.0 with the old file gone', async () => {
  const card = cardOfFirstLayout('ev1', grant);
  expect(await tapped(card).stage(otherCredentialId)).toEqual(ok(undefined));
  expect(fileOf(card, '505254')).toEqual(new Uint8Array(0));
  expect(await tapped(card, gateBefore).read()).toEqual(ok({ ...bare, credentialId: otherCredentialId }));
});

it('[CD7] retains a card that tells a random number, and opens nothing to it', async () => {
  const card = await soldCard();
  card.switchFault('random-number', true);
  const refusal = err(fault('card.not-genuine', 'the card tells a random number'));
  expect(await tapped(card).stage(credentialId)).toEqual(refusal);
  expect(await tapped(card, gateBefore).read()).toEqual(refusal);
});

it('[CD7] retains a factory card that tells the number of another chip', async () => {
  const card = factoryCard();
  card.switchFault('other-number', true);
  expect(await tapped(card).stage(credentialId)).toEqual(
    err(fault('card.not-genuine', 'the chip has another number than the card tells')),
  );
  expect(fileOf(card)).toEqual(new Uint8Array(0));
});

it('[CD7] does not believe a sold card that tells the number of another chip', async () => {
  const card = await soldCard();
  card.switchFault('other-number', true);
  expect(await tapped(card, gateBefore).read()).toMatchObject(notGenuine);
});

it.each([
  ['a badge that is only a number', new PlainBadge({ uid })],
  ['a card of another network', new ForeignCard({ uid, random })],
  ['a factory card', factoryCard()],
])('[CD1] tells that %s is not genuine', async (_words, card) => {
  expect(await tapped(card).read()).toMatchObject(notGenuine);
});

it('[CD1] tells that a card with the right files but another key is not genuine', async () => {
  const others = new CardKeys({
    version: 1,
    read: new Uint8Array(16).fill(9),
    write: new Uint8Array(16).fill(8),
  });
  const card = factoryCard();
  await tapped(card, others).stage(credentialId);
  expect(await tapped(card).read()).toMatchObject(notGenuine);
  expect(await tapped(card).stage(credentialId)).toMatchObject(notGenuine);
});

it.each([0x71, 0xaa])(
  '[CD1] refuses a card that takes any key but cannot prove it holds the key itself (%i)',
  async (command) => {
    const answers: Record<number, string> = {
      90: '9100',
      [command]: `${'00'.repeat(16)}91AF`,
      175: `${'00'.repeat(command === 0x71 ? 32 : 16)}9100`,
    };
    const liar: CardChannel = {
      uid: bytesOfHex(uid),
      transmit: (apdu) => Promise.resolve(ok(bytesOfHex(answers[apdu[1] ?? 0] ?? '911C'))),
    };
    expect(await clubCard(liar).read()).toEqual(
      err(fault('card.not-genuine', 'the card does not prove that it holds the key')),
    );
  },
);

it('[CD2] refuses a card whose check codes are wrong', async () => {
  const card = await soldCard();
  card.switchFault('wrong-mac', true);
  expect(await tapped(card, gateBefore).read()).toEqual(
    err(fault('card.not-genuine', 'the check code of an answer is wrong')),
  );
});

it('[CD2] refuses an answer of an earlier tap', async () => {
  const card = await soldCard();
  card.powerOff();
  const earlier: Uint8Array[] = [];
  const heard: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      const answer = card.answer(apdu) ?? new Uint8Array(0);
      if (apdu[1] === 0xad) earlier.push(answer);
      return Promise.resolve(ok(answer));
    },
  };
  await clubCard(heard, gateBefore).read();
  card.powerOff();
  const replaying: CardChannel = {
    uid: bytesOfHex(uid),
    transmit: (apdu) => {
      const answer = card.answer(apdu) ?? new Uint8Array(0);
      return Promise.resolve(ok(apdu[1] === 0xad ? (earlier[0] ?? answer) : answer));
    },
  };
  expect(earlier).toHaveLength(1);
  expect(await clubCard(replaying, gateBefore).read()).toMatchObject(notGenuine);
});

it('[CD12] retains a card whose application somebody else has made', async () => {
  for (const [settings, keyCount] of [
    [0x0f, 3],
    [0x0b, 4],
  ] as const) {
    const memory = new DesfireMemory();
    memory.createApplication('505232', settings, keyCount);
    const card = factoryCard('ev2', uid, memory);
    expect(await tapped(card).stage(credentialId)).toEqual(
      err(fault('card.not-genuine', 'somebody else has made the application')),
    );
  }
});

it('[CD12] retains a card on which somebody else has set one of the keys', async () => {
  for (const keyNumber of [0, 1, 2]) {
    for (const version of [0, 1, 7]) {
      const memory = new DesfireMemory();
      memory.createApplication('505232', 0x0b, 3);
      memory.application('505232')?.keys.splice(keyNumber, 1, { key: random.bytes(16), version });
      const card = factoryCard('ev2', uid, memory);
      const staged = await tapped(card).stage(credentialId);
      expect(staged, `key ${keyNumber}, version ${version}`).toMatchObject({ ok: false });
      expect(staged.ok ? '' : staged.error.code).toMatch(/^card\.(not-genuine|refused)$/);
    }
  }
});

it('[CD12] makes a file again that somebody else has opened to everybody', async () => {
  const memory = new DesfireMemory();
  memory.createApplication('505232', 0x0b, 3);
  memory
    .application('505232')
    ?.files.set(1, { travel: 'plain', accessRights: 0xeeee, bytes: new Uint8Array(208) });
  const card = factoryCard('ev2', uid, memory);
  expect(await tapped(card).stage(credentialId)).toEqual(ok(undefined));
  expect(card.toJSON().memory.applications[0]?.files).toMatchObject([
    { travel: 'enciphered', accessRights: 0x21f0 },
  ]);
});

it('[CD13] writes no grant onto a card that is bound to another sale', async () => {
  const card = await stagedCard();
  expect(await tapped(card).writeGrant(otherCredentialId, grant)).toEqual(
    err(fault('card.not-genuine', 'the card is bound to another sale')),
  );
  expect(await tapped(card).read()).toEqual(ok(bare));
});

it('[CD13] writes no grant onto a card that was never staged', async () => {
  expect(await tapped(factoryCard()).writeGrant(credentialId, grant)).toMatchObject(notGenuine);
});

it('[CD15] retains cards that are locked, full or worn out, and says why', async () => {
  expect(await tapped(new ForeignCard({ uid, random })).stage(credentialId)).toEqual(
    err(fault('card.not-genuine', 'the card is locked with a key of somebody else')),
  );
  const full = factoryCard('ev2', uid, new DesfireMemory(100));
  expect(await tapped(full).stage(credentialId)).toEqual(
    err(fault('card.refused', 'create file: outOfMemory (910E)')),
  );
  const crowded = new DesfireMemory();
  for (let index = 0; index < 28; index++) {
    crowded.createApplication(`0000${index.toString(16).padStart(2, '0')}`.toUpperCase(), 0x0f, 1);
  }
  expect(await tapped(factoryCard('ev2', uid, crowded)).stage(credentialId)).toEqual(
    err(fault('card.refused', 'create application: tooManyApplications (91CE)')),
  );
  const worn = await stagedCard();
  worn.switchFault('write-refused', true);
  expect(await tapped(worn).writeGrant(credentialId, grant)).toEqual(
    err(fault('card.refused', 'write: memoryError (91EE)')),
  );
});

it('names the error of a card that cannot be staged', async () => {
  const mute: CardChannel = { uid: bytesOfHex(uid), transmit: () => Promise.resolve(ok(bytesOfHex('910E'))) };
  expect(await clubCard(mute).stage(credentialId)).toEqual(
    err(fault('card.refused', 'select card: outOfMemory (910E)')),
  );
});

it('goes on with a card that still waits for the rest of an exchange', async () => {
  const card = await stagedCard();
  card.powerOff();
  await clubCard(channelTo(card, 2)).read();
  expect(await clubCard(channelTo(card)).read()).toEqual(ok(bare));
});
