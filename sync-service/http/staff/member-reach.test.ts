import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTestId, saleEvent } from '../../test/test-edge.ts';
import { type ClubOfTest, startTwoLicensees, type TwoLicensees } from '../../test/two-licensees.ts';
import { changeNames, keysOf } from '../../test/write-names.ts';
import { type AccountReach, accountListSchema, madeAccountSchema } from './account-view.ts';
import { memberAccessSchema, memberSearchSchema, readLogSchema, visitorSchema } from './member-view.ts';

let two: TwoLicensees;
let lyon: ClubOfTest;
let bron: ClubOfTest;
let desk: string;
let officer: string;
let administrator: string;
const logged: { event: string; fields: LogFields }[] = [];
const keep = (event: string, fields: LogFields = {}) => logged.push({ event, fields });
const keepingLog: Log = { ...silentLog, info: keep, warn: keep };

const ask = (path: string, cookie: string, init: RequestInit = {}) =>
  fetch(two.base.url + path, {
    ...init,
    headers: { cookie, ...(init.body ? { 'content-type': 'application/json' } : {}), ...init.headers },
  });
const read = async (path: string, cookie: string): Promise<unknown> => (await ask(path, cookie)).json();
const send = (method: string, path: string, body: object, cookie: string) =>
  ask(path, cookie, { method, body: JSON.stringify(body) });
const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;
const search = async (words: string, cookie: string) =>
  memberSearchSchema.parse(await read(`/staff/api/member-search?words=${encodeURIComponent(words)}`, cookie));

beforeAll(async () => {
  two = await startTwoLicensees(keepingLog);
  ({ lyon, bron } = two);
  const reach: AccountReach = { kind: 'clubs', clubIds: [lyon.clubId] };
  desk = (await two.cookieOf({ role: 'front-desk', reach }, 'Desk of Lyon')).cookie;
  officer = (await two.cookieOf({ role: 'privacy-officer', reach: { kind: 'network' } })).cookie;
  administrator = (await two.cookieOf({ role: 'network-administrator', reach: { kind: 'network' } })).cookie;
  const hours = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00']]]));
  const open = { hours, reason: 'open around the clock' };
  const opened = await send('PUT', `/staff/api/clubs/${lyon.clubId}/access`, open, administrator);
  expect(opened.status).toBe(204);
});

afterAll(async () => {
  await two.sql.close();
  await two.base.stop();
  await rm(two.stateFolder, { recursive: true, force: true });
});

