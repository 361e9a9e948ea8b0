import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge, visit } from '../../test/test-edge.ts';
import { badgeListSchema } from './badge-view.ts';
import { caseListSchema } from './case-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let staff = '';
let memberId: string;

const ask = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(base.url + path, {
    headers: { 'content-type': 'application/json', cookie: staff, ...headers },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));
  lyon = await enrolled('Lyon Part-Dieu');
  villeurbanne = await enrolled('Villeurbanne Gratte-Ciel');
  const signedIn = await ask('/staff/api/sign-in', { user: 'staff', password: base.staff?.password });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const [entity] = await sql.query<{ id: string }>('select id from legal_entities');
  const [planId = ''] = await plansInOrder(sql);
  const sold = saleEvent({ legalEntityId: entity?.id ?? '', planId, ticket: false });
  await applied(lyon, sold);
  memberId = sold.member.memberId;
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function applied(edge: TestEdge, event: Parameters<TestEdge['append']>[0]): Promise<void> {
  const { seq } = edge.append(event);
  expect((await edge.pushed(edge.events.slice(seq - 1))).parked).toEqual([]);
}

async function letIn(edge: TestEdge, credentialId: string, atMs: number, byNumber = true): Promise<void> {
  const { decided } = visit(credentialId);
  await applied(edge, { ...decided, at: isoTime(atMs), byNumber });
}

const copies = async () =>
  caseListSchema
    .parse(await (await ask('/staff/api/cases')).json())
    .open.filter(({ kind }) => kind === 'badge-copied');

async function badge(cardUid: string): Promise<string> {
  const answer = await ask(`/staff/api/members/${memberId}/badges`, { cardUid });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { credentialId: string }).credentialId;
}

it('[W-STANDING-3] tells every gate of an old badge, and staff how many are left', async () => {
  const credentialId = await badge('04A1A2A3A4A5A6');
  const told = (await villeurbanne.wholeFeed())
    .map(({ change }) => change)
    .find(({ id }) => id === credentialId);
  expect(told?.record).toMatchObject({
    kind: 'card',
    cardUid: '04A1A2A3A4A5A6',
    uidOnly: true,
    memberId,
    status: 'active',
  });
  const left = (await (await ask('/staff/api/badges')).json()) as { clubs: unknown };
  expect(left.clubs).toEqual([
    {
      clubId: base.clubs['Lyon Part-Dieu'],
      left: 1,
      inUse: 0,
      cards: 1,
      accepted: false,
      codes: 0,
      codesAccepted: false,
    },
  ]);
});

it('[W-STANDING-3] takes a badge at two clubs within ten minutes for a copy, and says so once', async () => {
  const credentialId = await badge('04B1B2B3B4B5B6');
  const noon = systemClock.wallMs() - 3_600_000;
  await letIn(lyon, credentialId, noon);
  await letIn(lyon, credentialId, noon + 60_000);
  await letIn(villeurbanne, credentialId, noon + 660_001);
  expect(await copies()).toEqual([]);
  // Told later than it happened, by a club that was cut off.
  await letIn(lyon, credentialId, noon + 400_000);
  expect(await copies()).toMatchObject([{ detail: expect.stringContaining(credentialId) }]);
  await letIn(villeurbanne, credentialId, noon + 500_000);
  expect(await copies()).toHaveLength(1);
});

it('[W-STANDING-5] tells every gate of an old code without saying it, and staff how many are left, until a pass takes over', async () => {
  const text = 'FOULEE-0042-77881';
  const answer = await ask(`/staff/api/members/${memberId}/old-codes`, { text });
  expect(answer.status).toBe(201);
  const { credentialId } = (await answer.json()) as { credentialId: string };
  const told = async () =>
    (await villeurbanne.wholeFeed()).map(({ change }) => change).find(({ id }) => id === credentialId);
  expect((await told())?.record).toMatchObject({
    kind: 'pass',
    codeHash: sha256Hex(text),
    memberId,
    status: 'active',
  });
  expect(JSON.stringify(await told())).not.toContain(text);
  const codes = async () => {
    const { clubs } = badgeListSchema.parse(await (await ask('/staff/api/badges')).json());
    return clubs.map((club) => club.codes);
  };
  expect(await codes()).toEqual([1]);
  const again = await ask(`/staff/api/members/${memberId}/old-codes`, { text });
  expect(refusalSchema.parse(await again.json()).error.code).toBe('badge.taken');
  for (const none of ['PT1.x', 'PP1:ABC', 'abc', 'a\nbcd']) {
    expect((await ask(`/staff/api/members/${memberId}/old-codes`, { text: none })).status).toBe(400);
  }
  const noon = systemClock.wallMs() - 3_600_000;
  const before = (await copies()).length;
  await letIn(lyon, credentialId, noon);
  await letIn(villeurbanne, credentialId, noon + 60_000);
  expect(await copies()).toHaveLength(before + 1);
  await applied(lyon, {
    type: 'pass.enrolled',
    at: isoTime(noon),
    besideCredentialId: credentialId,
    pass: { credentialId: newTestId(), publicKey: 'A'.repeat(43), validFrom: isoTime(noon) },
  });
  expect((await told())?.record).toMatchObject({ status: 'blocked' });
  expect(await codes()).toEqual([0]);
});

it('says nothing of cards that prove themselves', async () => {
  const before = (await copies()).length;
  const credentialId = newTestId();
  const noon = systemClock.wallMs() - 3_600_000;
  await letIn(lyon, credentialId, noon, false);
  await letIn(villeurbanne, credentialId, noon, false);
  expect(await copies()).toHaveLength(before);
});

it('refuses a number that is none, that is in use, and that is for nobody', async () => {
  const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;
  const path = `/staff/api/members/${memberId}/badges`;
  expect(await codeOf(await ask(path, { cardUid: 'abc' }))).toBe('badge.malformed');
  await badge('04C1C2C3C4C5C6');
  expect(await codeOf(await ask(path, { cardUid: '04C1C2C3C4C5C6' }))).toBe('badge.taken');
  const nobody = `/staff/api/members/${newTestId()}/badges`;
  expect(await codeOf(await ask(nobody, { cardUid: '04D1D2D3D4D5D6' }))).toBe('badge.no-membership');
  expect(await codeOf(await ask(path, { cardUid: '04D1D2D3D4D5D6' }, { cookie: '' }))).toBe(
    'staff.not-signed-in',
  );
  expect(
    await codeOf(await ask(path, { cardUid: '04D1D2D3D4D5D6' }, { origin: 'https://elsewhere.example' })),
  ).toBe('staff.foreign-page');
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
