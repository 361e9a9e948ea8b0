import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { caseKinds, type EventOf } from '@portillon/core/wire/event.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { addStaffUser } from '../../postgres/staff-accounts.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { caseEvent, newTestId, saleEvent, TestEdge, testPerson } from '../../test/test-edge.ts';
import { alreadySettledSchema, type CaseList, caseListSchema, settlementSchema } from './case-view.ts';
import { interventionListSchema } from './intervention-view.ts';
import { liveViewSchema } from './live-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let clubId: string;
let otherClubId: string;
let staff: string;
let other: string;
const logged: { event: string; fields: LogFields }[] = [];

const keepingLog: Log = {
  ...silentLog,
  info: (event, fields = {}) => logged.push({ event, fields }),
};

const ask = (path: string, init: RequestInit = {}) =>
  fetch(base.url + path, { ...init, headers: { cookie: staff, ...init.headers } });

async function signedIn(user: string, password: string): Promise<string> {
  const response = await ask('/staff/api/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user, password }),
  });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const settle = (caseId: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(`/staff/api/cases/${caseId}/settlement`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const refunded = { outcome: 'refunded-at-terminal', words: 'Refunded with the member beside me' };

async function list(query = ''): Promise<CaseList> {
  return caseListSchema.parse(await (await ask(`/staff/api/cases${query}`)).json());
}

async function refusalOf(response: Response) {
  const { error } = refusalSchema.parse(await response.json());
  return { status: response.status, code: error.code, path: error.path };
}

async function opened(more: Partial<EventOf<'case.opened'>> = {}, by = edge): Promise<string> {
  const event = caseEvent(more);
  by.append(event);
  const { parked } = await by.pushed(by.events.slice(-1));
  expect(parked).toEqual([]);
  return event.caseId;
}

const newEdge = async (club: string) =>
  TestEdge.enrolled(base.url, await newEnrolmentCode(sql, club, systemClock.wallMs()));

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, log: keepingLog });
  sql = new Database(base.databaseUrl, silentLog);
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  otherClubId = base.clubs['Villeurbanne Gratte-Ciel'] ?? '';
  staff = '';
  staff = await signedIn('staff', base.staff?.password ?? '');
  await addStaffUser(sql, { id: newTestId(), name: 'nadia' }, 'nadias password', systemClock.wallMs());
  other = await signedIn('nadia', 'nadias password');
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  edge = await newEdge(clubId);
});

describe('an intervention', () => {
  it('[W-DISPENSER-1] is told with who did what and by how many cards it differs, and stays as it is', async () => {
    const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
      `select legal_entity_id as "legalEntityId", (select id from plans limit 1) as "planId" from clubs where id = $1`,
      [clubId],
    );
    const sale = saleEvent({ legalEntityId: row?.legalEntityId ?? '', planId: row?.planId ?? '' });
    const credentialId = sale.credentials[0]?.credentialId ?? '';
    edge.append(sale);
    const serviced: EventOf<'dispenser.serviced'> = {
      type: 'dispenser.serviced',
      interventionId: newTestId(),
      at: isoTime(systemClock.wallMs()),
      credentialId,
      faultBefore: 'dispenser.bin-full',
      faultAfter: null,
      outcome: 'ready',
      filled: null,
      emptied: 24,
      takenByHand: 0,
      counted: {
        stack: 61,
        bin: 25,
        fed: 90,
        captured: 25,
        handed: 65,
        inPath: 0,
        byDevice: 25,
        since: null,
      },
      differences: { bin: -1, path: 0 },
    };
    edge.append(serviced);
    // Of a card that the base has not heard of yet: who it was is found out later.
    const unknown = { ...serviced, interventionId: newTestId(), credentialId: newTestId() };
    edge.append(unknown);
    expect((await edge.pushed()).parked).toEqual([]);
    expect((await fetch(`${base.url}/staff/api/interventions`)).status).toBe(401);
    const answer = await ask('/staff/api/interventions');
    const { interventions } = interventionListSchema.parse(await answer.json());
    expect(interventions.find(({ id }) => id === serviced.interventionId)).toMatchObject({
      clubId,
      who: { memberId: sale.member.memberId },
      faultBefore: 'dispenser.bin-full',
      outcome: 'ready',
      emptied: 24,
      binDifference: -1,
      pathDifference: 0,
    });
    expect(interventions.find(({ id }) => id === unknown.interventionId)).toMatchObject({ who: null });
    await expect(sql.query('delete from interventions')).rejects.toThrow();
  });
});

