import { cents } from '@portillon/core/base/money.ts';
import type { ZvtSimOptions } from '@portillon/hardware-sims/payment-terminal/zvt/zvt-sim.ts';
import { afterEach, expect, it } from 'vitest';
import { deviceBecomes, hasFault, isReady } from '../../device-becomes.ts';
import type { PaymentOutcome } from '../payment-terminal.ts';
import { startZvtRig, type ZvtRig } from './test/zvt-rig.ts';
import type { ZvtTerminalOptions } from './zvt-terminal.ts';

const payment = { reference: 'SALE0001A', amountCents: cents(3_990) };
const second = { reference: 'SALE0002A', amountCents: cents(2_500) };
let rig: ZvtRig | undefined;

afterEach(() => rig?.close());

async function startRig(
  options: Partial<ZvtTerminalOptions> = {},
  simOptions: Partial<ZvtSimOptions> = {},
): Promise<ZvtRig> {
  rig = await startZvtRig({ kind: 'tcp' }, options, simOptions);
  rig.terminal.start();
  await deviceBecomes(rig.terminal, isReady);
  return rig;
}

async function hold({ terminal, asksForCard, presentCard }: ZvtRig, request = payment) {
  const outcome = terminal.authorise(request);
  await asksForCard();
  await presentCard('approve');
  return slipOf(await outcome);
}

async function book(started: ZvtRig, request = payment) {
  const slip = await hold(started, request);
  return slipOf(await started.terminal.complete({ ...request, slip }));
}

function slipOf(outcome: PaymentOutcome) {
  if (outcome.kind !== 'held' && outcome.kind !== 'captured') throw new Error(`it is ${outcome.kind}`);
  return outcome.slip;
}

const notYetCount = ({ sim }: ZvtRig) =>
  sim.received.filter(({ meaning }) => meaning === 'answer 849C').length;
const salesSaid = ({ sim }: ZvtRig) =>
  sim.received.filter(({ meaning }) => meaning.startsWith('debit')).map(({ hex }) => hex);

it('tells its number from the registration on, and its contract from the first payment on', async () => {
  const started = await startRig();
  expect(started.terminal.about).toEqual({ terminalId: '28004869' });
  await hold(started);
  expect(started.terminal.about).toEqual({ terminalId: '28004869', contract: '100461763' });
});

it('[ZV5] holds by answering `not yet` from a timer, and books with the next question', async () => {
  const started = await startRig();
  const slip = await hold(started);
  await started.becomes(() => notYetCount(started) >= 3);
  expect(await started.terminal.statusOf({ ...payment, slip })).toMatchObject({ kind: 'held' });
  expect(started.sim.takenCents).toBe(0);
  expect(await started.terminal.complete({ ...payment, slip })).toMatchObject({ kind: 'captured' });
  expect(started.sim.booked.map(({ state }) => state)).toEqual(['booked']);
});

it('[ZV5] lets go by itself of what nobody decides about in time', async () => {
  const started = await startRig({ holdLimitMs: 250 });
  const slip = await hold(started);
  await started.becomes(({ booked }) => booked[0]?.state === 'reversed');
  await started.holdLimitPasses?.();
  expect(await started.terminal.complete({ ...payment, slip })).toEqual({
    kind: 'declined',
    reason: 'not-found',
  });
  expect(started.sim.takenCents).toBe(0);
});

it('[ZV6] ends the connection when it loses the thread, so that the terminal lets go', async () => {
  const started = await startRig();
  const slip = await hold(started);
  await started.setFault('garbled', true);
  await started.becomes(({ booked }) => booked[0]?.state === 'reversed');
  await started.setFault('garbled', false);
  await deviceBecomes(started.terminal, isReady);
  expect(await started.terminal.complete({ ...payment, slip })).toMatchObject({ reason: 'not-found' });
  expect(await started.terminal.statusOf({ ...payment, slip })).toMatchObject({ reason: 'not-found' });
});

it('[ZV7] tells with each sale the receipt of the last one that it said yes to', async () => {
  const started = await startRig();
  await book(started);
  const slip = await hold(started, second);
  await started.terminal.reverse({ ...second, reference: 'SALE0002R', payment: { ...second, slip } });
  await book(started, second);
  const [first, afterBooked, afterLetGo] = salesSaid(started);
  expect(first).toMatch(/06031f1f00$/);
  expect(afterBooked).toMatch(/06051f1f020471$/);
  expect(afterLetGo).toMatch(/06051f1f020471$/);
  expect(started.sim.booked.map(({ state }) => state)).toEqual(['booked', 'reversed', 'booked']);
});

it('[ZV8] finds a booked payment again after a restart by its slip, and does not guess without one', async () => {
  const started = await startRig();
  const slip = await book(started);
  await started.terminal.stop();
  const restarted = started.anotherTerminal();
  restarted.start();
  await deviceBecomes(restarted, isReady);
  expect(await restarted.statusOf({ ...payment, slip })).toMatchObject({ kind: 'captured', slip });
  expect(await restarted.complete({ ...payment, slip })).toMatchObject({ kind: 'in-doubt' });
  expect(await restarted.statusOf(payment)).toMatchObject({ kind: 'in-doubt' });
  expect(await restarted.statusOf(second)).toEqual({ kind: 'declined', reason: 'not-found' });
  await restarted.stop();
});

