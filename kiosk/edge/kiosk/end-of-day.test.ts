import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@portillon/core/base/ids.ts';
import { cents } from '@portillon/core/base/money.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { eventPayloadSchema } from '@portillon/core/journal/fiscal-event.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { CaisseApTerminal } from '@portillon/drivers/payment-terminal/caisse-ap/caisse-ap-terminal.ts';
import { ZvtTerminal } from '@portillon/drivers/payment-terminal/zvt/zvt-terminal.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import type { Transport } from '@portillon/drivers/transport/transport.ts';
import { ZvtSim } from '@portillon/hardware-sims/payment-terminal/zvt/zvt-sim.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { sampleCredit, sampleSale, sampleTill } from '../../store/test/sample-takings.ts';
import { EndOfDay, type EndOfDayOptions } from './end-of-day.ts';

/** Real store and journal in virtual days; the real driver over TCP, the simulated terminal at its other end. */
let folder: string;
let clock: VirtualClock;
let log: RecordedLog;
let store: EdgeStore;
let journal: FiscalJournal;
let sim: ZvtSim;
let terminal: ZvtTerminal;
let sales = 0;
let running: EndOfDay[] = [];

const at = (iso: string) => clock.setWall(Date.parse(iso));

async function openStore(name: string): Promise<EdgeStore> {
  const opened = await EdgeStore.open({
    folder: join(folder, name),
    clock,
    random: new SeededRandom(5),
    log,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

async function openJournal(): Promise<FiscalJournal> {
  const opened = await store.openJournal(sampleTill);
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  return opened.value;
}

function line(address: string): Transport {
  const transport = transportFor(address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  return transport.value;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'end-of-day-'));
  clock = new VirtualClock(Date.parse('2026-11-22T09:00:00+01:00'));
  log = new RecordedLog();
  store = await openStore('edge');
  journal = await openJournal();
  sim = new ZvtSim({ name: 'terminal', clock: systemClock, bankMs: 20, askAgainMs: 20 });
  await sim.start();
  terminal = new ZvtTerminal({ clock: systemClock, log, transport: line(sim.address), pingEveryMs: 50 });
  terminal.start();
  await deviceBecomes(terminal, isReady);
});

afterEach(async () => {
  await terminal.stop();
  for (const each of running) await each.stop();
  running = [];
  expect(clock.pendingTimers).toBe(0);
  await sim.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

function endOfDay(options: Partial<EndOfDayOptions> = {}): EndOfDay {
  const made = new EndOfDay({
    store,
    journal: () => journal,
    terminal,
    isQuiet: () => true,
    clock,
    random: new SeededRandom(7),
    log,
    onEvent: () => undefined,
    onSettled: () => undefined,
    ...options,
  });
  running.push(made);
  return made;
}

/** 40.45, paid at the terminal and entered in the journal. */
async function sell(): Promise<{ readonly no: number; readonly undo: () => Promise<void> }> {
  sales += 1;
  const request = { reference: `SALE${sales}P1`, amountCents: cents(4_045) };
  const asked = terminal.authorise(request);
  await simBecomes(() => sim.view().phase === 'waiting-card');
  await sim.act('present-card', { bank: 'approve' });
  const held = await asked;
  if (held.kind !== 'held') throw new Error(`the payment is ${held.kind}`);
  expect((await terminal.complete({ ...request, slip: held.slip })).kind).toBe('captured');
  const { no } = await store.write(async (tx) => {
    const taking = await journal.appendTaking(tx, sampleSale(), `sale-${sales}`);
    if (held.slip.offline) {
      await store.offlineApprovals.remember(tx, {
        paymentReference: request.reference,
        saleId: newId<'sale'>(clock, new SeededRandom(sales)),
        recordNo: taking.no,
        amountCents: request.amountCents,
        approvedAtMs: clock.wallMs(),
      });
    }
    return taking;
  });
  return {
    no,
    undo: async () => {
      const payment = { ...request, slip: held.slip };
      const reversal = { ...request, reference: `SALE${sales}R1`, payment };
      expect((await terminal.reverse(reversal)).kind).toBe('captured');
      await store.write((tx) =>
        journal.appendTaking(tx, { ...sampleCredit(no), type: 'ANNUL' }, `sale-${sales}`),
      );
    },
  };
}

function simBecomes(fits: () => boolean): Promise<void> {
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

async function takeMoneyAtTheTerminal(amountCents: number): Promise<void> {
  await simBecomes(() => sim.view().phase === 'idle');
  await sim.act('booked-elsewhere', { amountCents });
}

const closeDays = () => store.write((tx) => journal.closeWhatIsDue(tx));
const asked = () => sim.received.filter(({ meaning }) => meaning === 'end of day').length;

async function cases() {
  const bodies = (await store.outbox.after(0, 100)).map(({ body }) => JSON.parse(body) as EventBody);
  return bodies.flatMap((body) => (body.type === 'case.opened' ? [body] : []));
}

async function compared() {
  const events = await journal.eventsOf('terminal-reconciliation');
  return events.map(({ payload }) => eventPayloadSchema.parse(JSON.parse(payload ?? '')).detail);
}

it('[SA25] asks once for each closed day, and says in the journal that both come to the same', async () => {
  const evening = endOfDay();
  await sell();
  await sell();
  await evening.look();
  expect(asked()).toBe(0);
  expect(evening.health).toEqual({ day: null, outcome: 'no-day-yet' });
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await evening.look();
  await evening.look();
  expect(asked()).toBe(1);
  expect(await compared()).toEqual([
    {
      subject: '2026-11-22',
      reason: 'same',
      recordNo: 2,
      ownCents: 8_090,
      ownCount: 2,
      toldCents: 8_090,
      toldCount: 2,
    },
  ]);
  expect(evening.health).toEqual({ day: '2026-11-22', outcome: 'same' });
  expect(await cases()).toEqual([]);
});

it('[SA28] opens one case for money taken at the keys of the terminal, and begins behind it the next day', async () => {
  const evening = endOfDay();
  await sell();
  await takeMoneyAtTheTerminal(2_000);
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await evening.look();
  expect(await cases()).toEqual([
    expect.objectContaining({
      kind: 'totals-differ',
      saleId: null,
      amountCents: 2_000,
      tried: [
        'the terminal told: 2 payments of 60.45',
        'the journal says: 1 payment of 40.45, up to taking 1',
      ],
      detail: '2026-11-22: the terminal has taken 20.00 more than the journal says; 1 payment too many',
    }),
  ]);
  expect(evening.health.outcome).toBe('different');

  await sell();
  at('2026-11-24T00:01:00+01:00');
  await closeDays();
  await endOfDay().look();
  expect((await compared()).map(({ reason }) => reason)).toEqual(['different', 'same']);
  expect(await cases()).toHaveLength(1);
});

it('[SA27] takes a sale that was undone for none', async () => {
  const { undo } = await sell();
  await undo();
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await endOfDay().look();
  expect(await compared()).toMatchObject([{ reason: 'same', recordNo: 3, ownCount: 3, toldCount: 1 }]);
});

it('[SA26] compares takings of the new day that came before the first quiet moment, too', async () => {
  let isQuiet = false;
  const evening = endOfDay({ isQuiet: () => isQuiet });
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await evening.look();
  expect(evening.health).toEqual({ day: '2026-11-22', outcome: 'waiting' });
  await sell();
  isQuiet = true;
  await evening.look();
  expect(await compared()).toMatchObject([{ subject: '2026-11-22', reason: 'same', recordNo: 2 }]);
});

it('[SA25] waits while a visit is saved that was not finished', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await store.saveVisit('visit-1', '{}');
  const evening = endOfDay();
  await evening.look();
  expect(asked()).toBe(0);
  await store.write((tx) => store.clearVisit(tx, 'visit-1'));
  await evening.look();
  expect(asked()).toBe(1);
});

it('[SA25] asks once for the last of several days that were closed at once', async () => {
  await sell();
  at('2026-11-25T08:00:00+01:00');
  await closeDays();
  await endOfDay().look();
  expect(asked()).toBe(1);
  expect(await compared()).toMatchObject([{ subject: '2026-11-24', reason: 'same' }]);
});

it('[SA29] does not close the batch a second time after a power cut while the terminal was at it', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  const look = endOfDay().look();
  await simBecomes(() => asked() === 1);
  // What a disk holds when the power goes now.
  await cp(join(folder, 'edge'), join(folder, 'after'), { recursive: true });
  await look;
  await store.close();
  store = await openStore('after');
  journal = await openJournal();
  expect(await compared()).toEqual([]);

  const evening = endOfDay();
  await evening.look();
  expect(asked()).toBe(1);
  expect(evening.health).toEqual({ day: '2026-11-22', outcome: 'unheard' });
  expect(await compared()).toEqual([{ subject: '2026-11-22', reason: 'unheard', recordNo: 1 }]);

  await sell();
  at('2026-11-24T00:01:00+01:00');
  await closeDays();
  await evening.look();
  expect(asked()).toBe(2);
  expect(await compared()).toMatchObject([
    { reason: 'unheard' },
    { reason: 'same', recordNo: 2, ownCents: 4_045 },
  ]);
  expect(await cases()).toEqual([]);
});

it('[SA29] compares both days when the power went before the terminal was asked', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await store.recordIntent({ kind: 'terminal.end-of-day', subject: '2026-11-22', detail: { throughNo: 1 } });
  await endOfDay().look();
  expect(asked()).toBe(0);
  await sell();
  at('2026-11-24T00:01:00+01:00');
  await closeDays();
  await endOfDay().look();
  expect(await compared()).toMatchObject([
    { reason: 'unheard', recordNo: 1 },
    { reason: 'same', recordNo: 2, ownCents: 8_090 },
  ]);
});

it('[SA29] asks no more that day when the line dies before the terminal tells', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await sim.act('fault', { name: 'loses-end-of-day', on: true });
  const evening = endOfDay();
  await evening.look();
  await sim.act('fault', { name: 'loses-end-of-day', on: false });
  await deviceBecomes(terminal, isReady);
  await evening.look();
  expect(asked()).toBe(1);
  expect(evening.health.outcome).toBe('unheard');
  expect(await cases()).toEqual([]);
});