describe('a case', () => {
  it('[W-CASE-1] [I2] says what is owed, what the customer was told and what was tried', async () => {
    const detail = 'terminal.in-doubt: no answer';
    const id = await opened({ detail });
    const { open, openCount } = await list();
    expect(openCount).toBe(open.length);
    expect(open.find((one) => one.id === id)).toMatchObject({
      clubId,
      kind: 'payment-in-doubt',
      amountCents: 5_490,
      reference: 'M7QK-2F9C',
      tried: ['asked the terminal six times in 30 s: no answer'],
      who: null,
      detail,
    });
  });

  it.each(caseKinds)('[W-CASE-1] may be of the kind %s, with or without a sale', async (kind) => {
    const id = await opened({ kind, amountCents: 0, saleId: newTestId(), saleReference: 'ABCD-2345' });
    const bare = await opened({ kind, amountCents: 0, reference: null, tried: [] });
    const { open } = await list();
    expect(open.filter((one) => one.id === id || one.id === bare).map((one) => one.kind)).toEqual([
      kind,
      kind,
    ]);
  });

  it.each([
    ['a kind nobody has heard of', { kind: 'something-else' }],
    ['no amount', { amountCents: undefined }],
    ['more than twenty things tried', { tried: Array(21).fill('again') }],
    ['a long story of what was tried', { tried: ['x'.repeat(121)] }],
    ['a reference nobody can be told', { reference: '' }],
  ])('[W-CASE-1] with %s is kept aside', async (_what, wrong) => {
    edge.append({ ...caseEvent(), ...wrong } as never);
    expect((await edge.pushed()).parked).toMatchObject([
      { reason: expect.stringMatching(/^not understood/) },
    ]);
  });

  it('[W-CASE-2] of an edge of the version before is read, with the reference of its sale', async () => {
    const id = newTestId();
    edge.appendText(
      `{"amountCents":5490,"at":"2026-11-23T09:00:00.000Z","caseId":"${id}","detail":"dispenser.card-jam: ","kind":"refund-failed","saleId":"${newTestId()}","saleReference":"M7QK-2F9C","type":"case.opened"}`,
    );
    expect((await edge.pushed()).parked).toEqual([]);
    expect((await list()).open.find((one) => one.id === id)).toMatchObject({
      at: '2026-11-23T09:00:00.000Z',
      kind: 'refund-failed',
      reference: 'M7QK-2F9C',
      tried: [],
    });
  });

  it('names the member and the fiscal record of its sale, once known, and each look at a name is logged', async () => {
    const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
      'select legal_entities.id as "legalEntityId", plans.id as "planId" from legal_entities, plans limit 1',
    );
    if (!row) throw new Error('the seed was not applied');
    const person = await edge.sealed('person', testPerson);
    const digests = { person: sha256Hex(person), photo: null, contract: '0'.repeat(64) };
    const sold = { ...saleEvent({ ...row, digests }), fiscal: { recordNo: 1_204, characters: 'FUCC' } };
    edge.append(sold);
    const { saleId, saleReference } = sold;
    const about = caseEvent({ kind: 'hand-over-card', saleId, saleReference, amountCents: 0 });
    edge.append(about);
    await edge.pushed();
    const whoOf = async (id: string) => (await list()).open.find((one) => one.id === id)?.who;
    const { memberId } = sold.member;
    expect((await list()).open.find((one) => one.id === about.caseId)?.fiscalRecordNo).toBe(1_204);
    expect(await whoOf(about.caseId)).toEqual({ memberId, name: null, hasPhoto: false, guest: false });
    await edge.put(digests.person, person);
    expect(await whoOf(about.caseId)).toMatchObject({ name: 'Inès Moreau-Testard' });
    expect(logged).toContainEqual({
      event: 'staff.name-shown',
      fields: { userId: expect.any(String), memberId },
    });
    expect(JSON.stringify(logged)).not.toMatch(/Inès|Moreau/);
    // An edge cannot bring up the member of another club's sale.
    const stranger = await newEdge(otherClubId);
    const strange = await opened({ saleId, saleReference }, stranger);
    expect((await list()).open.find((one) => one.id === strange)).toMatchObject({
      who: null,
      fiscalRecordNo: null,
    });
    await settle(about.caseId, refunded);
    expect((await list()).settled.find((one) => one.id === about.caseId)?.fiscalRecordNo).toBe(1_204);
  });

  it('is listed with the oldest first, and by club', async () => {
    const elsewhere = await newEdge(otherClubId);
    const at = (hours: number) => isoTime(systemClock.wallMs() - hours * 3_600_000);
    const young = await opened({ at: at(1) }, elsewhere);
    const old = await opened({ at: at(30) }, elsewhere);
    const here = await opened({ at: at(20) });
    const ids = (await list()).open.map(({ id }) => id);
    expect(ids.filter((id) => [young, old, here].includes(id))).toEqual([old, here, young]);
    const two = await list('?open=2&settled=1');
    expect(two.open.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(two.openCount).toBe(ids.length);
    expect(await refusalOf(await ask('/staff/api/cases?open=100000'))).toMatchObject({ path: 'open' });
    const there = await list(`?clubId=${otherClubId}`);
    expect(new Set(there.open.map((one) => one.clubId))).toEqual(new Set([otherClubId]));
    expect(there.openCount).toBe(there.open.length);
    expect(await list(`?clubId=${newTestId()}`)).toEqual({
      openCount: 0,
      settledCount: 0,
      open: [],
      settled: [],
    });
    expect(await refusalOf(await ask('/staff/api/cases?clubId=Lyon'))).toMatchObject({
      status: 400,
      code: 'case.malformed',
      path: 'clubId',
    });
  });
});

