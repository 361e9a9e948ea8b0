import { cents } from '@portillon/core/base/money.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../../device-becomes.ts';
import { type ConcertDialectName, concertDialectNames } from './concert-dialect.ts';
import { type ConcertOnPty, concertOnPty } from './test/concert-on-pty.ts';

const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const next = { ...payment, reference: 'SALE0002A' };
const captured = { kind: 'captured', slip: { amountCents: 3_990 } };
const badAnswer = { kind: 'in-doubt', fault: { code: 'terminal.bad-answer' } };

let rig: ConcertOnPty;

async function begin(dialect: ConcertDialectName): Promise<void> {
  rig = await concertOnPty(dialect);
  rig.terminal.start();
  await deviceBecomes(rig.terminal, isReady);
}
afterEach(() => rig.close());

async function pay(act: () => Promise<unknown> = () => rig.presentCard('approve')) {
  const outcome = rig.terminal.authorise(payment);
  await rig.asksForCard();
  await act();
  return outcome;
}

const turnOn = (name: string) => rig.sim.act('fault', { name, on: true });
const unasked = () => rig.logged.filter(({ fields }) => fields.fault === 'line.unexpected-reply').length;

describe.each(concertDialectNames)('a Concert terminal, dialect %s', (dialect) => {
  beforeEach(() => begin(dialect));

  it('[CO3] is told the answer although it arrives damaged twice', async () => {
    await turnOn('bad-lrc');
    expect(await pay()).toMatchObject(captured);
    expect(rig.terminal.discardedBytes).toBeGreaterThan(50);
  });

  it('[CO3] gets its request through although it is refused twice, and charges once', async () => {
    await turnOn('nak');
    expect(await pay()).toMatchObject(captured);
    expect(rig.debitsReceived()).toBe(1);
    expect(rig.sim.received.filter(({ meaning }) => meaning.startsWith('refused: debit'))).toHaveLength(2);
  });

  it('[CO6] [I10] is in doubt about an answer with another echo, whatever it says', async () => {
    await turnOn('wrong-echo');
    expect(await pay()).toMatchObject(badAnswer);
    expect(await pay(() => rig.pressRedKey())).toMatchObject(badAnswer);
    expect(rig.takenCents(payment.reference)).toBe(3_990);
  });

  it('[I10] is in doubt about an answer that makes no sense', async () => {
    expect(
      await pay(async () => {
        await turnOn('garbled');
        await rig.presentCard('approve');
      }),
    ).toMatchObject(badAnswer);
    expect(rig.debitsReceived()).toBe(1);
  });

  it('[CO5] [I10] is in doubt at once when the cable is pulled while the customer pays', async () => {
    const outcome = await pay(() => rig.setFault('cable-pulled', true));
    expect(outcome).toMatchObject({ kind: 'in-doubt', fault: { code: 'transport.pulled' } });
    await deviceBecomes(rig.terminal, hasFault('transport.unreachable'));
    expect(await rig.terminal.authorise(next)).toMatchObject({ kind: 'not-sent' });
  });

  it('[CO10] lets a terminal tell its late answer, counts it, and does not take it for the next one', async () => {
    await pay(() => rig.setFault('cable-pulled', true));
    await rig.presentCard('approve');
    const told = new Promise<void>((resolve) => {
      const stop = rig.sim.onChange(() => {
        if (rig.takenCents(payment.reference) === 0) return;
        stop();
        resolve();
      });
    });
    await told;
    await rig.setFault('cable-pulled', false);
    await deviceBecomes(rig.terminal, isReady);
    const second = rig.terminal.authorise(next);
    await rig.asksForCard();
    await rig.presentCard('approve');
    expect(await second).toMatchObject(captured);
    expect(unasked()).toBe(1);
    expect(rig.takenCents(next.reference)).toBe(3_990);
  });

  it('is busy for a terminal whose customer is still at it after the driver has given up', async () => {
    expect(await pay(async () => rig.setFault('cable-pulled', true))).toMatchObject({ kind: 'in-doubt' });
    await rig.setFault('cable-pulled', false);
    await deviceBecomes(rig.terminal, isReady);
    expect(await rig.terminal.authorise(next)).toEqual({ kind: 'busy' });
    expect(rig.debitsReceived()).toBe(1);
  });
});

describe('a terminal of Concert V2', () => {
  beforeEach(() => begin('v2'));

  it('[CO4] [CO8] may answer short and name no card, and is believed', async () => {
    await turnOn('short-answer');
    expect(await pay()).toMatchObject({ kind: 'captured', slip: { maskedPan: '', scheme: 'CB' } });
  });

  it('[CO2] is sent nothing while its line is set otherwise', async () => {
    await turnOn('garbled');
    expect(await rig.terminal.authorise(payment)).toMatchObject({
      kind: 'not-sent',
      fault: { code: 'terminal.bad-answer' },
    });
    expect(rig.debitsReceived()).toBe(0);
  });

  it('[CO9] is known by a call alone to be there, and is sent no text at rest', async () => {
    await turnOn('busy');
    expect(await rig.terminal.authorise(payment)).toEqual({ kind: 'busy' });
    expect(rig.terminal.state).toEqual({ status: 'ready' });
    expect(rig.sim.received).toEqual([]);
  });
});
