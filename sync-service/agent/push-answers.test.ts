import { gunzipSync } from 'node:zlib';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import { newSigningKeyPair, signBytes } from '@portillon/core/crypto/signing-key.ts';
import type { DeviceTold, FeedAnswer, PushAnswer, PushRequest } from '@portillon/core/wire/messages.ts';
import { type PushReceipt, receiptToSign } from '@portillon/core/wire/push-receipt.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { untilSeen } from '../test/poll.ts';
import { type Asked, type Scripted, ScriptedBase } from '../test/scripted-base.ts';
import { newTestId, visit } from '../test/test-edge.ts';
import { SyncAgent } from './sync-agent.ts';

const network = newSigningKeyPair();
const edgeId = newTestId();

let clock: VirtualClock;
let store: MemoryAgentStore;
let base: ScriptedBase;
let agent: SyncAgent;
let logged: { readonly event: string; readonly fields: LogFields | undefined }[];
/** What the scripted base has taken in, where it stands, and what it says beside. */
let taken: PushRequest['events'];
let epoch: number;
let devices: () => readonly DeviceTold[];
let more: (answer: PushAnswer) => Partial<PushAnswer>;
/** In place of an answer to a push. */
let insteadOfAnswer: ((asked: Asked) => Scripted | null) | null;

const note = (event: string, fields?: LogFields) => void logged.push({ event, fields });
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };

const isPush = ({ path }: Asked) => path === '/v1/push';
const isCompressed = ({ headers }: Asked) => headers['content-encoding'] === 'gzip';
const pushOf = (asked: Asked) =>
  JSON.parse((isCompressed(asked) ? gunzipSync(asked.body) : asked.body).toString()) as PushRequest;
const pushes = () => base.asked.filter(isPush);
const refusal = (code: string, beside = {}) => ({ error: { code, message: 'no', ...beside } });

function receiptOf(answer: PushAnswer, bent: Partial<PushReceipt> = {}): PushReceipt {
  const { epoch: now, appliedThrough: through, serverTime: at } = answer;
  const receipt = { epoch: now, through, hash: taken[through - 1]?.hash ?? genesisHash, at, keepDays: 35 };
  const said = { ...receipt, ...bent };
  return { ...said, signature: toBase64url(signBytes(network.privateKey, receiptToSign(edgeId, said))) };
}

function scripted(asked: Asked): Scripted {
  const serverTime = isoTime(clock.wallMs());
  if (isPush(asked)) {
    const instead = insteadOfAnswer?.(asked) ?? null;
    if (instead !== null) return instead;
    for (const event of pushOf(asked).events) if (event.seq === taken.length + 1) taken.push(event);
    const answer: PushAnswer = { epoch, appliedThrough: taken.length, parked: [], wanted: [], serverTime };
    return { status: 200, json: { ...answer, ...more(answer) } };
  }
  if (asked.query.get('waitSeconds') !== '0') return 'hang';
  const json: FeedAnswer = { epoch, changes: [], cursor: 4, more: false, serverTime };
  return { status: 200, json };
}

beforeEach(async () => {
  clock = new VirtualClock();
  store = new MemoryAgentStore();
  store.kept = {
    edgeId,
    networkId: newTestId(),
    clubId: newTestId(),
    networkKey: network.publicKey,
    sealKey: network.publicKey,
    cardKey: { version: 1, key: 'A'.repeat(22) },
    epoch: 1,
    privateKey: newSigningKeyPair().privateKey,
  };
  logged = [];
  taken = [];
  epoch = 1;
  devices = () => [];
  more = () => ({});
  insteadOfAnswer = null;
  base = new ScriptedBase(scripted);
  const baseUrl = await base.listen();
  agent = new SyncAgent({
    store,
    clock,
    random: new SeededRandom(7),
    log,
    baseUrl,
    software: 'test',
    devices: () => devices(),
  });
});

afterEach(async () => {
  await agent.stop();
  await base.close();
  expect(clock.pendingTimers).toBe(0);
});

