import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { ok } from '@portillon/core/base/result.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { readGrant } from '@portillon/core/crypto/grant.ts';
import { newSigningKeyPair, signatureHolds } from '@portillon/core/crypto/signing-key.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import type { CardChannel } from '@portillon/drivers/card/card-channel.ts';
import { ClubCard } from '@portillon/drivers/card/desfire/club-card.ts';
import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import { Crt591Dispenser } from '@portillon/drivers/card-dispenser/crt-591/crt-591-dispenser.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { CaisseApTerminal } from '@portillon/drivers/payment-terminal/caisse-ap/caisse-ap-terminal.ts';
import type { PaymentTerminal } from '@portillon/drivers/payment-terminal/payment-terminal.ts';
import { ZvtTerminal } from '@portillon/drivers/payment-terminal/zvt/zvt-terminal.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import type { Transport } from '@portillon/drivers/transport/transport.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { Crt591Sim } from '@portillon/hardware-sims/card-dispenser/crt-591/crt-591-sim.ts';
import { CaisseApSim } from '@portillon/hardware-sims/payment-terminal/caisse-ap/caisse-ap-sim.ts';
import { ZvtSim } from '@portillon/hardware-sims/payment-terminal/zvt/zvt-sim.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../../store/edge-store.ts';
import type { FiscalJournal } from '../../store/fiscal-journal.ts';
import { cardKeysOf } from '../card-keys-of.ts';
import type { SaleInProgress } from './sale-in-progress.ts';
import { type SaleProgress, SaleRunner } from './sale-runner.ts';
import { sampleIdentity, sampleJournal, sampleSale } from './test/sample-sale.ts';

/** Real store, drivers and lines; the simulated devices are on the other end. */
const surroundings = { clock: systemClock, random: systemRandom, log: silentLog };
const id = <Kind extends string>() => newId<Kind>(systemClock, systemRandom);

let folder: string;
let store: EdgeStore;
let identity: EdgeIdentity;
let cards: DesfireSimCard[];
let journal: FiscalJournal;
let dispenserSim: Crt591Sim;
let terminalSim: CaisseApSim;
let dispenser: Crt591Dispenser;
/** Null for a club whose credential is the pass. */
let fitted: Crt591Dispenser | null;
let terminal: CaisseApTerminal;

function line(address: string): Transport {
  const transport = transportFor(address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  return transport.value;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sale-runner-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), ...surroundings });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  journal = await sampleJournal(store);
  identity = sampleIdentity(surroundings);
  cards = ['04112233445566', '04112233445577', '04112233445588'].map(
    (uid) => new DesfireSimCard({ uid, random: systemRandom }),
  );
  dispenserSim = new Crt591Sim({
    name: 'dispenser',
    clock: systemClock,
    path: join(folder, 'crt'),
    cards,
    speed: 20,
  });
  terminalSim = new CaisseApSim({ name: 'terminal', clock: systemClock, bankMs: 20 });
  await dispenserSim.start();
  await terminalSim.start();
  dispenser = new Crt591Dispenser({ ...surroundings, transport: line(dispenserSim.address) });
  terminal = new CaisseApTerminal({ ...surroundings, transport: line(terminalSim.address) });
  dispenser.start();
  fitted = dispenser;
  terminal.start();
  await Promise.all([deviceBecomes(dispenser, isReady), deviceBecomes(terminal, isReady)]);
});

