import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askDesk } from '../edge/journal-desk/desk-client.ts';
import type { DeskAnswer, DeskRequest } from '../edge/journal-desk/desk-request.ts';
import { findSocketPath } from '../edge/journal-desk/desk-socket-path.ts';
import { Database } from '../store/database.ts';
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
  // What a membership holds may be looked at all the same.
  await person.say({ type: 'start', language: 'fr' });
  const { offers: now } = await person.sees('doors');
  expect([now.join.possible, now.dayEntry?.possible]).toEqual([false, false]);
  for (const door of ['join', 'day-entry'] as const) {
    expect(await person.say({ type: 'choose-door', door })).toBe('stale');
  }
  await person.say({ type: 'finish' });
  person.leave();
}

/** Changes the first taking on the disk under the running edge, as somebody with the disk could. */
async function changeTaking(from: string, to: string): Promise<void> {
  const database = await Database.open(join(club.edgeFolder, 'edge.sqlite'));
  await database.write(async (tx) => {
    await tx.run('DROP TRIGGER IF EXISTS fiscal_record_stays');
    await tx.run("UPDATE fiscal_record SET payload = replace(payload, ?, ?) WHERE chain = 'T' AND no = 1", [
      from,
      to,
    ]);
  });
  await database.close();
}

async function askTheDesk(request: DeskRequest): Promise<DeskAnswer> {
  const asked = await askDesk(await findSocketPath(club.edgeFolder), request, systemClock);
  if (asked.kind !== 'answered') throw new Error(`the desk did not answer: ${asked.kind}`);
  return asked.answer;
}

it('[I3] sells nothing from the moment in which a check finds a changed record, until an operator has settled it', async () => {
  await sellOne();
  await changeTaking('VENTE', 'AVOIR');
  expect(await askTheDesk({ command: 'verify' })).toMatchObject({
    outcome: 'refused',
    value: { broken: { chain: 'T', no: 1 } },
  });
  await sellsNothingBecause('journal.broken');

  await changeTaking('AVOIR', 'VENTE');
  await askTheDesk({ command: 'settle-broken', operator: '01900000-0000-7000-8000-000000000077' });
  await sellOne();
}, 120_000);

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
  expect((await club.facts.counts()).sales).toBe(4);
}, 120_000);

it('[I3] sells nothing once its fiscal key is lost, and says so', async () => {
  await club.restart((edgeFolder) => {
    const keys = readdirSync(join(edgeFolder, 'keys')).filter((name) => name.startsWith('fiscal'));
    expect(keys).toHaveLength(1);
    for (const name of keys) rmSync(join(edgeFolder, 'keys', name));
  });
  await sellsNothingBecause('journal.key-lost');
}, 60_000);