describe('members of other clubs', () => {
  it('[ST6] are found by name without accents, by card and by e-mail, with a name and whether they may come in', async () => {
    const { members, more } = await search('more', desk);
    expect(more).toBe(false);
    expect(members).toEqual([
      {
        who: { memberId: lyon.ids.member, name: 'Inès Moreau', hasPhoto: true, guest: false },
        mergedInto: null,
        own: true,
        homeClubId: lyon.clubId,
        answer: { clubId: lyon.clubId, outcome: 'granted' },
      },
      {
        who: { memberId: bron.ids.member, name: 'Inès Moréno', hasPhoto: false, guest: false },
        mergedInto: null,
        own: false,
        homeClubId: null,
        answer: { clubId: lyon.clubId, outcome: 'granted' },
      },
    ]);
    const found = async (words: string) => (await search(words, desk)).members.map(({ who }) => who.memberId);
    expect(await found('MORENO ines')).toEqual([bron.ids.member]);
    expect(await found('04ffeeddccbbaa')).toEqual([bron.ids.member]);
    const keys = await keysOf(two.sql, two.stateFolder);
    await changeNames(two.sql, keys, [bron.ids.member], { email: 'Ines@example.com' });
    await keys.end();
    expect(await found('ines@EXAMPLE.com')).toEqual([bron.ids.member]);
    expect(await found('mor% _')).toEqual([]);
    expect(await codeOf(await ask('/staff/api/member-search?words=m', desk))).toBe('search.malformed');
  });

  it('[ST6] are found by whole names of several words, with whatever is typed between them', async () => {
    const found = async (words: string) => (await search(words, desk)).members.map(({ who }) => who.memberId);
    const names: readonly (readonly [given: string, family: string, ...typed: string[]])[] = [
      ['Inès', 'de la Cruz', 'de la Cruz', 'DE LA CRU', 'ines de la cruz', 'De la Cruz Inès', 'delacruz i'],
      ['Inès', 'O’Brien', 'O’Brien', "o'brien", 'obrien', 'o brien ines', "Inès O'Br"],
      ['Inès', "D'Angelo", 'd’angelo', 'Inès d´Angelo'],
      [
        'María José',
        'Van den Berg',
        'maria jose van den berg',
        'Van den Berg María',
        'maria-jose v',
        'vandenberg',
      ],
      ['Ánh', 'Nguyễn Thị', 'nguyen thi', 'NGUYỄN THỊ ánh', 'anh nguyen t'],
      ['Zoë', 'Łoś 🌟 Đorđe', 'los 🌟 dorde', 'zoe Łoś 🌟', 'łos🌟'],
      [
        'Jean-Pierre Marie Luc Anne',
        'de los Santos y Vega',
        'jean pierre marie luc anne de los santos y vega',
      ],
    ];
    const keys = await keysOf(two.sql, two.stateFolder);
    for (const [given, family, ...typed] of names) {
      await changeNames(two.sql, keys, [bron.ids.member], { givenName: given, familyName: family });
      for (const words of typed) expect([words, await found(words)]).toEqual([words, [bron.ids.member]]);
    }
    for (const words of ['’-', 'santos y', 'anne vega', '％％']) expect(await found(words)).toEqual([]);
    await changeNames(two.sql, keys, [bron.ids.member], { givenName: 'Inès', familyName: 'Moréno' });
    await keys.end();
  });

  it('[ST6] have a page of that and nothing else', async () => {
    const path = `/staff/api/members/${bron.ids.member}/access`;
    const page = await read(path, desk);
    expect(visitorSchema.strict().parse(page)).toMatchObject({
      who: { name: 'Inès Moréno', hasPhoto: false },
      answers: [{ clubId: lyon.clubId, outcome: 'granted' }],
    });
    for (const secret of [bron.clubId, bron.reference, bron.ids.credential, bron.ids.sale]) {
      expect(JSON.stringify(page)).not.toContain(secret);
    }
    // Ids are random: such digits may stand within them, and nowhere alone.
    expect(JSON.stringify(page)).not.toMatch(/\b4200\b/);
    expect(memberAccessSchema.parse(await read(path, administrator))).toMatchObject({
      homeClubId: bron.clubId,
      debts: [{ amountCents: 4_200 }],
    });
    const nobody = `/staff/api/members/${lyon.ids.sale}/access`;
    expect(await codeOf(await ask(nobody, desk))).toBe('access.unknown-member');
  });

  it('[ST7] who bought something here have a page of what belongs here', async () => {
    const path = `/staff/api/members/${lyon.ids.member}/access`;
    await two.sql.query('update members set staff = true where id = $1', [lyon.ids.member]);
    const { cookie } = await two.cookieOf({
      role: 'manager',
      reach: { kind: 'clubs', clubIds: [bron.clubId] },
    });
    expect(await read(path, cookie)).toMatchObject({ own: false });
    const [before] = await two.sql.query<{ planId: string }>(
      'select plan_id as "planId" from memberships limit 1',
    );
    const { saleReference, at, lines, payment, language, totalCents } = saleEvent({
      legalEntityId: bron.legalEntityId,
      planId: before?.planId ?? '',
    });
    await two.sql.query(
      `insert into sales (id, reference, club_id, edge_id, legal_entity_id, member_id, at, language, total_cents, lines,
                          payment, consents, received_at)
       values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '[]', now())`,
      [
        saleReference,
        bron.clubId,
        bron.ids.edge,
        bron.legalEntityId,
        lyon.ids.member,
        at,
        language,
        totalCents,
        JSON.stringify(lines),
        JSON.stringify(payment),
      ],
    );
    const page = memberAccessSchema.parse(await read(path, cookie));
    expect(page).toMatchObject({
      who: { name: 'Inès Moreau', hasPhoto: true },
      standing: { staff: false, suspendedUntil: null, company: null },
      memberships: [],
      credentials: [],
      decisions: [],
      debts: [],
      changes: [],
    });
    expect(memberAccessSchema.parse(await read(path, desk))).toMatchObject({
      standing: { staff: true },
      memberships: [{ clubId: lyon.clubId }],
      credentials: [{ id: lyon.ids.credential }],
      decisions: [{ clubId: lyon.clubId }],
      debts: [{ amountCents: 4_200 }],
    });
    const standing = `/staff/api/members/${lyon.ids.member}/standing`;
    expect(await codeOf(await send('PUT', standing, { staff: false, reason: 'not ours' }, cookie))).toBe(
      'access.unknown-member',
    );
  });
});

