import { rm } from 'node:fs/promises';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge } from '../../test/test-edge.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let staff = '';
let clubId: string;

const put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(base.url + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', cookie: staff, ...headers },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));
  lyon = await enrolled('Lyon Part-Dieu');
  villeurbanne = await enrolled('Villeurbanne Gratte-Ciel');
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function sold() {
  const [entity] = await sql.query<{ id: string }>('select id from legal_entities');
  const [plan] = await sql.query<{ id: string }>('select id from plans order by id');
  const event = saleEvent({ legalEntityId: entity?.id ?? '', planId: plan?.id ?? '', ticket: true });
  const { seq } = lyon.append(event);
  expect((await lyon.pushed(lyon.events.slice(seq - 1))).parked).toEqual([]);
  return event;
}

/** As a gate of the other club is told. */
async function told(kind: 'credential' | 'club', id: string | undefined) {
  const found = (await villeurbanne.wholeFeed())
    .map(({ change }) => change)
    .find((change) => change.kind === kind && change.id === id);
  return found?.record ?? null;
}

it('[W-STANDING-1] tells every gate that a member is on hold, works here, or comes in after somebody', async () => {
  const { member, credentials } = await sold();
  const [card, ticket] = credentials;
  const path = `/staff/api/members/${member.memberId}/standing`;
  expect(await told('credential', card?.credentialId)).not.toHaveProperty('standing');
  const company = { kind: 'guardian', memberIds: [newTestId()] };
  const suspendedUntil = '2027-01-31T23:00:00.000Z';
  expect((await put(path, { suspendedUntil, staff: true, reason: 'A broken leg' })).status).toBe(204);
  expect((await put(path, { company, reason: 'Comes with her father' })).status).toBe(204);
  expect(await told('credential', card?.credentialId)).toMatchObject({
    standing: { suspendedUntil, staff: true, company },
  });
  expect(await told('credential', ticket?.credentialId)).not.toHaveProperty('standing');

  const lifted = { suspendedUntil: null, staff: false, company: null, reason: 'All is well again' };
  expect((await put(path, lifted)).status).toBe(204);
  expect(await told('credential', card?.credentialId)).not.toHaveProperty('standing');
  const kept = await sql.query<{ change: object; reason: string }>(
    'select change, reason from access_changes where member_id = $1 order by at, id',
    [member.memberId],
  );
  expect(kept).toEqual([
    { change: { suspendedUntil, staff: true }, reason: 'A broken leg' },
    { change: { company }, reason: 'Comes with her father' },
    { change: { suspendedUntil: null, staff: false, company: null }, reason: 'All is well again' },
  ]);
});

it('[W-STANDING-4] tells every gate in which language a member bought, and nothing of whoever has a ticket', async () => {
  const { credentials } = await sold();
  const [card, ticket] = credentials;
  expect(await told('credential', card?.credentialId)).toMatchObject({ language: 'fr' });
  expect(await told('credential', ticket?.credentialId)).not.toHaveProperty('language');
});

it('[W-STANDING-2] tells every gate what the operator decides of a club, and leaves the rest of it as it was', async () => {
  const path = `/staff/api/clubs/${clubId}/access`;
  const before = await told('club', clubId);
  const closures = [{ from: '2026-12-25T00:00:00.000Z', to: '2026-12-26T00:00:00.000Z' }];
  const policy = { antiPassback: { mode: 'hard', minutes: 15 }, capacity: 'hard' };
  expect((await put(path, { policy, closures, reason: 'Decided in November' })).status).toBe(204);
  expect(await told('club', clubId)).toEqual({
    ...before,
    closures,
    policy: { ...openPolicy, ...policy },
  });
  expect((await put(path, { policy: null, closures: [], reason: 'Taken back' })).status).toBe(204);
  expect(await told('club', clubId)).toEqual(before);
});

it('lets nobody change or delete what was decided', async () => {
  await expect(sql.query("update access_changes set reason = 'another'")).rejects.toThrow();
  await expect(sql.query('delete from access_changes')).rejects.toThrow();
});

const day = { from: '2026-12-26T00:00:00.000Z', to: '2026-12-25T00:00:00.000Z' };

it.each([
  ['members', 'standing', { reason: 'Nothing at all' }, 'changes nothing'],
  ['members', 'standing', { staff: true, reason: ' ' }, 'reason'],
  ['members', 'standing', { suspendedUntil: 'tomorrow', reason: 'On hold' }, 'not an ISO 8601 time'],
  ['members', 'standing', { company: { kind: 'friend', memberIds: [] }, reason: 'A friend' }, 'company.kind'],
  ['clubs', 'access', { closures: [day], reason: 'Christmas' }, 'a closure ends after it begins'],
  ['clubs', 'access', { policy: { capacity: 'some' }, reason: 'Half full' }, 'policy.capacity'],
])('refuses for %s a %s of %j', async (what, page, body, told) => {
  const answer = await put(`/staff/api/${what}/${newTestId()}/${page}`, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain(told);
});

it('is for signed-in staff on their own page, and for members and clubs that are known', async () => {
  const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;
  const path = `/staff/api/members/${newTestId()}/standing`;
  const body = { staff: true, reason: 'Works here' };
  expect(await codeOf(await put(path, body, { cookie: '' }))).toBe('staff.not-signed-in');
  expect(await codeOf(await put(path, body, { origin: 'https://elsewhere.example' }))).toBe(
    'staff.foreign-page',
  );
  expect(await codeOf(await put(path, body))).toBe('access.unknown-member');
  expect(await codeOf(await put('/staff/api/members/nobody/standing', body))).toBe('access.unknown-member');
  const club = { closures: [], reason: 'Open again' };
  expect(await codeOf(await put(`/staff/api/clubs/${newTestId()}/access`, club))).toBe('access.unknown-club');
});
