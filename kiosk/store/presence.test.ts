import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ZoneId } from '@portillon/core/access/zones.ts';
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
  const opened = await EdgeStore.open({
    folder: join(folder, 'state'),
    zones: [
      { id: 'pool', name: 'Pool' },
      { id: 'sauna', name: 'Sauna', within: 'pool' },
    ],
    clock,
    random,
    log: silentLog,
  });
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
  zone: ZoneId = null,
): Promise<void> {
  await store.write((tx) =>
    store.passages.recordPassage(
      tx,
      {
        passageId: newId(clock, random),
        at: isoTime(clock.wallMs()),
        gateId: 'main',
        zone,
        direction,
        decisionId: null,
        credentialId,
      },
      memberId,
    ),
  );
}

const credential = () => newId<'credential'>(clock, random);
const last = (id: CredentialId, memberId: MemberId | null = null, zone: ZoneId = null) =>
  store.passages.presence.lastPassage(id, memberId, clock.wallMs(), zone);

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

it('[AC46] has a member in each zone for itself, and in none inside once gone through a gate around it; also after a restart', async () => {
  const member = newId<'member'>(clock, random);
  const [card, pass] = [credential(), credential()];
  const went = async (direction: 'entry' | 'exit', zone: ZoneId, who = card) => {
    await clock.advance(1_000);
    await through(who, direction, member, zone);
  };
  const isIn = () => [null, 'pool', 'sauna'].map((zone) => last(pass, member, zone)?.direction === 'entry');
  await went('entry', null);
  await went('entry', 'pool', pass);
  await went('entry', 'sauna');
  expect(isIn()).toEqual([true, true, true]);
  await store.close();
  await open();
  expect(isIn()).toEqual([true, true, true]);
  await went('exit', 'pool');
  expect(isIn()).toEqual([true, false, false]);
  await went('entry', 'pool');
  expect(isIn()).toEqual([true, true, false]);
  await went('exit', null);
  expect(isIn()).toEqual([false, false, false]);
  await went('entry', null, pass);
  await store.close();
  await open();
  expect(isIn()).toEqual([true, false, false]);
});

it('[AC46] finds company inside that was seen at the gate of a zone only, and not once it has left the club', async () => {
  const member = newId<'member'>(clock, random);
  const card = credential();
  const isInside = () => store.passages.presence.isInside([member], clock.wallMs());
  await through(card, 'entry', member, 'pool');
  expect(isInside()).toBe(true);
  await clock.advance(1_000);
  await through(card, 'exit', member);
  expect(isInside()).toBe(false);
});
