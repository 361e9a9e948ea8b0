import { gzipSync } from 'node:zlib';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { newSigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { digestOfChunks, type Snapshot } from '@portillon/core/wire/snapshot.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { untilSeen } from '../test/poll.ts';
import { type Asked, type Scripted, ScriptedBase } from '../test/scripted-base.ts';
import { newTestId } from '../test/test-edge.ts';
import { SyncAgent } from './sync-agent.ts';

const head = 50_000;

let clock: VirtualClock;
let store: MemoryAgentStore;
let base: ScriptedBase;
let url: string;
let agent: SyncAgent;
let epoch: number;
let snapshot: Snapshot;
let chunks: Buffer[];
/** Answers that come before those of a base that does as it should. */
let first: (asked: Asked) => Scripted | null;

const ids = Array.from({ length: 7 }, newTestId);
const gone = (id: string) => JSON.stringify({ kind: 'plan', id, record: null });
const plan = (id: string) => ({
  kind: 'plan',
  id,
  record: {
    names: { fr: 'Libre', en: 'Open' },
    descriptions: { fr: '', en: '' },
    commitments: { fr: '', en: '' },
    position: 1,
    monthlyCents: 2_990,
    joiningFeeCents: 0,
    vatRate: 2_000,
    scope: 'network',
    hours: null,
    guestTickets: 0,
    soldAtKiosk: true,
  },
});
const linesOf = (of: readonly string[]) => of.map((id) => JSON.stringify(plan(id)));
const refusal = (code: string) => ({ error: { code, message: 'no' } });
const serverTime = () => isoTime(clock.wallMs());

function offer(lines: readonly (readonly string[])[], version = head - 10): void {
  chunks = lines.map((each) => gzipSync(each.join('\n')));
  const told = chunks.map((bytes, index) => ({
    digest: sha256Hex(bytes),
    bytes: bytes.length,
    records: lines[index]?.length ?? 0,
  }));
  snapshot = {
    snapshotId: newTestId(),
    version,
    madeAt: isoTime(clock.wallMs() - 60_000),
    records: lines.flat().length,
    chunks: told,
    digest: digestOfChunks(told),
  };
}

function answer(asked: Asked): Scripted {
  const scripted = first(asked);
  if (scripted) return scripted;
  const { path, query } = asked;
  if (path === '/v1/push') {
    return {
      status: 200,
      json: { epoch, appliedThrough: 0, parked: [], wanted: [], serverTime: serverTime() },
    };
  }
  if (path === '/v1/feed') {
    const after = Number(query.get('after'));
    if (after >= snapshot.version && query.get('waitSeconds') !== '0') return 'hang';
    const page = { changes: [], cursor: after < snapshot.version ? after + 1 : head, more: false };
    return { status: 200, json: { epoch, ...page, head, serverTime: serverTime() } };
  }
  const [, id, chunk] = /^\/v1\/snapshot\/([^/]+)\/chunks\/(\d+)$/.exec(path) ?? [];
  if (id !== undefined) {
    return id === snapshot.snapshotId
      ? { status: 200, bytes: chunks[Number(chunk)] ?? Buffer.alloc(0) }
      : { status: 404, json: refusal('snapshot.gone') };
  }
  if (path.endsWith('/own')) {
    const after = Number(query.get('after'));
    const changes = after === 0 ? [{ version: 7, change: plan(ids[6] ?? '') }] : [];
    return { status: 200, json: { epoch, changes, cursor: 7, more: after === 0, serverTime: serverTime() } };
  }
  const asksForAnother = path !== '/v1/snapshot' && !path.endsWith(snapshot.snapshotId);
  if (asksForAnother) return { status: 404, json: refusal('snapshot.gone') };
  return { status: 200, json: { epoch, snapshot, retryAfterSeconds: 2, serverTime: serverTime() } };
}

function startAgent(): void {
  agent = new SyncAgent({
    ...{ store, clock, log: silentLog, random: new SeededRandom(7), baseUrl: url, software: 'test' },
  });
  agent.start();
}

async function timePassesUntil(so: () => boolean): Promise<void> {
  for (let passedMs = 0; !so(); passedMs += 50) {
    if (passedMs > 1_200_000) throw new Error('not so within twenty minutes of virtual time');
    await clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const asked = (part: string) => base.asked.filter(({ path }) => path.includes(part));
const recordIds = () => store.books.at(-1)?.records.map(({ id }) => id);

beforeEach(async () => {
  clock = new VirtualClock();
  store = new MemoryAgentStore();
  const keys = newSigningKeyPair();
  store.kept = {
    ...{ edgeId: newTestId(), networkId: newTestId(), clubId: newTestId(), networkKey: keys.publicKey },
    ...{
      sealKey: keys.publicKey,
      cardKey: { version: 1, key: 'A'.repeat(22) },
      epoch: 1,
      privateKey: keys.privateKey,
    },
  };
  epoch = 1;
  first = () => null;
  offer([linesOf(ids.slice(0, 3)), linesOf(ids.slice(3, 5)), linesOf(ids.slice(5, 6))]);
  base = new ScriptedBase(answer);
  url = await base.listen();
});

afterEach(async () => {
  await agent.stop();
  await base.close();
});

describe('an edge that is far behind', () => {
  it('[W-SNAP-1] takes a snapshot, with its own part, and reads on from its version', async () => {
    startAgent();
    await timePassesUntil(() => store.cursor === head);
    expect(recordIds()).toEqual(ids);
    expect(store.books).toHaveLength(1);
    const cursors = base.asked
      .filter(({ path }) => path === '/v1/feed')
      .map(({ query }) => query.get('after'));
    expect(cursors.slice(0, 2)).toEqual(['0', String(head - 10)]);
    expect(asked('/own')[0]?.query.get('kinds')).toContain('order');
  });

  it('[W-SNAP-1] reads the feed where it is behind by less, and where the base has no snapshots', async () => {
    store.cursor = head - 20_000;
    startAgent();
    await timePassesUntil(() => store.applied.length > 0);
    expect(asked('/v1/snapshot')).toEqual([]);
    await agent.stop();
    store.cursor = 5;
    first = ({ path }) =>
      path.startsWith('/v1/snapshot') ? { status: 404, json: refusal('request.not-found') } : null;
    startAgent();
    await timePassesUntil(() => store.applied.at(-1)?.cursor === 6);
    expect(store.books).toEqual([]);
  });

  it('[W-SNAP-1] never takes one that is older than its book, and reads the feed after five failures', async () => {
    store.cursor = 25_000;
    offer([linesOf(ids)], 24_999);
    first = ({ path, query }) =>
      path === '/v1/feed' && query.get('after') === '25000'
        ? {
            status: 200,
            json: { epoch, changes: [], cursor: head, more: false, head, serverTime: serverTime() },
          }
        : null;
    startAgent();
    await timePassesUntil(() => store.cursor === head);
    expect(store.books).toEqual([]);
    await agent.stop();
    base.asked.length = 0;
    store.cursor = 0;
    first = ({ path }) =>
      path.startsWith('/v1/snapshot') ? { status: 503, json: refusal('base.unavailable') } : null;
    startAgent();
    await timePassesUntil(() => store.cursor === 1);
    expect(asked('/v1/snapshot')).toHaveLength(5);
  });

  it('[W-SNAP-1] [W-FEED-10] asks on, however often, while the base opens names', async () => {
    let refused = 0;
    first = ({ path }) => {
      if (!path.endsWith('/own') || refused === 8) return null;
      refused += 1;
      return { status: 503, json: refusal('base.names-not-open') };
    };
    startAgent();
    await timePassesUntil(() => store.books.length === 1);
    expect(refused).toBe(8);
    expect(asked('/v1/feed').filter(({ query }) => query.get('after') === '0').length).toBeLessThan(2);
  });

  it('[W-SNAP-1] [W-EPOCH-3] takes one in a new epoch, however near its cursor is, and says so only then', async () => {
    store.cursor = head;
    store.through = { seq: 0, epoch: 1 };
    epoch = 2;
    startAgent();
    await timePassesUntil(() => store.through.epoch === 2);
    expect(store.bookIsOfOtherEpoch).toBe(true);
    expect(store.books.map(({ version }) => version)).toEqual([head - 10]);
  });

  it('[W-SNAP-2] asks again while it is made', async () => {
    let asks = 0;
    first = ({ path }) => {
      if (path !== '/v1/snapshot' || ++asks > 3) return null;
      return { status: 200, json: { epoch, snapshot: null, retryAfterSeconds: 2, serverTime: serverTime() } };
    };
    startAgent();
    const startedMs = clock.monotonicMs();
    await timePassesUntil(() => store.books.length === 1);
    expect(clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(6_000);
  });
});

describe('a snapshot that is cut off', () => {
  it('[W-SNAP-7] goes on with the chunk that was not kept yet, and begins anew with what is gone', async () => {
    first = ({ path }) => (path.endsWith('/chunks/2') ? 'hang' : null);
    startAgent();
    await timePassesUntil(() => store.snapshot?.chunks === 2 && asked('/chunks/2').length === 1);
    await agent.stop();
    base.asked.length = 0;
    first = () => null;
    startAgent();
    await timePassesUntil(() => store.books.length === 1);
    expect(asked('/chunks/').map(({ path }) => path.slice(-1))).toEqual(['2']);
    expect(recordIds()).toEqual(ids);

    await agent.stop();
    store.cursor = 0;
    store.snapshot = { snapshotId: newTestId(), epoch: 1, version: 9, chunks: 2, ownAfter: 0 };
    startAgent();
    await timePassesUntil(() => store.books.length === 2);
    expect(recordIds()).toEqual(ids);
  });

  it.each([
    ['is not that of its digest', () => chunks.splice(1, 1, gzipSync('other'))],
    ['cannot be unpacked', () => offer([['']].concat([]))],
    ['unpacks to more than it may', () => offer([[' '.repeat(33 * 1024 * 1024)]])],
    ['holds what is no record', () => offer([['{"kind":"plan"}']])],
    [
      'is not in its place',
      () => {
        snapshot = { ...snapshot, chunks: [...snapshot.chunks].reverse() };
      },
    ],
  ])('[W-SNAP-4] [W-SNAP-7] is not kept where a chunk %s', async (what, spoil) => {
    spoil();
    if (what === 'cannot be unpacked') {
      chunks = [Buffer.from('no gzip')];
      const told = [{ digest: sha256Hex(chunks[0] ?? ''), bytes: 7, records: 1 }];
      snapshot = { ...snapshot, chunks: told, digest: digestOfChunks(told) };
    }
    startAgent();
    // Other threads unpack: virtual time would be far ahead of them.
    expect(await untilSeen('the fault', () => agent.state.fault)).toMatchObject({ code: 'sync.unreachable' });
    expect(store.books).toEqual([]);
    offer([linesOf(ids.slice(0, 6))]);
    await timePassesUntil(() => store.books.length === 1 || store.cursor > 0);
    expect(recordIds()).toEqual(ids);
  });

  it('[W-FEED-8] passes over records of a kind that it does not know', async () => {
    offer([
      [
        gone(ids[0] ?? ''),
        JSON.stringify({ kind: 'weather', id: 'x', record: {} }),
        ...linesOf(ids.slice(1, 2)),
      ],
    ]);
    startAgent();
    await timePassesUntil(() => store.books.length === 1);
    expect(recordIds()).toEqual([ids[0], ids[1], ids[6]]);
  });
});