describe('the log of readings', () => {
  it('[ST8] holds each reading before it is shown, once in five minutes, for privacy officers', async () => {
    const opened = `/staff/api/members/${bron.ids.member}/access?from=search`;
    await Promise.all([ask(opened, desk), ask(opened, desk), ask(opened, desk)]);
    await ask(opened, desk);
    await ask(`/staff/api/members/${lyon.ids.member}/photo?from=live`, desk);
    await ask(`/staff/api/members/${lyon.ids.member}/debts?from=nowhere-known`, desk);
    // What was refused was not read.
    await ask(`/staff/api/members/${bron.ids.member}/photo`, desk);
    const logOf = async (club: ClubOfTest) =>
      readLogSchema.parse(await read(`/staff/api/members/${club.ids.member}/reads`, officer)).reads;
    const byDesk = async (club: ClubOfTest) =>
      (await logOf(club))
        .filter(({ by }) => by === 'Desk of Lyon')
        .map(({ page, cameFrom }) => [page, cameFrom]);
    expect(await byDesk(bron)).toEqual([
      ['member', 'search'],
      ['member', 'address'],
    ]);
    expect(await byDesk(lyon)).toEqual([
      ['debts', 'address'],
      ['photo', 'live'],
      ['member', 'address'],
    ]);
    await two.sql.query('alter table person_reads rename to person_reads_away');
    const failed = await ask(`/staff/api/members/${lyon.ids.member}/access?from=cases`, desk);
    await two.sql.query('alter table person_reads_away rename to person_reads');
    expect([failed.status, await codeOf(failed)]).toEqual([500, 'request.failed']);
  });

  it('[ST8] [W-PERSON-9] holds who was shown at a kiosk by which staff card, under the name of who holds it, once', async () => {
    const { edge, ids } = bron;
    const event: EventOf<'people.shown'> = {
      type: 'people.shown',
      at: isoTime(systemClock.wallMs()),
      credentialId: ids.credential,
      reads: [{ readId: newTestId(), memberId: ids.member }],
      box: 'Borne 1',
    };
    const unknown = {
      ...event,
      credentialId: newTestId(),
      reads: [{ readId: newTestId(), memberId: ids.member }],
    };
    const { parked } = await edge.pushed([event, unknown, event].map((each) => edge.append(each)));
    expect(parked.map(({ reason }) => reason)).toEqual([expect.stringContaining('already taken')]);
    const atKiosk = async () =>
      readLogSchema
        .parse(await read(`/staff/api/members/${ids.member}/reads`, officer))
        .reads.filter(({ page }) => page === 'came-in')
        .map(({ by, cameFrom }) => [by, cameFrom]);
    const [holder] = await two.sql.query<{ name: string }>(
      `select concat_ws(' ', given_name, family_name) as name
         from named_members as members join credentials on credentials.member_id = members.id where credentials.id = $1`,
      [ids.credential],
    );
    const expected = [
      [holder?.name, 'Borne 1'],
      [`card ${unknown.credentialId}`, 'Borne 1'],
    ];
    expect((await atKiosk()).toSorted()).toEqual(expected.toSorted());
  });

  it('[ST9] holds of a search a digest of its words, the same for the same ones', async () => {
    for (const words of ['Lemaître', ' lemaître', 'Lemaitre']) await search(words, desk);
    const rows = await two.sql.query<{ digest: string; by: string; found: number }>(
      'select terms_digest as digest, user_name as by, found from member_searches order by at desc, id desc limit 3',
    );
    const [third, second, first] = rows.map(({ digest }) => digest);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect([second === first, third === first]).toEqual([true, false]);
    expect(rows[0]).toMatchObject({ by: 'Desk of Lyon', found: 0 });
    expect(JSON.stringify(logged)).not.toMatch(/lema[iî]tre/i);
  });

  it('[ST10] cannot be changed, and is kept for a year', async () => {
    for (const log of ['person_reads', 'member_searches']) {
      await expect(two.sql.query(`update ${log} set user_name = ''`)).rejects.toThrow('kept for a year');
      await expect(two.sql.query(`delete from ${log}`)).rejects.toThrow('kept for a year');
    }
    await two.sql.query(
      `insert into person_reads (id, at, user_id, user_name, member_id, page, came_from)
       select gen_random_uuid(), now() - days * interval '1 day', gen_random_uuid(), 'long ago', gen_random_uuid(), 'member', 'address'
         from unnest(array[364, 366]) as days`,
    );
    const { user, password } = two.base.staff ?? { user: '', password: '' };
    expect((await send('POST', '/staff/api/sign-in', { user, password }, '')).status).toBe(200);
    const kept = await two.sql.query("select 1 from person_reads where user_name = 'long ago'");
    expect(kept).toHaveLength(1);
  });
});