it('[SA29] asks again a quarter of an hour later where the terminal surely did not begin', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  const evening = endOfDay();
  const waiting = terminal.authorise({ reference: 'OTHERP1', amountCents: cents(100) });
  await simBecomes(() => sim.view().phase === 'waiting-card');
  await evening.look();
  await sim.act('red-key');
  expect((await waiting).kind).toBe('cancelled');
  await evening.look();
  expect(asked()).toBe(0);
  expect(evening.health.outcome).toBe('waiting');
  at('2026-11-23T00:16:30+01:00');
  await evening.stop();
  await clock.advance(900_000);
  await endOfDay().look();
  expect(asked()).toBe(1);
  expect(await compared()).toMatchObject([{ reason: 'same' }]);
});

it('[SA29] asks nothing while the disk does not take the intent', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  const evening = endOfDay();
  const write = store.write.bind(store);
  store.write = () => Promise.reject(new Error('the disk is full'));
  await evening.look();
  store.write = write;
  expect(asked()).toBe(0);
  await evening.look();
  expect(asked()).toBe(1);
});

it('[SA28] writes later what the disk did not take, without asking the terminal again', async () => {
  await sell();
  await takeMoneyAtTheTerminal(2_000);
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  const evening = endOfDay();
  const append = journal.appendEvent.bind(journal);
  journal.appendEvent = () => Promise.reject(new Error('the disk is full'));
  await evening.look();
  expect(await cases()).toEqual([]);
  journal.appendEvent = append;
  await evening.look();
  await evening.look();
  expect(asked()).toBe(1);
  expect(await cases()).toHaveLength(1);
  expect(await compared()).toMatchObject([{ reason: 'different', toldCents: 6_045 }]);
});

