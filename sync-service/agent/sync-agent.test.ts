import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { fromBase64url, toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { newSigningKeyPair, signatureHolds, signBytes } from '@portillon/core/crypto/signing-key.ts';
import {
  type CardKeysTold,
  cardKeyState,
  clockOrderToSign,
  counterHeader,
  enrolCounter,
  type FeedAnswer,
  type PushAnswer,
  type PushRequest,
  requestToSign,
  signatureHeader,
} from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { type Asked, type Scripted, ScriptedBase } from '../test/scripted-base.ts';
import { fiscalHead, newTestId, visit } from '../test/test-edge.ts';
import { BackOff } from './back-off.ts';
import { believedOffsetMs, SyncAgent, type SyncAgentState, type TimeKeeper } from './sync-agent.ts';

let clock: VirtualClock;
let store: MemoryAgentStore;
let base: ScriptedBase;
let url: string;
let agent: SyncAgent | null;
/** What the scripted base has taken in, and where it stands. */
let taken: PushRequest['events'];
let epoch: number;
let wanted: string[];
let serverTime: () => string;

const keys = newSigningKeyPair();
const identity = () => ({
  edgeId: newTestId(),
  networkId: newTestId(),
  clubId: newTestId(),
  networkKey: keys.publicKey,
  sealKey: keys.publicKey,
  cardKey: { version: 1, key: 'A'.repeat(22) },
  epoch: 1,
});

function newAgent(
  more: { enrolmentCode?: string; timeKeeper?: TimeKeeper; onState?: (state: SyncAgentState) => void } = {},
): SyncAgent {
  agent = new SyncAgent({
    store,
    clock,
    random: new SeededRandom(7),
    log: silentLog,
    baseUrl: url,
    software: 'test',
    ...more,
  });
  return agent;
}

const isPush = (asked: Asked) => asked.path === '/v1/push';
const isFeed = (asked: Asked) => asked.path === '/v1/feed';
const isPut = (asked: Asked) => asked.method === 'PUT';
const pushOf = (asked: Asked) => JSON.parse(asked.body.toString()) as PushRequest;

/** A base that does as it should: takes events in by number, and lets the feed wait. */
function wellBehaved(asked: Asked): Scripted {
  if (isPush(asked)) {
    for (const event of pushOf(asked).events) if (event.seq === taken.length + 1) taken.push(event);
    const json: PushAnswer = {
      epoch,
      appliedThrough: taken.length,
      parked: [],
      wanted,
      serverTime: serverTime(),
    };
    return { status: 200, json };
  }
  if (isFeed(asked)) {
    if (asked.query.get('waitSeconds') !== '0') return 'hang';
    const json: FeedAnswer = { epoch, changes: [], cursor: 4, more: false, serverTime: serverTime() };
    return { status: 200, json };
  }
  // A base of the version before.
  if (asked.path === '/v1/snapshot') return { status: 404, json: refusal('request.not-found') };
  wanted = wanted.filter((digest) => !asked.path.endsWith(digest));
  return { status: 204 };
}

const refusal = (code: string) => ({ error: { code, message: 'no' } });

beforeEach(async () => {
  clock = new VirtualClock();
  store = new MemoryAgentStore();
  taken = [];
  epoch = 1;
  wanted = [];
  serverTime = () => isoTime(clock.wallMs());
  base = new ScriptedBase(wellBehaved);
  url = await base.listen();
  agent = null;
});

afterEach(async () => {
  await agent?.stop();
  await base.close();
  expect(clock.pendingTimers).toBe(0);
});

/** Lets virtual time pass while real connections do their work, until something is so. */
async function timePassesUntil(so: () => boolean, limitMs = 120_000): Promise<void> {
  for (let passedMs = 0; !so(); passedMs += 50) {
    if (passedMs > limitMs) throw new Error(`not so within ${limitMs} ms of virtual time`);
    await clock.advance(50);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** What a clock of the edge hears of the agent. */
class HeardClock {
  readonly told = { standing: 'right', offsetMs: 0, driftPpm: null } as const;
  readonly times: number[] = [];
  readonly resets: [number, number][] = [];
  heard(baseMs: number): void {
    this.times.push(baseMs);
  }
  reset(baseMs: number, madeMs: number): void {
    this.resets.push([baseMs, madeMs]);
  }
}

describe('enrolment', () => {
  it('[W-ENROL-7] [W-ENROL-9] goes on while the base cannot be reached, with the same key, and is then enrolled', async () => {
    let failures = 0;
    base.answerWith((asked) => {
      if (asked.path !== '/v1/enrol') return wellBehaved(asked);
      failures += 1;
      if (failures <= 3) return 'cut';
      return { status: 200, json: { wireVersion: 1, ...identity(), serverTime: serverTime() } };
    });
    newAgent({ enrolmentCode: 'K7QM-3F9C' }).start();
    await timePassesUntil(() => agent?.state.enrolled === true);
    const sent = base.asked
      .filter(({ path }) => path === '/v1/enrol')
      .map(({ body }) => JSON.parse(body.toString()));
    expect(sent).toHaveLength(4);
    expect(new Set(sent.map(({ publicKey }) => publicKey)).size).toBe(1);
    for (const { path, body, headers } of base.asked.filter(({ path }) => path === '/v1/enrol')) {
      const signed = requestToSign('POST', path, enrolCounter, sha256Hex(body));
      const signature = fromBase64url(String(headers[signatureHeader]));
      expect(signatureHolds(JSON.parse(body.toString()).publicKey, signed, signature)).toBe(true);
      expect(headers).not.toHaveProperty(counterHeader);
    }
    expect(store.kept).toMatchObject({ epoch: 1 });
    expect(store.kept?.privateKey.length).toBeGreaterThan(40);
  });

  it('[W-ENROL-7] stops when the base refuses the code, and says so', async () => {
    base.answerWith(() => ({ status: 403, json: refusal('enrol.wrong-code') }));
    newAgent({ enrolmentCode: 'WRONG-CODE' }).start();
    await timePassesUntil(() => agent?.state.fault !== null);
    expect(agent?.state).toMatchObject({
      enrolled: false,
      fault: { code: 'sync.refused', detail: 'enrol.wrong-code: no' },
    });
    await clock.advance(3_600_000);
    expect(base.asked).toHaveLength(1);
  });

  it('says what is missing when there is neither identity nor code', async () => {
    newAgent().start();
    await timePassesUntil(() => agent?.state.fault !== null);
    expect(agent?.state.fault?.code).toBe('sync.refused');
    expect(base.asked).toHaveLength(0);
  });
});

describe('an enrolled agent', () => {
  beforeEach(() => {
    store.kept = { ...identity(), privateKey: keys.privateKey };
  });

  const started = async () => {
    newAgent().start();
    const fed = base.next((asked) => isFeed(asked) && asked.query.get('waitSeconds') === '25');
    await base.next(isPush);
    await fed;
  };

  describe('and the card keys', () => {
    const key = (letter: string) => letter.repeat(22);
    const first = { current: 1, versions: [{ version: 1, read: key('A'), write: key('B') }] };
    const second = {
      current: 2,
      versions: [...first.versions, { version: 2, read: key('C'), write: key('D') }],
    };
    const isKeys = (asked: Asked) => asked.path === '/v1/card-keys';
    let told: CardKeysTold;
    let answersKeys: Scripted | null;

    beforeEach(() => {
      told = first;
      answersKeys = null;
      base.answerWith((asked) => {
        if (isKeys(asked)) {
          return answersKeys ?? { status: 200, json: { cardKeys: told, serverTime: serverTime() } };
        }
        const scripted = wellBehaved(asked);
        return isPush(asked) && typeof scripted === 'object'
          ? { ...scripted, json: { ...(scripted.json as PushAnswer), cardKeys: cardKeyState(told) } }
          : scripted;
      });
    });

    const pushed = async (times: number) => {
      const before = base.asked.filter(isPush).length;
      await timePassesUntil(() => base.asked.filter(isPush).length >= before + times);
    };

    it('[W-CARDKEY-3] asks once for keys it does not hold, and keeps them', async () => {
      await started();
      await timePassesUntil(() => store.kept?.cardKeys !== undefined);
      expect(store.kept).toMatchObject({ cardKeys: first, cardKey: { version: 1, key: key('A') } });
      await pushed(2);
      expect(base.asked.filter(isKeys)).toHaveLength(1);
      told = second;
      await timePassesUntil(() => store.kept?.cardKeys?.current === 2);
      expect(store.kept).toMatchObject({ cardKeys: second, cardKey: { version: 2, key: key('C') } });
      await pushed(2);
      expect(base.asked.filter(isKeys)).toHaveLength(2);
      expect(base.asked.find(isKeys)?.headers[counterHeader]).toBeDefined();
    });

    it('[W-CARDKEY-3] does not go back to an older version', async () => {
      if (store.kept) store.kept = { ...store.kept, cardKeys: second };
      await started();
      await pushed(2);
      expect(base.asked.filter(isKeys)).toHaveLength(0);
      expect(store.kept?.cardKeys).toEqual(second);
    });

    it('[W-CARDKEY-3] asks again after a failure, and goes on pushing meanwhile', async () => {
      answersKeys = { status: 503, json: refusal('base.unavailable') };
      await started();
      await pushed(2);
      expect(store.kept?.cardKeys).toBeUndefined();
      expect(agent?.state.online).toBe(true);
      answersKeys = null;
      await timePassesUntil(() => store.kept?.cardKeys !== undefined);
      expect(store.kept?.cardKeys).toEqual(first);
    });

    it('[W-CARDKEY-1] keeps the one key of a base of version 0.1.0, and asks it for nothing', async () => {
      base.answerWith(wellBehaved);
      await started();
      await pushed(2);
      expect(base.asked.filter(isKeys)).toHaveLength(0);
      expect(store.kept?.cardKeys).toBeUndefined();
    });
  });

  it('[W-PUSH-11] pushes an event when told, and a heartbeat every five seconds', async () => {
    await started();
    store.inside = 5;
    store.append(visit(null, 'refused').decided);
    const push = base.next(isPush);
    agent?.notify();
    expect(pushOf(await push)).toMatchObject({ events: [{ seq: 1 }], occupancy: { inside: 5 } });
    await timePassesUntil(() => store.through.seq === 1);
    const pushes = () => base.asked.filter(isPush).length;
    const before = pushes();
    const fromMs = clock.monotonicMs();
    await timePassesUntil(() => pushes() === before + 2);
    expect(clock.monotonicMs() - fromMs).toBeGreaterThanOrEqual(9_000);
    expect(clock.monotonicMs() - fromMs).toBeLessThanOrEqual(11_000);
  });

  it('[W-PUSH-11] waits longer after each failure, within its bounds, and spread at random', () => {
    const random = new SeededRandom(3);
    const backOff = new BackOff(random);
    const waits = Array.from({ length: 12 }, () => backOff.nextMs());
    for (const [index, wait] of waits.entries()) {
      const stepMs = Math.min(10_000, 250 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(stepMs / 2);
      expect(wait).toBeLessThanOrEqual(stepMs);
    }
    expect(new Set(waits).size).toBe(waits.length);
    backOff.reset();
    expect(backOff.nextMs()).toBeLessThanOrEqual(250);
  });

  it('[I4] [I7] sends again what was taken in when the answer was lost, and queues meanwhile', async () => {
    await started();
    let cuts = 3;
    base.answerWith((asked) => {
      const answer = wellBehaved(asked);
      if (!isPush(asked) || cuts === 0) return answer;
      cuts -= 1;
      return 'cut';
    });
    for (let events = 0; events < 1_200; events++) store.append(visit(null, 'refused').decided);
    agent?.notify();
    await timePassesUntil(() => store.through.seq === 1_200);
    expect(taken.map(({ seq }) => seq)).toEqual(store.events.map(({ seq }) => seq));
    expect(agent?.state).toMatchObject({ online: true, queued: 0, appliedThrough: 1_200, fault: null });
  });

  it('[W-FISCAL-1] [W-FISCAL-2] tells the heads of the journal with each push, and hands on what the base held', async () => {
    const held = { ...fiscalHead(3), at: '2026-11-23T09:00:00.000Z' };
    base.answerWith((asked) => {
      const answer = wellBehaved(asked);
      if (!isPush(asked) || typeof answer !== 'object') return answer;
      return { ...answer, json: { ...(answer.json as PushAnswer), fiscalAnchors: [held] } };
    });
    store.heads = [fiscalHead(4), fiscalHead(1, 'closings')];
    newAgent().start();
    await timePassesUntil(() => store.anchorsChecked.length > 0);
    expect(base.asked.filter(isPush).map((asked) => pushOf(asked).fiscalHeads)[0]).toEqual(store.heads);
    expect(store.anchorsChecked[0]).toEqual([held]);
  });

  it('[W-FISCAL-1] tells no heads rather than some of them, and goes on with its events', async () => {
    store.heads = Array.from({ length: 13 }, (_, index) => fiscalHead(1, `chain-${index}`));
    store.append(visit(null, 'refused').decided);
    newAgent().start();
    await timePassesUntil(() => store.through.seq === 1);
    const told = base.asked.filter(isPush).map((asked) => pushOf(asked).fiscalHeads);
    expect(new Set(told)).toEqual(new Set([undefined]));
  });

  it('[W-SIGN-4] passes over counters that an older copy of its disk would use again', async () => {
    const highest = 100_000;
    base.answerWith((asked) =>
      Number(asked.headers[counterHeader]) <= highest
        ? { status: 401, json: refusal('request.replayed') }
        : wellBehaved(asked),
    );
    newAgent().start();
    await timePassesUntil(() => agent?.state.online === true);
    expect(base.asked.length).toBeLessThan(20);
  });

  it('tells its state: out of reach, then back', async () => {
    const states: SyncAgentState[] = [];
    base.answerWith(() => 'cut');
    newAgent({ onState: (state) => states.push(state) }).start();
    store.append(visit(null, 'refused').decided);
    await timePassesUntil(() => states.some(({ fault }) => fault?.code === 'sync.unreachable'));
    expect(agent?.state).toMatchObject({ online: false, queued: 1, lastContactMs: null });
    base.answerWith(wellBehaved);
    await timePassesUntil(() => states.at(-1)?.queued === 0 && states.at(-1)?.online === true);
    expect(states.at(-1)).toMatchObject({ fault: null, appliedThrough: 1 });
    expect(states.at(-1)?.lastContactMs).toBeGreaterThan(0);
  });

  it('keeps everything and says what is wrong while the base refuses it', async () => {
    base.answerWith((asked) =>
      isPush(asked) ? { status: 401, json: refusal('request.unknown-edge') } : wellBehaved(asked),
    );
    store.append(visit(null, 'refused').decided);
    newAgent().start();
    await timePassesUntil(() => base.asked.filter(isPush).length === 3);
    expect(agent?.state.fault).toEqual({ code: 'sync.refused', detail: 'request.unknown-edge: no' });
    expect(store.through.seq).toBe(0);
  });

  it.each([
    ['not JSON at all', { status: 200 }],
    ['an answer of another kind', { status: 200, json: { hello: 1 } }],
    ['the page of some other server', { status: 404, json: 'not here' }],
  ])('takes %s for a base out of reach', async (_what, scripted) => {
    base.answerWith(() => scripted);
    newAgent().start();
    await timePassesUntil(() => agent?.state.fault !== null);
    expect(agent?.state.fault?.code).toBe('sync.unreachable');
  });

  it('[W-ATT-7] sends events while an attachment is stuck, and the attachment when it can', async () => {
    const photo = Uint8Array.from([1, 2, 3]);
    const digest = sha256Hex(photo);
    store.attachments.set(digest, photo);
    wanted = [digest];
    base.answerWith((asked) => (isPut(asked) ? 'hang' : wellBehaved(asked)));
    const stuck = base.next(isPut);
    await started();
    expect((await stuck).body).toEqual(Buffer.from(photo));
    store.append(visit(null, 'refused').decided);
    agent?.notify();
    await timePassesUntil(() => store.through.seq === 1, 1_000);
    expect(store.confirmed).toEqual([]);
    base.answerWith(wellBehaved);
    await timePassesUntil(() => store.confirmed.length === 1);
    expect(store.confirmed).toEqual([digest]);
  });

  it('does not send an attachment for ever that the base has refused for good', async () => {
    const digest = 'a'.repeat(64);
    store.attachments.set(digest, Uint8Array.of(1));
    wanted = [digest];
    base.answerWith((asked) =>
      isPut(asked) ? { status: 422, json: refusal('attachment.digest-mismatch') } : wellBehaved(asked),
    );
    await started();
    await timePassesUntil(() => agent?.state.fault?.code === 'sync.refused');
    await timePassesUntil(() => base.asked.filter(isPush).length > 5);
    expect(base.asked.filter(isPut)).toHaveLength(1);
  });

  it('[W-FEED-4] reads on from the cursor of the last answer', async () => {
    const pages = [
      { cursor: 1_000, more: true },
      { cursor: 1_250, more: false },
    ];
    base.answerWith((asked) => {
      const page = isFeed(asked) ? pages.shift() : undefined;
      if (page) return { status: 200, json: { epoch, changes: [], ...page, serverTime: serverTime() } };
      return isFeed(asked) ? 'hang' : wellBehaved(asked);
    });
    newAgent().start();
    const third = await base.next((asked) => isFeed(asked) && asked.query.get('after') === '1250');
    expect(third.query.get('waitSeconds')).toBe('25');
    expect(store.applied.map(({ cursor }) => cursor)).toEqual([1_000, 1_250]);
  });

  it('[W-OWN-3] tells the store what an answer of the feed has in it, of this box and the others of its club', async () => {
    const { edgeId } = store.kept ?? identity();
    const boxes = { [edgeId]: 7, [newTestId()]: 30 };
    const pages = [
      { cursor: 1_000, more: true, includes: boxes },
      { cursor: 1_250, more: false, includes: boxes },
    ];
    base.answerWith((asked) => {
      const page = isFeed(asked) ? pages.shift() : undefined;
      if (page) return { status: 200, json: { epoch, changes: [], ...page, serverTime: serverTime() } };
      return isFeed(asked) ? 'hang' : wellBehaved(asked);
    });
    newAgent().start();
    await timePassesUntil(() => store.applied.length === 2);
    expect(store.applied.map(({ includes }) => includes)).toEqual([
      { own: 7, boxes, complete: false },
      { own: 7, boxes, complete: true },
    ]);
  });

  it('[W-OWN-6] goes by what a base of the version before had said in a push before it was asked', async () => {
    for (let events = 0; events < 3; events++) store.append(visit(null, 'refused').decided);
    let pushes: () => void = () => undefined;
    const mayPush = new Promise<void>((resolve) => {
      pushes = resolve;
    });
    base.answerWith(async (asked) => {
      if (isPush(asked)) await mayPush;
      if (!isFeed(asked) || asked.query.get('waitSeconds') === '0') return wellBehaved(asked);
      // The question goes out first, the push is answered, then the feed is.
      pushes();
      await base.next((other) => isPush(other) && pushOf(other).events.length === 0 && taken.length === 3);
      if (store.applied.length > 2) return 'hang';
      return { status: 200, json: { epoch, changes: [], cursor: 5, more: false, serverTime: serverTime() } };
    });
    newAgent().start();
    await timePassesUntil(() => store.applied.length === 3);
    expect(store.applied.map(({ includes }) => [includes.own, includes.boxes])).toEqual([
      [null, null],
      [null, null],
      [3, null],
    ]);
  });

  it('[W-EPOCH-2] sends again what a base that came back from a backup has lost', async () => {
    for (let events = 0; events < 10; events++) store.append(visit(null, 'refused').decided);
    await started();
    await timePassesUntil(() => taken.length === 10);
    taken = taken.slice(0, 4);
    epoch = 2;
    await timePassesUntil(() => taken.length === 10);
    expect(taken).toEqual(store.events);
    await timePassesUntil(() => store.through.seq === 10);
  });

  it('[W-EPOCH-2] asks a base that sees a gap how far it got', async () => {
    for (let events = 0; events < 6; events++) store.append(visit(null, 'refused').decided);
    await started();
    await timePassesUntil(() => store.through.seq === 6);
    taken = taken.slice(0, 2);
    base.answerWith((asked) => {
      const [first] = isPush(asked) ? pushOf(asked).events : [];
      if (first && first.seq > taken.length + 1) return { status: 409, json: refusal('push.gap') };
      return wellBehaved(asked);
    });
    store.append(visit(null, 'refused').decided);
    agent?.notify();
    await timePassesUntil(() => taken.length === 7);
    expect(taken).toEqual(store.events);
  });

  it('[W-EPOCH-3] reads the feed from 0 in a new epoch, and remembers the epoch only then', async () => {
    store.cursor = 77;
    store.through = { seq: 0, epoch: 1 };
    epoch = 2;
    newAgent().start();
    await timePassesUntil(() => store.applied.length > 0 && store.through.epoch === 2);
    const after = base.asked.filter(isFeed).map(({ query }) => query.get('after'));
    expect(after).toContain('0');
    expect(store.applied[0]?.cursor).toBe(4);
  });

  it('[W-EPOCH-3] reads the feed from 0 although a push told of the new epoch while the feed was on its way', async () => {
    store.cursor = 77;
    store.through = { seq: 0, epoch: 1 };
    const isOld = (asked: Asked) => isFeed(asked) && asked.query.get('after') === '77';
    let asksAgain: () => void = () => undefined;
    const askedWhere = new Promise<void>((resolve) => {
      asksAgain = resolve;
    });
    base.answerWith(async (asked) => {
      // The second push goes out because the answer to the first was of a new epoch.
      if (isPush(asked) && base.asked.filter(isPush).length === 2) asksAgain();
      if (isOld(asked)) {
        epoch = 2;
        await askedWhere;
      }
      return wellBehaved(asked);
    });
    newAgent().start();
    await base.next((asked) => isOld(asked));
    await timePassesUntil(() => store.through.epoch === 2);
    expect(base.asked.filter(isFeed).map(({ query }) => query.get('after'))).toContain('0');
    expect(store.applied).toHaveLength(1);
  });

  it('[W-EPOCH-4] reads the feed from 0 when its cursor lies ahead of the base', async () => {
    store.cursor = 900;
    base.answerWith((asked) =>
      isFeed(asked) && asked.query.get('after') === '900'
        ? { status: 409, json: refusal('feed.cursor-ahead') }
        : wellBehaved(asked),
    );
    newAgent().start();
    await timePassesUntil(() => store.cursor === 4);
  });

  it('[W-CLOCK-3] [W-CLOCK-7] tells how the clock stands, and passes on only what the network has signed for this box', async () => {
    const network = newSigningKeyPair();
    const kept = { ...identity(), networkKey: network.publicKey, privateKey: keys.privateKey };
    await store.saveIdentity(kept);
    const madeAt = isoTime(clock.wallMs());
    const signature = (edgeId: string) =>
      toBase64url(signBytes(network.privateKey, clockOrderToSign(edgeId, madeAt)));
    let order = { madeAt, signature: signature(newTestId()) };
    base.answerWith((asked) => {
      const answer = wellBehaved(asked);
      if (!isPush(asked) || typeof answer === 'string') return answer;
      return { ...answer, json: { ...(answer.json as object), clockOrder: order } };
    });
    const timeKeeper = new HeardClock();
    newAgent({ timeKeeper }).start();
    await timePassesUntil(() => base.asked.filter(isPush).length >= 2);
    expect(pushOf(base.asked.filter(isPush)[0] as Asked).clock).toEqual(timeKeeper.told);
    expect(timeKeeper.times.length).toBeGreaterThan(1);
    expect(timeKeeper.resets).toEqual([]);
    order = { madeAt, signature: signature(kept.edgeId) };
    await timePassesUntil(() => timeKeeper.resets.length > 0);
    expect(timeKeeper.resets[0]?.[1]).toBe(Date.parse(madeAt));
  });

  it('[W-CLOCK-2] dates the member book by a clock near its own, and by its own otherwise', async () => {
    serverTime = () => isoTime(clock.wallMs() + believedOffsetMs - 1_000);
    await started();
    expect(store.applied.at(-1)?.baseTimeMs).toBe(clock.wallMs() + believedOffsetMs - 1_000);
    expect(agent?.state.baseOffsetMs).toBe(believedOffsetMs - 1_000);
    await agent?.stop();
    serverTime = () => '2030-01-01T00:00:00.000Z';
    await started();
    expect(store.applied.at(-1)?.baseTimeMs).toBe(clock.wallMs());
  });

  it('gives up a request that is not answered in time', async () => {
    base.answerWith((asked) => (isPush(asked) ? 'hang' : wellBehaved(asked)));
    newAgent().start();
    await timePassesUntil(() => agent?.state.fault !== null);
    expect(agent?.state.fault).toEqual({ code: 'sync.unreachable', detail: 'no answer in time' });
  });
});

it('[W-ORDER-14] asks for the order of a web shop by what stands for its code, signed, and says what the base said', async () => {
  const codeHash = 'ab'.repeat(32);
  const orderId = '01929b70-0000-7000-8000-00000000000a';
  const isClaim = ({ path }: Asked) => path === '/v1/orders/claim';
  let says: Scripted = { status: 200, json: { orderId, serverTime: serverTime() } };
  base.answerWith((asked) => (isClaim(asked) ? says : wellBehaved(asked)));
  store.kept = { ...identity(), privateKey: newSigningKeyPair().privateKey };
  const asking = newAgent();
  expect(await asking.claimOrder(codeHash)).toMatchObject({ ok: true, value: { orderId } });
  const [asked] = base.asked.filter(isClaim);
  expect(JSON.parse(asked?.body.toString() ?? '')).toEqual({ codeHash });
  expect(asked?.headers[counterHeader]).toBeDefined();
  says = { status: 409, json: refusal('order.claimed') };
  expect(await asking.claimOrder(codeHash)).toMatchObject({ ok: false, error: { code: 'order.claimed' } });
  says = 'cut';
  expect(await asking.claimOrder(codeHash)).toMatchObject({ ok: false, error: { code: null } });
  store.kept = null;
  expect(await asking.claimOrder(codeHash)).toMatchObject({ ok: false, error: { code: null } });
  expect(base.asked.filter(isClaim)).toHaveLength(3);
});
