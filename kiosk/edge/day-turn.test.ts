import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../store/edge-store.ts';
import { sampleClub, sampleIdentity } from '../store/test/sample-records.ts';
import { DayTurn } from './day-turn.ts';

const hourMs = 3_600_000;
const random = new SeededRandom(3);
const identity = sampleIdentity();
let clock: VirtualClock;
let folder: string;
let store: EdgeStore;
let turn: DayTurn;

beforeEach(async () => {
  // A Monday, ten in the evening in Paris.
  clock = new VirtualClock(Date.parse('2026-11-23T21:00:00Z'));
  folder = mkdtempSync(join(tmpdir(), 'day-turn-'));
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), clock, random, log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
});
afterEach(async () => {
  await turn.stop();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function clubWith(hours: Record<string, [string, string][]>): Promise<void> {
  const change = { kind: 'club', id: identity.clubId, record: sampleClub({ hours }) } as const;
  await store.applyFeed([{ version: 1, change }], 1, clock.wallMs());
}

async function begin(): Promise<void> {
  turn = new DayTurn({ store, identity: () => identity, clock, log: silentLog });
  turn.start();
  await until(() => store.passages.countingDay !== null);
}

/** The store writes on its own threads: looked at until it has. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>((resolve) => setImmediate(resolve));
}

async function enter(): Promise<void> {
  await store.write((tx) =>
    store.passages.recordPassage(tx, {
      passageId: newId(clock, random),
      at: isoTime(clock.wallMs()),
      gateId: 'main',
      direction: 'entry',
      decisionId: null,
      credentialId: null,
    }),
  );
}

it('[OC13] begins anew at four in the morning of a club that is closed then', async () => {
  await clubWith({ 1: [['06:00', '23:00']], 2: [['06:00', '23:00']] });
  await begin();
  expect(store.passages.countingDay).toBe('2026-11-23');
  await enter();
  await enter();
  await clock.advance(5 * hourMs);
  expect(store.passages.inside.inside).toBe(2);
  await clock.advance(hourMs + 60_000);
  await until(() => store.passages.countingDay === '2026-11-24');
  expect(store.passages.inside).toEqual({ inside: 0, low: 0, high: 0 });
  expect((await store.passages.occupancy()).inside).toBe(0);
});

it('[OC13] goes on at four with those who came lately, where the club never closes', async () => {
  const always: Record<string, [string, string][]> = { 1: [['00:00', '24:00']], 2: [['00:00', '24:00']] };
  await clubWith(always);
  await begin();
  await enter();
  await clock.advance(5.8 * hourMs);
  await enter();
  await enter();
  await clock.advance(0.3 * hourMs);
  await until(() => store.passages.countingDay === '2026-11-24');
  expect(store.passages.inside.inside).toBe(2);
});

it('[OC13] turns the day at the next start, once, after a night without power', async () => {
  await clubWith({});
  await begin();
  await enter();
  await turn.stop();
  await clock.advance(60 * hourMs);
  await begin();
  await until(() => store.passages.countingDay === '2026-11-26');
  expect(store.passages.inside.inside).toBe(0);
  await enter();
  await clock.advance(10 * 60_000);
  expect(store.passages.inside.inside).toBe(1);
});
