import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Zone, ZoneId } from '@portillon/core/access/zones.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { type EventOf, eventBodySchema } from '@portillon/core/wire/event.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';

const clock = new VirtualClock();
const random = new SeededRandom(6);
const pool: Zone = { id: 'pool', name: 'Pool' };
const sauna: Zone = { id: 'sauna', name: 'Sauna', within: 'pool' };
let folder: string;
let store: EdgeStore;

async function open(zones: readonly Zone[] = [pool, sauna]): Promise<void> {
  const opened = await EdgeStore.open({
    folder: join(folder, 'state'),
    zones,
    clock,
    random,
    log: silentLog,
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zone-counts-'));
  await open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What was told of it. */
async function through(zone: ZoneId, direction: 'entry' | 'exit' = 'entry') {
  const passage: Omit<EventOf<'passage.sensed'>, 'type' | 'occupancyAfter'> = {
    passageId: newId(clock, random),
    at: isoTime(clock.wallMs()),
    gateId: 'main',
    zone,
    direction,
    decisionId: null,
    credentialId: null,
  };
  const { event } = await store.write((tx) => store.passages.recordPassage(tx, passage));
  return eventBodySchema.parse(JSON.parse(event.body));
}

/** In the club, the pool and the sauna. */
async function counts(): Promise<readonly number[]> {
  const { inside, zones = [] } = await store.occupancy();
  return [inside, ...zones.map((zone) => zone.inside)];
}

it('[OC16] counts a person in the club once, and in each zone by its own gates', async () => {
  await through(null);
  await through(null);
  await through('pool');
  await through('sauna');
  expect(await counts()).toEqual([2, 1, 1]);
  await through('sauna', 'exit');
  await through(null, 'exit');
  expect(await counts()).toEqual([1, 1, 0]);
});

it('[OC17] judges a zone by its own gates as it judges the club by those of the club, day by day and over a restart', async () => {
  const both = async (direction: 'entry' | 'exit', times: number) => {
    for (let n = 0; n < times; n++) for (const zone of [null, 'pool']) await through(zone, direction);
    await clock.advance(40 * 60_000);
  };
  const told = async () => {
    const { inside, low, high, zones } = await store.occupancy();
    expect(zones?.[0]).toEqual({ zone: 'pool', name: 'Pool', inside, low, high });
    return { inside, low, high };
  };
  await both('entry', 40);
  await both('exit', 20);
  const { low, inside } = await told();
  expect(low).toBeLessThan(inside);
  await store.close();
  await open();
  expect((await told()).inside).toBe(inside);
  await through('pool');
  await store.write((tx) => store.passages.turnDay(tx, '2026-11-24', true));
  expect(await counts()).toEqual([0, 0, 0]);
  await store.close();
  await open();
  // What one day has taught of the sensors counts on the next: half of those who leave are seen.
  await both('entry', 10);
  await both('exit', 5);
  const [, inPool = 10] = await counts();
  expect(inPool).toBeLessThan(4);
});

it('[OC18] [W-ZONE-1] tells with a passage into a zone how many are in the club, and no zone that is configured no more', async () => {
  expect(await through(null)).toMatchObject({ zone: null, occupancyAfter: 1 });
  expect(await through('pool')).toMatchObject({ zone: 'pool', occupancyAfter: 1 });
  expect(await through('pool', 'exit')).toMatchObject({ zone: 'pool', occupancyAfter: 1 });
  await through('pool');
  await store.close();
  await open([sauna]);
  expect((await store.occupancy()).zones).toMatchObject([{ zone: 'sauna', inside: 0 }]);
  await store.close();
  await open([]);
  expect(await store.occupancy()).not.toHaveProperty('zones');
});