afterEach(async () => {
  await Promise.all([dispenser.stop(), terminal.stop()]);
  await Promise.all([dispenserSim.stop(), terminalSim.stop()]);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const drawnUp = () => sampleSale(store, surroundings, { saleReference: 'ABCD-2345' });

interface Watched {
  readonly runner: SaleRunner;
  readonly ended: Promise<{ readonly sale: SaleInProgress; readonly lastFault: Fault | null }>;
  sees(name: SaleProgress['name']): Promise<void>;
}

function run(
  sale: SaleInProgress,
  go: (runner: SaleRunner) => void,
  takeCardMs = 60_000,
  payAt: PaymentTerminal = terminal,
): Watched {
  const seen = new Set<string>();
  let wake: () => void = () => undefined;
  let tellEnd: (end: Awaited<Watched['ended']>) => void = () => undefined;
  const ended = new Promise<Awaited<Watched['ended']>>((resolve) => {
    tellEnd = resolve;
  });
  const runner = new SaleRunner(
    {
      ...surroundings,
      store,
      journal: () => journal,
      identity,
      terminal: payAt,
      dispenser: fitted,
      takeCardMs,
      mayTakeOffline: () => true,
      onProgress: ({ name }) => {
        seen.add(name);
        wake();
      },
      onEnded: (ended, lastFault) => tellEnd({ sale: ended, lastFault }),
      onEvent: () => undefined,
      handTicket: () => Promise.resolve(true),
      showTicket: () => Promise.resolve('taken'),
    },
    sale,
  );
  go(runner);
  return {
    runner,
    ended,
    sees: async (name) => {
      while (!seen.has(name)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Resolves when the terminal asks for a card. */
function asksForCard(): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (terminalSim.view().phase !== 'waiting-card') return;
      stop();
      resolve();
    };
    const stop = terminalSim.onChange(check);
    check();
  });
}

async function approve(): Promise<void> {
  await asksForCard();
  await terminalSim.act('present-card', { bank: 'approve' });
}

async function events(): Promise<readonly EventBody[]> {
  return (await store.outbox.after(0, 100)).map(({ body }) => JSON.parse(body) as EventBody);
}

it('[SA12] takes a forgotten card into the bin, keeps the membership, and opens a case', async () => {
  const { ended } = run(await drawnUp(), (runner) => runner.begin(), 400);
  await approve();
  const { sale } = await ended;
  expect(sale.state).toMatchObject({ ending: 'card-owed', why: 'card not taken' });
  expect(dispenserSim.contents.bin).toHaveLength(1);
  expect((await events()).map(({ type }) => type)).toEqual(['sale.completed', 'case.opened']);
  expect(await events()).toMatchObject([{}, { kind: 'hand-over-card', saleReference: 'ABCD-2345' }]);
  const [taking] = await journal.takingsOf(sale.saleId);
  expect(taking).toMatchObject({ type: 'VENTE', no: 1 });
  expect(sale.fiscal?.recordNo).toBe(1);
  expect(taking?.text + (taking?.payload ?? '')).not.toContain('Essai');
});

it('[SA4] [I6] leaves no grant on a card whose payment was declined, and gives that card to the next customer', async () => {
  const first = run(await drawnUp(), (runner) => runner.begin());
  await asksForCard();
  await terminalSim.act('present-card', { bank: 'decline' });
  await first.sees('not-paid');
  first.runner.send({ type: 'give-up' });
  expect((await first.ended).sale.state).toMatchObject({ ending: 'not-charged' });
  expect(await events()).toEqual([]);
  const [abandoned] = await journal.eventsOf('sale-cancelled');
  expect(abandoned?.payload).toContain(first.runner.sale.saleId);
  await store.write((tx) => store.clearVisit(tx, first.runner.sale.visitId));
  const inside = dispenserSim.contents.inPath;
  const grantLength = inside?.card.memory().applications[0]?.files[0]?.hex.slice(34, 38);
  expect(grantLength).toBe('0000');

  const second = run(await drawnUp(), (runner) => runner.begin());
  await approve();
  await second.sees('at-mouth');
  const card = dispenserSim.takeCard();
  expect(card.uid).toBe(inside?.card.uid);
  expect((await second.ended).sale.state).toMatchObject({ ending: 'served' });
});

/** Writes small things until nothing fits any more. */
async function fillUp(): Promise<void> {
  for (let piece = 0; piece < 2_000; piece++)
    await store.recordIntent({ kind: 'fill', subject: id(), detail: {} });
}

it('stops before money is asked when the disk is full', async () => {
  const sale = await drawnUp();
  await store.write((tx) => tx.get('PRAGMA max_page_count = 1'));
  await expect(fillUp()).rejects.toMatchObject({ fault: { code: 'store.full' } });
  const { ended } = run(sale, (runner) => runner.begin());
  expect((await ended).sale.state).toMatchObject({ ending: 'not-charged', why: 'store' });
  expect(terminalSim.booked).toEqual([]);
});

it('moves no card and asks for no money on a box that may not write cards', async () => {
  const read = identity.cardKey.key;
  identity = { ...identity, cardKeys: { current: 1, versions: [{ version: 1, read }] } };
  const before = dispenserSim.view();
  const { ended } = run(await drawnUp(), (runner) => runner.begin());
  expect(await ended).toMatchObject({
    sale: { state: { name: 'ended', ending: 'not-charged' } },
    lastFault: { code: 'card.no-writing-key' },
  });
  expect(dispenserSim.view()).toEqual(before);
});

it('[SA15] [I10] settles by asking what the power cut off between the yes of the bank and the disk, after a payment of the same amount', async () => {
  const sim = new ZvtSim({ name: 'zvt', clock: systemClock, bankMs: 20, askAgainMs: 20 });
  await sim.start();
  const becomes = (fits: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!fits()) return;
        stop();
        resolve();
      };
      const stop = sim.onChange(look);
      look();
    });
  const switchedOn = async () => {
    const started = new ZvtTerminal({ ...surroundings, transport: line(sim.address), pingEveryMs: 50 });
    started.start();
    await deviceBecomes(started, isReady);
    return started;
  };
  const pay = async () => {
    await becomes(() => sim.view().phase === 'waiting-card');
    await sim.act('present-card', { bank: 'approve' });
  };
  let zvt = await switchedOn();
  const before = await drawnUp();
  const paidBefore = run(before, (runner) => runner.begin(), 60_000, zvt);
  await pay();
  await paidBefore.sees('at-mouth');
  dispenserSim.takeCard();
  expect((await paidBefore.ended).sale.state).toMatchObject({ ending: 'served' });
  await store.write((tx) => store.clearVisit(tx, before.visitId));
  await zvt.stop();

  zvt = await switchedOn();
  const sale = await sampleSale(store, surroundings, { saleReference: 'EFGH-6789' });
  expect(sale.totalCents).toBe(before.totalCents);
  const cut = run(sale, (runner) => runner.begin(), 60_000, zvt);
  await becomes(() => sim.view().phase === 'waiting-card');
  const gone = cut.runner.stop();
  await pay();
  await gone;
  await zvt.stop();
  await becomes(() => sim.booked.at(-1)?.state === 'reversed');
  const saved = await store.visits.visitInFlight();
  const found = JSON.parse(saved?.json ?? '') as SaleInProgress;
  expect(found.state.name).toBe('authorising');

  zvt = await switchedOn();
  const resumed = run(found, (runner) => runner.resume(), 60_000, zvt);
  await resumed.sees('not-paid');
  resumed.runner.send({ type: 'give-up' });
  expect((await resumed.ended).sale.state).toMatchObject({ name: 'ended', ending: 'not-charged' });
  expect((await events()).map(({ type }) => type)).toEqual(['sale.completed']);
  expect(sim.takenCents).toBe(before.totalCents);
  await zvt.stop();
  await sim.stop();
});

