import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MemberKeys } from '../keys/member-keys.ts';
import { mappingFileSchema } from '../migration/mapping-file.ts';
import { reconciliationText } from '../migration/reconciliation.ts';
import { type RejectedLine, rejectedCsv, SourceFiles } from '../migration/source-files.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { newTestId, settledDebtEvent, TestEdge } from '../test/test-edge.ts';
import { keysOf } from '../test/write-names.ts';
import { changeClubState } from './club-migration.ts';
import { Database } from './database.ts';
import { importLegacyClub } from './legacy-import.ts';
import { mergeMembers, undoMerge } from './member-merges.ts';
import { reconcileClub } from './reconcile-club.ts';
import type { StaffUser } from './staff-accounts.ts';

const club = 'Villeurbanne Gratte-Ciel';
const folder = mkdtempSync(join(tmpdir(), 'portillon-import-'));
let stateFolder: string;
let keys: MemberKeys;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let clubId: string;
let rejectedLines: RejectedLine[];

const mapping = mappingFileSchema.parse({
  system: 'resa-villeurbanne',
  members: {
    path: 'members.csv',
    encoding: 'windows-1252',
    separator: ';',
    dateFormat: 'DD/MM/YYYY',
    columns: {
      sourceId: 'ID',
      givenName: 'Prénom',
      familyName: 'Nom',
      birthDate: 'Né le',
      email: 'Mail',
      phone: 'Tél',
      language: 'Langue',
    },
    languages: { FR: 'fr', ES: 'es' },
    language: 'fr',
  },
  memberships: {
    path: 'memberships.csv',
    separator: ';',
    dateFormat: 'DD/MM/YYYY',
    columns: { member: 'Client', plan: 'Formule', status: 'Etat', from: 'Début', to: 'Fin' },
    plans: { GOLD: 'Tous les jours' },
    statuses: { A: 'active', R: 'cancelled' },
    noEnd: ['31/12/9999'],
  },
  badges: {
    path: 'badges.csv',
    columns: { member: 'client', number: 'number', kind: 'kind' },
    kinds: { RFID: 'uid', QR: 'code' },
  },
  debts: {
    path: 'debts.csv',
    separator: ';',
    decimal: ',',
    columns: { sourceId: 'no', member: 'client', amount: 'montant' },
    vatRate: 2000,
  },
  photos: { path: 'photos.csv', folder: '.', columns: { member: 'client', file: 'file' } },
});
const files = new SourceFiles(mapping, folder);

const latin = (text: string) => Buffer.from(text, 'latin1');
const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

const memberLines = [
  'ID;Prénom;Nom;Né le;Mail;Tél;Langue',
  '1;Ève;Müller;29/02/1992;eve@example.fr;0612345678;FR',
  '2;"Jean ""Jo""";"du\nPont";01/01/1980;;;ES',
  '3;=cmd;Formule;01/01/1980;;;',
  '4;Léa;Bissextile;29/02/1991;;;',
  '5;Rose;Quote;01/02/1970;"open;;',
  '6;Max;Court',
  '1;Ève;Müller;29/02/1992;eve@example.fr;0612345678;FR',
  '7;Noé;Sans;31/12/9999;;;',
  '8;Zoé;Vieille;05/05/1955;;;',
  '9;Eve;Muller;29/02/1992;autre@example.fr;;FR',
];

function writeFiles(
  change: { members?: string[]; memberships?: string[]; badges?: string[]; debts?: string[] } = {},
): void {
  const put = (name: string, bytes: string | Uint8Array) => writeFileSync(join(folder, name), bytes);
  put('members.csv', latin((change.members ?? memberLines).join('\r\n')));
  put(
    'memberships.csv',
    `\ufeff${(
      change.memberships ?? [
        'Client;Formule;Etat;Début;Fin',
        '1;GOLD;A;01/03/2026;31/12/9999',
        '2;GOLD;A;01/03/2026;31/03/2060',
        '3;GOLD;A;01/03/2026;',
        '8;GOLD;A;01/03/2020;31/03/2021',
        '9;GOLD;A;01/03/2026;',
        '404;SILVER;A;01/03/2026;',
      ]
    ).join('\n')}`,
  );
  put(
    'badges.csv',
    (
      change.badges ?? [
        'number,client,kind',
        '04:A1:B2:C3,1,RFID',
        'FOULEE-0042,2,QR',
        '04FFFFFF,8,RFID',
        '04EEEEEE,404,RFID',
      ]
    ).join('\n'),
  );
  put(
    'debts.csv',
    (change.debts ?? ['no;client;montant', 'd1;1;29,90', 'd2;2;-10,00', 'd3;9;0,00']).join('\n'),
  );
  put('photos.csv', 'client,file\n1,eve.png\n2,../../etc/passwd\n9,members.csv\n8,none.png\n');
  put('eve.png', png);
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  keys = await keysOf(sql, stateFolder);
  lyon = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  clubId = base.clubs[club] ?? '';
  writeFiles();
});

