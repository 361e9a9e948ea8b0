import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clubMigrationSchema } from '../http/staff/migration-view.ts';
import { mappingFileSchema } from '../migration/mapping-file.ts';
import { SourceFiles } from '../migration/source-files.ts';
import { Database } from '../postgres/database.ts';
import { importLegacyClub } from '../postgres/legacy-import.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { TestEdge } from '../test/test-edge.ts';
import { keysOf } from '../test/write-names.ts';
import { runBaseCommand } from './run-base-command.ts';

const club = 'Villeurbanne Gratte-Ciel';
const people = 1_200;
const folder = mkdtempSync(join(tmpdir(), 'portillon-legacy-'));
const mappingPath = join(folder, 'mapping.json');
const mapping = {
  system: 'resa-villeurbanne',
  members: {
    path: 'members.csv',
    columns: { sourceId: 'id', givenName: 'given', familyName: 'family', birthDate: 'born' },
    language: 'fr',
  },
  memberships: {
    path: 'memberships.csv',
    columns: { member: 'id', plan: 'plan', status: 'status', from: 'from' },
    plans: { GOLD: 'Tous les jours' },
    statuses: { A: 'active' },
  },
  badges: { path: 'badges.csv', columns: { member: 'id', number: 'number' }, numbers: 'decimal' },
};
let stateFolder: string;
let base: StartedBase;
let database: Database;
let said: string[];
let told: string[];

beforeAll(async () => {
  const lines = (head: string, line: (no: number) => string) =>
    `${head}\n${Array.from({ length: people }, (_, index) => line(index + 1)).join('\n')}\n`;
  const day = (no: number) => String((no % 28) + 1).padStart(2, '0');
  writeFileSync(
    join(folder, 'members.csv'),
    lines('id,given,family,born', (no) => `${no},Zoé,Nom ${no},19${70 + (no % 30)}-05-${day(no)}`),
  );
  writeFileSync(
    join(folder, 'memberships.csv'),
    lines('id,plan,status,from', (no) => `${no},GOLD,A,2025-01-01`),
  );
  writeFileSync(
    join(folder, 'badges.csv'),
    lines('id,number', (no) => `${no},${1_000_000 + no}`),
  );
  writeFileSync(mappingPath, JSON.stringify(mapping));
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  database = new Database(base.databaseUrl, silentLog);
});
afterAll(async () => {
  await database?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: string[]): Promise<number> {
  said = [];
  told = [];
  return runBaseCommand(['legacy', ...args, '--club', club, '--state', stateFolder], {
    environment: { USER: 'anna' },
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    say: (text) => said.push(text),
    tell: (text) => told.push(text),
  });
}

it('[MI1] names every flaw of a mapping file, and what the files lack, before anything is read', async () => {
  writeFileSync(
    join(folder, 'wrong.json'),
    JSON.stringify({ ...mapping, system: 'Ré', members: { ...mapping.members, language: 'de' } }),
  );
  expect(await run('bring', '--mapping', join(folder, 'wrong.json'))).toBe(1);
  expect(told[0]).toMatch(
    /wrong\.json is no mapping file:\n {2}system: small letters.*\n {2}members\.language: /,
  );
  const lacking = { ...mapping, badges: { ...mapping.badges, columns: { member: 'id', number: 'chip' } } };
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify(lacking));
  expect(await run('bring', '--mapping', join(folder, 'wrong.json'))).toBe(1);
  expect(told).toEqual(['badges.csv: its head has no column chip; it has id, number']);
  const noPlan = { ...mapping, memberships: { ...mapping.memberships, plans: { GOLD: 'Platin' } } };
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify(noPlan));
  expect(await run('bring', '--mapping', join(folder, 'wrong.json'))).toBe(1);
  expect(told[0]).toMatch(/^memberships\.plans: no plan is called Platin; there are .*Tous les jours/);
  expect(await database.query('select 1 from members')).toEqual([]);
  expect(await run('bring')).toBe(2);
});

