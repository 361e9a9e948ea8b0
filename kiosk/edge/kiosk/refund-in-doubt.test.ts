import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { cents } from '@portillon/core/base/money.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { Crt591Dispenser } from '@portillon/drivers/card-dispenser/crt-591/crt-591-dispenser.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { ConcertTerminal } from '@portillon/drivers/payment-terminal/concert/concert-terminal.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { ConcertSim } from '@portillon/hardware-sims/payment-terminal/concert/concert-sim.ts';
import { expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import { newSale } from './new-sale.ts';
import type { RefundSale, SaleInProgress } from './sale-in-progress.ts';
import { SaleRunner } from './sale-runner.ts';
import { sampleFacts, sampleIdentity, sampleJournal } from './test/sample-sale.ts';

const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };

function line(address: string) {
  const transport = transportFor(address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  return transport.value;
}

it('[SA64] [I10] asks a terminal for the money back once, and opens a case when it cannot say what became of it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refund-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), ...surroundings });
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  const sim = new ConcertSim({
    name: 'terminal',
    clock: systemClock,
    path: join(folder, 'terminal'),
    dialect: 'v2',
    bankMs: 20,
  });
  await sim.start();
  const terminal = new ConcertTerminal({
    ...surroundings,
    transport: line(sim.address),
    dialect: 'v2',
    answerLimitMs: 3_000,
  });
  const dispenser = new Crt591Dispenser({
    ...surroundings,
    transport: line(`serial://${folder}/none?baud=9600`),
  });
  terminal.start();
  await deviceBecomes(terminal, isReady);
  await sim.act('fault', { name: 'timeout-after-approval', on: true });
  const journal = await sampleJournal(store);
  const facts = sampleFacts(surroundings);
  const amount = cents(2_000);
  const sale: RefundSale = {
    ...newSale(facts, {
      shape: { goods: 'none', money: 'out' },
      lines: [
        {
          label: 'Essentiel, premier mois',
          productId: 'plan',
          quantity: 1,
          unitCents: amount,
          grossCents: amount,
          netCents: cents(1_667),
          vatRate: 2_000,
        },
      ],
      agreedAtMs: systemClock.wallMs(),
    }),
    product: 'refund',
    lineWords: [],
    card: null,
    tickets: [],
    orderId: newId(systemClock, systemRandom),
    memberId: null,
    original: { saleId: newId(systemClock, systemRandom), saleReference: 'M7QK-2F9C', recordNo: 1 },
    ends: [],
  };
  const ended = new Promise<SaleInProgress>((resolve) => {
    const runner = new SaleRunner(
      {
        ...surroundings,
        store,
        journal: () => journal,
        identity: sampleIdentity(surroundings),
        terminal,
        dispenser,
        takeCardMs: 1_000,
        onProgress: () => undefined,
        onEnded: resolve,
        onEvent: () => undefined,
        handTicket: () => Promise.resolve(true),
        showTicket: () => Promise.resolve('taken'),
        mayTakeOffline: () => true,
      },
      sale,
    );
    runner.begin();
  });
  await new Promise<void>((resolve) => {
    const look = () => {
      if (sim.view().phase !== 'waiting-card') return;
      stop();
      resolve();
    };
    const stop = sim.onChange(look);
    look();
  });
  await sim.act('present-card', { bank: 'approve' });

  expect((await ended).state).toMatchObject({ ending: 'in-doubt' });
  expect(sim.booked.filter(({ action }) => action === 'credit')).toHaveLength(1);
  const [event] = (await store.outbox.after(0, 9)).map(({ body }) => JSON.parse(body));
  expect(event).toMatchObject({
    type: 'case.opened',
    kind: 'refund-in-doubt',
    orderId: sale.orderId,
    saleId: sale.original.saleId,
    reference: sale.saleReference,
    amountCents: 2_000,
  });
  expect(await store.usedOrders.used(sale.orderId)).toMatchObject({ outcome: 'in-doubt', backCents: 2_000 });
  expect(await journal.takingsOf(sale.saleId)).toEqual([]);

  await terminal.stop();
  await sim.stop();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
