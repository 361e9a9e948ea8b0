import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeApiKey } from '../postgres/api-keys.ts';
import { Database } from '../postgres/database.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { runBaseCommand } from './run-base-command.ts';

let stateFolder: string;
let base: StartedBase;
let database: Database;
let said: string[];
let told: string[];

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  database = new Database(base.databaseUrl, silentLog);
});
afterAll(async () => {
  await database.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<number> {
  said = [];
  told = [];
  return runBaseCommand(args, {
    environment: {},
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    say: (text) => said.push(text),
    tell: (text) => told.push(text),
  });
}

it('[AP1] makes a key that is told once and kept nowhere, lists it without its secret, and revokes it', async () => {
  const made = ['api-key', 'make', '--name', 'Web shop', '--scopes', 'orders:write,orders:read'];
  expect(await run(...made, '--entity', '12345678200028', '--state', stateFolder)).toBe(0);
  const [key = ''] = said;
  expect(key).toMatch(/^ptl_[0-9a-f]{16}_[\w-]{43}$/);
  const rows = await database.query('select * from api_keys');
  expect(JSON.stringify(rows)).not.toContain(key.slice(-43));
  const used = await takeApiKey(database, key, systemClock.wallMs());
  expect(used).toMatchObject({ scopes: ['orders:read', 'orders:write'], legalEntityId: expect.any(String) });

  expect(await run('--state', stateFolder, 'api-key', 'list')).toBe(0);
  expect(said).toEqual([
    expect.stringMatching(/Web shop {2}orders:read,orders:write {2}\S.* 600\/min {2}until .* last use 20/),
  ]);
  const [id = ''] = said[0]?.split(' ') ?? [];
  expect(await run('api-key', 'revoke', id, '--state', stateFolder)).toBe(0);
  expect(await takeApiKey(database, key, systemClock.wallMs())).toEqual({ problem: 'revoked' });
  expect(await run('api-key', 'revoke', id, '--state', stateFolder)).toBe(1);
});

it('says what is wrong with a call, and what to do where there is no base', async () => {
  expect(await run()).toBe(2);
  expect(await run('toString', '--state', stateFolder)).toBe(2);
  expect(told.join('\n')).toContain('api-key make --name');
  const made = ['api-key', 'make', '--state', stateFolder, '--name', 'BI'];
  expect(await run(...made, '--scopes', 'sales:read')).toBe(2);
  expect(await run(...made, '--scopes', 'sales:write', '--network')).toBe(2);
  expect(told.join('\n')).toContain('no scope sales:write');
  expect(await run(...made, '--scopes', 'sales:read', '--entity', '1')).toBe(1);
  const elsewhere = await temporaryState();
  try {
    expect(await run('api-key', 'list', '--state', elsewhere)).toBe(1);
    expect(told.join('\n')).toContain('no base in this folder');
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});
