import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CredentialId, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { type EventBody, eventBodySchema } from '@portillon/core/wire/event.ts';
import type { CardDispenser } from '@portillon/drivers/card-dispenser/card-dispenser.ts';
import { transportFor } from '@portillon/drivers/transport/address.ts';
import { DesfireSimCard } from '@portillon/hardware-sims/card/desfire/desfire-sim-card.ts';
import { dispenserSim } from '@portillon/hardware-sims/card-dispenser/dispenser-models.ts';
import type { DispenserSim } from '@portillon/hardware-sims/card-dispenser/dispenser-sim.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RepairScreen } from '../../bridge/repair-view.ts';
import { EdgeStore } from '../../store/edge-store.ts';
import { dispenserOf } from '../dispenser-models.ts';
import { DispenserRepair } from './dispenser-repair.ts';

/** A real store, and a real driver before a sim on a pseudo-terminal. */
const random = new SeededRandom(19);
const surroundings = { clock: systemClock, random, log: silentLog };
const credentialId = newId<'credential'>(systemClock, random) as CredentialId;

let folder: string;
let store: EdgeStore;
let sim: DispenserSim;
let dispenser: CardDispenser;
let counting: Promise<unknown>;
let shown: RepairScreen[];
let made = 0;

const newCard = () => {
  made += 1;
  return new DesfireSimCard({ uid: `04000000000${(0x100 + made).toString(16)}`, random });
};
const cards = (count: number) => Array.from({ length: count }, newCard);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'repair-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), ...surroundings });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  sim = dispenserSim(
    { model: 'crt-591', baud: 9600, stack: 0 },
    {
      name: 'dispenser',
      clock: systemClock,
      path: join(folder, 'port'),
      cards: cards(20),
      binCapacity: 2,
      speed: 50,
    },
  );
  await sim.start();
  const transport = transportFor(sim.address, { clock: systemClock });
  if (!transport.ok) throw new Error(transport.error.detail);
  dispenser = dispenserOf(
    { model: 'crt-591', address: sim.address },
    { ...surroundings, transport: transport.value },
  );
  counting = Promise.resolve();
  dispenser.onMovement((movement) => {
    counting = counting.then(() => store.write((tx) => store.dispenserCounts.moved(tx, movement)));
  });
  dispenser.start();
  await new Promise<void>((resolve) => dispenser.onState(({ status }) => status === 'ready' && resolve()));
  shown = [];
});

