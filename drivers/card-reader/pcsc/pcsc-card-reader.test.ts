import { existsSync } from 'node:fs';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { SimCard } from '@portillon/hardware-sims/card/sim-card.ts';
import { VpcdReaderSim } from '@portillon/hardware-sims/card-reader/vpcd/vpcd-reader-sim.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CardChannel } from '../../card/card-channel.ts';
import { pcscReaderName } from '../../transport/address.ts';
import { bundlePcscProcess } from '../../transport/pcsc/bundle-pcsc-process.ts';
import { ForkedPcsc } from '../../transport/pcsc/forked-pcsc.ts';
import { PcscCardReader } from './pcsc-card-reader.ts';

const installed = existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so');
const clock = systemClock;

/** Echoes what it is told and is as slow as its owner likes. */
function echoCard(uid: string): SimCard {
  return {
    uid,
    ats: Uint8Array.of(0x06, 0x75, 0x77, 0x81, 0x02, 0x80),
    powerOff: () => undefined,
    answer: (apdu) => Uint8Array.of(...apdu, 0x91, 0x00),
    memory: () => ({ applications: [] }),
  };
}

describe.skipIf(!installed && process.env.CI !== 'true')('a PC/SC reader, over pcscd and vpcd', () => {
  let bundle: Awaited<ReturnType<typeof bundlePcscProcess>>;
  let sim: VpcdReaderSim;
  let reader: PcscCardReader;
  let cards: { readonly card: CardChannel; readonly arrivedMs: number }[];
  let onCard: () => void;

  function makeReader(): PcscCardReader {
    const name = pcscReaderName(sim.address);
    if (!name.ok) throw new Error(name.error.detail);
    const made = new PcscCardReader({
      pcsc: new ForkedPcsc({ clock, log: silentLog, childEntry: bundle.entry }),
      readerName: name.value,
      clock,
      log: silentLog,
    });
    made.onCard((card, arrivedMs) => {
      cards.push({ card, arrivedMs });
      onCard();
    });
    return made;
  }

  function nextCard(): Promise<CardChannel> {
    return new Promise((resolve) => {
      onCard = () => {
        const last = cards.at(-1);
        if (last) resolve(last.card);
      };
    });
  }

  function state(status: string, code?: string): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        const now = reader.state;
        if (now.status !== status) return;
        if (code === undefined || ('fault' in now && now.fault.code === code)) {
          stop();
          resolve();
        }
      };
      const stop = reader.onState(look);
      look();
    });
  }

  beforeAll(async () => {
    bundle = await bundlePcscProcess();
  });

  afterAll(() => bundle.remove());

  beforeEach(() => {
    cards = [];
    onCard = () => undefined;
    sim = new VpcdReaderSim({ name: 'reader', clock });
    reader = makeReader();
  });

  afterEach(async () => {
    await reader.stop();
    await sim.stop();
  });

  it('announces a card with its number and passes commands through, byte for byte', async () => {
    await sim.start();
    reader.start();
    await state('ready');
    const announced = nextCard();
    await sim.act('tap', { card: echoCard('04AABBCCDDEE80') });
    const card = await announced;
    expect(Buffer.from(card.uid).toString('hex')).toBe('04aabbccddee80');
    const command = Uint8Array.of(0x90, 0x60, 0x00, 0x00, 0x00);
    expect(await card.transmit(command)).toEqual({ ok: true, value: Uint8Array.of(...command, 0x91, 0x00) });
  });

  it('answers a command in a few milliseconds, not in the 48 of a late acknowledgement', async () => {
    await sim.start();
    reader.start();
    await state('ready');
    const tapsMs: number[] = [];
    const eachMs: number[] = [];
    for (let tap = 0; tap < 3; tap++) {
      const announced = nextCard();
      await sim.lay(echoCard('04AABBCCDDEE80'));
      const laidMs = clock.monotonicMs();
      const card = await announced;
      tapsMs.push(clock.monotonicMs() - laidMs);
      for (let index = 0; index < 20; index++) {
        const fromMs = clock.monotonicMs();
        await card.transmit(Uint8Array.of(0x90, index, 0, 0, 0));
        eachMs.push(clock.monotonicMs() - fromMs);
      }
      await sim.lift();
    }
    // A late acknowledgement holds up every command; a machine that does other work beside it, some of them.
    const quick = eachMs.sort((a, b) => a - b)[eachMs.length >> 2] ?? 0;
    expect({ eachMs: quick < 20, tapToNumberMs: Math.min(...tapsMs) < 100 }).toEqual({
      eachMs: true,
      tapToNumberMs: true,
    });
  });

  it('says that the card is gone when it is taken away in the middle of a command', async () => {
    await sim.start();
    await sim.act('fault', { name: 'taken-early', on: true });
    reader.start();
    await state('ready');
    const announced = nextCard();
    await sim.lay(echoCard('04AABBCCDDEE80'));
    const card = await announced;
    const command = Uint8Array.of(0x90, 0x60, 0, 0, 0);
    expect(await card.transmit(command)).toMatchObject({ ok: false, error: { code: 'card.gone' } });
    expect(await card.transmit(command)).toMatchObject({ ok: false, error: { code: 'card.gone' } });
  });

  it('announces the next card after the first was taken away, and never the old one again', async () => {
    await sim.start();
    reader.start();
    await state('ready');
    const first = nextCard();
    await sim.lay(echoCard('04AABBCCDDEE80'));
    const firstCard = await first;
    await sim.lift();
    const second = nextCard();
    await sim.lay(echoCard('04112233445566'));
    expect(Buffer.from((await second).uid).toString('hex')).toBe('04112233445566');
    expect(await firstCard.transmit(Uint8Array.of(0x90, 0x60, 0, 0, 0))).toMatchObject({
      error: { code: 'card.gone' },
    });
    expect(cards).toHaveLength(2);
  });

  it('announces a card that lay there before the program started', async () => {
    await sim.start();
    await sim.lay(echoCard('04AABBCCDDEE80'));
    const announced = nextCard();
    reader.start();
    expect(Buffer.from((await announced).uid).toString('hex')).toBe('04aabbccddee80');
  });

  it('waits for the service, notices its end, and works again when it is back', async () => {
    reader.start();
    await state('disconnected', 'reader.service-down');
    await sim.start();
    await state('ready');
    await sim.act('fault', { name: 'service-down', on: true });
    await state('disconnected', 'reader.service-down');
    await sim.act('fault', { name: 'service-down', on: false });
    await state('ready');
    const announced = nextCard();
    await sim.lay(echoCard('04AABBCCDDEE80'));
    await announced;
  });

  it('says that the reader named in the configuration is not plugged in', async () => {
    await sim.start();
    const address = pcscReaderName(sim.address.replace('Virtual PCD', 'ACS ACR122U'));
    if (!address.ok) throw new Error(address.error.detail);
    const absent = new PcscCardReader({
      pcsc: new ForkedPcsc({ clock, log: silentLog, childEntry: bundle.entry }),
      readerName: address.value,
      clock,
      log: silentLog,
    });
    const reported = new Promise((resolve) => absent.onState(resolve));
    absent.start();
    expect(await reported).toMatchObject({ status: 'disconnected', fault: { code: 'reader.missing' } });
    await absent.stop();
  });
});
