import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { runBaseCommand } from './run-base-command.ts';

let stateFolder: string;
let base: StartedBase;
let said: string[];

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
});

afterAll(async () => {
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<number> {
  said = [];
  const say = (text: string) => said.push(text);
  return runBaseCommand(args, {
    environment: { DATABASE_URL: base.databaseUrl },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    say,
    tell: say,
  });
}

const signIn = async (user: string, password: string) =>
  (
    await fetch(`${base.url}/staff/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password }),
    })
  ).status;

it('[ST11] opens, changes, lists and ends accounts by a command', async () => {
  expect(await run('account', 'open', 'Zoé', '--role', 'front-desk', '--club', 'Lyon Part-Dieu')).toBe(0);
  const [, password = ''] = (said[0] ?? '').split('\t');
  expect(await signIn('Zoé', password)).toBe(200);
  expect(await run('account', 'change', 'Zoé', '--role', 'manager', '--entity', '12345678200028')).toBe(0);
  expect(await run('account', 'list')).toBe(0);
  expect(said).toEqual([
    'staff\tnetwork-administrator\tnetwork\tpassword',
    'Zoé\tmanager\tCadence Lyon SAS\tpassword',
  ]);
  expect(await run('account', 'end', 'Zoé')).toBe(0);
  expect(await signIn('Zoé', password)).toBe(403);
  expect(await run('account', 'end', 'staff')).toBe(1);
  expect(said).toEqual(['this is the last administrator of the network']);
});

it('[ST11] says what is wrong with a call', async () => {
  for (const wrong of [
    ['open', 'A B', '--role', 'king', '--network'],
    ['open', 'A B', '--role', 'manager'],
    ['open', 'A B', '--role', 'manager', '--network', '--club', 'Lyon Part-Dieu'],
    ['close', 'A B'],
  ]) {
    expect([wrong, await run('account', ...wrong)]).toEqual([wrong, 2]);
  }
  expect(await run('account', 'open', 'A B', '--role', 'manager', '--club', 'Atlantis')).toBe(1);
  expect(await run('account', 'change', 'Nobody', '--role', 'manager', '--network')).toBe(1);
  expect(await run('read-log', 'x')).toBe(2);
});
