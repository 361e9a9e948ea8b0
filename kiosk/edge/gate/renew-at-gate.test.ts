import { SeededRandom } from '@portillon/core/base/random.ts';
import { ok } from '@portillon/core/base/result.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { desfireCommand } from '@portillon/drivers/card/desfire/desfire-codes.ts';
import type { CardReader } from '@portillon/drivers/card-reader/card-reader.ts';
import type { DeviceState } from '@portillon/drivers/device.ts';
import type { Gate } from '@portillon/drivers/gate/gate.ts';
import { Listeners } from '@portillon/drivers/line/listeners.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GateControl } from './gate-control.ts';
import { InFlight } from './in-flight.ts';
import {
  cardWith,
  channelTo,
  claims,
  GateCardRig,
  identity,
  nowMs,
  secondKeys,
  seller,
} from './test/gate-card-rig.ts';

/** Devices without a line: what is asked here is the order in which gate and card are told things. */
const ready = {
  state: { status: 'ready' } as DeviceState,
  onState: () => () => undefined,
  start: () => undefined,
  stop: async () => undefined,
};

let rig: GateCardRig;

beforeEach(async () => {
  rig = await GateCardRig.open();
});

afterEach(() => rig.close());

it('[CD10] releases the gate first and renews the keys of the card after it', async () => {
  const told: string[] = [];
  const cards = new Listeners<[CardChannel, number]>();
  const reader: CardReader = { ...ready, onCard: (listener) => cards.add(listener) };
  const gate: Gate = {
    ...ready,
    release: async () => {
      told.push('release');
      return ok({ releasedMonotonicMs: 0 });
    },
    onPassage: () => () => undefined,
    keep: async () => ok(undefined),
    resume: () => undefined,
    stillReleased: () => undefined,
    onAlarm: () => () => undefined,
  };
  const clock = new VirtualClock(nowMs);
  const control = new GateControl({
    config: {
      id: 'entrance',
      name: 'Entrance',
      board: {
        model: 'modbus-board',
        address: 'tcp://127.0.0.1:1',
        unit: 1,
        entryRelay: 0,
        pulseMs: 500,
        entryInput: 0,
        exitInput: 1,
      },
    },
    gate,
    reader,
    badgeReaders: [],
    exit: null,
    scanner: null,
    store: rig.store,
    identity: () => ({ ...identity, cardKeys: secondKeys }),
    clock,
    random: new SeededRandom(3),
    log: rig.log,
    onEvent: () => undefined,
    inFlight: new InFlight(),
  });
  const card = await cardWith(encodeGrant(claims(), seller.privateKey));
  const channel = channelTo(card);
  const renewed = new Promise<void>((resolve) => {
    const listening: CardChannel = {
      uid: channel.uid,
      transmit: async (apdu) => {
        if (apdu[1] === desfireCommand.changeKey) told.push('change a key');
        const answer = await channel.transmit(apdu);
        // The last thing said to a renewed card: the key that reads, after that of the card and the two that write.
        if (told.length === 5) setImmediate(resolve);
        return answer;
      },
    };
    cards.notify(listening, 0);
  });
  await renewed;
  expect(told).toEqual(['release', ...Array.from({ length: 4 }, () => 'change a key')]);
  expect(card.memory().applications).toMatchObject([{ keyVersions: [2, 2, 2] }]);
  await control.stop();
  await clock.advance(5_000);
});
