import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fiscalRulesOfFrance } from '@portillon/core/journal/fiscal-rules.ts';
import { Crt591Dispenser } from '@portillon/drivers/card-dispenser/crt-591/crt-591-dispenser.ts';
import { deviceBecomes, isReady } from '@portillon/drivers/device-becomes.ts';
import { CaisseApTerminal } from '@portillon/drivers/payment-terminal/caisse-ap/caisse-ap-terminal.ts';
import { EscPosPrinter } from '@portillon/drivers/printer/escpos/escpos-printer.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { EscPosSim } from '@portillon/hardware-sims/printer/escpos/escpos-sim.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { verifyArchive } from '../../../tools/verify-journal/verify-journal.mjs';
import type { ScreenMessage } from '../../bridge/messages.ts';
import type { KioskView, Screen, ScreenName } from '../../bridge/view.ts';
import { writeArchiveFolder } from '../../store/archive-folder.ts';
import { EdgeStore } from '../../store/edge-store.ts';
import { RecordedLog } from '../../store/test/recorded-log.ts';
import { archiveOrFail } from '../../store/test/sample-journal.ts';
import { sampleClub, sampleId, sampleIdentity, samplePlan } from '../../store/test/sample-records.ts';
import { sampleOperator, sampleTill } from '../../store/test/sample-takings.ts';
import { edgeConfigSchema } from '../edge-config.ts';
import { JournalKeeper } from '../journal-keeper.ts';
import { KioskController } from './kiosk-controller.ts';
import { newSale } from './new-sale.ts';
import { OfflineGuard } from './offline-guard.ts';

/** The visit of a real kiosk in practice: real store, journal and printer line; terminal and dispenser are not there at all. */
let folder: string;
let clock: VirtualClock;
let store: EdgeStore;
let keeper: JournalKeeper;
let kiosk: KioskController;
let log: RecordedLog;
let view: KioskView | null;
let wake: () => void;
let printerSim: EscPosSim;
let printer: EscPosPrinter;

