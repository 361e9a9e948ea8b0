import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { type CredentialId, type MemberId, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EdgeStore } from './edge-store.ts';
import { presenceMs } from './presence.ts';

const clock = new VirtualClock();
const random = new SeededRandom(5);
let folder: string;
let store: EdgeStore;

async function open(): Promise<void> {
  const opened = await EdgeStore.open({ folder: join(folder, 'state'), clock, random, log: silentLog });
  if (!opened.ok) throw new Error(opened.error.detail);
  store = opened.value;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'presence-'));
  await open();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function through(
  credentialId: CredentialId | null,
  direction: 'entry' | 'exit' = 'entry',
  memberId: MemberId | null = null,
): Promise<void> {
  await store.write((tx) =>
    store.passages.recordPassage(
      tx,
      {
        passageId: newId(clock, random),
        at: isoTime(clock.wallMs()),
        gateId: 'main',
        direction,
        decisionId: null,
        credentialId,
      },
      memberId,
    ),
  );
}

const credential = () => newId<'credential'>(clock, random);
const last = (id: CredentialId, memberId: MemberId | null = null) =>
  store.passages.presence.lastPassage(id, memberId, clock.wallMs());

it('knows which way a credential went last, also after a restart', async () => {
  const [one, two] = [credential(), credential()];
  await through(one);
  await through(two);
  await clock.advance(60_000);
  await through(two, 'exit');
  await store.close();
  await open();
  expect(last(one)).toMatchObject({ direction: 'entry', atMs: clock.wallMs() - 60_000 });
  expect(last(two)).toMatchObject({ direction: 'exit', atMs: clock.wallMs() });
  expect(last(credential())).toBeNull();
  expect(store.passages.inside.inside).toBe(1);
});

it('finds a member inside from the entry until the exit', async () => {
  const member = newId<'member'>(clock, random);
  const card = credential();
  const isInside = () => store.passages.presence.isInside([member], clock.wallMs());
  expect(isInside()).toBe(false);
  await through(card, 'entry', member);
  expect(isInside()).toBe(true);
  expect(store.passages.presence.isInside([], clock.wallMs())).toBe(false);
  await through(card, 'exit', member);
  expect(isInside()).toBe(false);
});

it('forgets everybody after a day of the club, on the disk too', async () => {
  const member = newId<'member'>(clock, random);
  const card = credential();
  await through(card, 'entry', member);
  await clock.advance(presenceMs + 1);
  expect(last(card)).toBeNull();
  expect(store.passages.presence.isInside([member], clock.wallMs())).toBe(false);
  await through(credential());
  const kept = await store.write((tx) => tx.get<{ n: number }>('SELECT count(*) AS n FROM presence'));
  expect(kept?.n).toBe(1);
});

it('counts people without a credential, and remembers nobody for them', async () => {
  await through(null);
  expect(store.passages.inside.inside).toBe(1);
});

it('[AC36] shares the presence of a member among cards and passes, also after a restart', async () => {
  const member = newId<'member'>(clock, random);
  const [card, pass, other] = [credential(), credential(), credential()];
  await through(card, 'entry', member);
  await through(other, 'entry', newId<'member'>(clock, random));
  expect(last(pass, member)).toMatchObject({ direction: 'entry' });
  await clock.advance(60_000);
  await through(pass, 'exit', member);
  const isOut = () => {
    expect(last(card, member)).toEqual({ direction: 'exit', atMs: clock.wallMs() });
    expect(store.passages.presence.isInside([member], clock.wallMs())).toBe(false);
  };
  isOut();
  await store.close();
  await open();
  isOut();
});
