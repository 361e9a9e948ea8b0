import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { DesfireGeneration } from '@portillon/hardware-sims/card/desfire/desfire-generation.ts';
import type { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { describe, expect, it } from 'vitest';
import type { CardChannel } from '../card-channel.ts';
import { bytesOfHex } from '../hex.ts';
import type { CardKeys } from './card-keys.ts';
import type { ClubCard, ClubCardRead } from './club-card.ts';
import {
  afterRotation,
  beforeRotation,
  channelTo,
  clubCard,
  credentialId,
  factoryCard,
  fileOf,
  gateAfter,
  gateBefore,
  grant,
  otherCredentialId,
  soldCard,
  stagedCard,
  tapped,
} from './test/club-card-rig.ts';

/** What may happen at one command; the card is without power afterwards. */
const interruptions = {
  'pulled before it': (_card: DesfireSimCard) => 'not-sent',
  'answer lost': (card: DesfireSimCard) => {
    card.switchFault('answer-lost', true);
    return 'sent';
  },
  'power cut while it writes': (card: DesfireSimCard) => {
    card.switchFault('pulled-mid-write', true);
    return 'sent';
  },
  'answer garbled': (card: DesfireSimCard) => {
    card.switchFault('garbled-answer', true);
    return 'sent';
  },
} as const;
type Interruption = keyof typeof interruptions;

/** The card on an antenna where `what` happens at command `index`. */
function interrupted(card: DesfireSimCard, index: number, what: Interruption): CardChannel {
  let exchanges = 0;
  let isOver = false;
  return {
    uid: bytesOfHex(card.uid),
    transmit: (apdu) => {
      const isNow = exchanges++ === index;
      const reaches = !isOver && (!isNow || interruptions[what](card) === 'sent');
      const answer = reaches ? card.answer(apdu) : undefined;
      if (isNow) {
        card.switchFault('garbled-answer', false);
        card.switchFault('pulled-mid-write', false);
      }
      if (answer) return Promise.resolve(ok(answer));
      isOver = true;
      return Promise.resolve(err(fault('card.gone', what)));
    },
  };
}

interface Act {
  readonly from: (generation: DesfireGeneration) => Promise<DesfireSimCard>;
  readonly keys: CardKeys;
  readonly run: (card: ClubCard) => Promise<Result<unknown, Fault>>;
  /** What a gate reads when it is done. */
  readonly made: ClubCardRead;
  /** Holds wherever it is cut off, before anybody goes on with it. */
  readonly between: (card: DesfireSimCard, where: string) => Promise<void>;
}

const bare = { credentialId, grant: null, keyVersion: 1, isOutdated: false };
const grantOf = (card: DesfireSimCard) => Buffer.from(fileOf(card).subarray(19, 19 + grant.length));
const carriesNone = async (card: DesfireSimCard, where: string) =>
  expect(
    grantOf(card).every((byte) => byte === 0),
    where,
  ).toBe(true);

const acts: Record<string, Act> = {
  'stage a factory card': {
    from: async (generation) => factoryCard(generation),
    keys: beforeRotation,
    run: (card) => card.stage(credentialId),
    made: bare,
    between: carriesNone,
  },
  'stage a sold card for the next customer': {
    from: soldCard,
    keys: beforeRotation,
    run: (card) => card.stage(otherCredentialId),
    made: { ...bare, credentialId: otherCredentialId },
    // The grant it was sold with was paid, and is bound to the former credential: the new one never has it.
    between: async (card, where) => {
      const read = await tapped(card, gateBefore).read();
      if (read.ok && Buffer.compare(read.value.credentialId, otherCredentialId) === 0) {
        expect(read.value.grant, where).not.toEqual(grant);
      }
    },
  },
  'write the grant': {
    from: stagedCard,
    keys: beforeRotation,
    run: (card) => card.writeGrant(credentialId, grant),
    made: { ...bare, grant },
    between: async (card, where) => {
      const read = await tapped(card, gateBefore).read();
      expect(read, where).toMatchObject({ ok: true, value: { credentialId } });
    },
  },
  'renew the keys of a sold card': {
    from: soldCard,
    keys: afterRotation,
    run: (card) => card.renewKeys(),
    made: { ...bare, grant, keyVersion: 2 },
    between: async (card, where) => {
      const read = await tapped(card, gateAfter).read();
      expect(read, where).toMatchObject({ ok: true, value: { credentialId, grant } });
    },
  },
};

describe.each(Object.entries(acts))('%s', (name, { from, keys, run, made, between }) => {
  describe.each(['ev1', 'ev2'] as const)('on a chip of %s', (generation) => {
    it.each(Object.keys(interruptions) as Interruption[])(
      '[CD14] [I6] ends in a good card when run again after any command: %s',
      async (what) => {
        const whole = channelTo(await from(generation));
        expect(await run(clubCard(whole, keys))).toMatchObject({ ok: true });
        expect(whole.exchanges).toBeGreaterThan(8);
        let unnoticed = 0;
        for (let index = 0; index < whole.exchanges; index++) {
          const where = `${name}, ${what}, command ${index}`;
          const card = await from(generation);
          card.powerOff();
          const torn = await run(clubCard(interrupted(card, index, what), keys));
          if (torn.ok) unnoticed++;
          await between(card, where);
          expect(await run(tapped(card, keys)), where).toMatchObject({ ok: true });
          const gate = made.keyVersion === 1 ? gateBefore : gateAfter;
          expect(await tapped(card, gate).read(), where).toEqual(ok(made));
        }
        // Only commands that write a file can be cut in the middle of writing one; answers without data cannot be garbled.
        const writes = name.startsWith('renew') ? 0 : 1;
        if (what === 'power cut while it writes') expect(unnoticed).toBe(whole.exchanges - writes);
        else if (what === 'answer garbled') expect(unnoticed).toBeLessThan((2 * whole.exchanges) / 3);
        else expect(unnoticed).toBe(0);
      },
    );
  });
});

it('[CD14] [I6] leaves no whole grant when writing it is cut off, and a later customer never gets it', async () => {
  const card = await stagedCard();
  card.switchFault('pulled-mid-write', true);
  expect(await tapped(card).writeGrant(credentialId, grant)).toMatchObject({ error: { code: 'card.gone' } });
  const read = await tapped(card, gateBefore).read();
  expect(read).toMatchObject({ ok: true, value: { credentialId } });
  expect(read.ok && read.value.grant).not.toEqual(grant);
  expect(await tapped(card).stage(otherCredentialId)).toEqual(ok(undefined));
  await carriesNone(card, 'staged again');
});
