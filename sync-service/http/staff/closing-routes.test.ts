import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { type SignedClosing, storeClosingsProblem } from '@portillon/core/journal/store-closing.ts';
import { ClosingTill } from '@portillon/core/journal/test/closing-till.ts';
import type { ToldClosing } from '@portillon/core/journal/told-closing.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { fiscalHead, TestEdge } from '../../test/test-edge.ts';
import { closingViewSchema } from './closing-view.ts';

/** A club with three tills; the last one is away for a while. */
let stateFolder: string;
let base: StartedBase;
let sql: Database;
let clubId: string;
let staff: string;
let edges: TestEdge[];
const tills = ['B01', 'B02', 'B03'].map((name) => new ClosingTill(name));
const day = '2026-01-05';

beforeAll(async () => {
  stateFolder = await temporaryState();
  await start();
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  edges = [];
  for (const _ of tills)
    edges.push(await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs())));
});

afterAll(async () => {
  await stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  staff = '';
  const signedIn = await ask('/staff/api/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

async function stop(): Promise<void> {
  await sql.close();
  await base.stop();
}

const ask = (path: string, init: RequestInit = {}) =>
  fetch(base.url + path, { ...init, headers: { cookie: staff, ...init.headers } });
const path = (period: string, club = clubId) => `/staff/api/clubs/${club}/closings/${period}`;
const look = async (period: string) => closingViewSchema.parse(await (await ask(path(period))).json());
const signOff = (period: string, body: object = {}, headers: Record<string, string> = {}) =>
  ask(path(period), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const refusal = async (answer: Response) => refusalSchema.parse(await answer.json()).error;

/** What an edge appends to its outbox when it closes; resolves with why it was parked, if it was. */
async function told(index: number, closing: ToldClosing): Promise<string | undefined> {
  const edge = edges[index];
  if (!edge) throw new Error('no such till');
  const { seq } = edge.append({ type: 'till.closed', at: '2026-01-06T00:00:01.000Z', ...closing });
  const { parked } = await edge.pushed(edge.events.slice(seq - 1), { fiscalHeads: [fiscalHead(1, 'T')] });
  return parked[0]?.reason;
}
const till = (index: number) => tills[index] ?? new ClosingTill('none');

describe('[W-FISCAL-7] [FJ26] closings that tills tell', () => {
  it('are kept word for word, and cannot be changed at the base', async () => {
    const closing = till(0).day('2026-01-04', 1_000);
    expect(await told(0, closing)).toBeUndefined();
    const [kept] = await sql.query('select till, no, period, text, payload, signature from till_closings');
    expect(kept).toEqual({
      till: 'B01',
      no: 1,
      period: '2026-01-04',
      text: closing.text,
      payload: closing.payload,
      signature: closing.signature,
    });
    await expect(sql.query("update till_closings set payload = '{}'")).rejects.toThrow('never changed');
  });

  it('are parked when they do not hold or do not follow', async () => {
    const other = new ClosingTill('B02');
    const first = other.day('2026-01-04', 500);
    expect(await told(1, { ...first, payload: first.payload.replace('500', '501') })).toContain(
      'the closing is not believed: its payload',
    );
    expect(await told(1, till(1).day('2026-01-04', 500))).toBeUndefined();
    // The next number, and another one before it.
    expect(await told(1, other.day(day, 500))).toContain('does not follow');
    expect(await told(1, other.day('2026-01-06', 500))).toContain('does not follow');
  });
});

describe('the total of a club', () => {
  it('is not to be had of a club, a day or a tomorrow that there is not', async () => {
    expect(await refusal(await signOff('2025-12-31'))).toMatchObject({ code: 'closing.nothing-told' });
    expect(await refusal(await signOff('5 January'))).toMatchObject({ code: 'closing.malformed' });
    expect(await refusal(await ask(path(day, 'nowhere')))).toMatchObject({ code: 'closing.unknown-club' });
    expect((await signOff(day, {}, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await ask(path(day), { headers: { cookie: '' } })).status).toBe(401);
  });

  it('[FJ28] names the till that is missing, and is made without it only when that is said', async () => {
    await told(0, till(0).day(day, 2_990, 2_990));
    await told(1, till(1).day(day, 5_490));
    await sql.query(
      `insert into fiscal_head_history (edge_id, chain, no, signature, told_at) values ($1, 'X', 1, 'a', '2026-01-04T09:00:00Z')`,
      [edges[2]?.identity.edgeId],
    );
    const third = edges[2]?.identity.edgeId ?? '';
    expect((await look(day)).missing).toEqual([third]);
    expect(await refusal(await signOff(day))).toMatchObject({
      code: 'closing.tills-missing',
      message: `not told yet: ${third}. To close without them, say withoutMissing`,
    });
    const made = await signOff(day, { withoutMissing: true });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({
      no: 1,
      corrects: 0,
      missing: [third],
      content: { total: 11_470 },
    });
    // Asked again it is the same one.
    expect((await signOff(day, { withoutMissing: true })).status).toBe(200);
  });

  it('[FJ27] [FJ28] is corrected by a closing that names the first, once the till is back, and all of it verifies', async () => {
    expect(await told(2, till(2).day(day, 700))).toBeUndefined();
    const answer = await signOff(day);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({
      no: 2,
      corrects: 1,
      missing: [],
      content: { till: '*', period: day, total: 12_170, perpSigned: 13_670, sales: 4 },
    });
    const view = await look(day);
    expect(view.tills.map(({ closing }) => closing.till)).toEqual(['B01', 'B02', 'B03']);
    expect(view.closings.map(({ no, content }) => [no, content.tills.map((each) => each.till)])).toEqual([
      [1, ['B01', 'B02']],
      [2, ['B01', 'B02', 'B03']],
    ]);
    const closings: readonly SignedClosing[] = view.tills;
    const records = view.closings.map(({ no, text, payload, signature }) => ({
      chain: 'C' as const,
      no,
      text,
      payload,
      signature,
    }));
    expect(
      storeClosingsProblem(
        records,
        new Map(Object.entries(view.keys)),
        (name, no) => closings.find(({ closing }) => closing.till === name && closing.no === no) ?? null,
      ),
    ).toBeNull();
    await expect(sql.query('delete from store_closings')).rejects.toThrow('never changed');
  });

  it('[FJ28] is corrected, too, when a till tells of the day that nobody had heard of', async () => {
    const late = new ClosingTill('B04');
    edges.push(await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs())));
    expect((await look(day)).missing).toEqual([]);
    expect(await told(3, late.day(day, 330))).toBeUndefined();
    const answer = await signOff(day);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ no: 3, corrects: 2, content: { total: 12_500, sales: 5 } });
    expect((await signOff(day)).status).toBe(200);
  });

  it('[FJ27] is not signed by a base whose key is lost, and by the same key again when it is back', async () => {
    await told(0, till(0).day('2026-01-06', 100));
    await told(1, till(1).day('2026-01-06'));
    await told(2, till(2).day('2026-01-06'));
    const key = join(stateFolder, 'store-closing-key.p8');
    const bytes = await readFile(key);
    await stop();
    await rename(key, `${key}.away`);
    await start();
    expect(await refusal(await signOff('2026-01-06'))).toMatchObject({ code: 'closing.key-lost' });
    await stop();
    await writeFile(key, bytes, { mode: 0o600 });
    await start();
    const answer = await signOff('2026-01-06');
    expect(await answer.json()).toMatchObject({ no: 4, content: { total: 100, perpSigned: 14_100 } });
    expect(Object.keys((await look(day)).keys)).toHaveLength(1);
  });
});
