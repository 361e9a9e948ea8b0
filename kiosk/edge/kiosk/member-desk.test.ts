import { systemClock } from '@portillon/core/base/system-clock.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { DeviceState } from '@portillon/drivers/device.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import type { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sampleCredential, sampleId } from '../../store/test/sample-records.ts';
import {
  cardWith,
  channelTo,
  claims,
  credentialId,
  GateCardRig,
  identity,
  secondKeys,
  seller,
  uid,
} from '../gate/test/gate-card-rig.ts';
import { type MemberAtKiosk, MemberDesk } from './member-desk.ts';

let rig: GateCardRig;
let card: DesfireSimCard;
let cards: Listeners<[CardChannel, number]>;
let shown: MemberAtKiosk[];
let desk: MemberDesk;

beforeEach(async () => {
  rig = await GateCardRig.open();
  card = await cardWith(encodeGrant(claims(), seller.privateKey));
  cards = new Listeners();
  shown = [];
  const reader: CardReader = {
    state: { status: 'ready' } as DeviceState,
    onState: () => () => undefined,
    start: () => undefined,
    stop: async () => undefined,
    onCard: (listener) => cards.add(listener),
  };
  desk = new MemberDesk({
    reader,
    book: rig.store.book,
    identity: () => ({ ...identity, cardKeys: secondKeys }),
    clock: systemClock,
    log: rig.log,
    onPresented: (presented) => shown.push(presented),
  });
  const account = {
    membershipId: sampleId(30),
    planId: sampleId(20),
    planFrom: '2026-11-01T00:00:00.000Z',
    validTo: null,
    status: 'active' as const,
    debts: [],
  };
  await rig.told([
    {
      kind: 'credential',
      id: credentialId,
      record: sampleCredential({ cardUid: uid, account }),
    },
  ]);
});

afterEach(() => rig.close());

/** How many commands reach the card, and how many of them before the one before is answered. */
function counted(): CardChannel & { commands: number; overlapping: number } {
  const channel = channelTo(card);
  let under = 0;
  return {
    uid: channel.uid,
    commands: 0,
    overlapping: 0,
    async transmit(apdu) {
      this.commands++;
      if (under++ > 0) this.overlapping++;
      await new Promise<void>((resolve) => setImmediate(resolve));
      const answer = await channel.transmit(apdu);
      under--;
      return answer;
    },
  };
}

const until = async (so: () => boolean) => {
  while (!so()) await new Promise<void>((resolve) => setImmediate(resolve));
};
const versions = () => card.memory().applications.flatMap(({ keyVersions }) => keyVersions);

it('[CD10] shows whose card it is, and renews its keys while it lies there', async () => {
  desk.expect();
  cards.notify(counted(), 0);
  await until(() => shown.length > 0);
  expect(shown).toEqual([{ kind: 'member', credentialId }]);
  expect(versions()).toEqual([1, 1, 1]);
  await until(() => versions().every((version) => version === 2));
  expect(shown).toHaveLength(1);
});

it('talks to a card once at a time, however often it is asked for', async () => {
  const channel = counted();
  desk.expect();
  cards.notify(channel, 0);
  desk.forget();
  desk.expect();
  await until(() => shown.length === 2);
  expect(shown).toEqual([
    { kind: 'member', credentialId },
    { kind: 'member', credentialId },
  ]);
  expect(channel.overlapping).toBe(0);
});