it('[ZV8] knows after a restart that nothing was booked, though the payment before had the same amount', async () => {
  const started = await startRig();
  await book(started);
  await started.terminal.stop();

  const asking = started.anotherTerminal();
  asking.start();
  await deviceBecomes(asking, isReady);
  const latestBefore = await asking.latestStored();
  expect(latestBefore).toBe('0471');
  expect(await asking.latestStored()).toBe('0471');
  expect(started.sim.received.filter(({ meaning }) => meaning === 'repeat receipt')).toHaveLength(1);
  const next = { ...payment, reference: 'SALE0002A' };
  const approved = asking.authorise(next);
  await started.asksForCard();
  await started.presentCard('approve');
  expect((await approved).kind).toBe('held');
  // The power goes before anybody writes down what the bank said.
  await asking.stop();
  await started.becomes(({ booked }) => booked[1]?.state === 'reversed');

  const after = started.anotherTerminal();
  after.start();
  await deviceBecomes(after, isReady);
  expect(await after.statusOf(next)).toMatchObject({ kind: 'in-doubt' });
  expect(await after.statusOf({ ...next, latestBefore })).toMatchObject({ reason: 'not-found' });
  // One that was booked since is never taken for the one before.
  const booked = after.authorise(next);
  await started.asksForCard();
  await started.presentCard('approve');
  expect((await after.complete({ ...next, slip: slipOf(await booked) })).kind).toBe('captured');
  await after.stop();
  const last = started.anotherTerminal();
  last.start();
  await deviceBecomes(last, isReady);
  expect(await last.statusOf({ ...next, latestBefore })).toMatchObject({ kind: 'in-doubt' });
  await last.stop();
});

it('[ZV8] tells of nothing stored, and of a terminal that does not answer, the same: nothing is known', async () => {
  const started = await startRig({ promptLimitMs: 200 });
  expect(await started.terminal.latestStored()).toBeNull();
  await started.setFault('silent', true);
  expect(await started.terminal.latestStored()).toBeNull();
});

it('[ZV12] knows its own reversal in the answer `already reversed` after one without an answer', async () => {
  const started = await startRig();
  const slip = await book(started);
  const undo = { ...payment, reference: 'SALE0001R', payment: { ...payment, slip } };
  await started.setFault('timeout-after-approval', true);
  expect(await started.terminal.reverse(undo)).toMatchObject({ kind: 'in-doubt' });
  await started.setFault('timeout-after-approval', false);
  await deviceBecomes(started.terminal, isReady);
  expect(await started.terminal.reverse(undo)).toMatchObject({ kind: 'captured' });
  expect(started.sim.takenCents).toBe(0);
});

it('[ZV12] reverses the latest payment of the amount when no slip names one', async () => {
  const started = await startRig();
  await book(started);
  const undo = { ...second, reference: 'SALE0002R' };
  expect(await started.terminal.reverse(undo)).toEqual({ kind: 'declined', reason: 'not-found' });
  expect(await started.terminal.reverse({ ...undo, amountCents: payment.amountCents })).toMatchObject({
    kind: 'captured',
  });
  expect(started.sim.takenCents).toBe(0);
});

it('[ZV13] tells each batch once', async () => {
  const started = await startRig();
  await book(started);
  await book(started, second);
  const none = { count: 0, amountCents: 0 };
  expect(await started.terminal.reconcile()).toEqual({
    kind: 'totals',
    debits: { count: 2, amountCents: 6_490 },
    credits: none,
  });
  expect(await started.terminal.reconcile()).toEqual({ kind: 'totals', debits: none, credits: none });
});

it('[ZV13] tells whether the batch may be closed when there are no totals', async () => {
  const started = await startRig();
  await started.sim.act('fault', { name: 'loses-end-of-day', on: true });
  expect(await started.terminal.reconcile()).toMatchObject({ kind: 'unavailable', mayHaveClosed: true });
  await started.sim.act('fault', { name: 'loses-end-of-day', on: false });
  await deviceBecomes(started.terminal, isReady);
  await started.setFault('busy', true);
  expect(await started.terminal.reconcile()).toMatchObject({ kind: 'unavailable', mayHaveClosed: false });
  await started.setFault('busy', false);
  await started.setFault('cable-pulled', true);
  await deviceBecomes(started.terminal, hasFault('transport.unreachable'));
  expect(await started.terminal.reconcile()).toMatchObject({ kind: 'unavailable', mayHaveClosed: false });
});

it('[ZV14] lets go of an approval for another amount', async () => {
  const started = await startRig();
  await started.setFault('wrong-echo', true);
  const outcome = started.terminal.authorise(payment);
  await started.asksForCard();
  await started.presentCard('approve');
  expect(await outcome).toEqual({ kind: 'declined', reason: 'not-completed' });
  expect(started.sim.booked.map(({ state }) => state)).toEqual(['reversed']);
});

it('[ZV15] works with a terminal that ends the connection after every command', async () => {
  const started = await startRig({}, { closesAfterCommand: true });
  const slip = await book(started);
  expect(await started.terminal.statusOf({ ...payment, slip })).toMatchObject({ kind: 'captured' });
  expect(started.terminal.state).toEqual({ status: 'ready' });
});

it('counts the bytes that made no sense', async () => {
  const started = await startRig();
  await started.setFault('garbled', true);
  await deviceBecomes(started.terminal, ({ status }) => status === 'faulted');
  expect(started.terminal.discardedBytes).toBeGreaterThan(0);
});
