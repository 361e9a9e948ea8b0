import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sampleIdentity, sampleJournal } from '@portillon/kiosk/edge/kiosk/test/sample-sale.ts';
import { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveOfRun } from './matrix-archive.ts';
import { runMatrix } from './matrix-run.ts';
import { saleTrial, type TrialSurroundings } from './sale-trial.ts';
import { allWell } from './trial-plans.ts';

let folder: string;
let around: TrialSurroundings;
let startedAtMs: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sale-matrix-'));
  const clock = new VirtualClock();
  startedAtMs = clock.wallMs();
  const random = new SeededRandom(3);
  const opened = await EdgeStore.open({ folder, clock, random, log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  const store = opened.value;
  const journal = await sampleJournal(store);
  around = { store, journal, identity: sampleIdentity({ clock, random }), clock, random, log: silentLog };
});

afterAll(async () => {
  await around.store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the sale, its runner and its store, in front of every answer and every power cut', () => {
  it('[I1] [I2] [I3] [I6] [I10] keeps its promises with one thing going wrong, and with one cut from a clean start', async () => {
    const summary = await runMatrix(around, { answers: 1, answersWithCut: 0, answersWithSecondCut: -1 });
    expect(summary.violations).toEqual([]);
    expect(summary.combinations).toBeGreaterThan(200);
    expect(summary.withCut).toBeGreaterThan(90);
    expect(await archiveOfRun(around, startedAtMs, folder)).toMatchObject({ holds: true });
  }, 180_000);

  it('has a judge that sees a wrong end', async () => {
    const { script } = await saleTrial('membership', 'charge', allWell, around);
    const atMouth = script.points.findIndex(({ asked }) => asked === 'at the mouth');
    const forgotten = { answers: new Map([[atMouth, 'forgotten']]), cuts: [] };
    expect((await saleTrial('membership', 'charge', forgotten, around)).violations).toEqual([]);
    const swallowed = { ...around, store: withoutCases(around.store) };
    const { violations } = await saleTrial('membership', 'charge', forgotten, swallowed);
    expect(violations.join()).toMatch(/I2 .*is a case/);
  });
});

/** A store that forgets to open cases. */
function withoutCases(store: EdgeStore): EdgeStore {
  const outbox = new Proxy(store.outbox, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key !== 'appendEvent') return value.bind(target);
      return async (...args: Parameters<typeof target.appendEvent>) =>
        args[1].type === 'case.opened' ? null : target.appendEvent(...args);
    },
  });
  return new Proxy(store, {
    get(target, key) {
      if (key === 'outbox') return outbox;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
