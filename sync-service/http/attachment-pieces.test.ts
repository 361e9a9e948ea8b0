import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { delay } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { attachmentMaxBytes } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SyncAgent } from '../agent/sync-agent.ts';
import { Database } from '../postgres/database.ts';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { untilSeen } from '../test/poll.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { type Answer, saleEvent, TestEdge, testPhoto, visit } from '../test/test-edge.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let place: { legalEntityId: string; planId: string };

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  edge = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  const [row] = await sql.query<typeof place>(
    `select legal_entity_id as "legalEntityId",
            (select id from plans where record->'names'->>'fr' = 'Tous les jours') as "planId"
       from clubs where id = $1`,
    [base.clubs['Lyon Part-Dieu']],
  );
  if (!row) throw new Error('the seed was not applied');
  place = row;
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true });
});

const codeOf = (answer: Answer) => (answer.body as { error?: { code: string } } | null)?.error?.code;
const at = (digest: string, query = '') => `/v1/attachments/${digest}${query}`;

/** A photo of that size, and the sale that names it. */
async function soldWithPhoto(byteCount: number): Promise<{ sealed: Uint8Array; digest: string }> {
  const photo = Buffer.concat([testPhoto, randomBytes(byteCount)]);
  const sealed = await edge.sealed('photo', photo);
  const digest = sha256Hex(sealed);
  const other = () => randomBytes(32).toString('hex');
  edge.append(saleEvent({ ...place, digests: { person: other(), photo: digest, contract: other() } }));
  await edge.pushed(edge.events.slice(-1));
  return { sealed, digest };
}

const piece = (digest: string, sealed: Uint8Array, from: number, to: number, total = sealed.length) =>
  edge.signed('PUT', at(digest, `?offset=${from}&total=${total}`), {
    body: sealed.subarray(from, to),
    contentType: 'application/octet-stream',
  });
const held = async (digest: string) => (await edge.signed('GET', at(digest))).body;

describe('an attachment in pieces', () => {
  it('[W-ATT-8] [W-ATT-9] goes on where it was, over a restart of the base, and twice the same does no harm', async () => {
    const { sealed, digest } = await soldWithPhoto(100_000);
    expect(await held(digest)).toMatchObject({ held: 0, whole: false });
    expect((await piece(digest, sealed, 0, 40_000)).body).toMatchObject({ held: 40_000, whole: false });
    await base.stop();
    await sql.close();
    base = await startBase({ stateFolder, port: Number(new URL(base.url).port) });
    sql = new Database(base.databaseUrl, silentLog);
    expect(await held(digest)).toMatchObject({ held: 40_000, whole: false });
    expect((await piece(digest, sealed, 0, 40_000)).body).toMatchObject({ held: 40_000 });
    expect((await piece(digest, sealed, 10_000, 20_000)).body).toMatchObject({ held: 40_000 });
    for (const [from, to] of [
      [50_000, 60_000],
      [30_000, 50_000],
    ] as const) {
      const wrong = await piece(digest, sealed, from, to);
      expect(wrong).toMatchObject({
        status: 409,
        body: { error: { code: 'attachment.wrong-offset', heldBytes: 40_000 } },
      });
    }
    const twice = [piece(digest, sealed, 40_000, 70_000), piece(digest, sealed, 40_000, 70_000)];
    for (const answer of await Promise.all(twice)) expect(answer.body).toMatchObject({ held: 70_000 });
    expect((await piece(digest, sealed, 70_000, sealed.length)).body).toMatchObject({ whole: true });
    expect((await piece(digest, sealed, 70_000, sealed.length)).body).toMatchObject({ whole: true });
    expect(await held(digest)).toMatchObject({ whole: true });
    const [kept] = await sql.query<{ sealed: Buffer; problem: string | null }>(
      'select sealed, problem from attachments where digest = $1',
      [digest],
    );
    // Opened as a photo, and kept under the key of its member.
    expect(kept?.problem).toBeNull();
    expect(kept?.sealed.length).toBeGreaterThan(100_000);
    expect(await sql.query('select 1 from attachment_pieces where digest = $1', [digest])).toEqual([]);
  });

  it('[W-ATT-10] is thrown away where the whole is not what the digest says, and begins anew', async () => {
    const { sealed, digest } = await soldWithPhoto(50_000);
    const bent = Uint8Array.from(sealed);
    bent[5] = (bent[5] ?? 0) ^ 1;
    await piece(digest, bent, 0, 30_000);
    expect(codeOf(await piece(digest, sealed, 30_000, sealed.length))).toBe('attachment.digest-mismatch');
    expect(await held(digest)).toMatchObject({ held: 0, whole: false });
    await piece(digest, sealed, 0, 30_000);
    const another = await piece(digest, sealed, 30_000, 40_000, sealed.length + 1);
    expect(another.body).toMatchObject({ error: { heldBytes: 0 } });
    await piece(digest, sealed, 0, 30_000);
    // What comes whole meanwhile is the end of the pieces.
    expect((await edge.put(digest, sealed)).status).toBe(204);
    expect(await sql.query('select 1 from attachment_pieces where digest = $1', [digest])).toEqual([]);
  });

  it('[W-ATT-3] [W-ATT-5] [W-ATT-9] is refused with a word where it is none of ours, too long or not a piece', async () => {
    const { sealed, digest } = await soldWithPhoto(1_000);
    const foreign = sha256Hex('nothing of ours');
    const body = sealed.subarray(0, 10);
    const put = (query: string, name = digest, bytes: Uint8Array = body) =>
      edge.signed('PUT', at(name, query), { body: bytes, contentType: 'application/octet-stream' });
    expect(codeOf(await edge.signed('GET', at(foreign)))).toBe('attachment.unknown');
    expect(codeOf(await edge.signed('GET', at('abc')))).toBe('attachment.malformed');
    expect(codeOf(await put('?offset=0&total=20', foreign))).toBe('attachment.unknown');
    expect(codeOf(await put(`?offset=0&total=${attachmentMaxBytes + 1}`))).toBe('request.too-large');
    for (const query of [
      '?offset=-1&total=9',
      '?offset=1',
      '?offset=0&total=5',
      '?offset=a&total=b',
      '?total=20',
    ]) {
      expect(codeOf(await put(query))).toBe('attachment.malformed');
    }
    expect(codeOf(await put('?offset=0&total=20', digest, new Uint8Array()))).toBe('attachment.malformed');
    const stranger = await TestEdge.enrolled(base.url, Object.values(base.enrolmentCodes).at(-1) ?? '');
    const theirs = await stranger.signed('PUT', at(digest, '?offset=0&total=20'), { body });
    expect(codeOf(theirs)).toBe('attachment.unknown');
  });

  it('[W-ATT-11] is forgotten after seven days, and begins anew', async () => {
    const [left, next] = [await soldWithPhoto(9_000), await soldWithPhoto(9_000)];
    await piece(left.digest, left.sealed, 0, 4_000);
    const age = (days: number) =>
      sql.query("update attachment_pieces set received_at = received_at - $1 * interval '1 day'", [days]);
    await age(6);
    await piece(next.digest, next.sealed, 0, 4_000);
    expect(await held(left.digest)).toMatchObject({ held: 4_000 });
    await age(2);
    await piece(next.digest, next.sealed, 4_000, 8_000);
    expect(await held(left.digest)).toMatchObject({ held: 0, whole: false });
  });
});

