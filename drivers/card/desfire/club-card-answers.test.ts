import { SeededRandom } from '@portillon/core/base/random.ts';
import { ok } from '@portillon/core/base/result.ts';
import type { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { describe, expect, it } from 'vitest';
import type { CardChannel } from '../card-channel.ts';
import { bytesOfHex, hexOf } from '../hex.ts';
import type { ClubCard } from './club-card.ts';
import {
  beforeRotation,
  clubCard,
  credentialId,
  factoryCard,
  gateBefore,
  grant,
  soldCard,
  stagedCard,
  tapped,
  uid,
} from './test/club-card-rig.ts';

/** As many exchanges as no card of ours takes: the longest is making one of version 0.1.0 anew. */
const exchangesAtMost = 200;

/** What stands in the place of an answer. */
const spoilt: readonly ((
  answer: Uint8Array,
  before: readonly Uint8Array[],
  chance: SeededRandom,
) => Uint8Array)[] = [
  (_answer, _before, chance) => chance.bytes(chance.below(260)),
  (answer, _before, chance) => answer.slice(0, chance.below(answer.length + 1)),
  (answer, _before, chance) => Uint8Array.of(...chance.bytes(1 + chance.below(80)), ...answer),
  (answer, _before, chance) => Uint8Array.of(...answer.slice(0, -2), 0x91, chance.below(256)),
  (answer) => Uint8Array.of(...answer.slice(0, -2), 0x91, 0xaf),
  (answer) => Uint8Array.of(...answer.slice(0, -2), 0x90, 0x00),
  (answer, before, chance) => before[chance.below(before.length)] ?? answer,
  (answer, _before, chance) => {
    const bent = Uint8Array.from(answer);
    bent[chance.below(bent.length)] = chance.below(256);
    return bent;
  },
];

/** Some of the answers are spoilt, from the first or from a later one on. */
function spoiling(card: DesfireSimCard, seed: number): CardChannel {
  const chance = new SeededRandom(seed);
  const from = chance.below(6);
  const oneIn = 1 + chance.below(4);
  const before: Uint8Array[] = [];
  let exchanges = 0;
  card.powerOff();
  return {
    uid: bytesOfHex(uid),
    transmit: (command) => {
      exchanges += 1;
      if (exchanges > exchangesAtMost) throw new Error('it never comes to an end');
      const answer = card.answer(command) ?? new Uint8Array(0);
      before.push(answer);
      if (exchanges <= from || chance.below(oneIn) !== 0) return Promise.resolve(ok(answer));
      return Promise.resolve(ok(spoilt[chance.below(spoilt.length)]?.(answer, before, chance) ?? answer));
    },
  };
}

describe('[CD22] whatever a card answers', () => {
  it.each(['ev1', 'ev2', 'ev3'] as const)(
    'reading one of %s ends, and tells the truth or nothing',
    async (generation) => {
      const card = await soldCard(generation);
      for (let seed = 0; seed < 250; seed++) {
        const read = await clubCard(spoiling(card, seed), gateBefore).read();
        if (!read.ok) continue;
        expect([seed, hexOf(read.value.credentialId)]).toEqual([seed, hexOf(credentialId)]);
        expect([seed, read.value.grant && hexOf(read.value.grant)]).toEqual([seed, hexOf(grant)]);
      }
    },
  );

  const writing: readonly [
    name: string,
    make: () => Promise<DesfireSimCard>,
    work: (card: ClubCard) => Promise<{ readonly ok: boolean }>,
  ][] = [
    ['staging', async () => factoryCard('ev2'), (card) => card.stage(credentialId)],
    ['writing the grant', () => stagedCard('ev2'), (card) => card.writeGrant(credentialId, grant)],
  ];
  it.each(writing)('%s ends, and what was done can be read', async (_name, make, work) => {
    for (let seed = 0; seed < 60; seed++) {
      const card = await make();
      const done = await work(clubCard(spoiling(card, seed), beforeRotation));
      if (!done.ok) continue;
      const read = await tapped(card, gateBefore).read();
      expect([seed, read.ok && hexOf(read.value.credentialId)]).toEqual([seed, hexOf(credentialId)]);
    }
  });
});
