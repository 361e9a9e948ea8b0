import { rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import {
  firstPushEventLimit,
  pushAnswerSchema,
  pushEventLimit,
  refusalSchema,
  wireVersion,
} from '@portillon/core/wire/messages.ts';
import type { PushReceipt } from '@portillon/core/wire/push-receipt.ts';
import { receiptHolds } from '@portillon/core/wire/receipt-holds.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { untilSeen } from '../test/poll.ts';
import { sendPieces } from '../test/raw-body.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { type Answer, send, TestEdge, visit } from '../test/test-edge.ts';
import { PushAdmission } from './push-admission.ts';
import { pushBodyBytes } from './push-route.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder, requestLimitMs: 3_000 });
  sql = new Database(base.databaseUrl, silentLog);
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

const newEdge = async () =>
  TestEdge.enrolled(
    base.url,
    await newEnrolmentCode(sql, base.clubs['Lyon Part-Dieu'] ?? '', systemClock.wallMs()),
  );
const codeOf = (answer: Answer) => refusalSchema.parse(answer.body).error.code;
const occupancy = { inside: 0, at: '2026-11-23T09:00:00.000Z' };
const pushText = (edge: TestEdge, more = {}) =>
  JSON.stringify({ wireVersion, epoch: 1, events: edge.events, occupancy, ...more });
/** As bytes of one encoding, said to be of one encoding. */
const pushBytes = (edge: TestEdge, body: Uint8Array | string, encoding?: string, contentType?: string) =>
  edge.signed('POST', '/v1/push', {
    body,
    ...(contentType === undefined ? {} : { contentType }),
    bend: (headers) => {
      if (encoding !== undefined) headers.set('content-encoding', encoding);
    },
  });

describe('a push', () => {
  it('[W-PUSH-12] is taken in compressed, and compressed anew it changes nothing', async () => {
    const edge = await newEdge();
    for (let count = 0; count < 3; count++) edge.append(visit(null, 'refused').decided);
    const text = pushText(edge);
    const answer = await pushBytes(edge, gzipSync(text), 'gzip');
    expect(answer).toMatchObject({ status: 200, body: { appliedThrough: 3, parked: [] } });
    expect(await pushBytes(edge, gzipSync(text, { level: 1 }), 'GZIP')).toMatchObject({ status: 200 });
    expect(await edge.pushed()).toMatchObject({ appliedThrough: 3 });
  });

  it('keeps every body byte for byte, whatever script it is in, and what is no JSON too', async () => {
    const edge = await newEdge();
    const texts = ['{"type":"é 𝄞 ж"}', 'plain', '{"type":"漢字 \\" \\n"}', 'a\u0000b', '{"type":"end"}'];
    for (const text of texts) edge.appendText(text);
    expect((await edge.pushed()).parked).toHaveLength(texts.length);
    const rows = await sql.query<{ body: Buffer }>(
      'select body from edge_events where edge_id = $1 order by seq',
      [edge.identity.edgeId],
    );
    expect(rows.map(({ body }) => body.toString())).toEqual(texts);
  });

  it('[W-PUSH-12] is signed over the bytes as they are sent, not over what they become', async () => {
    const edge = await newEdge();
    const text = pushText(edge);
    const headers = edge.signature('POST', '/v1/push', text, 1);
    headers.set('content-encoding', 'gzip');
    const bent = await send(base.url, 'POST', '/v1/push', { body: gzipSync(text) }, headers);
    expect(codeOf(bent)).toBe('request.bad-signature');
  });

  it('[W-PUSH-13] is not inflated beyond its bound: a bomb is refused and the next push is taken in', async () => {
    const edge = await newEdge();
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(pushBodyBytes);
    const before = process.memoryUsage().arrayBuffers;
    expect(codeOf(await pushBytes(edge, bomb, 'gzip'))).toBe('request.too-large');
    // The base runs in this process: nothing near 100 MiB was ever inflated.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    edge.append(visit(null, 'refused').decided);
    expect(await edge.pushed()).toMatchObject({ appliedThrough: 1 });
  });

  it('[W-PUSH-13] of 50 MB is refused, whole or in chunks of unknown length', async () => {
    const edge = await newEdge();
    const large = Buffer.alloc(50_000_000, 0x20);
    // The base hangs up on what it will not read: the caller hears the code, or a cut line.
    const code = await pushBytes(edge, large).then(codeOf, () => 'cut');
    expect(['request.too-large', 'cut']).toContain(code);
    expect((await edge.push()).status).toBe(200);
  });

  it('[W-PUSH-13] of another type, in another encoding, or in none that it claims, is refused', async () => {
    const edge = await newEdge();
    const text = pushText(edge);
    expect(await pushBytes(edge, text, undefined, 'text/plain')).toMatchObject({ status: 415 });
    expect(codeOf(await pushBytes(edge, text, undefined, 'application/x-www-form-urlencoded'))).toBe(
      'request.wrong-type',
    );
    expect(codeOf(await pushBytes(edge, gzipSync(text), 'br'))).toBe('request.wrong-encoding');
    expect(codeOf(await pushBytes(edge, text, 'gzip'))).toBe('request.wrong-encoding');
    expect(codeOf(await pushBytes(edge, gzipSync(text).subarray(0, 40), 'gzip'))).toBe(
      'request.wrong-encoding',
    );
    expect(codeOf(await pushBytes(edge, gzipSync(text)))).toBe('push.malformed');
    expect((await pushBytes(edge, text, 'identity', 'application/json; charset=utf-8')).status).toBe(200);
    const enrolment = JSON.stringify({ wireVersion, code: 'ABCD-EFGH' });
    const headers = new Headers({ 'content-encoding': 'gzip' });
    const compressed = await send(base.url, 'POST', '/v1/enrol', { body: gzipSync(enrolment) }, headers);
    expect(codeOf(compressed)).toBe('request.wrong-encoding');
  });

  it('[W-PUSH-14] is answered with how many events the base takes at once, compressed too, and more are refused', async () => {
    const edge = await newEdge();
    for (let count = 0; count <= pushEventLimit; count++) edge.append({ type: 'not.known' });
    const answer = await edge.pushed([]);
    expect(answer.takes).toEqual({ gzip: true, events: pushEventLimit });
    expect(codeOf(await edge.push())).toBe('push.malformed');
    expect(pushEventLimit).toBeGreaterThanOrEqual(firstPushEventLimit);
  });

  it('[W-PUSH-14] passes over what a newer edge tells beside', async () => {
    const edge = await newEdge();
    edge.append(visit(null, 'refused').decided);
    const newer = pushText(edge, { weather: 'rain', occupancy: { ...occupancy, mood: 'good' } });
    expect(await pushBytes(edge, newer)).toMatchObject({ status: 200, body: { appliedThrough: 1 } });
  });
});

describe('a receipt', () => {
  it('[W-RECEIPT-1] says through which event all is in the base, signed for this edge by the network', async () => {
    const edge = await newEdge();
    const { networkKey, edgeId } = edge.identity;
    const empty = (await edge.pushed([])).receipt as PushReceipt;
    expect(empty).toMatchObject({ epoch: 1, through: 0, hash: genesisHash, keepDays: 35 });
    const event = edge.append(visit(null, 'refused').decided);
    const answer = await edge.pushed();
    const receipt = pushAnswerSchema.parse(answer).receipt as PushReceipt;
    expect(receipt).toMatchObject({ epoch: 1, through: 1, hash: event.hash });
    expect(receiptHolds(networkKey, edgeId, receipt)).toBe(true);
    expect(receiptHolds(networkKey, (await newEdge()).identity.edgeId, receipt)).toBe(false);
    for (const bent of [{ through: 2 }, { epoch: 2 }, { keepDays: 1 }, { hash: genesisHash }]) {
      expect(receiptHolds(networkKey, edgeId, { ...receipt, ...bent })).toBe(false);
    }
  });
});

describe('many pushes at once', () => {
  const clock = new VirtualClock();
  let admission: PushAdmission;
  let letIn: (() => void)[];
  let told: number[];
  const come = async (count: number, bytes = 1) => {
    for (let one = 0; one < count; one++) {
      void admission.enter(bytes).then((admitted) => {
        if (admitted.admitted) letIn.push(admitted.leave);
        else told.push(admitted.retryAfterMs);
      });
    }
    await clock.advance(0);
  };
  const leave = async (count: number, eachMs: number) => {
    for (let left = 0; left < count; left++) {
      await clock.advance(eachMs);
      letIn.shift()?.();
    }
    await clock.advance(0);
  };

  beforeEach(() => {
    admission = new PushAdmission(clock, new SeededRandom(1));
    letIn = [];
    told = [];
  });

  it('[W-PUSH-15] are worked on four at a time, 240 wait, the others are told when to come again', async () => {
    await come(400);
    expect([letIn.length, told.length]).toEqual([4, 156]);
    // At the pace at which pushes are done, not all at once, and not too late.
    expect(Math.max(...told)).toBeGreaterThan(Math.min(...told) + 1_000);
    expect(Math.min(...told)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...told)).toBeLessThanOrEqual(4_000);
    await leave(10, 20);
    expect([letIn.length, told.length]).toEqual([4, 156]);
    await clock.advance(3_000);
    expect(told).toHaveLength(390 - letIn.length);
    await leave(4, 0);
    await come(1);
    expect(letIn).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[W-PUSH-15] wait only as many as are served in 3 s at the pace of the last ones', async () => {
    await come(40);
    await leave(40, 300);
    await come(100);
    // 1.2 s each, four at a time: ten are done in 3 s.
    expect(told.length).toBeGreaterThan(100 - 4 - 15);
    await leave(30, 300);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[W-PUSH-15] wait only with 64 MiB of bodies in all', async () => {
    await come(20, pushBodyBytes);
    expect([letIn.length, told.length]).toEqual([4, 20 - 4 - 8]);
    await leave(12, 1);
    await come(1, pushBodyBytes);
    expect(letIn).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('[W-PUSH-15] hear within 5 s, are told the time in both ways, keep their counter, and are taken in when they come again', async () => {
    const edge = await newEdge();
    edge.append(visit(null, 'refused').decided);
    // Somebody holds the row of the edge: its pushes wait in PostgreSQL.
    const holder = sql.for('job');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const holding = holder.transaction(async (tx) => {
      await tx.query('select 1 from edges where id = $1 for update', [edge.identity.edgeId]);
      await held;
    });
    const body = pushText(edge);
    const pushed = async (counter: number) => {
      const headers = edge.signature('POST', '/v1/push', body, counter);
      headers.set('content-type', 'application/json');
      const response = await fetch(`${base.url}/v1/push`, { method: 'POST', headers, body });
      return { counter, status: response.status, headers: response.headers, json: await response.json() };
    };
    const turnedAway: Awaited<ReturnType<typeof pushed>>[] = [];
    const all = Array.from({ length: 260 }, (_, index) =>
      pushed(index + 1).then((answer) => {
        if (answer.status === 503) turnedAway.push(answer);
        return answer;
      }),
    );
    await untilSeen('ten turned away', () => (turnedAway.length >= 10 ? true : null));
    for (const { headers, json } of turnedAway) {
      const { code, retryAfterMs } = refusalSchema.parse(json).error;
      expect(code).toBe('push.come-again');
      expect(Number(headers.get('retry-after'))).toBe(Math.ceil((retryAfterMs ?? 0) / 1_000));
    }
    release();
    await holding;
    const answered = (await Promise.all(all)).filter(({ status }) => status === 200);
    expect(answered.length).toBeGreaterThanOrEqual(4);
    expect(answered.length + turnedAway.length).toBe(260);
    const [one] = turnedAway;
    expect(await pushed(one?.counter ?? 0)).toMatchObject({ status: 200, json: { appliedThrough: 1 } });
    expect(await pushed(one?.counter ?? 0)).toMatchObject({ json: { error: { code: 'request.replayed' } } });
  });
});

describe('a body that nobody wants', () => {
  const piece = Buffer.alloc(50_000, 0x20);

  it.each([
    ['POST', '/v1/push', 9_000_000],
    ['POST', '/v1/enrol', 1_000_000],
    ['POST', '/v1/orders/claim', 1_000_000],
    ['PUT', `/v1/attachments/${'a'.repeat(64)}`, 5_000_000],
    ['POST', '/staff/api/sign-in', 2_000_000],
    ['POST', '/api/v1/orders', 2_000_000],
  ])(
    '[W-ERR-3] of 50 MB in chunks of unknown length is refused while it comes: %s %s',
    async (method, path, readAtMost) => {
      const type = path.includes('attachments') ? 'application/octet-stream' : 'application/json';
      const head = [`${method} ${path} HTTP/1.1`, `Content-Type: ${type}`, 'Transfer-Encoding: chunked'];
      // Whoever goes on sending may hear the line break before the refusal: it is asked until it is heard.
      let heard = '';
      for (let tries = 0; heard === '' && tries < 20; tries++) {
        const pauseMs = Math.min(tries, 5);
        // Of each by itself: what those before it have left is swept up when the engine likes.
        const before = process.memoryUsage().arrayBuffers;
        const answer = await sendPieces(base.url, head, piece, { count: 1_000, pauseMs, chunked: true });
        heard = answer.text;
        // What lies in the buffers of the line may have been sent beyond that.
        expect(answer.sentBytes).toBeLessThan(readAtMost + 2_000_000);
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
      }
      expect(heard).toMatch(/^HTTP\/1\.1 413 /);
      expect(heard).toContain('"code":"request.too-large"');
      expect((await fetch(`${base.url}/v1/health`)).status).toBe(200);
    },
  );

  it('[W-ERR-3] is told off when it comes a byte at a time, and what is no HTTP is hung up on', async () => {
    const edge = await newEdge();
    const slow = sendPieces(
      base.url,
      ['POST /v1/push HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 1000'],
      Buffer.from(' '),
      { count: 1_000, pauseMs: 50, chunked: false },
    );
    // Nobody waits for it.
    edge.append(visit(null, 'refused').decided);
    expect(await edge.pushed()).toMatchObject({ appliedThrough: 1 });
    const answer = await slow;
    expect(answer.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer.text).toContain('"code":"request.too-slow"');
    expect(answer.sentBytes).toBeLessThan(1_000);
    const noise = await sendPieces(base.url, ['\u0016\u0003\u0001'], Buffer.from('?'), {
      count: 1,
      chunked: false,
    });
    expect(noise.text).toContain('"code":"request.malformed"');
    expect((await edge.push()).status).toBe(200);
  });
});
