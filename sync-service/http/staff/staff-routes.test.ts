import { rm } from 'node:fs/promises';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge, testPerson, testPhoto } from '../../test/test-edge.ts';
import { type LiveView, liveViewSchema } from './live-view.ts';

let stateFolder: string;
let base: StartedBase;
let cookie: string;
let memberId: string;
const logged: { event: string; fields: LogFields }[] = [];

const keepingLog: Log = {
  ...silentLog,
  info: (event, fields = {}) => logged.push({ event, fields }),
  warn: (event, fields = {}) => logged.push({ event, fields }),
};

const ask = (path: string, init: RequestInit = {}, address = '192.0.2.9') =>
  fetch(base.url + path, { ...init, headers: { 'x-forwarded-for': address, ...init.headers } });

function signIn(user: string, password: string, more: { address?: string; origin?: string } = {}) {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (more.origin) headers.origin = more.origin;
  return ask(
    '/staff/api/sign-in',
    { method: 'POST', headers, body: JSON.stringify({ user, password }) },
    more.address,
  );
}

async function codeOf(response: Response): Promise<string> {
  return refusalSchema.parse(await response.json()).error.code;
}

/** The first view of a live stream. */
async function firstView(): Promise<LiveView> {
  const response = await ask('/staff/live', { headers: { cookie } });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const [, data] = /data: (.*)\n\n/.exec(text) ?? [];
    // Leaving the loop ends the stream.
    if (data !== undefined) return liveViewSchema.parse(JSON.parse(data));
  }
  throw new Error('the stream ended');
}

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, log: keepingLog });
  const edge = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  const sql = new Database(base.databaseUrl, silentLog);
  const [row] = await sql.query<{ legalEntityId: string; planId: string }>(
    'select legal_entities.id as "legalEntityId", plans.id as "planId" from legal_entities, plans limit 1',
  );
  await sql.close();
  if (!row) throw new Error('the seed was not applied');
  const person = await edge.sealed('person', testPerson);
  const photo = await edge.sealed('photo', testPhoto);
  const digests = { person: sha256Hex(person), photo: sha256Hex(photo), contract: '0'.repeat(64) };
  const sold = saleEvent({ ...row, digests });
  memberId = sold.member.memberId;
  edge.append(sold);
  await edge.pushed();
  await edge.put(digests.person, person);
  await edge.put(digests.photo, photo);
});

afterAll(async () => {
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

describe('staff sign-in', () => {
  it('gives a cookie that scripts cannot read and other sites cannot use', async () => {
    const response = await signIn('staff', base.staff?.password ?? '');
    expect(response.status).toBe(200);
    const set = response.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/; HttpOnly/);
    expect(set).toMatch(/; SameSite=Strict/);
    expect(set).toMatch(/; Path=\/staff/);
    cookie = set.split(';')[0] ?? '';
    expect(await (await ask('/staff/api/session', { headers: { cookie } })).json()).toMatchObject({
      user: 'staff',
      wholeNetwork: true,
    });
  });

  it('refuses a wrong password and an unknown user in the same words, and keeps neither in the log', async () => {
    const wrong = await (await signIn('staff', 'not-the-password')).text();
    expect(await (await signIn('nobody-here', 'not-the-password')).text()).toBe(wrong);
    expect(JSON.stringify(logged)).not.toMatch(/not-the-password|nobody-here/);
  });

  it('refuses a page of another site, and what is no sign-in', async () => {
    const origin = 'https://elsewhere.example';
    expect(await codeOf(await signIn('staff', base.staff?.password ?? '', { origin }))).toBe(
      'staff.foreign-page',
    );
    expect(await codeOf(await signIn('', ''))).toBe('staff.wrong-sign-in');
  });

  it('stops an address that tries passwords in a row', async () => {
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries++) {
      statuses.push((await signIn('staff', 'guess', { address: '192.0.2.66' })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(403), 429]);
  });

  it('ends a session at sign-out', async () => {
    const response = await signIn('staff', base.staff?.password ?? '');
    const other = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    await ask('/staff/api/sign-out', { method: 'POST', headers: { cookie: other } });
    expect((await ask('/staff/api/session', { headers: { cookie: other } })).status).toBe(401);
    expect((await ask('/staff/api/session', { headers: { cookie } })).status).toBe(200);
  });
});

describe('what staff see', () => {
  it('is a photo to those signed in only, as it was taken, never kept by the browser, and each look is logged', async () => {
    const path = `/staff/api/members/${memberId}/photo`;
    expect((await ask(path)).status).toBe(401);
    const response = await ask(path, { headers: { cookie } });
    expect(response.headers.get('content-type')).toBe('image/jpeg');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(testPhoto);
    expect(logged.filter(({ event }) => event === 'staff.photo-shown')).toMatchObject([
      { fields: { memberId } },
    ]);
    expect((await ask(`/staff/api/members/${newTestId()}/photo`, { headers: { cookie } })).status).toBe(404);
    expect((await ask('/staff/api/members/x/photo', { headers: { cookie } })).status).toBe(404);
  });

  it('is every club with its capacity, and how old its figure is', async () => {
    const { clubs } = await firstView();
    expect(clubs).toMatchObject([
      { name: 'Lyon Part-Dieu', capacity: 200, inside: 0, online: true },
      { name: 'Villeurbanne Gratte-Ciel', capacity: 140, inside: null, online: false, lastContactAt: null },
    ]);
  });
});