it('[I2] [I6] retains a card that dies while it is staged, and one that dies under the grant, and hands out the third', async () => {
  const [first, second, third] = cards;
  if (!first || !second || !third) throw new Error('three cards are in the stacker');
  const issuer = newSigningKeyPair();
  identity = { ...identity, privateKey: issuer.privateKey };
  first.switchFault('pulled-mid-write', true);
  const { sees, ended } = run(await drawnUp(), (runner) => runner.begin());
  await asksForCard();
  expect(dispenserSim.contents.bin).toEqual([first]);
  second.switchFault('pulled-mid-write', true);
  await terminalSim.act('present-card', { bank: 'approve' });
  await sees('at-mouth');
  expect(dispenserSim.contents.bin).toEqual([first, second]);
  expect(dispenserSim.takeCard()).toBe(third);
  expect((await ended).sale.state).toMatchObject({ ending: 'served' });
  expect(terminalSim.booked).toHaveLength(1);
  const holds = await Promise.all([first, second, third].map((card) => carriesGrant(card, issuer.publicKey)));
  expect(holds).toEqual([false, false, true]);
});

it('[SA79] [SA80] [I1] sells a membership without a dispenser: paid, in the books with a ticket of its member, handed over', async () => {
  fitted = null;
  const before = dispenserSim.view();
  const { card, ...drawn } = await drawnUp();
  const { cardUid: _none, ...handed } = card;
  const ticketToMs = drawn.agreedAtMs + 86_400_000;
  const bridge = { ...handed, text: 'PT1.sample', ticketToMs };
  const shape = { goods: 'bridge', money: 'in' } as const;
  const { sees, ended } = run({ ...drawn, shape, card: null, bridge }, (runner) => runner.begin());
  await asksForCard();
  await terminalSim.act('present-card', { bank: 'approve' });
  await sees('showing-ticket');
  expect((await ended).sale.state).toMatchObject({ ending: 'served' });
  expect(dispenserSim.view()).toEqual(before);
  expect(await events()).toMatchObject([
    {
      type: 'sale.completed',
      membership: { validTo: null },
      credentials: [
        {
          credentialId: bridge.credentialId,
          kind: 'ticket',
          cardUid: null,
          validTo: isoTime(ticketToMs),
          singleUse: false,
        },
      ],
    },
  ]);
  expect(store.book.credential(bridge.credentialId)).toMatchObject({
    kind: 'ticket',
    memberId: bridge.memberId,
    account: { validTo: null, status: 'active' },
  });
});

const noSlip = {
  scheme: 'CB',
  authorisation: '664765',
  applicationId: null,
  contactless: true,
  terminalContract: null,
  terminalReceipt: null,
  offline: null,
} as const;

it('[SA84] [I2] owes a card that was begun before the club went over to passes, with a case', async () => {
  fitted = null;
  const slip = { ...noSlip, maskedPan: '************4869' };
  const paid = { slip, attempt: 1, held: false, customerGone: false };
  const atMouth = { ...(await drawnUp()), state: { name: 'at-mouth', paid, lookups: 0 } } as const;
  const { ended } = run(atMouth, (runner) => runner.resume());
  expect((await ended).sale.state).toMatchObject({ ending: 'card-owed' });
  expect((await events()).at(-1)).toMatchObject({ type: 'case.opened', kind: 'hand-over-card' });
});

/** Whether a gate would believe the grant on this card. */
async function carriesGrant(card: DesfireSimCard, issuerKey: string): Promise<boolean> {
  card.powerOff();
  const channel: CardChannel = {
    uid: bytesOfHex(card.uid),
    transmit: async (apdu) => ok(card.answer(apdu) ?? new Uint8Array(0)),
  };
  const keys = cardKeysOf(identity);
  const read = await new ClubCard({ channel, keys, randomBytes: systemRandom.bytes }).read();
  const grant = read.ok && read.value.grant ? readGrant(read.value.grant) : null;
  return grant?.ok === true && signatureHolds(issuerKey, grant.value.signedBytes, grant.value.signature);
}
