import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from '../store/edge-store.ts';
import { RecordedLog } from '../store/test/recorded-log.ts';
import { sampleId } from '../store/test/sample-records.ts';
import { EdgeClock } from './edge-clock.ts';
import { edgeConfigSchema } from './edge-config.ts';
import { RetentionRound } from './retention-round.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const entriesAtMs = Date.parse('2026-11-23T09:00:00Z');

let folder: string;
let store: EdgeStore;
let log: RecordedLog;
let machine: VirtualClock;
let clock: EdgeClock;
let round: RetentionRound;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon round '));
  log = new RecordedLog();
  const then = new VirtualClock(entriesAtMs);
  const opened = await EdgeStore.open({ folder, clock: then, random: new SeededRandom(4), log });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
  await store.write((tx) => store.passages.spendTicket(tx, sampleId(1)));
});

afterEach(async () => {
  await round.stop();
  await clock.stop();
  await store.close();
  await rm(folder, { recursive: true, force: true });
  expect(machine.pendingTimers).toBe(0);
});

/** The box starts so many days after the entries, and nobody answers it. */
async function startAfter(days: number, entryLogDays?: number): Promise<void> {
  machine = new VirtualClock(entriesAtMs + days * dayMs);
  clock = new EdgeClock(machine, log);
  await clock.begin(store);
  round = new RetentionRound({ store, clock, log, entryLogDays });
  round.start();
}

/** Until the next round is over and waits for the one after it. */
async function aRound(): Promise<void> {
  const before = log.entries.length;
  await machine.advance(10 * minuteMs);
  while (machine.pendingTimers < 2) await new Promise<void>((resolve) => setImmediate(resolve));
  expect(log.entries.slice(before).filter(({ event }) => event === 'retention.failed')).toEqual([]);
}

const ended = () => log.entries.filter(({ event }) => event === 'retention.ended').length;

it('[RT8] ends by itself, with nobody in reach, what is older than three months', async () => {
  await startAfter(93);
  await machine.advance(9 * minuteMs);
  expect(ended()).toBe(0);
  await aRound();
  expect(ended()).toBe(1);
});

it('[RT8] ends nothing before, unless the operator wants it earlier, and never later', async () => {
  await startAfter(40);
  await aRound();
  expect(ended()).toBe(0);
  await round.stop();
  await clock.stop();
  await startAfter(40, 30);
  await aRound();
  expect(ended()).toBe(1);
  const problemsOf = (entryLogDays: unknown) =>
    (edgeConfigSchema.safeParse({ entryLogDays }).error?.issues ?? [])
      .filter(({ path }) => path[0] === 'entryLogDays')
      .map(({ message }) => message);
  expect(problemsOf(30)).toEqual([]);
  expect(problemsOf(93)).toEqual(['who went through is known for three months at most']);
  expect(problemsOf(1)).toEqual(['what is of today and yesterday is still needed at the gates']);
});

it('[RT8] ends nothing early by a clock that somebody has set ahead', async () => {
  await startAfter(1);
  clock.heard(machine.wallMs());
  machine.setWall(entriesAtMs + 400 * dayMs);
  await aRound();
  expect(clock.told.standing).toBe('ahead');
  expect(ended()).toBe(0);
});
