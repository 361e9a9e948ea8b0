import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { BridgePerson } from './bridge-person.ts';
import { TestClub } from './test-club.ts';

/** Longer than a scanner takes a code for one that is still held before it. */
const repeatedReadingMs = 2_500;

/** J5 in one club of real processes: one entry, for nobody in particular, from the money to the gate and the base. */
let club: TestClub;
let person: BridgePerson;

beforeAll(async () => {
  club = await TestClub.open();
}, 180_000);
afterAll(() => club?.close(), 60_000);

beforeEach(async () => {
  person = await club.person();
});
afterEach(() => person.leave());

async function choose(): Promise<void> {
  await person.enter('day-entry');
  const { entries } = await person.sees('day-entry');
  await person.say({ type: 'buy-day-entry', planId: entries[0]?.planId ?? '' });
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
}

async function finishWithoutReceipt(): Promise<readonly string[]> {
  await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  const { tickets, ticketsPrinted } = await person.sees('welcome');
  expect(ticketsPrinted).toBe(true);
  await person.say({ type: 'finish' });
  await person.sees('attract');
  return tickets;
}

async function newestPaperWithCode() {
  const { papers } = await club.panel.club();
  const newest = papers.filter(({ codes }) => codes.length > 0).at(-1);
  if (!newest) throw new Error('no paper with a code');
  return { index: newest.index, text: (await club.panel.paper(newest.index)).lines.join('\n') };
}

/** Sold as a day entry at the base, in order: total and whether it names a member. */
async function soldAtBase() {
  await club.until(async () => (await club.health()).outboxLeft === 0);
  return club.facts.salesOf('day-entry');
}

it('[J5] [I1] [SA21] sells one entry, prints the ticket unasked, and opens the gate once', async () => {
  await choose();
  await club.presentCard('approve');
  const tickets = await finishWithoutReceipt();
  expect(tickets).toHaveLength(1);
  const paper = await newestPaperWithCode();
  expect(paper.text).toContain('Entrée à la journée');
  expect(await soldAtBase()).toEqual([{ totalCents: 1_200, memberId: null, cancelled: false }]);

  await club.panel.world('tear-paper', { paperIndex: paper.index });
  const scan = async () => {
    const since = await club.now();
    await club.panel.world('scan', { gateId: club.gateId, paperIndex: paper.index });
    return since;
  };
  const since = await scan();
  await club.until(() => club.releasedSince(since));
  await club.push('entry');
  await club.until(async () => (await club.facts.decisions()).length === 1);
  await club.until(async () => (await club.facts.lastPassage()) !== null);
  // The scanner passes over the same code for a moment, from when it was read.
  const readMs = await club.now();
  await club.until(async () => (await club.now()) > readMs + repeatedReadingMs);
  await scan();
  await club.until(async () => (await club.facts.decisions()).length === 2);
  expect((await club.facts.decisions()).at(-1)).toMatchObject({ outcome: 'refused', reason: 'ticket-spent' });
}, 90_000);

it('[SA21] sells it while no card can be made', async () => {
  await club.fault('dispenser', 'empty', true);
  await choose();
  await club.presentCard('approve');
  await finishWithoutReceipt();
  await club.fault('dispenser', 'empty', false);
  expect(await soldAtBase()).toHaveLength(2);
}, 60_000);

it('[SA21] shows the ticket on the screen where there is no paper', async () => {
  await club.fault('printer', 'paper-out', true);
  await choose();
  await club.presentCard('approve');
  await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  const { tickets, ticketsPrinted } = await person.sees('welcome');
  expect({ tickets: tickets.length, ticketsPrinted }).toEqual({ tickets: 1, ticketsPrinted: false });
  await person.say({ type: 'finish' });
  await club.fault('printer', 'paper-out', false);
}, 60_000);

it('takes nothing and keeps nothing of a payment that was declined', async () => {
  const before = (await soldAtBase()).length;
  await choose();
  await club.presentCard('decline');
  await person.sees('payment', ({ phase }) => phase.name === 'not-paid');
  await person.say({ type: 'finish' });
  await person.sees('attract');
  expect(await soldAtBase()).toHaveLength(before);
}, 60_000);

it('[I1] [I10] [SA15] loses power while the bank is asked, and hands over the ticket of the one payment', async () => {
  const before = (await soldAtBase()).length;
  await choose();
  await club.presentCard('approve');
  club.kill('edge');
  person.leave();
  await club.until(async () => (await club.healthOrNull()) !== null);
  person = await club.person();
  const tickets = await finishWithoutReceipt();
  expect(tickets).toHaveLength(1);
  expect(await soldAtBase()).toHaveLength(before + 1);
}, 90_000);
