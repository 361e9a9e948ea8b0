import { existsSync } from 'node:fs';
import { idBytes } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { ok } from '@portillon/core/base/result.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { encodeGrant } from '@portillon/core/crypto/grant.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { PcscCardReader } from '@portillon/drivers/card-reader/pcsc/pcsc-card-reader.ts';
import { pcscReaderName } from '@portillon/drivers/transport/address.ts';
import { bundlePcscProcess } from '@portillon/drivers/transport/pcsc/bundle-pcsc-process.ts';
import { ForkedPcsc } from '@portillon/drivers/transport/pcsc/forked-pcsc.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { ForeignCard } from '@portillon/hardware-sims/card/desfire/foreign-card.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { VpcdReaderSim } from '@portillon/hardware-sims/card-reader/vpcd/vpcd-reader-sim.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  atKiosk,
  cardWith,
  claims,
  credentialId,
  GateCardRig,
  identity,
  seller,
  stolen,
  stolenId,
  uid,
} from './test/gate-card-rig.ts';

const installed = existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so');
const clock = systemClock;
const genuine = encodeGrant(claims(), seller.privateKey);

describe.skipIf(!installed && process.env.CI !== 'true')('a card at a reader, over pcscd and vpcd', () => {
  let bundle: Awaited<ReturnType<typeof bundlePcscProcess>>;
  let sim: VpcdReaderSim;
  let reader: PcscCardReader;
  let rig: GateCardRig;
  let onCard: (card: CardChannel) => void = () => undefined;

  beforeAll(async () => {
    bundle = await bundlePcscProcess();
    rig = await GateCardRig.open();
    sim = new VpcdReaderSim({ name: 'reader', clock });
    await sim.start();
    const name = pcscReaderName(sim.address);
    if (!name.ok) throw new Error(name.error.detail);
    const pcsc = new ForkedPcsc({ clock, log: silentLog, childEntry: bundle.entry });
    reader = new PcscCardReader({ pcsc, readerName: name.value, clock, log: silentLog });
    reader.onCard((card) => onCard(card));
    reader.start();
  });

  afterAll(async () => {
    await reader.stop();
    await sim.stop();
    await rig.close();
    await bundle.remove();
  });

  /** Holds a card to the reader while `work` talks to it. */
  async function held<T>(card: SimCard, work: (channel: CardChannel) => Promise<T>): Promise<T> {
    const announced = new Promise<CardChannel>((resolve) => {
      onCard = resolve;
    });
    await sim.lay(card);
    try {
      return await work(await announced);
    } finally {
      await sim.lift();
    }
  }

  const tapped = (card: SimCard) => held(card, (channel) => rig.present(channel));

  it.each(['ev1', 'ev2', 'ev3'] as const)(
    '[CD5] opens for a sold card of %s that no book knows',
    async (generation) => {
      const card = await cardWith(genuine, generation);
      const presented = await tapped(card);
      expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'grant' });
    },
  );

  it('[CD17] [I6] opens for no card whose grant does not hold', async () => {
    const bent = genuine.slice();
    bent[84] = (bent[84] ?? 0) ^ 0x01; // in the moment from which it holds
    const fromStolen = encodeGrant(claims({ issuerEdgeId: stolenId }), stolen.privateKey);
    for (const grant of [bent, fromStolen]) {
      const presented = await tapped(await cardWith(grant));
      expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'unknown' });
    }
    expect(rig.problems).toEqual(['bad-signature', 'revoked-issuer']);
  });

  it.each([
    ['a foreign card', () => new ForeignCard({ uid, random: systemRandom })],
    ['a factory card', () => new DesfireSimCard({ uid, random: systemRandom })],
  ])('[CD1] opens for nobody with %s', async (_words, card) => {
    const presented = await tapped(card());
    expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'unknown' });
  });

  it('[CD7] opens for nobody with a card that tells the number of another', async () => {
    const card = await cardWith(genuine);
    card.switchFault('other-number', true);
    const presented = await tapped(card);
    expect(presented && rig.decided(presented)).toEqual({ outcome: 'refused', reason: 'unknown' });
  });

  it('[CD14] makes a card on a reader, although it is pulled in the middle of being written', async () => {
    const card = new DesfireSimCard({ uid, random: systemRandom });
    card.switchFault('pulled-mid-write', true);
    const torn = await held(card, (channel) => atKiosk(channel).stage(idBytes(credentialId)));
    expect(torn).toMatchObject({ ok: false, error: { code: 'card.gone' } });
    expect(await held(card, (channel) => atKiosk(channel).stage(idBytes(credentialId)))).toEqual(
      ok(undefined),
    );
    card.switchFault('pulled-mid-write', true);
    const half = await held(card, (channel) => atKiosk(channel).writeGrant(idBytes(credentialId), genuine));
    expect(half).toMatchObject({ ok: false, error: { code: 'card.gone' } });
    const between = await tapped(card);
    expect(between && rig.decided(between)).toEqual({ outcome: 'refused', reason: 'unknown' });
    const whole = await held(card, (channel) => atKiosk(channel).writeGrant(idBytes(credentialId), genuine));
    expect(whole).toEqual(ok(undefined));
    const presented = await tapped(card);
    expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'grant' });
  });

  it('[CD5] knows whom it has before it in a few milliseconds beside what the card takes', async () => {
    const card = await cardWith(genuine);
    const readsMs = await held(card, async (channel) => {
      const times: number[] = [];
      for (let round = 0; round < 30; round++) {
        const fromMs = clock.monotonicMs();
        const presented = await rig.present(channel, identity);
        times.push(clock.monotonicMs() - fromMs);
        expect(presented && rig.decided(presented)).toMatchObject({ outcome: 'granted', by: 'grant' });
      }
      return times.sort((a, b) => a - b);
    });
    // The simulated chip answers at once: what is left is pcscd, four exchanges and our own arithmetic. What is slow by itself is
    // slow each time; a machine that does other work beside it, now and then.
    expect(readsMs[readsMs.length >> 2]).toBeLessThan(60);
  });
});
