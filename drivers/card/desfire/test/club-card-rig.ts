import { fault } from '@portillon/core/base/fault-codes.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { err, ok } from '@portillon/core/base/result.ts';
import type { DesfireGeneration } from '@portillon/hardware-sims/card/desfire/desfire-generation.ts';
import type { DesfireMemory } from '@portillon/hardware-sims/card/desfire/desfire-memory.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import type { CardChannel } from '../../card-channel.ts';
import { bytesOfHex } from '../../hex.ts';
import { CardKeys } from '../card-keys.ts';
import { ClubCard } from '../club-card.ts';

export const random = new SeededRandom(42);
export const uid = '04A1B2C3D4E5F6';
export const credentialId = bytesOfHex('0192F0C1A2B37D4E8F90A1B2C3D4E5F6');
export const otherCredentialId = bytesOfHex('0192F0C1A2B37D4E8F90FFFFFFFFFFFF');
export const grant = random.bytes(166);

export const keys1 = {
  version: 1,
  read: bytesOfHex('00112233445566778899AABBCCDDEEFF'),
  write: bytesOfHex('F3F9377698707B688EAF84ABE39E3791'),
};
export const keys2 = { version: 2, read: random.bytes(16), write: random.bytes(16) };

/** What a gate holds of them. */
export const readOnly = (keys: { readonly version: number; readonly read: Uint8Array }) => ({
  version: keys.version,
  read: keys.read,
  write: null,
});

export const beforeRotation = new CardKeys(keys1);
export const afterRotation = new CardKeys(keys2, [keys1]);
export const gateBefore = new CardKeys(readOnly(keys1));
export const gateAfter = new CardKeys(readOnly(keys2), [readOnly(keys1)]);

export function factoryCard(
  generation: DesfireGeneration = 'ev2',
  chipUid = uid,
  memory?: DesfireMemory,
): DesfireSimCard {
  return new DesfireSimCard({ uid: chipUid, random, generation }, memory);
}

/** A card on an antenna, with the commands counted. */
export interface CountingChannel extends CardChannel {
  exchanges: number;
}

/** Taken off the antenna after `cutAfter` commands: the one that comes next never reaches the card. */
export function channelTo(card: SimCard, cutAfter = Number.POSITIVE_INFINITY): CountingChannel {
  return {
    uid: bytesOfHex(card.uid),
    exchanges: 0,
    transmit(apdu) {
      const answer = this.exchanges < cutAfter ? card.answer(apdu) : undefined;
      if (!answer) return Promise.resolve(err(fault('card.gone', 'pulled off the antenna')));
      this.exchanges++;
      return Promise.resolve(ok(answer));
    },
  };
}

export function clubCard(channel: CardChannel, keys: CardKeys = beforeRotation): ClubCard {
  return new ClubCard({ channel, keys, randomBytes: (count) => random.bytes(count) });
}

/** Held to an antenna afresh. */
export function tapped(card: SimCard, keys: CardKeys = beforeRotation): ClubCard {
  card.powerOff();
  return clubCard(channelTo(card), keys);
}

export async function stagedCard(generation: DesfireGeneration = 'ev2'): Promise<DesfireSimCard> {
  const card = factoryCard(generation);
  const staged = await tapped(card).stage(credentialId);
  if (!staged.ok) throw new Error(staged.error.detail);
  return card;
}

export async function soldCard(generation: DesfireGeneration = 'ev2'): Promise<DesfireSimCard> {
  const card = await stagedCard(generation);
  const written = await tapped(card).writeGrant(credentialId, grant);
  if (!written.ok) throw new Error(written.error.detail);
  return card;
}

/** The bytes of our file; empty when there is none. */
export function fileOf(card: SimCard, aid = '505232'): Uint8Array {
  const application = card.memory().applications.find((each) => each.aid === aid);
  return bytesOfHex(application?.files.find(({ fileId }) => fileId === 1)?.hex ?? '');
}