it('[SA30] names a terminal that cannot tell once a day, and opens no case', async () => {
  await sell();
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  const chargeOnly = new CaisseApTerminal({
    clock: systemClock,
    log,
    transport: line('tcp://127.0.0.1:9'),
  });
  const evening = endOfDay({ terminal: chargeOnly });
  expect(evening.health).toEqual({ day: null, outcome: 'cannot' });
  await evening.look();
  await evening.look();
  expect(evening.health).toEqual({ day: '2026-11-22', outcome: 'cannot' });
  at('2026-11-24T00:01:00+01:00');
  await closeDays();
  await evening.look();
  const named = log.entries.filter(({ event }) => event === 'end-of-day.terminal-cannot');
  expect(named.map(({ fields }) => fields.day)).toEqual(['2026-11-22', '2026-11-23']);
  expect(await cases()).toEqual([]);
  expect(await compared()).toEqual([]);
});

const unsettled = async () =>
  (await store.offlineApprovals.unsettled()).map(({ paymentReference }) => paymentReference);

it('[SA40] settles what the terminal approved without the bank once it has told its end of day, not before', async () => {
  let settled = 0;
  const evening = endOfDay({
    onSettled: () => {
      settled += 1;
    },
  });
  await sell();
  await sim.act('fault', { name: 'bank-unreachable', on: true });
  await sell();
  const reference = `SALE${sales}P1`;
  expect(await unsettled()).toEqual([reference]);
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await evening.look();
  expect(evening.health.outcome).toBe('waiting');
  expect(await unsettled()).toEqual([reference]);

  await sim.act('fault', { name: 'bank-unreachable', on: false });
  await clock.advance(900_000);
  await evening.look();
  expect(evening.health.outcome).toBe('same');
  expect(settled).toBe(1);
  expect(await unsettled()).toEqual([]);
});

it('[SA40] settles nothing by an end of day that nobody heard', async () => {
  const evening = endOfDay();
  await sim.act('fault', { name: 'bank-unreachable', on: true });
  await sell();
  await sim.act('fault', { name: 'bank-unreachable', on: false });
  await sim.act('fault', { name: 'loses-end-of-day', on: true });
  at('2026-11-23T00:01:00+01:00');
  await closeDays();
  await evening.look();
  expect(evening.health.outcome).toBe('unheard');
  expect(await unsettled()).toHaveLength(1);
});