async function timePassesUntil(so: () => boolean, limitMs = 120_000): Promise<void> {
  for (let passedMs = 0; !so(); passedMs += 50) {
    if (passedMs > limitMs) throw new Error(`not so within ${limitMs} ms of virtual time`);
    await clock.advance(50);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Other threads compress, for as long as they take: virtual time would be far ahead of them. It stands still. */
const allTaken = (count: number) =>
  untilSeen(`${count} are taken in`, () => (store.through.seq === count ? true : null));

const append = (count: number) => {
  for (let index = 0; index < count; index++) store.append(visit(null, 'refused').decided);
  agent.notify();
};
const sent = () => pushes().map((asked) => pushOf(asked).events.length);
const events = () => pushes().filter((asked) => pushOf(asked).events.length > 0);

describe('the devices of the box', () => {
  it('[W-DEVICE-1] are told with the first push, when they stand otherwise, and again in a new epoch', async () => {
    let status = 'starting';
    devices = () => [{ name: 'dispenser', status, fault: null }];
    const told = () => pushes().map((asked) => pushOf(asked).devices?.[0]?.status ?? null);
    agent.start();
    await timePassesUntil(() => told().length >= 3);
    expect(told().slice(0, 3)).toEqual(['starting', null, null]);
    // What was not answered is told again.
    insteadOfAnswer = () => 'cut';
    status = 'ready';
    const before = told().length;
    await timePassesUntil(() => told().length >= before + 2);
    insteadOfAnswer = null;
    await timePassesUntil(() => told().at(-1) === null);
    const [first, ...more] = told().slice(before);
    expect([first, more.filter((each) => each === 'ready').length >= 1]).toEqual(['ready', true]);
    epoch = 2;
    const inEpoch = told().length;
    await timePassesUntil(() => told().slice(inEpoch).includes('ready'));
  });
});

describe('how a push is sent', () => {
  it('[W-PUSH-12] [W-PUSH-14] compressed, and as many at once as the base takes, once it has said so', async () => {
    more = () => ({ takes: { gzip: true, events: 800 } });
    append(2_100);
    agent.start();
    await allTaken(2_100);
    expect(sent().filter((count) => count > 0)).toEqual([800, 800, 500]);
    expect(events().every(isCompressed)).toBe(true);
    const [first] = events();
    expect(first?.body.length).toBeLessThan(JSON.stringify(pushOf(first as Asked)).length / 2);
    expect(taken.map(({ seq }) => seq)).toEqual(store.events.map(({ seq }) => seq));
  });

  it('[W-PUSH-14] as it is and at most 1,000 at once to a base of the version before', async () => {
    append(1_600);
    agent.start();
    await timePassesUntil(() => store.through.seq === 1_600);
    expect(Math.max(...sent())).toBeLessThanOrEqual(1_000);
    expect(pushes().some(isCompressed)).toBe(false);
  });

  it.each(['push.malformed', 'request.wrong-encoding', 'request.too-large'])(
    '[W-PUSH-14] as it is once %s came for a compressed push, and nothing is lost',
    async (code) => {
      more = () => ({ takes: { gzip: true, events: 2_000 } });
      insteadOfAnswer = (asked) => (isCompressed(asked) ? { status: 400, json: refusal(code) } : null);
      append(1_200);
      agent.start();
      await allTaken(1_200);
      expect(pushes().filter(isCompressed)).toHaveLength(1);
      expect(taken).toEqual(store.events);
      expect(agent.state).toMatchObject({ online: true, fault: null });
    },
  );

  it('[W-PUSH-7] one after the other, each from where the base is, also when it takes in less than it was sent', async () => {
    more = () => ({ takes: { gzip: false, events: 100 } });
    append(1_000);
    let cut = 0;
    insteadOfAnswer = (asked) => {
      const { events: batch } = pushOf(asked);
      cut += 1;
      // A base that takes in half, another that does not answer at all.
      if (cut % 3 === 0 && batch.length > 1) {
        for (const event of batch.slice(0, batch.length / 2)) taken.push(event);
        const answer = { epoch, appliedThrough: taken.length, parked: [], wanted: [] };
        return { status: 200, json: { ...answer, serverTime: isoTime(clock.wallMs()) } };
      }
      return cut % 4 === 0 ? 'cut' : null;
    };
    agent.start();
    await timePassesUntil(() => store.through.seq === 1_000);
    expect(taken.map(({ seq }) => seq)).toEqual(store.events.map(({ seq }) => seq));
  });
});

describe('told to come again', () => {
  it('[W-PUSH-15] it waits as long and up to a quarter longer, is not out of reach, and has no fault', async () => {
    agent.start();
    await timePassesUntil(() => pushes().length >= 1 && agent.state.online);
    let refused = 3;
    insteadOfAnswer = () =>
      refused-- > 0 ? { status: 503, json: refusal('push.come-again', { retryAfterMs: 4_000 }) } : null;
    append(1);
    await timePassesUntil(() => pushes().length >= 2);
    const waits: number[] = [];
    for (let again = 3; again <= 5; again++) {
      const fromMs = clock.monotonicMs();
      await timePassesUntil(() => pushes().length >= again);
      waits.push(clock.monotonicMs() - fromMs);
      expect(agent.state).toMatchObject({ online: true, fault: null });
    }
    for (const waitMs of waits) {
      expect(waitMs).toBeGreaterThanOrEqual(3_900);
      expect(waitMs).toBeLessThanOrEqual(5_150);
    }
    expect(new Set(waits).size).toBeGreaterThan(1);
    await timePassesUntil(() => store.through.seq === 1);
  });
});

describe('a receipt', () => {
  const names = () => logged.map(({ event }) => event);

  it('[W-RECEIPT-2] is kept when the network signed it and it is of our event', async () => {
    more = (answer) => ({ receipt: receiptOf(answer) });
    append(3);
    agent.start();
    await timePassesUntil(() => store.through.seq === 3);
    expect(store.keptReceipts.get(1)).toMatchObject({
      through: 3,
      hash: store.events[2]?.hash,
      keepDays: 35,
    });
    await timePassesUntil(() => store.eraseAsked.length > 0);
    expect(names()).not.toContain('sync.receipt-not-believed');
  });

  it.each<[string, (answer: PushAnswer) => PushReceipt]>([
    ['another number than the answer', (answer) => receiptOf(answer, { through: answer.appliedThrough + 1 })],
    ['another epoch than the answer', (answer) => receiptOf(answer, { epoch: 2 })],
    ['the hash of another event', (answer) => receiptOf(answer, { hash: 'ab'.repeat(32) })],
    ['days that were not signed', (answer) => ({ ...receiptOf(answer), keepDays: 1 })],
  ])(
    '[W-RECEIPT-2] with %s is not believed, and the events are taken for applied all the same',
    async (_what, bent) => {
      more = (answer) => (answer.appliedThrough === 0 ? {} : { receipt: bent(answer) });
      append(2);
      agent.start();
      await timePassesUntil(() => store.through.seq === 2);
      await timePassesUntil(() => names().includes('sync.receipt-not-believed'));
      expect(store.keptReceipts.size).toBe(0);
      expect(store.eraseAsked).toEqual([]);
    },
  );

  it('[W-RECEIPT-3] of a base of the version before there is none, and nothing is erased', async () => {
    append(2);
    agent.start();
    await timePassesUntil(() => store.through.seq === 2);
    await clock.advance(60_000);
    expect(store.eraseAsked).toEqual([]);
  });

  it('[W-RECEIPT-5] [W-EPOCH-2] of an older epoch proves that the base was brought back; it is sent again what it lost', async () => {
    more = (answer) => ({ receipt: receiptOf(answer) });
    append(10);
    agent.start();
    await timePassesUntil(() => store.through.seq === 10);
    taken = taken.slice(0, 4);
    epoch = 2;
    const states: unknown[] = [];
    await timePassesUntil(() => {
      if (agent.state.regression) states.push(agent.state.regression);
      return store.through.seq === 10 && taken.length === 10;
    });
    expect(logged).toContainEqual({
      event: 'sync.base-brought-back',
      fields: { signedInEpoch: 1, epoch: 2, from: 10, to: 4 },
    });
    expect(states).toContainEqual({ signedInEpoch: 1, epoch: 2, from: 10, to: 4 });
    await timePassesUntil(() => agent.state.regression === null);
    expect(names().filter((name) => name === 'sync.base-brought-back')).toHaveLength(1);
    expect(taken).toEqual(store.events);
  });

  it('[W-RECEIPT-5] of the same epoch proves that the base has lost events without a word', async () => {
    more = (answer) => ({ receipt: receiptOf(answer) });
    append(6);
    agent.start();
    await timePassesUntil(() => store.through.seq === 6);
    taken = taken.slice(0, 2);
    await timePassesUntil(() => taken.length === 6);
    expect(logged).toContainEqual({
      event: 'sync.base-lost-events',
      fields: { signedInEpoch: 1, epoch: 1, from: 6, to: 2 },
    });
  });

  it('[W-RECEIPT-6] cannot bring back what was erased: the edge says so and sends no events', async () => {
    more = (answer) => ({ receipt: receiptOf(answer) });
    append(10);
    agent.start();
    await timePassesUntil(() => store.through.seq === 10);
    await agent.stop();
    store.erased = 6;
    taken = taken.slice(0, 3);
    epoch = 2;
    const before = pushes().length;
    agent = new SyncAgent({
      ...{ store, clock, random: new SeededRandom(8), log },
      ...{ baseUrl: await restarted(), software: 'test' },
    });
    append(1);
    agent.start();
    await timePassesUntil(() => agent.state.fault !== null);
    expect(agent.state.fault).toMatchObject({ code: 'sync.refused' });
    expect(agent.state.fault?.detail).toContain('through 3');
    await timePassesUntil(() => pushes().length >= before + 3);
    expect(
      sent()
        .slice(before)
        .every((count) => count === 0),
    ).toBe(true);
    expect(taken).toHaveLength(3);
  });
});

/** The same base at another address, with what it was asked. */
async function restarted(): Promise<string> {
  const { asked } = base;
  await base.close();
  base = new ScriptedBase(scripted);
  base.asked.push(...asked);
  return base.listen();
}
