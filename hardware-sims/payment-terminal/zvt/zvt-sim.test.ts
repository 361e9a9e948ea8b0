import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import { ApduParser, encodeApdu } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import dissected from '@portillon/drivers/payment-terminal/zvt/vectors/dissected-apdus.json' with {
  type: 'json',
};
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ZvtSim } from './zvt-sim.ts';

const done = '80 00 00';
const notYet = '84 9C 00';
const notIssued = '84 66 00';
/** 39.90, one second to answer, asked again at most twice, no receipt known. */
const sale = '06 01 13 04 00 00 00 00 39 90 49 09 78 01 01 02 02 06 03 1F 1F 00';

let sim: ZvtSim;
let till: Till;

beforeEach(async () => {
  sim = new ZvtSim({ name: 'terminal', clock: systemClock, bankMs: 5, askAgainMs: 5, inputLimitMs: 100 });
  await sim.start();
  till = await Till.at(sim.address);
});
afterEach(async () => {
  till.leave();
  await sim.stop();
});

/** A till of a few lines: says bytes and waits for the next APDU. */
class Till {
  readonly #socket: Socket;
  readonly #heard: string[] = [];
  #listener: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const parser = new ApduParser();
    socket.on('data', (bytes) => {
      for (const token of parser.push(Uint8Array.from(bytes)).frames) {
        if (token.kind === 'apdu') this.#heard.push(hexOf(encodeApdu(token.apdu)));
      }
      this.#listener();
    });
  }

  static async at(address: string): Promise<Till> {
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    await once(socket, 'connect');
    return new Till(socket);
  }

  say(hex: string): void {
    this.#socket.write(bytesOfHex(hex));
  }

  async hear(): Promise<string> {
    while (this.#heard.length === 0) {
      await new Promise<void>((resolve) => {
        this.#listener = resolve;
      });
    }
    return this.#heard.shift() ?? '';
  }

  /** Says something and hears what comes of it. */
  async ask(hex: string): Promise<string> {
    this.say(hex);
    return this.hear();
  }

  leave(): void {
    this.#socket.destroy();
  }
}

/** Up to the first question whether the goods are out. */
async function approved(command = sale): Promise<string> {
  expect(await till.ask(command)).toBe('800000');
  expect(await till.hear()).toBe('04FF010A');
  till.say(done);
  await becomes(() => sim.view().phase === 'waiting-card');
  await sim.act('present-card');
  expect(await till.hear()).toBe('04FF0104');
  return till.ask(done);
}

function becomes(fits: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!fits()) return;
      stop();
      resolve();
    };
    const stop = sim.onChange(check);
    check();
  });
}

const states = () => sim.booked.map(({ state }) => state);

it('asks whether the goods are out until it hears yes, and books then', async () => {
  const question = await approved();
  expect(question).toMatch(/^040F..2700040000000039900B/);
  expect(states()).toEqual(['held']);
  expect(sim.view()).toMatchObject({ phase: 'holding', amountCents: 3_990, waitingLimitMs: 1_000 });
  expect(await till.ask(notYet)).toMatch(/^040F..2700/);
  expect(states()).toEqual(['held']);
  expect(await till.ask(done)).toBe('060F00');
  till.say(done);
  await becomes(() => sim.view().phase === 'idle');
  expect(states()).toEqual(['booked']);
});

it('books what was issued of it', async () => {
  await approved();
  expect(await till.ask('84 9D 07 04 00 00 00 00 10 00')).toBe('060F00');
  expect(sim.booked).toMatchObject([{ state: 'booked', amountCents: 1_000 }]);
});

it('lets go when it hears no', async () => {
  await approved();
  expect(await till.ask(notIssued)).toBe('04FF0105');
  expect(await till.ask(done)).toBe('061E016C');
  expect(states()).toEqual(['reversed']);
});

it('lets go when it hears nothing in time', async () => {
  await approved();
  expect(await till.hear()).toBe('04FF0105');
  expect(states()).toEqual(['reversed']);
});

it('lets go when it has heard `not yet` too often', async () => {
  await approved();
  expect(await till.ask(notYet)).toMatch(/^040F..2700/);
  expect(await till.ask(notYet)).toMatch(/^040F..2700/);
  expect(await till.ask(notYet)).toMatch(/^040F..276C/);
  expect(await till.ask(done)).toBe('061E016C');
  expect(states()).toEqual(['reversed']);
});

it('lets go when the till is gone', async () => {
  await approved();
  till.leave();
  await becomes(() => sim.view().phase === 'idle');
  expect(states()).toEqual(['reversed']);
});

it('takes its last sale back when the till counts the one before it', async () => {
  await approved();
  expect(await till.ask(done)).toBe('060F00');
  till.say(done);
  await approved('06 01 15 04 00 00 00 00 39 90 49 09 78 01 01 02 02 06 05 1F 1F 02 04 70');
  expect(states()).toEqual(['reversed', 'held']);
});

it('gives up when no card comes, with other words than for the red key', async () => {
  const waiting = async () => {
    expect(await till.ask(sale)).toBe('800000');
    await till.hear();
    till.say(done);
  };
  await waiting();
  expect(await till.hear()).toContain(hexOf(Buffer.from('Zeit abgelaufen')));
  expect(await till.ask(done)).toBe('061E016C');
  till.say(done);
  await waiting();
  await becomes(() => sim.view().phase === 'waiting-card');
  await sim.act('red-key');
  expect(await till.hear()).toContain(hexOf(Buffer.from('Abbruch durch Kunde')));
});

it('answers the commands that the dissector has read', async () => {
  const [registration] = dissected.till;
  expect(await till.ask(registration?.apdu ?? '')).toBe('800000');
  expect(await till.hear()).toMatch(/^060F0A190029/);
  expect(await till.ask(`${done} 05 01 00`)).toBe('800000');
  expect(await till.hear()).toBe('060F0100');
});

it('refuses what it does not know, what comes in between and what makes no sense', async () => {
  expect(await till.ask('06 E0 00')).toBe('848300');
  expect(await till.ask('06 B0 00')).toBe('848300');
  expect(await till.ask('06 01 02 99 00')).toBe('849A00');
  await approved();
  expect(await till.ask('05 01 00')).toBe('849C00');
});

it('says when there is nothing to hold a card against, or no such bank', async () => {
  await expect(sim.act('present-card')).rejects.toThrow('does not wait');
  await expect(sim.act('red-key')).rejects.toThrow('does nothing');
  await expect(sim.act('set-bank', { bank: 'maybe' })).rejects.toThrow('approve');
});
