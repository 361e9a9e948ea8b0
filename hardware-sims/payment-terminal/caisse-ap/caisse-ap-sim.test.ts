import { once } from 'node:events';
import { connect } from 'node:net';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import exchange from '@portillon/drivers/payment-terminal/concert-tlv/vectors/akretion-exchange.json' with {
  type: 'json',
};
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CaisseApSim } from './caisse-ap-sim.ts';

let sim: CaisseApSim;

beforeEach(async () => {
  sim = new CaisseApSim({ name: 'terminal', clock: systemClock, bankMs: 5 });
  await sim.start();
});
afterEach(() => sim.stop());

async function ask(
  request: string,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<string> {
  const socket = connect(Number(new URL(sim.address).port), '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  const whole = new Promise<void>((resolve) => {
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (/AF002..$|CG0076424242$|AE00210$/.test(answer)) resolve();
    });
  });
  socket.write(request);
  await meanwhile();
  await whole;
  socket.destroy();
  return answer;
}

function cardWanted(): Promise<void> {
  return new Promise((resolve) => {
    const stop = sim.onChange(() => {
      if (sim.view().phase !== 'waiting-card') return;
      stop();
      resolve();
    });
  });
}

it('answers the recorded debit as the recorded terminal does', async () => {
  const answer = await ask(exchange.debitRequest, async () => {
    await cardWanted();
    expect(sim.view()).toMatchObject({
      amountCents: 3_990,
      display: ['MONTANT 39,90 EUR', 'PRESENTEZ VOTRE CARTE'],
    });
    await sim.act('present-card', { bank: 'approve' });
  });
  const echo = exchange.approvedAnswer.slice(0, exchange.approvedAnswer.indexOf('CC003'));
  expect(answer.startsWith(echo)).toBe(true);
  expect(sim.booked).toMatchObject([{ action: 'debit', amountCents: 3_990, done: true }]);
});

it('refuses a second till while a customer is at it', async () => {
  await ask(exchange.debitRequest, async () => {
    await cardWanted();
    const second = connect(Number(new URL(sim.address).port), '127.0.0.1');
    const [error] = (await once(second, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    await sim.act('red-key');
  });
  expect(await ask(`${exchange.debitRequest.replace('CD0010', 'CD001I')}`)).toMatch(/AE00210$/);
});

it('does what the bank was set to say when a card is presented without a word', async () => {
  await sim.act('set-bank', { bank: 'decline' });
  const answer = await ask(exchange.debitRequest, async () => {
    await cardWanted();
    await sim.act('present-card');
  });
  expect(answer).toMatch(/AE00201AF00204$/);
});

it('says when there is nothing to hold a card against, or no such bank', async () => {
  await expect(sim.act('present-card')).rejects.toThrow('does not wait');
  await expect(sim.act('red-key')).rejects.toThrow('does nothing');
  await expect(sim.act('set-bank', { bank: 'maybe' })).rejects.toThrow('approve');
});

it('refuses what it does not understand by the reasons of the protocol', async () => {
  expect(await ask('nonsense')).toMatch(/^CZ0040300AE00201AF00209$/);
  expect(await ask(exchange.debitRequest.replace('CD0010', 'CD001R'))).toMatch(/AF00212$/);
  expect(await ask(exchange.debitRequest.replace('CB012000000003990', ''))).toMatch(/AF00209$/);
});