afterAll(async () => {
  await keys?.end();
  await sql?.close();
  await base?.stop();
  await rm(stateFolder, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

const brought = (dryRun = false) => {
  rejectedLines = [];
  return importLegacyClub(sql, {
    files,
    club,
    dryRun,
    by: 'test',
    keys,
    clock: systemClock,
    random: systemRandom,
    onRejected: (line) => rejectedLines.push(line),
  });
};
const reconciled = () => reconcileClub(sql, { files, club, clock: systemClock, random: systemRandom });
const went = (to: Parameters<typeof changeClubState>[1]['to'], despiteNoGo = false) =>
  changeClubState(sql, {
    clubId,
    to,
    reason: 'because',
    by: { userId: null, name: 'test' },
    despiteNoGo,
    nowMs: systemClock.wallMs(),
    newId: () => crypto.randomUUID(),
  });

/** Every table that an import writes to, whole. */
async function everything(): Promise<string> {
  const tables = [
    'members',
    'memberships',
    'credentials',
    'debts',
    'attachments',
    'imported_rows',
    'club_migrations',
    'possible_duplicates',
    'feed_changes',
  ];
  const parts = await Promise.all(
    tables.map((table) =>
      sql.query(`select md5(string_agg(${table}::text, '|' order by ${table}::text)) as all from ${table}`),
    ),
  );
  return JSON.stringify(parts);
}

const credentialsTold = async () =>
  (await lyon.wholeFeed()).map(({ change }) => change).filter(({ kind }) => kind === 'credential');

it('[MI5] a dry run says what would come of it, and writes nothing', async () => {
  const before = await everything();
  const report = await brought(true);
  expect(report.kinds.members).toMatchObject({ lines: 10, written: 4, rejected: 6 });
  expect(report.kinds.badges).toMatchObject({
    lines: 4,
    written: 2,
    rejected: 1,
    leftOut: { 'membership-over': 1 },
  });
  expect(await everything()).toBe(before);
  expect(await sql.query('select 1 from import_runs')).toEqual([]);
});

it('[MI4] [MI6] [MI7] the good lines go in; each other one is told with its line, its code and what to do', async () => {
  const report = await brought();
  expect(rejectedLines.map(({ file, line, code, column }) => `${file} ${line} ${code} ${column}`)).toEqual([
    'members.csv 5 formula Prénom',
    'members.csv 6 no-date Né le',
    'members.csv 7 unreadable null',
    'members.csv 8 field-count null',
    'members.csv 9 duplicate-row null',
    'members.csv 10 date-out-of-range Né le',
    'memberships.csv 4 unknown-member Client',
    'memberships.csv 7 value-unknown Formule',
    'debts.csv 3 amount-negative montant',
    'badges.csv 5 unknown-member client',
    'photos.csv 3 no-photo file',
    'photos.csv 4 photo-type file',
    'photos.csv 5 no-photo file',
  ]);
  expect(report.kinds.debts).toMatchObject({ written: 1, leftOut: { 'nothing-owed': 1 } });
  expect(report.kinds.photos).toMatchObject({ written: 1 });
  const csv = rejectedCsv({ ...(rejectedLines[0] as RejectedLine), text: '=cmd;"x"' });
  expect(csv).toMatch(
    /^"members.csv","5","formula","Prénom","the field begins like a formula.*","'=cmd;""x"""\n$/,
  );
  const people = await sql.query(
    'select given_name, family_name, birth_date, language from named_members as members order by family_name',
  );
  expect(people).toContainEqual({
    given_name: 'Ève',
    family_name: 'Müller',
    birth_date: '1992-02-29',
    language: 'fr',
  });
  expect(people).toContainEqual({
    given_name: 'Jean "Jo"',
    family_name: 'du Pont',
    birth_date: '1980-01-01',
    language: 'es',
  });
  const [membership] = await sql.query(
    'select valid_from, valid_to, sale_id from memberships where valid_to is not null and valid_to > now()',
  );
  // To the end of its last day, by the clock of the club.
  expect(membership).toEqual({
    valid_from: '2026-02-28T23:00:00.000Z',
    valid_to: '2060-03-31T22:00:00.000Z',
    sale_id: null,
  });
});

it('[MI8] the same import again changes nothing', async () => {
  const before = await everything();
  const report = await brought();
  expect(report.kinds.members).toMatchObject({ written: 0, updated: 0, unchanged: 4 });
  expect(report.kinds.photos).toMatchObject({ written: 0, updated: 0, unchanged: 1 });
  expect(await everything()).toBe(before);
});

it('[MI9] two lines that may be one person stay two, and are written down', async () => {
  const pairs = await sql.query<{ keys: string[] }>('select keys, settled_at from possible_duplicates');
  expect(pairs).toEqual([{ keys: ['name'], settled_at: null }]);
  expect(await sql.query("select 1 from named_members where birth_date = '1992-02-29'")).toHaveLength(2);
});

it('[MI10] keeps no old code in clear, and shows a photo that came over', async () => {
  const [code] = await sql.query("select code_hash from credentials where kind = 'pass'");
  expect(code).toEqual({ code_hash: sha256Hex('FOULEE-0042') });
  const [eve] = await sql.query<{ id: string }>(
    "select id from named_members where email = 'eve@example.fr'",
  );
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const photo = await fetch(`${base.url}/staff/api/members/${eve?.id}/photo`, { headers: { cookie } });
  expect(Buffer.from(await photo.arrayBuffer())).toEqual(png);
});

it('[MI13] in legacy no edge is told of an old badge', async () => {
  expect(await credentialsTold()).toEqual([]);
  expect(await sql.query("select 1 from credentials where status = 'active'")).toEqual([]);
});

it('[MI11] compares the source with what the base holds, and finds what was changed behind its back', async () => {
  const good = await reconciled();
  expect(good).toMatchObject({
    members: { source: 4, base: 4 },
    memberships: [{ plan: 'Tous les jours', status: 'active', source: 4, base: 4 }],
    badges: { source: 2, base: 2 },
    owedCents: { source: 2990, base: 2990, settledHere: 0 },
    membersWithoutBadge: ['9'],
    badgesWithoutMember: ['uid 04EEEEEE'],
    differences: [],
  });
  expect(good.notCompared).toMatchObject({
    'members, rejected: formula': 1,
    'badges, left out: membership-over': 1,
  });
  await sql.query("update debts set amount_cents = 100 where words = 'resa-villeurbanne'");
  await sql.query("update memberships set status = 'cancelled' where valid_to > '2058-01-01'");
  const bad = await reconciled();
  expect(bad.differences).toEqual([
    { kind: 'memberships', sourceId: '2', what: 'status', source: 'active', base: 'cancelled' },
    { kind: 'debts', sourceId: 'd1', what: 'amount', source: '2990', base: '100' },
  ]);
  expect(reconciliationText(bad)).toMatch(/! owed +29\.90 EUR +1\.00 EUR/);
  await sql.query('update debts set amount_cents = 2990');
  await sql.query("update memberships set status = 'active' where valid_to > '2058-01-01'");
});

it('[MI12] [MI15] goes on by the list only, or with what stood against it in its history', async () => {
  expect(await went('migrated')).toMatchObject({ outcome: 'not-possible', state: 'legacy', next: ['both'] });
  const refused = await went('both');
  expect(
    refused.outcome === 'no-go' && refused.against.map(({ question, figure }) => [question, figure]),
  ).toEqual([
    ['rejected-share', expect.any(Number)],
    ['members-without-opening', 1],
    ['kiosks-missing', 1],
    ['data-age', null],
    ['possible-duplicates', 1],
    ['differences', 2],
  ]);
  expect(await went('both', true)).toEqual({ outcome: 'done', opened: 2, ended: 0 });
  const history = await sql.query<{ to_state: string; despite: unknown[] }>(
    'select from_state, to_state, by_name, jsonb_array_length(despite) as against from club_migration_changes order by at',
  );
  expect(history).toEqual([
    { from_state: null, to_state: 'legacy', by_name: 'test', against: 0 },
    { from_state: 'legacy', to_state: 'both', by_name: 'test', against: 6 },
  ]);
  await expect(sql.query('delete from club_migration_changes')).rejects.toThrow('never changed or deleted');
});

it('[MI14] in both every edge is told of the old badges, and that gates of the club take them', async () => {
  const told = await credentialsTold();
  expect(told.map(({ record }) => record)).toMatchObject([
    { cardUid: '04A1B2C3', uidOnly: true, status: 'active', account: { debts: [{ amountCents: 2990 }] } },
    { codeHash: sha256Hex('FOULEE-0042'), status: 'active', language: 'es' },
  ]);
  const policyTold = async () =>
    (await lyon.wholeFeed()).map(({ change }) => change).find(({ id }) => id === clubId)?.record;
  expect(await policyTold()).toMatchObject({ policy: { uidBadges: true, staticCodes: true } });
  expect(await went('migrated', true)).toMatchObject({ outcome: 'done' });
  expect(await policyTold()).toMatchObject({ policy: { uidBadges: false, staticCodes: false } });
  await expect(brought()).rejects.toThrow(
    'is migrated: nothing is brought over now. Set it back to both first.',
  );
  expect(await went('both')).toMatchObject({ outcome: 'done' });
});

it('[MI8] [MI14] a line that changed in the source changes its row, and edges hear of it', async () => {
  writeFiles({
    memberships: [
      'Client;Formule;Etat;Début;Fin',
      '1;GOLD;A;01/03/2026;31/12/2059',
      '2;GOLD;R;01/03/2026;31/03/2060',
      '8;GOLD;A;01/03/2020;31/03/2021',
      '9;GOLD;A;01/03/2026;',
    ],
    badges: [
      'number,client,kind',
      '04A1B2C3,1,RFID',
      'FOULEE-0042,2,QR',
      '04A1B2C4,9,RFID',
      '04FFFFFF,8,RFID',
    ],
    debts: ['no;client;montant', 'd1;1;31,00'],
  });
  const report = await brought();
  expect(report.kinds.memberships).toMatchObject({ updated: 2, unchanged: 2 });
  expect(report.kinds.badges).toMatchObject({ written: 1, unchanged: 1, leftOut: { 'membership-over': 2 } });
  expect((await credentialsTold()).map(({ record }) => record)).toMatchObject([
    { codeHash: sha256Hex('FOULEE-0042'), status: 'blocked' },
    {
      cardUid: '04A1B2C3',
      status: 'active',
      validTo: '2059-12-31T23:00:00.000Z',
      account: { debts: [{ amountCents: 3100 }] },
    },
    { cardUid: '04A1B2C4', status: 'active' },
  ]);
});

it('[DU13] [MI7] writes nothing to a record that was merged: what it came with is of the one that stays', async () => {
  const owner = async (table: 'memberships' | 'credentials' | 'debts') =>
    Object.fromEntries(
      (
        await sql.query<{ sourceId: string; of: string; said: string }>(
          `select source_id as "sourceId", family_name as of, imported_rows.member_id = ${table}.member_id as said
             from imported_rows join ${table} on ${table}.id = row_id join named_members as members on members.id = ${table}.member_id
            where system = $1 and imported_rows.kind <> 'members'`,
          [mapping.system],
        )
      ).map(({ sourceId, of, said }) => [sourceId, said ? of : `${of}, of another line`]),
    );
  const idOf = async (name: string) =>
    (await sql.query<{ id: string }>('select id from named_members where family_name = $1', [name]))[0]?.id ??
    '';
  const [goneId, staysId] = [await idOf('Müller'), await idOf('Muller')];
  const [pair] = await sql.query<{ caseId: string }>(
    'select case_id as "caseId" from possible_duplicates where $1 in (member_id, other_member_id)',
    [goneId],
  );
  const [staff] = await sql.query<{ id: string; name: string }>('select id, name from staff_users limit 1');
  const user = { ...staff, role: 'network-administrator', reach: null } as unknown as StaffUser;
  const ids = { mergeId: newTestId(), caseId: pair?.caseId ?? '', staysId, pair: [goneId, staysId] };
  const by = { user, reason: 'One passport', nowMs: systemClock.wallMs() };
  expect(await mergeMembers(sql, ids, by)).toMatchObject({ ok: true });
  const before = await sql.query('select given_name, family_name, email from named_members where id = $1', [
    goneId,
  ]);

  writeFiles({
    members: memberLines.map((line) => line.replace('eve@example.fr', 'neu@example.fr')),
    memberships: ['Client;Formule;Etat;Début;Fin', '1;GOLD;A;01/03/2026;31/12/2061', '9;GOLD;A;01/03/2026;'],
    debts: ['no;client;montant', 'd1;1;31,90', 'd9;1;5,00'],
  });
  const report = await brought();
  expect(report.kinds.members).toMatchObject({ leftOut: { merged: 1 } });
  expect(
    await sql.query('select given_name, family_name, email from named_members where id = $1', [goneId]),
  ).toEqual(before);
  expect(Object.values({ ...(await owner('memberships')), ...(await owner('debts')) })).not.toContain(
    'Müller',
  );
  expect(await owner('debts')).toEqual({ d1: 'Muller', d9: 'Muller' });
  expect(Object.values(await owner('credentials'))).toContain('Muller');
  for (const table of ['memberships', 'credentials', 'debts']) {
    expect(await sql.query(`select 1 from ${table} where member_id = $1`, [goneId])).toEqual([]);
  }
  // The badge goes on opening, by the membership that it came with.
  expect(
    await sql.query("select status from credentials where card_uid = '04A1B2C3' and member_id = $1", [
      staysId,
    ]),
  ).toEqual([{ status: 'active' }]);
  const { differences } = await reconciled();
  expect(differences.filter(({ what }) => what === 'holder')).toEqual([]);

  await sql.query("delete from imported_rows where source_id = 'd9'");
  await sql.query('delete from debts where amount_cents = 500');
  expect(await undoMerge(sql, ids.mergeId, newTestId, by)).toMatchObject({ ok: true });
  expect(await owner('debts')).toEqual({ d1: 'Müller' });
  writeFiles();
  await brought();
});

it('[MI10] takes no number from another badge', async () => {
  writeFiles({ badges: ['number,client,kind', '04A1B2C3,9,RFID'] });
  await brought();
  expect(rejectedLines.filter(({ file }) => file === 'badges.csv').map(({ code }) => code)).toEqual([
    'badge-moved',
  ]);
});

it('[MI16] rolling back ends what no sale has touched, keeps what was sold, and can be undone by the same import', async () => {
  writeFiles();
  await brought();
  const [owed] = await sql.query<{ id: string; memberId: string; legalEntityId: string }>(
    'select id, member_id as "memberId", legal_entity_id as "legalEntityId" from debts',
  );
  if (!owed) throw new Error('nothing is owed');
  lyon.append(settledDebtEvent(owed, [[owed.id, 2_990]]));
  expect((await lyon.pushed(lyon.events)).parked).toEqual([]);
  const sales = await sql.query('select id, total_cents from sales');
  expect(await went('rolled-back')).toMatchObject({ outcome: 'done', ended: 3 });
  expect(await sql.query('select id, total_cents from sales')).toEqual(sales);
  const standing = await sql.query(
    `select members.family_name, memberships.status from memberships join named_members as members on members.id = member_id
      where sale_id is null and family_name in ('Müller', 'du Pont', 'Muller') order by 1`,
  );
  expect(Object.fromEntries(standing.map(({ family_name, status }) => [family_name, status]))).toEqual({
    Müller: 'active',
    Muller: 'cancelled',
    'du Pont': 'cancelled',
  });
  const told = (await credentialsTold()).map(({ record }) => record);
  expect(told).toContainEqual(expect.objectContaining({ cardUid: '04A1B2C3', status: 'active' }));
  expect(told).toContainEqual(
    expect.objectContaining({ codeHash: sha256Hex('FOULEE-0042'), status: 'blocked' }),
  );
  await expect(brought()).rejects.toThrow(
    'is rolled-back: nothing is brought over now. Set it to legacy first.',
  );
  expect(await went('legacy')).toMatchObject({ outcome: 'done' });
  const again = await brought();
  expect(again.kinds.members).toMatchObject({ updated: 3, unchanged: 1 });
  expect(await sql.query("select 1 from memberships where status = 'cancelled'")).toEqual([]);
  // What opened waits again for `both`.
  expect(await went('both', true)).toMatchObject({ outcome: 'done', opened: 1 });
  expect(await credentialsTold()).not.toContainEqual(
    expect.objectContaining({
      record: expect.objectContaining({ codeHash: sha256Hex('FOULEE-0042'), status: 'blocked' }),
    }),
  );
});
