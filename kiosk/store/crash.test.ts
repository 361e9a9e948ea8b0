import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { invariant } from '@portillon/core/base/invariant.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { chainBreak, genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import type { OutboxEvent } from '@portillon/core/wire/event.ts';
import { build } from 'esbuild';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { RecordedLog } from './test/recorded-log.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Inside the repository, so that the bundle finds the native package. */
const program = join(here, '../../build/test/store-writing-child.mjs');

let folder: string;
let child: ChildProcess;

beforeAll(async () => {
  await build({
    entryPoints: [join(here, 'test/writing-child.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['sqlite3'],
    logLevel: 'silent',
  });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portillon-crash-'));
});

afterEach(async () => {
  child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface WritingChild {
  /** Numbers of the events that the child was told to be durable, as far as its output was read. */
  readonly reported: readonly number[];
  /** Reads on until so many were reported. */
  until(count: number): Promise<void>;
  /** Reads what a dead child had still said. */
  rest(): Promise<void>;
}

async function startWriting(): Promise<WritingChild> {
  child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  invariant(child.stdout, 'the child was given a pipe');
  const reported: number[] = [];
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const take = async () => {
    const line = await lines.next();
    if (line.done) return false;
    expect(line.value).toMatch(/^\d+$/);
    reported.push(Number(line.value));
    return true;
  };
  expect((await lines.next()).value).toBe('open');
  return {
    reported,
    until: async (count) => {
      while (reported.length < count) expect(await take()).toBe(true);
    },
    rest: async () => {
      while (await take());
    },
  };
}

async function kill(): Promise<void> {
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
}

function open() {
  return EdgeStore.open({
    folder,
    clock: new VirtualClock(),
    random: new SeededRandom(1),
    log: new RecordedLog(),
  });
}

async function allEvents(store: EdgeStore): Promise<readonly OutboxEvent[]> {
  const events: OutboxEvent[] = [];
  for (;;) {
    const batch = await store.outboxAfter(events.length, 1_000);
    if (batch.length === 0) return events;
    events.push(...batch);
  }
}

it('loses nothing that was reported done when the process is killed in the middle of writes [I4]', async () => {
  let before = 0;
  for (const reportedAtLeast of [1, 17, 60, 133]) {
    const { reported, until, rest } = await startWriting();
    await until(reportedAtLeast);
    await kill();
    await rest();

    const opened = await open();
    if (!opened.ok) throw new Error(opened.error.detail);
    const store = opened.value;
    const events = await allEvents(store);
    let [seq, hash] = [0, genesisHash];
    for (const event of events) {
      expect(chainBreak(seq, hash, event)).toBeNull();
      [seq, hash] = [event.seq, event.hash];
    }
    expect(reported.length).toBeGreaterThanOrEqual(reportedAtLeast);
    expect(Math.max(...reported)).toBeLessThanOrEqual(events.length);
    expect(events.length).toBeGreaterThan(before);
    // The count and the event of a passage are one transaction.
    expect((await store.occupancy()).inside).toBe(events.length);
    before = events.length;
    await store.close();
  }
});

it('holds the folder for as long as the other process lives, and not a moment longer', async () => {
  const { until } = await startWriting();
  const refused = await open();
  expect(refused).toMatchObject({ ok: false, error: { code: 'store.in-use' } });
  if (!refused.ok) expect(refused.error.detail).toContain(`process ${child.pid}`);
  await until(5);
  await kill();

  const taken = await open();
  expect(taken.ok).toBe(true);
  if (taken.ok) await taken.value.close();
});