describe('settling a case', () => {
  it('[W-CASE-3] moves it to the settled ones, with who, when and why', async () => {
    const id = await opened();
    const before = await list();
    const response = await settle(id, { ...refunded, words: `  ${refunded.words} \n` });
    expect(response.status).toBe(201);
    const { settlement } = (await response.json()) as { settlement: unknown };
    expect(settlementSchema.parse(settlement)).toMatchObject({ by: 'staff', ...refunded });
    const after = await list();
    expect(after.openCount).toBe(before.openCount - 1);
    expect(after.open.map((one) => one.id)).not.toContain(id);
    expect(after.settled[0]).toMatchObject({ id, reference: 'M7QK-2F9C', settlement });
    expect(after.settled[0]).not.toHaveProperty('who');
    const { at } = settlementSchema.parse(settlement);
    expect(Math.abs(Date.parse(at) - systemClock.wallMs())).toBeLessThan(5_000);
    expect(logged).toContainEqual({
      event: 'staff.case-settled',
      fields: { userId: expect.any(String), caseId: id, outcome: 'refunded-at-terminal' },
    });
    expect(JSON.stringify(logged)).not.toContain(refunded.words);
  });

  it('[W-CASE-3] is done once: the second is told who was first, and changes nothing', async () => {
    const id = await opened();
    await settle(id, refunded);
    const second = await settle(id, { outcome: 'other', words: 'me too' }, { cookie: other });
    expect(second.status).toBe(409);
    const answer = alreadySettledSchema.parse(await second.json());
    expect(answer.settlement).toMatchObject({ by: 'staff', ...refunded });
    expect((await list()).settled.filter((one) => one.id === id)).toHaveLength(1);
  });

  it('[W-CASE-3] is done once by two at the same moment', async () => {
    const id = await opened();
    const answers = await Promise.all(
      [staff, other, staff, other].map((cookie) => settle(id, refunded, { cookie })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    const told = await Promise.all(
      answers.map((answer) => answer.json() as Promise<{ settlement: unknown }>),
    );
    expect(new Set(told.map(({ settlement }) => JSON.stringify(settlement))).size).toBe(1);
  });

  it('[W-CASE-3] leaves rows that nobody changes or deletes, not even by hand', async () => {
    const id = await opened();
    await settle(id, refunded);
    for (const change of [
      "update case_settlements set words = 'no'",
      'delete from case_settlements',
      "update cases set detail = 'no'",
      'delete from cases',
    ]) {
      await expect(sql.query(change)).rejects.toThrow(/are never changed or deleted/);
    }
    edge.append(caseEvent({ caseId: id, kind: 'print-in-doubt' }));
    expect((await edge.pushed(edge.events.slice(-1))).parked).toMatchObject([
      { reason: 'an id in it is already taken (cases_pkey)' },
    ]);
  });

  it.each([
    ['no outcome', { words: 'because' }, 'outcome'],
    ['an outcome of its own', { outcome: 'whatever', words: 'because' }, 'outcome'],
    ['no words', { outcome: 'other' }, 'words'],
    ['words that say nothing', { outcome: 'other', words: '  ok  ' }, 'words'],
    ['a novel', { outcome: 'other', words: 'x'.repeat(301) }, 'words'],
    ['words that no table can hold', { outcome: 'other', words: 'a\0bc' }, 'words'],
    ['half of a character', { outcome: 'other', words: 'abc\ud800' }, 'words'],
    ['nothing', null, ''],
  ])('with %s is refused, with the place', async (_what, body, path) => {
    const id = await opened();
    expect(await refusalOf(await settle(id, body))).toEqual({ status: 400, code: 'case.malformed', path });
    expect((await list()).open.map((one) => one.id)).toContain(id);
  });

  it('is refused for a case that is not there, without sign-in, and from the page of another site', async () => {
    const id = await opened();
    expect(await refusalOf(await settle(newTestId(), refunded))).toMatchObject({ code: 'case.unknown' });
    expect(await refusalOf(await settle('7', refunded))).toMatchObject({ status: 404, code: 'case.unknown' });
    expect(await refusalOf(await settle(id, '{'))).toMatchObject({ status: 400, code: 'request.not-json' });
    expect(await refusalOf(await settle(id, refunded, { cookie: '' }))).toMatchObject({ status: 401 });
    expect(await refusalOf(await ask('/staff/api/cases', { headers: { cookie: '' } }))).toMatchObject({
      status: 401,
    });
    const foreign = { origin: 'https://elsewhere.example' };
    expect(await refusalOf(await settle(id, refunded, foreign))).toMatchObject({
      code: 'staff.foreign-page',
    });
    expect((await list()).open.map((one) => one.id)).toContain(id);
  });

  it('shows in the live stream to all, as does a new case', async () => {
    const stream = await ask('/staff/live');
    const decoder = new TextDecoder();
    const seen: { open: number; settled: number }[] = [];
    let text = '';
    let id = '';
    for await (const chunk of stream.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const [, data] = /^data: (.*)$/.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (data === undefined) continue;
        const { cases } = liveViewSchema.parse(JSON.parse(data));
        const before = seen.at(-1);
        if (JSON.stringify(before) === JSON.stringify(cases)) continue;
        seen.push(cases);
        if (seen.length === 1) id = await opened();
        if (seen.length === 2) await settle(id, refunded);
      }
      if (seen.length === 3) break;
    }
    const [first = { open: 0, settled: 0 }] = seen;
    expect(seen).toEqual([
      first,
      { open: first.open + 1, settled: first.settled },
      { open: first.open, settled: first.settled + 1 },
    ]);
  });
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