it('[W-ATT-7] [W-ATT-13] drains a queue of photos, and tells of each passage meanwhile as if there were none', async () => {
  // PHOTOS=1000: as many as thirty days without a network leave behind.
  const count = Number(process.env.PHOTOS ?? 40);
  const { digest: first } = await soldWithPhoto(1_000);
  const store = new MemoryAgentStore();
  // The box goes on under the identity that was enrolled by hand, with the photos of thirty days.
  const { serverTime: _time, wireVersion: _version, ...told } = edge.identity;
  await store.saveIdentity({ ...told, privateKey: edge.keys.privateKey });
  await store.reserveCounters(edge.counter + 1);
  store.events.push(...edge.events);
  await store.saveAppliedThrough(edge.events.length, told.epoch);
  for (let number = 0; number < count; number++) {
    const sealed = await edge.sealed('photo', Buffer.concat([testPhoto, randomBytes(8_000)]));
    store.attachments.set(sha256Hex(sealed), sealed);
  }
  await sql.query(
    `insert into attachments (digest, purpose, member_id, edge_id)
     select photo, 'photo', member_id, edge_id from attachments, unnest($1::text[]) as photo where digest = $2`,
    [[...store.attachments.keys()], first],
  );
  const agent = new SyncAgent({
    store,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    baseUrl: base.url,
    software: 'test',
  });
  const tookMs: number[] = [];
  const fromMs = systemClock.monotonicMs();
  agent.start();
  await untilSeen('photos arrive', () => (store.confirmed.length > 10 ? true : null));
  while (store.confirmed.length < count) {
    const passage = store.append(visit(null, 'refused').decided);
    const appendedMs = systemClock.monotonicMs();
    agent.notify();
    while (store.through.seq < passage.seq) await delay(systemClock, 1);
    tookMs.push(systemClock.monotonicMs() - appendedMs);
    await delay(systemClock, 40);
  }
  const drainedMs = systemClock.monotonicMs() - fromMs;
  await agent.stop();
  expect(new Set(store.confirmed).size).toBe(count);
  const [left] = await sql.query(
    'select count(*)::int as left from attachments where received_at is null and digest = any($1)',
    [[...store.attachments.keys()]],
  );
  expect(left).toEqual({ left: 0 });
  tookMs.sort((a, b) => a - b);
  const p50 = tookMs[tookMs.length >> 1] ?? 0;
  const worst = tookMs.at(-1) ?? 0;
  process.stdout.write(
    `${count} photos in ${Math.round(drainedMs)} ms; ${tookMs.length} events meanwhile, told after ${p50.toFixed(0)} ms (p50), ${worst.toFixed(0)} ms (worst)\n`,
  );
  // The measure of the product is two seconds; a machine that does other work beside it takes its time.
  expect(worst).toBeLessThan(2_000);
}, 240_000);
