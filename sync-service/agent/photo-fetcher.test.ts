import { silentLog } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { newSigningKeyPair } from '@portillon/core/crypto/signing-key.ts';
import { toldPhotoMaxBytes } from '@portillon/core/wire/messages.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { type Scripted, ScriptedBase } from '../test/scripted-base.ts';
import { newTestId } from '../test/test-edge.ts';
import type { EdgeIdentity, PeopleOfStore } from './agent-store.ts';
import { BaseClient } from './base-client.ts';
import { kindsAskedFor, PhotoFetcher } from './photo-fetcher.ts';

const keys = newSigningKeyPair();
const identity = { edgeId: newTestId(), privateKey: keys.privateKey } as unknown as EdgeIdentity;
const photo = Buffer.from([0xff, 0xd8, 0xff, 1]);

let base: ScriptedBase;
let clock: VirtualClock;
let stopped: AbortController;
let fetcher: PhotoFetcher;
let running: Promise<void>;
let wanted: string[];
const kept = new Map<string, Uint8Array>();
const people: PeopleOfStore = {
  wantedPhotos: async (limit) => wanted.filter((digest) => !kept.has(digest)).slice(0, limit),
  keepPhoto: async (digest, bytes) => {
    kept.set(digest, bytes);
  },
};
const refused = (status: number, code: string, more: object = {}): Scripted => ({
  status,
  json: { error: { code, message: 'no', ...more } },
});
const asked = () => base.asked.map(({ path }) => path.split('/').at(-1));

beforeEach(async () => {
  clock = new VirtualClock();
  stopped = new AbortController();
  wanted = [];
  kept.clear();
  base = new ScriptedBase(() => ({ status: 200, bytes: photo }));
  const client = new BaseClient(await base.listen(), new MemoryAgentStore(), clock, stopped.signal);
  fetcher = new PhotoFetcher({
    ...{ client, people, clock, random: systemRandom, log: silentLog },
    quiet: async () => undefined,
    stopped: stopped.signal,
  });
  running = fetcher.run(identity);
});

afterEach(async () => {
  stopped.abort();
  await running;
  await base.close();
});

/** Virtual time goes on until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await clock.advance(10);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

it('[W-PERSON-5] asks for people only where there is somebody to show them to', () => {
  expect(kindsAskedFor(new MemoryAgentStore())).toBe('order,gate-order,purge-order');
  expect(kindsAskedFor(Object.assign(new MemoryAgentStore(), { people }))).toContain(',person');
});

it('[W-PERSON-6] fetches what is wanted as soon as somebody was let in, once each', async () => {
  wanted = ['a', 'b'];
  fetcher.look();
  await until(() => kept.size === 2);
  expect(kept.get('b')).toEqual(photo);
  expect(asked()).toEqual(['a', 'b']);
});

it('[W-PERSON-6] comes again when the base says so, and after a cut, and leaves out what is not told until people are told anew', async () => {
  const answers: Scripted[] = [
    refused(429, 'request.too-often', { retryAfterMs: 40_000 }),
    'cut',
    refused(404, 'photo.not-told'),
    { status: 200, bytes: new Uint8Array(toldPhotoMaxBytes + 1) },
    { status: 200, bytes: photo },
  ];
  base.answerWith(() => answers.shift() ?? { status: 200, bytes: photo });
  const fromMs = clock.monotonicMs();
  wanted = ['a', 'b', 'c'];
  fetcher.look();
  await until(() => asked().length === 2);
  expect(clock.monotonicMs() - fromMs).toBeGreaterThanOrEqual(40_000);
  await until(() => kept.has('c'));
  expect(asked()).toEqual(['a', 'a', 'a', 'b', 'c']);
  expect([...kept.keys()]).toEqual(['c']);
  fetcher.peopleTold();
  await until(() => kept.size === 3);
});
