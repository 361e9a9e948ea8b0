import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { ConcertDialectName } from '@portillon/drivers/payment-terminal/concert/concert-dialect.ts';
import vectors from '@portillon/drivers/payment-terminal/concert/vectors/concert-v2.json' with {
  type: 'json',
};
import exchange from '@portillon/drivers/payment-terminal/concert-tlv/vectors/akretion-exchange.json' with {
  type: 'json',
};
import { SerialPort } from 'serialport';
import { afterEach, expect, it } from 'vitest';
import { ConcertSim } from './concert-sim.ts';

let folder: string;
let sim: ConcertSim;
let port: SerialPort;
let heard: number[];
let wake: () => void = () => undefined;

async function begin(dialect: ConcertDialectName): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'portillon concert '));
  sim = new ConcertSim({
    name: 'terminal',
    clock: systemClock,
    path: join(folder, 'terminal'),
    dialect,
    bankMs: 5,
    // A busy machine is late with an acknowledgement.
    callMs: 1_000,
  });
  await sim.start();
  heard = [];
  port = new SerialPort({ path: join(folder, 'terminal'), baudRate: 9_600 });
  port.on('data', (bytes: Buffer) => {
    heard.push(...bytes);
    wake();
  });
}

afterEach(async () => {
  await new Promise<void>((resolve) => port.close(() => resolve()));
  await sim.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Takes exactly these bytes, or as many as there are up to the byte behind ETX. */
async function hear(...bytes: readonly number[]): Promise<void> {
  while (heard.length < bytes.length)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  expect(heard.splice(0, bytes.length)).toEqual(bytes);
}

async function hearFrame(): Promise<string> {
  for (;;) {
    const etx = heard.indexOf(0x03);
    if (etx >= 0 && heard.length > etx + 1) {
      const frame = heard.splice(0, etx + 2);
      expect(frame[0]).toBe(0x02);
      expect(frame.slice(1).reduce((check, byte) => check ^ byte, 0)).toBe(0);
      return Buffer.from(frame.slice(1, -2)).toString('latin1');
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const say = (...bytes: readonly number[]) => port.write(Buffer.from(bytes));

/** The till's half of a whole exchange, written out byte by byte. */
async function ask(text: string, lrc: number, meanwhile: () => Promise<unknown>): Promise<string> {
  say(0x05);
  await hear(0x06);
  say(0x02, ...Buffer.from(text), 0x03, lrc);
  await hear(0x06);
  say(0x04);
  await meanwhile();
  await hear(0x05);
  say(0x06);
  const answer = await hearFrame();
  say(0x06);
  await hear(0x04);
  return answer;
}

function cardWanted(): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (sim.view().phase !== 'waiting-card') return;
      stop();
      resolve();
    };
    const stop = sim.onChange(check);
    check();
  });
}

it('takes the request of the source and answers with its 80 characters', async () => {
  await begin('v2');
  const [debit] = vectors.requests;
  const answer = await ask(debit?.text ?? '', 0x04, async () => {
    await cardWanted();
    expect(sim.view()).toMatchObject({ amountCents: 3_990, phase: 'waiting-card', pluggedIn: true });
    await sim.act('present-card', { bank: 'approve' });
  });
  expect(answer).toBe(`010000039901497010######4869  ${'0'.repeat(37)}978          `);
  expect(sim.booked).toMatchObject([{ action: 'debit', amountCents: 3_990, done: true }]);
});

it('speaks the fields of Concert V3 in the same session', async () => {
  await begin('v3');
  const lrc = Buffer.from(exchange.debitRequest).reduce((check, byte) => check ^ byte, 0x03);
  const answer = await ask(exchange.debitRequest, lrc, async () => {
    await cardWanted();
    await sim.act('red-key');
  });
  expect(answer).toBe(exchange.cancelledAnswer.replace('CB012000000003990', ''));
});

it('refuses a damaged text, and a call while a customer is at it', async () => {
  await begin('v2');
  const [debit] = vectors.requests;
  say(0x05);
  await hear(0x06);
  say(0x02, ...Buffer.from(debit?.text ?? ''), 0x03, 0x05);
  await hear(0x15);
  say(0x02, ...Buffer.from(debit?.text ?? ''), 0x03, 0x04);
  await hear(0x06);
  say(0x04);
  await cardWanted();
  say(0x05);
  await hear(0x15);
});

it('does not give way when both call at once, and calls again when nobody answers', async () => {
  await begin('v2');
  const [debit] = vectors.requests;
  const answer = await ask(debit?.text ?? '', 0x04, async () => {
    await cardWanted();
    await sim.act('red-key');
    await hear(0x05);
    say(0x05);
    await hear(0x04);
  });
  expect(answer).toBe(`017000039901497010######4869  ${'0'.repeat(37)}978          `);
});
