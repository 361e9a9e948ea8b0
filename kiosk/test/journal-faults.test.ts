import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestClub } from './test-club.ts';

/** What happens to the disk of a till, in a whole club of real processes. */
let club: TestClub;

beforeAll(async () => {
  club = await TestClub.open();
});
afterAll(() => club.close());

async function sellOne(): Promise<void> {
  const person = await club.person();
  await person.sees('attract', (screen) => screen.offers.join.possible);
  await person.signContract();
  await person.sees('payment', ({ phase }) => phase.name === 'waiting-for-card');
  await club.presentCard('approve');
  await person.sees('take-card', ({ phase }) => phase === 'at-mouth');
  await club.panel.world('take-card', {});
  await person.sees('receipt');
  await person.say({ type: 'choose-receipt', receipt: 'none' });
  await person.sees('welcome');
  await person.say({ type: 'finish' });
  await club.until(async () => (await club.health()).outboxLeft === 0);
  person.leave();
}

/** Resolves when the kiosk sells nothing for this fault. */
async function sellsNothingBecause(faultCode: string): Promise<void> {
  const person = await club.person();
  const { offers } = await person.sees('attract', (screen) => !screen.offers.join.possible);
  expect(offers.join).toEqual({ possible: false, why: 'journal', faultCode });
  expect(await person.say({ type: 'start', language: 'fr' })).toBe('stale');
  person.leave();
}

it('[I3] notices at the next contact that an older copy of the disk was put back, sells nothing, and opens a case', async () => {
  let folder = '';
  await sellOne();
  await club.restart((edgeFolder) => {
    folder = `${edgeFolder}-older`;
    cpSync(edgeFolder, folder, { recursive: true });
  });
  await sellOne();
  await club.restart((edgeFolder) => {
    rmSync(edgeFolder, { recursive: true });
    cpSync(folder, edgeFolder, { recursive: true });
  });
  // The start of the older copy is an event under a number that the base has seen with another one.
  await sellsNothingBecause('journal.forked');
  await club.until(async () => (await club.facts.cases()).includes('journal-rolled-back'));
  expect((await club.facts.counts()).sales).toBe(2);
}, 120_000);

it('[I3] sells nothing once its fiscal key is lost, and says so', async () => {
  await club.restart((edgeFolder) => {
    const keys = readdirSync(join(edgeFolder, 'keys')).filter((name) => name.startsWith('fiscal'));
    expect(keys).toHaveLength(1);
    for (const name of keys) rmSync(join(edgeFolder, 'keys', name));
  });
  await sellsNothingBecause('journal.key-lost');
}, 60_000);
