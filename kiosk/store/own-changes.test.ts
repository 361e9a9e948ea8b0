import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { JudgedClock } from '@portillon/core/base/clock-trust.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import type { FeedIncludes } from '@portillon/sync-service/agent/agent-store.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';
import { EdgeStore } from './edge-store.ts';
import { migrate, migrations } from './schema.ts';
import { sampleCredential, sampleDecision, sampleId } from './test/sample-records.ts';

const [may, june] = ['2027-05-01T00:00:00.000Z', '2027-06-01T00:00:00.000Z'];
const dayMs = 86_400_000;
const [besides, third] = [sampleId<'edge'>(7), sampleId<'edge'>(8)];

let folder: string;
let clock: VirtualClock;
let store: EdgeStore;
let version: number;

const card = (number: number) => sampleId<'credential'>(100 + number) as CredentialId;
const row = (number: number, over: Partial<CredentialRecord> = {}) =>
  sampleCredential({ cardUid: `04${number}`.padEnd(14, '0'), validTo: may, ...over });
const shown = (number: number) => store.book.credential(card(number));
const statusOf = (number: number) => shown(number)?.status ?? null;

async function open(): Promise<void> {
  const opened = await EdgeStore.open({ folder, clock, random: new SeededRandom(5), log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
}

async function restart(): Promise<void> {
  await store.close();
  await open();
}

/** As a kiosk does: the event, then the credential. The number of the event. */
async function made(number: number, record: CredentialRecord): Promise<number> {
  // Ids are of their millisecond, and the chance of the store is the same after a restart.
  await clock.advance(1);
  return store.write(async (tx) => {
    const { seq } = await store.outbox.appendEvent(tx, { type: 'access.decided', ...sampleDecision(number) });
    await store.book.rememberOwnCredential(tx, card(number), record);
    return seq;
  });
}

/** An answer of the feed; by itself, one that is whole and has events through `own` in it. */
function tells(
  records: readonly (readonly [number, CredentialRecord | null])[],
  own: number | null,
  more: Partial<FeedIncludes> = {},
): Promise<void> {
  const changes = records.map(([number, record]) => ({
    version: ++version,
    change: { kind: 'credential' as const, id: card(number), record },
  }));
  return store.applyFeed(changes, version, clock.wallMs(), { own, boxes: {}, complete: true, ...more });
}

async function snapshot(
  records: readonly (readonly [number, CredentialRecord])[],
  isOtherEpoch = false,
): Promise<void> {
  version += 10;
  await store.beginSnapshot({ snapshotId: sampleId(1), epoch: 1, version, ownAfter: 0, chunks: 0 });
  await store.stageSnapshot(
    records.map(([number, record]) => ({ kind: 'credential', id: card(number), record })),
    { snapshotId: sampleId(1), epoch: 1, version, ownAfter: 0, chunks: 1 },
  );
  await store.finishSnapshot(version, clock.wallMs(), isOtherEpoch);
}

/** The same before and after a restart. */
async function staysSo(check: () => void): Promise<void> {
  check();
  await restart();
  check();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-own-'));
  clock = new VirtualClock(Date.parse('2026-11-23T11:00:00.000Z'));
  version = 0;
  await open();
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('what a kiosk has made of a credential', () => {
  it('[W-OWN-1] [W-OWN-4] stays ended while the push is held up and the feed is not, and then follows the base', async () => {
    await tells([[1, row(1)]], 0);
    const seq = await made(1, row(1, { status: 'blocked' }));
    // Staff changed something else of it.
    await tells([[1, row(1, { validTo: june })]], seq - 1);
    await staysSo(() => expect([statusOf(1), shown(1)?.validTo]).toEqual(['blocked', june]));
    // The event is in, but what it led to may be in what was cut off.
    await tells([], seq, { complete: false });
    expect(statusOf(1)).toBe('blocked');
    await tells([[1, row(1, { status: 'blocked', validTo: june })]], seq);
    await tells([[1, row(1, { validTo: june })]], seq);
    await staysSo(() => expect(statusOf(1)).toBe('active'));
  });

  it('[W-OWN-4] goes back to what the base told last where it made nothing of the event', async () => {
    await tells([[1, row(1)]], 0);
    const seq = await made(1, row(1, { status: 'blocked' }));
    const sold = await made(2, row(2));
    await tells([[1, row(1, { validTo: june })]], null);
    expect(statusOf(1)).toBe('blocked');
    await restart();
    // Parked is taken in as well: nobody is locked out for ever.
    await tells([], seq);
    await staysSo(() => expect(shown(1)).toEqual(row(1, { validTo: june })));
    // Of what the base has never told of, what the club sold is all there is.
    await tells([], sold);
    await staysSo(() => expect(shown(2)).toEqual(row(2)));
  });

  it('[W-OWN-1] [W-OWN-2] stays sold and renewed, under what the base changed meanwhile', async () => {
    await tells([[1, row(1)]], 0);
    const seq = await made(1, row(1, { validTo: june }));
    const standing = { suspendedUntil: '2026-12-24T00:00:00.000Z' };
    await tells([[1, row(1, { standing })]], seq - 1);
    await staysSo(() => expect(shown(1)).toEqual(row(1, { validTo: june, standing })));
    await made(1, row(1, { validTo: null, standing }));
    await tells([[1, row(1)]], seq);
    expect(shown(1)).toEqual(row(1, { validTo: null }));
    await tells([[1, row(1, { status: 'blocked' })]], seq);
    expect(shown(1)).toEqual(row(1, { validTo: null, status: 'blocked' }));
    await tells([[1, row(1, { validTo: '2027-07-01T00:00:00.000Z' })]], seq + 1);
    await staysSo(() => expect(shown(1)).toEqual(row(1, { validTo: '2027-07-01T00:00:00.000Z' })));
  });

  it('[W-OWN-4] is gone when the base says so, but what was ended only once the base has it', async () => {
    await tells(
      [1, 2].map((number) => [number, row(number)]),
      0,
    );
    await made(1, row(1, { validTo: june }));
    const seq = await made(2, row(2, { status: 'blocked' }));
    await tells(
      [
        [1, null],
        [2, null],
      ],
      0,
    );
    // Its card may carry a grant: unknown, it would open.
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual([null, 'blocked']));
    await tells([], seq);
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual([null, null]));
  });

  it('[W-OWN-1] [W-SNAP-6] goes over a snapshot that was made before the base had it, though it has it now', async () => {
    await tells(
      [1, 2, 3, 4].map((number) => [number, row(number)]),
      0,
    );
    await made(1, row(1, { status: 'blocked' }));
    await made(2, row(2, { validTo: june }));
    await made(3, row(3, { validTo: june }));
    const seq = await made(5, row(5));
    await store.saveAppliedThrough(seq, 1);
    await tells([[3, row(3, { status: 'blocked' })]], null);
    await snapshot([
      [1, row(1)],
      [2, row(2)],
      [4, row(4)],
    ]);
    // The base knew 3 and has it no more; 5 it has not heard of yet.
    const expected = ['blocked', 'active', null, 'active', 'active'];
    await staysSo(() => expect([1, 2, 3, 4, 5].map(statusOf)).toEqual(expected));
    expect(shown(2)?.validTo).toBe(june);
    await tells(
      [
        [1, row(1, { status: 'blocked' })],
        [2, row(2, { validTo: june })],
        [5, row(5)],
      ],
      seq,
    );
    await snapshot([
      [1, row(1)],
      [2, row(2, { validTo: may })],
    ]);
    await staysSo(() => expect([1, 2, 5].map(statusOf)).toEqual(['active', 'active', null]));
    expect(shown(2)?.validTo).toBe(may);
  });

  it('[W-OWN-5] [W-EPOCH-3] counts again when the base has come back without it, until it is sent again', async () => {
    await tells([[1, row(1)]], 0);
    const ended = await made(1, row(1, { status: 'blocked' }));
    const sold = await made(2, row(2));
    await tells(
      [
        [1, row(1, { status: 'blocked' })],
        [2, row(2)],
      ],
      sold,
    );
    // From a backup of before both.
    await snapshot([[1, row(1)]], true);
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['blocked', 'active']));
    await tells([], 0);
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['blocked', 'active']));
    await tells([[1, row(1, { status: 'blocked' })]], ended);
    await tells([[1, row(1)]], ended);
    // Of 1 its word counts; it has lost 2, and says a lower number without another epoch.
    await tells([[2, row(2)]], sold);
    await tells([[2, row(2, { status: 'blocked' })]], sold);
    await tells([[1, row(1, { validTo: june })]], ended - 1);
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['blocked', 'blocked']));
    await tells([], sold);
    await staysSo(() => expect(shown(1)).toEqual(row(1, { validTo: june })));
  });
});

