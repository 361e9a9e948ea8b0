import { fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import type { DesfireGeneration } from '@portillon/hardware-sims/card/desfire/desfire-generation.ts';
import type { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { describe, expect, it } from 'vitest';
import type { CardChannel } from '../card-channel.ts';
import { bytesOfHex } from '../hex.ts';
import type { ClubCard } from './club-card.ts';
import {
  channelTo,
  clubCard,
  credentialId,
  factoryCard,
  fileOf,
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
  readonly run: (card: ClubCard) => Promise<unknown>;
  /** Whether this card's grant has been paid when the act begins. */
  readonly isPaid: boolean;
}

const acts: Record<string, Act> = {
  'stage a factory card': {
    from: async (generation) => factoryCard(generation),
    run: (card) => card.stage(credentialId),
    isPaid: false,
  },
  'stage a sold card for the next customer': {
    from: soldCard,
    run: (card) => card.stage(otherCredentialId),
    isPaid: false,
  },
  'write the grant': {
    from: stagedCard,
    run: (card) => card.writeGrant(credentialId, grant),
    isPaid: true,
  },
};

const grantOf = (card: DesfireSimCard) => Buffer.from(fileOf(card).subarray(19, 19 + grant.length));

describe.each(Object.entries(acts))('%s', (name, { from, run, isPaid }) => {
  describe.each(['ev1', 'ev2'] as const)('on a chip of %s', (generation) => {
    it.each(Object.keys(interruptions) as Interruption[])(
      '[CD14] [I6] ends in a good card when run again after any command: %s',
      async (what) => {
        const whole = channelTo(await from(generation));
        await run(clubCard(whole));
        expect(whole.exchanges).toBeGreaterThan(8);
        let kept = 0;
        for (let index = 0; index < whole.exchanges; index++) {
          const where = `${name}, ${what}, command ${index}`;
          const card = await from(generation);
          card.powerOff();
          const torn = await run(clubCard(interrupted(card, index, what)));

          // A grant on a card is one that was paid: this sale's, or the one it was sold with before.
          if (!isPaid && name.includes('factory'))
            expect(
              grantOf(card).every((byte) => byte === 0),
              where,
            ).toBe(true);
          if ((torn as { ok: boolean }).ok) kept++;

          expect(await run(tapped(card)), where).toEqual(ok(undefined));
          const bound = name.includes('next customer') ? otherCredentialId : credentialId;
          expect(await tapped(card, gateBefore).read(), where).toEqual(
            ok({ credentialId: bound, grant: isPaid ? grant : null, keyVersion: 1, isOutdated: false }),
          );
        }
        // Commands that write nothing cannot be cut in the middle of writing; every other interruption is noticed.
        if (what === 'power cut while it writes') expect(kept).toBe(whole.exchanges - 1);
        else expect(kept).toBeLessThan(whole.exchanges);
        if (what === 'pulled before it' || what === 'answer lost') expect(kept).toBe(0);
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
  expect(grantOf(card).every((byte) => byte === 0)).toBe(true);
});