afterEach(async () => {
  await dispenser.stop();
  await sim.stop();
  await counting;
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function repair(): Promise<DispenserRepair> {
  const visit: DispenserRepair = new DispenserRepair({
    ...surroundings,
    dispenser,
    store,
    credentialId,
    showsPeople: false,
    show: (screen) => shown.push(screen),
    onEvent: () => undefined,
  });
  await visit.begin();
  return visit;
}

/** Does what the screen says until a step asks for a count, or nothing is left to do. */
async function goOn(visit: DispenserRepair, counts: Partial<Record<string, string>> = {}): Promise<string[]> {
  const done: string[] = [];
  while (visit.screen.phase === 'step' && done.length < 20) {
    const step = visit.screen.steps[visit.screen.at] ?? '';
    done.push(step);
    await visit.stepDone(counts[step] ?? '');
    await counting;
    if (visit.screen.badCount) break;
  }
  return done;
}

async function told(): Promise<EventBody[]> {
  const events = await store.outbox.after(0, 100);
  return events
    .map(({ body }) => eventBodySchema.parse(JSON.parse(body)))
    .filter(({ type }) => type === 'dispenser.serviced');
}

it('[DI19] leads through a jam, asks the device after each step, and ends when it works', async () => {
  await sim.act('fault', { name: 'jam-on-feed', on: true });
  await dispenser.stage();
  const visit = await repair();
  expect(visit.screen).toMatchObject({ guide: 'card-jam', says: { faultCode: 'dispenser.card-jam' } });
  await visit.stepDone('');
  expect(visit.screen).toMatchObject({ at: 1, says: { faultCode: 'dispenser.card-jam' } });
  // Not freed: the reset says so, and the steps begin anew.
  expect(await goOn(visit, { 'remove-card': '0' })).toContain('reset');
  expect(shown.some(({ again, at }) => again && at === 0)).toBe(true);
});

it('[DI19] [DI20] tells the base who freed the jam, and that the cards add up', async () => {
  await sim.act('fault', { name: 'jam-on-feed', on: true });
  await dispenser.stage();
  await counting;
  await sim.act('fault', { name: 'jam-on-feed', on: false });
  sim.clearJam();
  const visit = await repair();
  // The driver has heard of the free path by itself: nothing is wrong any more, and staff try it.
  if (visit.screen.phase === 'choose') visit.choose('test');
  expect(await goOn(visit, { 'remove-card': '1' })).toContain('test');
  expect(visit.screen).toMatchObject({ phase: 'at-work', says: { faultCode: null, card: 'at-encoder' } });
  const [event] = await told();
  expect(event).toMatchObject({
    credentialId,
    outcome: 'ready',
    faultAfter: null,
    counted: { fed: 2, inPath: 1 },
  });
});

it('[DI20] empties the bin: the number found is held against both counters, which begin anew', async () => {
  for (const _captured of [1, 2]) {
    await dispenser.stage();
    await dispenser.capture();
  }
  await counting;
  const visit = await repair();
  expect(visit.screen).toMatchObject({
    guide: 'empty-bin',
    says: { binFull: true, captured: 2 },
    counted: { bin: 2 },
  });
  await visit.stepDone('');
  // Said to be empty, and the sensor still says full.
  await visit.stepDone('0');
  expect(visit.screen).toMatchObject({ at: 1, again: true });
  sim.emptyBin();
  await visit.stepDone('1');
  expect(await goOn(visit)).toEqual(['close', 'reset', 'test']);
  expect(visit.screen).toMatchObject({
    phase: 'at-work',
    counted: { bin: 0 },
    differences: { bin: -1, path: 0 },
  });
  expect(await dispenser.capturedCount()).toEqual({ ok: true, value: 0 });
  expect(await told()).toMatchObject([
    {
      faultBefore: null,
      emptied: 1,
      filled: null,
      counted: { bin: 2, fed: 3, captured: 2, handed: 0, inPath: 1, byDevice: 2 },
      differences: { bin: -1, path: 0 },
    },
  ]);
  // A second end tells nothing a second time.
  await visit.end();
  expect(await told()).toHaveLength(1);
});

it('[DI20] takes the number of cards put in, keeps count of them, and finds the one that nobody was handed', async () => {
  const first = await repair();
  first.choose('refill');
  await first.stepDone('');
  expect(await first.stepDone('')).toBe(true);
  expect(first.screen.badCount).toBe(true);
  await first.stepDone('401');
  expect(first.screen.badCount).toBe(true);
  sim.refill(cards(30));
  await goOn(first, { fill: '30' });
  expect(first.screen).toMatchObject({ phase: 'at-work', counted: { stack: 30 }, differences: { path: 0 } });
  // One card is sold, one is taken out by somebody whom nobody has asked.
  await dispenser.present();
  sim.takeCard();
  await store.write((tx) => store.dispenserCounts.handed(tx));
  await dispenser.stage();
  sim.removeByHand();
  await counting;
  const second = await repair();
  second.choose('test');
  await goOn(second);
  expect(second.screen.differences).toEqual({ bin: null, path: 1 });
  expect((await told()).at(-1)).toMatchObject({
    counted: { handed: 1, stack: 28 },
    differences: { path: 1 },
  });
});

it('[DI20] tells of a repair that staff left in the middle, and of none that they only looked at', async () => {
  const looked = await repair();
  await looked.end();
  expect(await told()).toEqual([]);
  await sim.act('fault', { name: 'silent', on: true });
  const visit = await repair();
  expect(visit.screen).toMatchObject({
    guide: 'not-answering',
    says: { faultCode: 'line.no-answer', card: null },
  });
  await visit.stepDone('');
  await visit.end();
  expect(await told()).toMatchObject([
    { outcome: 'not-ready', faultBefore: 'line.no-answer', faultAfter: 'line.no-answer' },
  ]);
});