it('[W-OWN-5] [RT8] is kept until no backup of the base can have lost the event', async () => {
  await tells(
    [1, 2].map((number) => [number, row(number)]),
    0,
  );
  const first = await made(1, row(1, { status: 'blocked' }));
  const second = await made(2, row(2, { status: 'blocked' }));
  await tells([], second);
  expect([1, 2].map(statusOf)).toEqual(['active', 'active']);
  const hash = (await store.eventHash(first)) ?? '';
  const at = isoTime(clock.wallMs());
  const receipt = { epoch: 1, through: first, hash, at, keepDays: 35, signature: 'A'.repeat(86) };
  await store.saveAppliedThrough(first, 1, receipt);
  await clock.advance(100 * dayMs);
  const nowMs = clock.wallMs();
  const ended = await store.endAged({ nowMs, beforeMs: nowMs - 90 * dayMs, isStopping: () => false });
  expect(ended).toEqual({ outbox: 1, own_change: 1 });
  await snapshot(
    [
      [1, row(1)],
      [2, row(2)],
    ],
    true,
  );
  await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['active', 'blocked']));
});

describe('what another box of the club has made of one', () => {
  const hears = (
    number: number,
    record: CredentialRecord,
    eventSeq: number,
    before: CredentialRecord | null,
  ) =>
    store.hearPeer(
      besides,
      [{ kind: 'credential', credentialId: card(number), record, before, eventSeq, atMs: clock.wallMs() }],
      ++version,
    );

  it('[W-OWN-6] [W-PEER-8] stays until what the base tells has the event of that box, wherever the push is held up', async () => {
    await tells(
      [1, 2].map((number) => [number, row(number)]),
      0,
    );
    await hears(1, row(1, { status: 'blocked' }), 12, row(1));
    await hears(2, row(2, { validTo: june }), 13, row(2));
    await hears(3, row(3), 14, null);
    const standing = { staff: true as const };
    await tells(
      [1, 2].map((number) => [number, row(number, { standing })]),
      0,
      { boxes: { [besides]: 11 } },
    );
    await staysSo(() => expect([1, 2, 3].map(statusOf)).toEqual(['blocked', 'active', 'active']));
    expect(shown(2)).toEqual(row(2, { validTo: june, standing }));
    await tells([[1, row(1)]], 0, { boxes: { [besides]: 12, [third]: 400 } });
    await staysSo(() => expect([statusOf(1), shown(2)?.validTo]).toEqual(['active', june]));
    // What the book has already is not taken from an older word of that box.
    await tells(
      [
        [2, row(2)],
        [3, row(3, { status: 'blocked' })],
      ],
      0,
      { boxes: { [besides]: 14 } },
    );
    await hears(1, row(1, { status: 'blocked' }), 12, row(1));
    await hears(2, row(2, { validTo: june }), 13, row(2));
    expect([statusOf(1), shown(2)?.validTo, statusOf(3)]).toEqual(['active', may, 'blocked']);
  });

  it('[W-OWN-6] counts no more once the box is revoked, or after 45 days: nobody is locked out by a box that is gone', async () => {
    await tells(
      [1, 2, 3].map((number) => [number, row(number)]),
      0,
    );
    for (const number of [1, 2, 3])
      await hears(number, row(number, { status: 'blocked' }), 10 + number, row(number));
    await tells([], 0, { boxes: { [besides]: 11 } });
    await staysSo(() => expect([1, 2, 3].map(statusOf)).toEqual(['active', 'blocked', 'blocked']));
    await made(3, row(3, { status: 'blocked' }));
    await clock.advance(45 * dayMs + 1);
    await tells([], 0, { boxes: { [besides]: 11 } });
    // Of the third, this box has an end of its own to tell.
    await staysSo(() => expect([2, 3].map(statusOf)).toEqual(['active', 'blocked']));
    await hears(2, row(2, { status: 'blocked' }), 12, row(2));
    await tells([], 0, { boxes: { [third]: 1 } });
    expect(statusOf(2)).toBe('active');
  });

  it('[W-OWN-6] [W-VER-3] ends with the next word of a base, or from a box, of the version before', async () => {
    await tells(
      [1, 2].map((number) => [number, row(number)]),
      0,
    );
    await hears(1, row(1, { status: 'blocked' }), 12, row(1));
    const older = { kind: 'credential' as const, credentialId: card(2), atMs: clock.wallMs() };
    await store.hearPeer(besides, [{ ...older, record: row(2, { status: 'blocked' }) }], 9);
    await tells([], 0, { boxes: null });
    await tells([], 0, { boxes: { [besides]: 11 } });
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['blocked', 'blocked']));
    await tells([[2, row(2)]], 0, { boxes: { [besides]: 11 } });
    await tells([[1, row(1)]], 0, { boxes: null });
    await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['active', 'active']));
  });
});

