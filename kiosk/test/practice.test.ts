import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestClub } from './test-club.ts';

/** A till that is put into practice, in a whole club of real processes. */
let club: TestClub;
let folder: string;
const operator = '01900000-0000-7000-8000-000000000077';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'practice '));
  club = await TestClub.open();
}, 180_000);
afterAll(async () => {
  await club?.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('[SA50] [SA53] [I6] is switched by a command, survives a kill, and leaves no sale, no money and no card behind', async () => {
  const person = await club.person();
  await person.sees('attract', (screen) => screen.offers.join.possible);
  await person.say({ type: 'start', language: 'fr' });
  expect(await club.journal('practice', 'start', '--operator', operator)).toMatchObject({
    code: 1,
    err: expect.stringContaining('A visit is under way at the kiosk'),
  });
  await person.say({ type: 'finish' });
  await person.sees('attract');
  expect(await club.journal('practice', 'start', '--operator', operator)).toMatchObject({ code: 0 });
  person.leave();

  club.kill('edge');
  await club.until(async () => (await club.healthOrNull())?.practice === true);
  const cardsBefore = (await club.device('dispenser')).view.cards;
  const trainee = await club.person();
  await trainee.signContract();
  expect(trainee.view?.practice).toBe(true);
  await trainee.sees('payment', ({ phase }) => phase.name === 'practice');
  await club.until(
    async () => (await trainee.say({ type: 'practise-payment', answer: 'approved' })) === 'done',
  );
  const { note } = await trainee.sees('receipt');
  expect(note?.text).toMatch(/^SIMULATION\n/);
  await trainee.say({ type: 'choose-receipt', receipt: 'paper' });
  await trainee.sees('welcome');
  await trainee.say({ type: 'finish' });
  await trainee.sees('attract');
  const { papers } = await club.panel.club();
  const paper = await club.panel.paper(Math.max(...papers.map(({ index }) => index)));
  expect(paper.lines).toContain('SIMULATION');

  expect((await club.device('terminal')).view.transactions).toEqual([]);
  expect((await club.device('dispenser')).view.cards).toEqual(cardsBefore);
  expect(await club.journal('practice', 'stop')).toMatchObject({ code: 0 });
  // The command and the screen are told by lines of their own.
  await club.until(async () => trainee.view?.practice === false);
  trainee.leave();

  // The next sale is a real one; all that the base has heard before it is in it.
  await club.buyCard();
  await club.until(async () => (await club.health()).outboxLeft === 0);
  expect(await club.facts.counts()).toMatchObject({ sales: 1 });
  expect(await club.facts.cases()).toEqual([]);
  const status = JSON.parse((await club.journal('status', '--json')).out);
  expect(status).toMatchObject({ practice: null, fault: null });
  expect(status.chains).toContainEqual(expect.objectContaining({ chain: 'T', count: 1 }));
  expect(status.chains).toContainEqual(expect.objectContaining({ chain: 'X', count: 1 }));
  expect(await club.journal('verify')).toMatchObject({ code: 0 });
}, 180_000);
