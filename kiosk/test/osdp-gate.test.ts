import { systemClock } from '@portillon/core/base/system-clock.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StaffDesk } from './staff-desk.ts';
import { TestClub } from './test-club.ts';

/** A club whose gate hangs on an OSDP line, board and badge reader under keys of their own; real processes, one line. */
let club: TestClub;
let cardId: string;

beforeAll(async () => {
  club = await TestClub.open({ gate: 'osdp', speed: 20 });
  cardId = await club.buyCard();
}, 240_000);
afterAll(() => club?.close(), 60_000);

const tap = () => club.panel.world('tap', { gateId: club.gateId, cardId, holdMs: 600 });

/** Whether the display has been told these words since that moment. */
async function shownSince(words: string, sinceMs: number): Promise<boolean> {
  const reader = (await club.device('badge-reader')).name;
  return (await club.panel.received(reader)).some(
    ({ meaning, atMonotonicMs }) => meaning === `text "${words}"` && atMonotonicMs >= sinceMs,
  );
}

async function deviceIs(name: string, status: string, fault: string | null): Promise<void> {
  await club.until(async () => {
    const device = (await club.healthOrNull())?.devices[name];
    return device?.status === status && device.fault === fault;
  });
}

async function walksIn(): Promise<void> {
  const since = await club.now();
  await tap();
  await club.until(() => club.releasedSince(since));
  await club.push('entry');
}

it('[I6] lets a member in through the board on the line, and shows it on the reader', async () => {
  const since = await club.now();
  await walksIn();
  await club.until(() => shownSince('Bienvenue', since));
  await club.until(async () => (await club.health()).inside === 1);
}, 60_000);

it('[GS3] [GS6] tells everybody to leave while the fire panel raises its alarm', async () => {
  const since = await club.now();
  const board = (await club.device('board')).name;
  await club.panel.act(board, 'fire', { on: true });
  await club.until(() => shownSince('Sortez du club', since));
  await club.panel.act(board, 'fire', { on: false });
  await deviceIs('gate-1.board', 'ready', null);
}, 30_000);

it('[I6] lets nobody in through an exchanged board, says so to the person, and is well again with the right one', async () => {
  await club.fault('board', 'swapped', true);
  await deviceIs('gate-1.board', 'disconnected', 'reader.wrong-key');
  const since = await club.now();
  await tap();
  await club.until(() => shownSince("Voir l'accueil", since));
  expect(await club.releasedSince(since)).toBe(false);
  expect((await club.panel.world('push', { gateId: club.gateId, direction: 'entry' })).passed).toBe(false);
  await club.fault('board', 'swapped', false);
  await deviceIs('gate-1.board', 'ready', null);
  await walksIn();
}, 60_000);

it('[I9] goes on letting people in and out while the badge reader on the same line is silent', async () => {
  await club.fault('badge-reader', 'silent', true);
  await deviceIs('gate-1.badge-reader', 'disconnected', 'reader.no-answer');
  await walksIn();
  await club.push('exit');
  await club.fault('badge-reader', 'silent', false);
  await deviceIs('gate-1.badge-reader', 'ready', null);
}, 60_000);

it('opens the channels anew after the edge was killed, under the keys that it has', async () => {
  club.kill('edge');
  await club.until(async () => (await club.healthOrNull()) !== null);
  await deviceIs('gate-1.board', 'ready', null);
  await deviceIs('gate-1.badge-reader', 'ready', null);
  await deviceIs('gate-1.reader', 'ready', null);
  await walksIn();
}, 60_000);

/** What became of the last order of staff, as the staff page shows it. */
const lastOrder = async (desk: StaffDesk) => (await desk.gates())[0]?.lastOrder ?? null;

it('[GT13] [GT16] opens for staff within two seconds, with what became of it on their page, and who opened', async () => {
  const desk = await StaffDesk.signIn(club.staff);
  await club.until(async () => (await desk.gates()).length > 0);
  const since = await club.now();
  const orderedMs = systemClock.monotonicMs();
  const orderId = await desk.orderGate('open-entry');
  await club.until(async () => (await lastOrder(desk))?.status === 'done');
  expect(systemClock.monotonicMs() - orderedMs).toBeLessThan(2_000);
  expect(await club.releasedSince(since)).toBe(true);
  await club.push('entry');
  await club.until(async () => (await lastOrder(desk))?.passages === 1);
  expect(await lastOrder(desk)).toMatchObject({ id: orderId, reason: 'visitor', fault: null });
}, 30_000);

it('[GT12] holds the gate open over a restart of the edge, until staff put it back to normal', async () => {
  const desk = await StaffDesk.signIn(club.staff);
  await desk.orderGate('hold-open');
  await club.until(async () => (await club.device('board')).view.heldOpen === true);
  await club.until(async () => (await lastOrder(desk))?.status === 'done');
  club.kill('edge');
  await club.until(async () => (await club.healthOrNull()) !== null);
  await club.push('entry');
  await club.push('entry');
  await club.until(async () => (await desk.gates())[0]?.standing === 'held-open');
  await desk.orderGate('normal');
  await club.until(async () => (await club.device('board')).view.heldOpen === false);
  await club.until(async () => (await lastOrder(desk))?.status === 'done');
}, 60_000);

it('names a reader that was opened', async () => {
  await club.panel.act((await club.device('badge-reader')).name, 'open-cover', { open: true });
  await deviceIs('gate-1.badge-reader', 'faulted', 'reader.tampered');
}, 30_000);