describe('how long ago something was sold', () => {
  const soldAgeOf = (number: number) => store.book.soldAgeMs(card(number), clock.wallMs());
  const agreed = (number: number, record: CredentialRecord, asOf: CredentialId | null = null) =>
    store.write((tx) => store.book.rememberOwnCredential(tx, card(number), record, asOf));

  it('[AC49] is kept over restarts, and goes with what is nothing new', async () => {
    await tells(
      [
        [1, row(1)],
        [2, row(2)],
      ],
      0,
    );
    await agreed(1, row(1, { validTo: june }));
    await clock.advance(dayMs);
    await agreed(1, row(1, { validTo: june }), card(1));
    await agreed(3, row(3), card(1));
    await agreed(4, row(4), card(2));
    await agreed(2, row(2, { status: 'blocked' }));
    await staysSo(() => expect([1, 2, 3, 4].map(soldAgeOf)).toEqual([dayMs, null, dayMs, null]));
    expect(store.book.dataAgeMs(clock.wallMs())).toBe(dayMs);
  });

  it('[AC49] counts from the earliest that it may have been, and not at all where it lies ahead', async () => {
    const nowMs = clock.wallMs();
    const judged: JudgedClock = {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      setTimer: (delayMs, fire) => clock.setTimer(delayMs, fire),
      judgement: { standing: 'ahead', nowMs, earliestMs: nowMs - 3 * dayMs, latestMs: nowMs },
    };
    await store.close();
    const opened = await EdgeStore.open({
      folder,
      clock: judged,
      random: new SeededRandom(5),
      log: silentLog,
    });
    if (!opened.ok) throw new Error(opened.error.detail);
    store = opened.value;
    await agreed(1, row(1));
    await restart();
    expect(soldAgeOf(1)).toBe(3 * dayMs);
    await agreed(2, row(2));
    const atMs = (agoMs: number) => store.book.soldAgeMs(card(2), clock.wallMs() - agoMs);
    expect([atMs(0), atMs(60_000), atMs(400_000)]).toEqual([0, 0, null]);
  });

  it('[AC49] [W-PEER-6] is known of what another box sold, by the clock here', async () => {
    const [credentialId, atMs] = [card(1), clock.wallMs() - dayMs];
    const share = {
      kind: 'credential' as const,
      credentialId,
      record: row(1),
      before: null,
      eventSeq: 4,
      atMs,
    };
    await store.hearPeer(besides, [{ ...share, soldAtMs: atMs - 1_000 }], 9);
    await staysSo(() => expect(soldAgeOf(1)).toBe(dayMs + 1_000));
  });
});

it('[W-OWN-1] [W-VER-3] takes over what a box of the version before had changed', async () => {
  await store.close();
  await rm(folder, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'portillon-own-'));
  const database = await Database.open(join(folder, 'edge.sqlite'));
  await migrate(database, migrations.slice(0, 17));
  await database.write(async (tx) => {
    for (const [number, seq] of [
      [1, 3],
      [2, Number.MAX_SAFE_INTEGER],
    ] as const) {
      const id = card(number);
      const record = JSON.stringify(row(number, { status: 'blocked' }));
      await tx.run("INSERT INTO book_record VALUES ('credential', ?, ?)", [id, record]);
      await tx.run('INSERT INTO book_own VALUES (unhex(?), ?)', [id.replaceAll('-', ''), seq]);
    }
  });
  await database.close();
  await open();
  await tells([[1, row(1)]], 2, { boxes: { [besides]: 5 } });
  await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['blocked', 'blocked']));
  await tells([[2, row(2)]], 3, { boxes: { [besides]: 5 } });
  await staysSo(() => expect([1, 2].map(statusOf)).toEqual(['active', 'active']));
});