describe('accounts', () => {
  const accounts = async () => accountListSchema.parse(await read('/staff/api/accounts', administrator));
  const signIn = (user: string, password: string) =>
    send('POST', '/staff/api/sign-in', { user, password }, '');

  it('[ST11] are opened with a password told once, changed and ended, with who did it', async () => {
    const asked = { name: 'Chloé', role: 'auditor', reach: { kind: 'clubs', clubIds: [lyon.clubId] } };
    const opened = await send('POST', '/staff/api/accounts', asked, administrator);
    const { accountId, password } = madeAccountSchema.parse(await opened.json());
    expect(await codeOf(await send('POST', '/staff/api/accounts', asked, administrator))).toBe(
      'account.name-taken',
    );
    const signedIn = await signIn('Chloé', password);
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const session = () => ask('/staff/api/session', cookie);
    expect(await (await session()).json()).toMatchObject({ role: 'auditor', wholeNetwork: false });
    const rights = { role: 'manager', reach: { kind: 'entity', legalEntityId: bron.legalEntityId } };
    expect((await send('PUT', `/staff/api/accounts/${accountId}`, rights, administrator)).status).toBe(204);
    expect(await (await session()).json()).toMatchObject({ role: 'manager' });
    expect(
      (await ask(`/staff/api/accounts/${accountId}/end`, administrator, { method: 'POST' })).status,
    ).toBe(204);
    expect((await session()).status).toBe(401);
    expect((await signIn('Chloé', password)).status).toBe(403);
    const list = await accounts();
    expect(list.accounts.find(({ id }) => id === accountId)).toMatchObject({
      ...rights,
      signsInBy: 'password',
    });
    expect(list.changes.filter(({ account }) => account === 'Chloé').map(({ what }) => what)).toEqual([
      'ended',
      'changed',
      'opened',
    ]);
    expect(JSON.stringify(logged)).not.toContain(password);
  });

  it('[ST11] are refused when they name no club, see less than their role needs, or would leave nobody', async () => {
    const open = async (rights: object) =>
      codeOf(await send('POST', '/staff/api/accounts', { name: 'Nobody', ...rights }, administrator));
    const nowhere = { kind: 'clubs', clubIds: [lyon.ids.sale] };
    expect(await open({ role: 'manager', reach: nowhere })).toBe('account.malformed');
    expect(await open({ role: 'manager', reach: { kind: 'clubs', clubIds: [] } })).toBe('account.malformed');
    expect(await open({ role: 'network-administrator', reach: nowhere })).toBe('account.malformed');
    expect(await open({ role: 'king', reach: { kind: 'network' } })).toBe('account.malformed');
    const { accounts: all } = await accounts();
    const [last, ...others] = all.filter(({ role, endedAt }) => role === 'network-administrator' && !endedAt);
    const end = (id = '') => ask(`/staff/api/accounts/${id}/end`, administrator, { method: 'POST' });
    const mine = all.find(({ name }) => name === 'staff');
    expect(others.length).toBe(1);
    expect((await end(mine?.id)).status).toBe(204);
    const left = [last, ...others].find((one) => one?.id !== mine?.id);
    expect(await codeOf(await end(left?.id))).toBe('account.last-administrator');
    const demoted = { role: 'manager', reach: { kind: 'network' } };
    expect(await codeOf(await send('PUT', `/staff/api/accounts/${left?.id}`, demoted, administrator))).toBe(
      'account.last-administrator',
    );
    expect(await codeOf(await end(mine?.id))).toBe('account.unknown');
  });
});