it('[MI6] an import that was cut off goes on where it was', async () => {
  const files = new SourceFiles(mappingFileSchema.parse(mapping), folder);
  const keys = await keysOf(database, stateFolder);
  const cut = importLegacyClub(database, {
    files,
    club,
    dryRun: false,
    by: 'anna',
    keys,
    clock: systemClock,
    random: systemRandom,
    onRejected: () => undefined,
    onProgress: () => {
      throw new Error('the power failed');
    },
  });
  await expect(cut).rejects.toThrow('the power failed');
  await keys.end();
  expect(await database.query('select count(*) from members')).toEqual([{ count: 1_000 }]);
  expect(await run('bring', '--mapping', mappingPath)).toBe(0);
  expect(said.slice(0, 4)).toEqual([
    `${club}, resa-villeurbanne`,
    `members      lines ${people}, written ${people - 1_000}, updated 0, unchanged 1000, rejected 0`,
    `memberships  lines ${people}, written ${people}, updated 0, unchanged 0, rejected 0`,
    `badges       lines ${people}, written ${people}, updated 0, unchanged 0, rejected 0`,
  ]);
  expect(told).toContain(`badges: ${people} lines, 100 %`);
  const rejected = `${mappingPath}.rejected.csv`;
  expect(readFileSync(rejected, 'utf8')).toBe('file,line,code,column,what to do,the line\n');
  expect(statSync(rejected).mode & 0o777).toBe(0o600);
});

it('[MI15] ends with 3 for a no-go and with 0 for a go, and takes the club on by the list', async () => {
  expect(await run('go-list', '--for', 'both')).toBe(3);
  expect(said.at(-1)).toBe(`no-go: ${club} may not go to both`);
  expect(await run('set', 'both', '--reason', 'The day has come')).toBe(3);
  expect(told[0]).toMatch(/^no-go {2}kiosks-missing/);

  await TestEdge.enrolled(base.url, base.enrolmentCodes[club] ?? '');
  const json = join(folder, 'report.json');
  expect(await run('reconcile', '--mapping', mappingPath, '--json', json)).toBe(0);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    members: { source: people, base: people },
    differences: [],
  });
  expect(await run('go-list', '--for', 'both')).toBe(0);
  expect(said).toContain('go     members-without-opening               0   at most 0 count');
  expect(await run('set', 'both', '--reason', 'The day has come')).toBe(0);
  expect(said).toEqual([`${club} is both. Badges opened: ${people}. Members ended: 0.`]);
  expect(await run('set', 'migrated', '--reason', 'Already?')).toBe(3);
  expect(told[0]).toMatch(/^no-go {2}old-only-share +100 +at most 5 percent$/);
  expect(await run('set', 'legacy', '--reason', 'Nobody can')).toBe(1);
  expect(told).toEqual([`${club} is both: from there it can go to migrated, rolled-back.`]);
});

it('[MI12] shows staff how far a club is, and takes it back with a reason only', async () => {
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const address = `${base.url}/staff/api/clubs/${base.clubs[club]}/migration`;
  const shown = async () =>
    clubMigrationSchema.parse(await (await fetch(address, { headers: { cookie } })).json());
  expect(await shown()).toMatchObject({
    state: 'both',
    next: [{ state: 'migrated' }, { state: 'rolled-back', list: null }],
    lastImport: { lines: 3 * people, rejected: 0 },
    badges: { open: people, waiting: 0, cards: 0 },
    history: [{ to: 'both', by: 'command, anna', reason: 'The day has come', despite: [] }, { to: 'legacy' }],
  });
  const put = async (body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(address, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', cookie, ...headers },
      body: JSON.stringify(body),
    });
    return `${answer.status} ${((await answer.json()) as { error?: { code: string } }).error?.code ?? ''}`.trim();
  };
  expect(await put({ state: 'rolled-back' })).toBe('400 migration.malformed');
  expect(await put({ state: 'legacy', reason: 'Nobody can' })).toBe('409 migration.not-possible');
  expect(await put({ state: 'migrated', reason: 'Already?' })).toBe('409 migration.no-go');
  expect(await put({ state: 'migrated', reason: 'Elsewhere' }, { cookie: '' })).toBe(
    '401 staff.not-signed-in',
  );
  expect(await put({ state: 'rolled-back', reason: 'The turnstiles fail' })).toBe('200');
  expect(await shown()).toMatchObject({
    state: 'rolled-back',
    badges: { open: 0, waiting: 0 },
    history: [{ by: 'staff' }, {}, {}],
  });
  expect(await run('sales')).toBe(0);
  expect(said).toEqual(['member in the old system,reference,at,product,cents']);
  expect(await run('state')).toBe(0);
  expect(said[0]).toBe(`${club}: rolled-back`);
});