function line(address: string) {
  const transport = transportFor(address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  return transport.value;
}

async function boot(): Promise<void> {
  const opened = await EdgeStore.open({
    folder: join(folder, 'edge'),
    clock,
    random: new SeededRandom(clock.wallMs()),
    log,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  view = null;
  const identity = await store.identity();
  keeper = new JournalKeeper({
    store,
    till: sampleTill.till,
    software: sampleTill.software,
    taxpayer: () => ({ est: sampleTill.est, timeZone: 'Europe/Paris', rules: fiscalRulesOfFrance }),
    clock,
    log,
    onChange: () => kiosk.refresh(),
    onRecord: () => undefined,
  });
  const devices = { clock, log, random: new SeededRandom(3), transport: line('tcp://127.0.0.1:1') };
  kiosk = new KioskController({
    config: {
      ...edgeConfigSchema.parse({
        name: sampleTill.till,
        stateFolder: folder,
        baseUrl: 'http://127.0.0.1:1',
        bridge: { port: 0 },
        devices: { gates: [] },
      }),
      screen: {
        diagonalInches: 24,
        terminalSide: 'right',
        cardSlotSide: 'right',
        receiptSlotSide: 'right',
      },
    },
    store,
    journal: keeper,
    offlineGuard: new OfflineGuard({
      store,
      limits: { mostAmountCents: 1, mostCount: 1, mostAgeMs: 1 },
      canSettle: true,
      clock,
      random: new SeededRandom(4),
      log,
      onChange: () => undefined,
      onEvent: () => undefined,
    }),
    isOnline: () => true,
    claimOrder: async () => 'unknown',
    askConsents: async () => null,
    terminal: new CaisseApTerminal(devices),
    issue: { kind: 'card', dispenser: new Crt591Dispenser(devices) },
    printer,
    reader: null,
    software: 'portillon-edge 0.1.0',
    fiscalSoftware: sampleTill.software,
    identity: () => identity,
    clock,
    random: new SeededRandom(clock.wallMs() + 1),
    log,
    publish: (next) => {
      view = next;
      wake();
    },
    onEvent: () => undefined,
  });
  await keeper.look();
  await kiosk.start();
}

async function powerOff(): Promise<void> {
  await kiosk.stop();
  await keeper.stop();
  await store.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'practice-'));
  clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+01:00'));
  log = new RecordedLog();
  wake = () => undefined;
  printerSim = new EscPosSim({ name: 'printer', clock: systemClock, rowMs: 1 });
  await printerSim.start();
  printer = new EscPosPrinter({ clock: systemClock, log, transport: line(printerSim.address), paperMm: 80 });
  printer.start();
  await deviceBecomes(printer, isReady);
  await boot();
  await powerOff();
  const opened = await EdgeStore.open({
    folder: join(folder, 'edge'),
    clock,
    random: new SeededRandom(9),
    log,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  await opened.value.saveIdentity(sampleIdentity());
  const club = { kind: 'club', id: sampleId(3), record: sampleClub() } as const;
  const plan = { kind: 'plan', id: sampleId(20), record: samplePlan() } as const;
  await opened.value.applyFeed(
    [
      { version: 1, change: club },
      { version: 2, change: plan },
    ],
    2,
    clock.wallMs(),
  );
  await opened.value.close();
  await boot();
  await practise('training-start');
});

afterEach(async () => {
  await powerOff();
  await printer.stop();
  await printerSim.stop();
  await rm(folder, { recursive: true });
});

const journal = () => {
  if (!keeper.journal) throw new Error('the journal is not open');
  return keeper.journal;
};

function practise(kind: 'training-start' | 'training-end') {
  return kiosk.whileQuiet(async () => {
    await store.write((tx) => journal().appendEvent(tx, kind, {}, sampleOperator));
    await keeper.look();
  });
}

const say = async (message: ScreenMessage) => (await kiosk.receive(message)).outcome;

async function sees<Name extends ScreenName>(
  name: Name,
  fits: (screen: Extract<Screen, { name: Name }>) => boolean = () => true,
): Promise<Extract<Screen, { name: Name }>> {
  for (;;) {
    const screen = view?.screen;
    if (screen?.name === name) {
      const found = screen as Extract<Screen, { name: Name }>;
      if (fits(found)) return found;
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function signContract(): Promise<void> {
  await say({ type: 'start', language: 'fr' });
  await say({ type: 'choose-plan', planId: sampleId(20) });
  await say({ type: 'give-name', givenName: 'Aïcha', familyName: 'Benoît' });
  await say({ type: 'give-birth-date', day: '9', month: 'mai', year: '1988' });
  await say({ type: 'give-contact', contact: { kind: 'none' } });
  await say({ type: 'give-photo', photo: { kind: 'later' } });
  await say({ type: 'give-consents', news: false });
  await say({ type: 'confirm-answers' });
  await say({ type: 'contract-read' });
  await say({ type: 'sign', signature: { kind: 'typed', text: 'Aïcha Benoît' } });
  await sees('payment', ({ phase }) => phase.name === 'practice');
}

/** The runner asks its terminal a moment after the screen shows it. */
async function answers(answer: 'approved' | 'declined' | 'cancelled'): Promise<void> {
  while ((await say({ type: 'practise-payment', answer })) === 'stale')
    await new Promise<void>((resolve) => setImmediate(resolve));
}

const events = async () => (await store.outbox.after(0, 100)).map(({ body }) => JSON.parse(body).type);
const papers = () => printerSim.paper().map(({ lines }) => lines);

it('[SA50] begins and ends between two visits only, and lasts through a restart', async () => {
  expect(view).toMatchObject({ practice: true, screen: { offers: { join: { possible: true } } } });
  await powerOff();
  await boot();
  expect(view?.practice).toBe(true);
  await say({ type: 'start', language: 'fr' });
  expect(await practise('training-end')).toBe('visit-under-way');
  expect(await journal().practice()).toMatchObject({ operator: sampleOperator });
  await say({ type: 'finish' });
  await practise('training-end');
  expect(view?.practice).toBe(false);
  // Without a terminal nothing is sold.
  expect(view?.screen).toMatchObject({ offers: { join: { possible: false, why: 'terminal' } } });
});

it('[W-SELLER-2] offers day entries where the seller takes them', async () => {
  const dayPlan = samplePlan({ soldAtKiosk: false, dayEntry: { priceCents: 1_200 } });
  const offered = async (modules: string[] | undefined) => {
    const club = sampleClub();
    const legalEntity = { ...club.legalEntity, ...(modules ? { modules } : {}) };
    const cursor = (await store.feedCursor()) + 2;
    await store.applyFeed(
      [
        { version: cursor - 1, change: { kind: 'club', id: sampleId(3), record: { ...club, legalEntity } } },
        { version: cursor, change: { kind: 'plan', id: sampleId(21), record: dayPlan } },
      ],
      cursor,
      clock.wallMs(),
    );
    kiosk.refresh();
    const { screen } = view ?? {};
    return screen?.name === 'attract' ? screen.offers.dayEntry?.possible : 'another screen';
  };
  expect(await offered(['passes', 'lockers'])).toBeUndefined();
  expect(await offered(['day-entries'])).toBe(true);
  expect(await offered(undefined)).toBe(true);
});

it('[SA52] [SA53] plays a visit without terminal and dispenser, which leaves one practice record and nothing else', async () => {
  await signContract();
  await answers('approved');
  const { note } = await sees('receipt');
  expect(note?.text).toMatch(/^SIMULATION\nNOTE 1,/);
  await say({ type: 'choose-receipt', receipt: 'none' });
  expect(await sees('welcome')).toMatchObject({ tickets: [] });
  await say({ type: 'finish' });
  await store.visits.keyDestroyed();

  expect(await events()).toEqual([]);
  expect(await store.passages.occupancy()).toMatchObject({ inside: 0 });
  const counts = Object.fromEntries((await store.books.chains()).map(({ chain, count }) => [chain, count]));
  expect(counts).toMatchObject({ T: 0, X: 1, D: 0 });
  expect((await journal().eventsOf('sale-cancelled')).length).toBe(0);
  clock.setWall(Date.parse('2026-11-24T08:00:00+01:00'));
  const [closing] = await store.write((tx) => journal().closeWhatIsDue(tx));
  expect(closing).toMatchObject({ period: '2026-11-23', training: 1, total: 0, perpSigned: 0 });
  const archive = await archiveOrFail(journal(), '2026-11-23', '2026-11-24');
  const { anchor } = archive;
  expect(verifyArchive(await writeArchiveFolder(folder, archive), { anchor })).toMatchObject({
    ok: true,
    counts: { T: 0, X: 1 },
  });
});

it('[SA52] a payment that is refused in practice is told as one, and may be tried again or left', async () => {
  await signContract();
  await answers('declined');
  await sees('payment', ({ phase }) => phase.name === 'not-paid' && phase.slip === 'printed');
  expect(papers().at(-1)).toEqual(expect.arrayContaining(['SIMULATION', 'PAIEMENT REFUSÉ']));
  expect(await say({ type: 'pay-again' })).toBe('done');
  await sees('payment', ({ phase }) => phase.name === 'practice');
  await answers('cancelled');
  await sees('payment', ({ phase }) => phase.name === 'not-paid');
  await say({ type: 'pay-again' });
  await sees('payment', ({ phase }) => phase.name === 'practice');
  // Nobody answers: the runner may not have asked yet, so the clock goes on until it is told.
  while (view?.screen.name === 'payment' && view.screen.phase.name === 'practice') {
    await clock.advance(180_000);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const { phase } = await sees('payment');
  expect(phase).toMatchObject({ name: 'not-paid', why: 'timed-out' });
  await say({ type: 'finish' });
  await sees('attract');
  expect(await events()).toEqual([]);
  expect(await journal().eventsOf('sale-cancelled')).toEqual([]);
});

it('[SA51] [SA54] papers say SIMULATION, and a second receipt is a duplicate of the practice record', async () => {
  await signContract();
  await answers('approved');
  await sees('receipt');
  await say({ type: 'print-contract' });
  await sees('receipt', ({ contractCopy }) => contractCopy === 'printed');
  expect(papers().at(-1)).toEqual(expect.arrayContaining(['SIMULATION', 'Copie du contrat']));
  await printerSim.act('fault', { name: 'power-off-mid-print', on: true });
  await say({ type: 'choose-receipt', receipt: 'paper' });
  await sees('receipt', ({ phase }) => phase === 'unknown');
  await printerSim.act('fault', { name: 'power-off', on: false });
  await deviceBecomes(printer, isReady);
  await say({ type: 'choose-receipt', receipt: 'paper' });
  await sees('receipt', ({ phase }) => phase === 'printed');
  const marks = papers()
    .at(-1)
    ?.filter((text) => /^(SIMULATION|DUPLICATA)/.test(text));
  expect(marks).toEqual(['SIMULATION', 'DUPLICATA 1', 'SIMULATION', 'DUPLICATA 1']);
  const [duplicate] = await store.books.duplicatesOf('X1', 1);
  expect(duplicate).toMatchObject({ copyNo: 1, channel: 'PRINT' });
  expect(await events()).toEqual([]);
});

it('[SA52] has the shape of practice whatever is sold: nothing to hand over, whatever the product needs', () => {
  const facts = {
    visitId: sampleId<'visit'>(40),
    language: 'fr',
    club: sampleClub(),
    identity: sampleIdentity(),
    clock,
    random: new SeededRandom(11),
  } as const;
  for (const goods of ['card', 'ticket', 'none'] as const) {
    const what = { shape: { goods, money: 'in' }, lines: [], agreedAtMs: clock.wallMs() } as const;
    const practised = newSale({ ...facts, practice: { operator: sampleOperator } }, what);
    expect(practised).toMatchObject({ shape: { goods: 'none' }, state: { name: 'authorising' } });
    expect(newSale({ ...facts, practice: null }, what).shape.goods).toBe(goods);
  }
});

it('[SA55] a practice that the power ended is over', async () => {
  await signContract();
  await powerOff();
  await boot();
  expect(view).toMatchObject({ practice: true, screen: { name: 'attract' } });
  expect(await store.visits.visitInFlight()).toBeNull();
  expect(await events()).toEqual([]);
});

it('[SA95] sells at midnight at the price that it showed, and shows whoever comes next the new one', async () => {
  clock.setWall(Date.parse('2026-12-31T23:59:40+01:00'));
  const comingPrices = [{ from: '2027-01-01', priceCents: 3_500, joiningFeeCents: 0 }];
  const plan = { kind: 'plan', id: sampleId(20), record: samplePlan({ comingPrices }) } as const;
  await store.applyFeed([{ version: 3, change: plan }], 3, clock.wallMs());
  await say({ type: 'start', language: 'fr' });
  expect((await sees('plan')).plans).toMatchObject([{ priceCents: 2_990, todayCents: 3_990 }]);
  await clock.advance(25_000);
  expect((await sees('plan')).plans).toMatchObject([{ priceCents: 2_990, todayCents: 3_990 }]);
  await signContract();
  expect(await sees('payment')).toMatchObject({ totalCents: 3_990 });
  await answers('declined');
  await sees('payment', ({ phase }) => phase.name === 'not-paid');
  await say({ type: 'finish' });
  await sees('attract');
  await say({ type: 'start', language: 'fr' });
  expect((await sees('plan')).plans).toMatchObject([{ priceCents: 3_500, todayCents: 3_500 }]);
  await say({ type: 'finish' });
});
