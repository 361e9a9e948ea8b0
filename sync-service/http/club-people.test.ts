import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { FeedRecord, PersonRecord } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BaseClient } from '../agent/base-client.ts';
import { PhotoFetcher } from '../agent/photo-fetcher.ts';
import { MemberKeys, memberKeysBeside } from '../keys/member-keys.ts';
import { withdrawConsent } from '../postgres/consents.ts';
import { credentialRecords } from '../postgres/credential-feed.ts';
import { Database } from '../postgres/database.ts';
import { eraseMember } from '../postgres/erasure/erase-member.ts';
import { readOwnPart, writeFeed } from '../postgres/feed.ts';
import { closeNames, expectTheirKeys, openLeftOut, openNames } from '../postgres/names-opening.ts';
import { peopleRound } from '../postgres/people-rounds.ts';
import { MemoryAgentStore } from '../test/memory-agent-store.ts';
import { untilSeen } from '../test/poll.ts';
import {
  newTestId,
  renewalEvent,
  saleEvent,
  type TestEdge,
  testPerson,
  testPhoto,
} from '../test/test-edge.ts';
import { startTwoLicensees, type TwoLicensees } from '../test/two-licensees.ts';
import { keysOf } from '../test/write-names.ts';

let two: TwoLicensees;
let planId: string;
/** Names what the logs of the base say. */
const logged: string[] = [];

beforeAll(async () => {
  const keep = (event: string, fields?: object) => logged.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const log = { ...silentLog, info: keep, warn: keep, child: () => log };
  two = await startTwoLicensees(log);
  const [plan] = await two.sql.query<{ id: string }>(
    `select id from plans where record->>'scope' = 'network' limit 1`,
  );
  planId = plan?.id ?? '';
});

afterAll(async () => {
  await two.sql.close();
  await two.base.stop();
  await rm(two.stateFolder, { recursive: true, force: true });
});

interface ToldPerson {
  readonly id: string;
  readonly record: PersonRecord | null;
}

async function peopleTold(edge: TestEdge, after = 0): Promise<ToldPerson[]> {
  const changes = await edge.wholeFeed(after, 'order,purge-order,person');
  return changes.flatMap(({ change }) =>
    change.kind === 'person' ? [{ id: change.id, record: change.record }] : [],
  );
}

const head = async () => {
  const [row] = await two.sql.query<{ version: number }>('select version from feed_head');
  return row?.version ?? 0;
};

/** Somebody new of the club of Lyon, with a photo; nobody else is there like this one. */
async function sold(validTo: string | null = null) {
  const { edge, legalEntityId } = two.lyon;
  const person = await edge.sealed('person', { ...testPerson, familyName: `Roux ${newTestId()}` });
  const photo = await edge.sealed('photo', testPhoto);
  const digests = { person: sha256Hex(person), photo: sha256Hex(photo), contract: sha256Hex(newTestId()) };
  const event = saleEvent({ legalEntityId, planId, digests });
  const sale = { ...event, membership: { ...event.membership, validTo } };
  const before = await head();
  edge.append(sale);
  await edge.pushed(edge.events.slice(-1));
  return { sale, memberId: sale.member.memberId, person, photo, digests, before };
}

async function soldWithAll(validTo: string | null = null) {
  const made = await sold(validTo);
  await two.lyon.edge.put(made.digests.person, made.person);
  await two.lyon.edge.put(made.digests.photo, made.photo);
  return { ...made, after: await head() };
}

const isAbout = (change: FeedRecord) => change.kind === 'person';
const photoOf = (edge: TestEdge, digest: string) => edge.signed('GET', `/v1/photos/${digest}`);
const round = () =>
  peopleRound({ database: two.sql, clock: systemClock, log: silentLog }, new AbortController().signal);

it('[W-PERSON-1] [W-FEED-5] tells a club who its members are, once the base knows, and no other club that there is anybody', async () => {
  const { lyon, bron } = two;
  const { before, memberId, person, photo, digests } = await sold();
  expect(await peopleTold(lyon.edge, before)).toEqual([]);
  const waiting = lyon.edge.feed(await head(), 20, 'person');
  const fromMs = systemClock.monotonicMs();
  await lyon.edge.put(digests.person, person);
  expect((await waiting).changes.map(({ change }) => change)).toMatchObject([
    { kind: 'person', record: { memberId, givenName: 'Inès', photo: null } },
  ]);
  expect(systemClock.monotonicMs() - fromMs).toBeLessThan(2_000);
  await lyon.edge.put(digests.photo, photo);
  const [told, ...more] = await peopleTold(lyon.edge, before);
  expect(more).toEqual([]);
  expect(told?.record).toEqual({
    memberId,
    givenName: 'Inès',
    familyName: expect.stringContaining('Roux') as string,
    photo: digests.photo,
  });
  // Of another licensee, and an edge of the version before in the same club.
  const elsewhere = await bron.edge.feed(before, 0, 'person');
  expect(elsewhere.changes.map(({ change }) => change.kind)).toEqual(['credential']);
  expect(elsewhere.cursor).toBe(await head());
  expect((await lyon.edge.feed(before)).changes.some(({ change }) => isAbout(change))).toBe(false);
  // No name lies in the feed itself: who forgets the member forgets it there too.
  const kept = await two.sql.query<{ record: object }>(
    `select record from feed_changes where kind = 'person' and record->>'memberId' = $1`,
    [memberId],
  );
  expect(kept).toEqual([{ record: { memberId, photo: digests.photo } }]);
});

it('[W-PERSON-1] [W-SNAP-5] tells them to a new box of the club with the own part of its full start, and to no other', async () => {
  const { lyon, bron, sql } = two;
  const { memberId } = await soldWithAll();
  const own = async (clubId: string, kinds: readonly 'person'[]) => {
    const { changes } = await readOwnPart(sql, await head(), 0, {
      clubId,
      kinds,
      nowMs: systemClock.wallMs(),
    });
    return changes.flatMap(({ change }) => (change.kind === 'person' ? [change.record?.memberId] : []));
  };
  expect(await own(lyon.clubId, ['person'])).toContain(memberId);
  expect(await own(lyon.clubId, [])).toEqual([]);
  expect(await own(bron.clubId, ['person'])).toEqual([bron.ids.member]);
});

it('[W-PERSON-2] [W-FEED-9] tells a member anew where name, photo or club is another, and not with every renewal', async () => {
  const { lyon, sql } = two;
  const { memberId, after, sale, digests } = await soldWithAll();
  const [first] = await peopleTold(lyon.edge, after - 1);
  lyon.edge.append(
    renewalEvent(
      { memberId, legalEntityId: lyon.legalEntityId, planId },
      { from: '2031-01-01T00:00:00.000Z', to: '2031-02-01T00:00:00.000Z' },
    ),
  );
  await lyon.edge.pushed(lyon.edge.events.slice(-1));
  expect(await peopleTold(lyon.edge, after)).toEqual([]);

  const [user] = await sql.query<{ id: string; name: string }>('select id, name from staff_users limit 1');
  if (!user) throw new Error('a base has a first user');
  await sql.transaction((tx) =>
    withdrawConsent(tx, memberId, 'photo', { channel: 'staff', user }, systemClock.wallMs()),
  );
  const [withdrawn] = await peopleTold(lyon.edge, after);
  expect(withdrawn).toEqual({ id: first?.id, record: { ...first?.record, photo: null } });
  expect((await photoOf(lyon.edge, digests.photo)).status).toBe(404);

  await sql.query('update members set home_club_id = $2 where id = $1', [memberId, two.bron.clubId]);
  await round();
  expect(await peopleTold(lyon.edge, after)).toEqual([{ id: first?.id, record: null }]);
  expect((await peopleTold(two.bron.edge, after)).map(({ record }) => record?.memberId)).toEqual([memberId]);

  const moved = await head();
  lyon.edge.append({
    type: 'sale.cancelled',
    saleId: sale.saleId,
    at: isoTime(systemClock.wallMs()),
    amountCents: sale.totalCents,
    reversalReference: 'R1C',
  });
  const { parked } = await lyon.edge.pushed(lyon.edge.events.slice(-1));
  expect(parked).toEqual([]);
  expect((await peopleTold(two.bron.edge, moved)).map(({ record }) => record)).toEqual([null]);
});

it('[W-PERSON-3] [I7] tells once a day of whom nobody has told, and that the time of others is over', async () => {
  const { lyon, sql } = two;
  const days = (count: number) => isoTime(systemClock.wallMs() + count * 86_400_000);
  const [lapsed, over, known] = [
    await soldWithAll(days(-29)),
    await soldWithAll(days(5)),
    await soldWithAll(),
  ];
  await sql.query('update memberships set valid_to = $2 where member_id = $1', [over.memberId, days(-31)]);
  await sql.query(
    `delete from feed_changes where kind = 'person' and record->>'memberId' = any($1::text[])`,
    [[known.memberId, lapsed.memberId]],
  );
  const before = await head();
  // It waits for nobody who changes one of them at this moment, so that none waits in a ring with it.
  await sql.transaction(async (changing) => {
    await changing.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [known.memberId]);
    expect(await round()).toBe(2);
  });
  expect(await round()).toBe(1);
  const told = await peopleTold(lyon.edge, before);
  expect(told.map(({ record }) => record?.memberId ?? null).toSorted()).toEqual(
    [known.memberId, lapsed.memberId, null].toSorted(),
  );
  expect(await round()).toBe(0);
});

it('[W-PERSON-4] shows the photo of somebody of its own club to a box, and tells nobody else that there is one', async () => {
  const { lyon, bron } = two;
  const { memberId, digests } = await soldWithAll();
  const shown = await lyon.edge.raw(`/v1/photos/${digests.photo}`);
  expect([shown.status, shown.bytes]).toEqual([200, Buffer.from(testPhoto)]);
  const refusal = {
    status: 404,
    body: { error: { code: 'photo.not-told', message: expect.any(String) as string } },
  };
  const elsewhere = await photoOf(bron.edge, digests.photo);
  expect(elsewhere).toMatchObject(refusal);
  expect(await photoOf(bron.edge, sha256Hex('nothing'))).toEqual(elsewhere);
  expect(await photoOf(bron.edge, 'x')).toEqual(elsewhere);
  // With the agent of a box, from a store of its own.
  const kept = new Map<string, Uint8Array>();
  const store = new MemoryAgentStore();
  await store.reserveCounters(lyon.edge.counter);
  const agentStopped = new AbortController();
  const { signal: stopped } = agentStopped;
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLog, stopped };
  const fetching = new PhotoFetcher({
    ...surroundings,
    client: new BaseClient(two.base.url, store, systemClock, stopped),
    people: {
      wantedPhotos: async () => (kept.size === 0 ? [digests.photo] : []),
      keepPhoto: async (digest, bytes) => {
        kept.set(digest, bytes);
        agentStopped.abort();
      },
    },
    quiet: async () => undefined,
  }).run({ ...lyon.edge.identity, privateKey: lyon.edge.keys.privateKey });
  await fetching;
  expect(kept).toEqual(new Map([[digests.photo, Buffer.from(testPhoto)]]));
  lyon.edge.counter = await store.reserveCounters(1);
  // A contract is no photo, whoever asks.
  expect(await photoOf(lyon.edge, digests.person)).toEqual(elsewhere);
  const said = logged.filter((line) => line.startsWith('photo.'));
  expect(said).toContain(`photo.told ${JSON.stringify({ edgeId: lyon.edge.identity.edgeId, memberId })}`);
  expect(said.join()).not.toContain('Roux');

  const answers = [];
  while (answers.length < 61) answers.push((await photoOf(bron.edge, digests.photo)).body);
  expect(answers.at(-1)).toMatchObject({
    error: { code: 'request.too-often', retryAfterMs: expect.any(Number) as number },
  });
});

it('[W-PERSON-2] [W-PERSON-4] takes photo and name back when they are to be forgotten, after the order to forget', async () => {
  const { lyon, sql } = two;
  const { memberId, digests, after } = await soldWithAll();
  const orderId = newTestId();
  const forget = {
    memberId,
    orderId,
    requestId: null,
    why: 'restored',
    kept: [],
    nowMs: systemClock.wallMs(),
  } as const;
  await sql.transaction((tx) => eraseMember(tx, forget));
  const changes = await lyon.edge.wholeFeed(after, 'purge-order,person');
  const told = changes.map(({ change }) => [change.kind, change.record === null]);
  expect(told).toEqual([
    ['credential', false],
    ['purge-order', false],
    ['person', true],
  ]);
  expect((await photoOf(lyon.edge, digests.photo)).status).toBe(404);
  const [answer] = await sql.query<{ erased: number }>(
    `select erased from purge_answers where order_id = $1 and store = 'feed'`,
    [orderId],
  );
  expect(answer?.erased).toBe(2);
  expect(await round()).toBe(0);
});

it('[W-FEED-10] [PV62] [I5] tells boxes all but people while names are being opened, and the people then', async () => {
  const { lyon, sql, base } = two;
  const { memberId, after, before } = await soldWithAll();
  const [card] = await sql.query<{ id: string }>('select id from credentials where member_id = $1', [
    memberId,
  ]);
  const alone = await sql.alone('names');
  await closeNames(sql);
  await sql.transaction(async (tx) =>
    writeFeed(tx, await credentialRecords(tx, [card?.id ?? '']), systemClock.wallMs()),
  );
  const kinds = ({ changes }: Awaited<ReturnType<TestEdge['feed']>>) =>
    changes.map(({ change }) => change.kind);
  const closed = await lyon.edge.feed(before, 20, 'person');
  expect(kinds(closed)).toEqual(['credential']);
  expect(closed).toMatchObject({ cursor: after - 1, more: false });
  const fromMs = systemClock.monotonicMs();
  expect(kinds(await lyon.edge.feed(closed.cursor, 20, 'person'))).toEqual(['credential']);
  expect(systemClock.monotonicMs() - fromMs).toBeGreaterThan(900);
  // No other process has names either: a balancer that leaves this one out cuts boxes off.
  const ready = await fetch(`${base.url}/v1/ready`);
  expect(ready.status).toBe(200);
  expect(await ready.text()).toContain('names are being opened');
  await alone.release();
  await untilSeen('names', () => sql.query('select 1 from named_members limit 1').catch(() => null));
  const open = await lyon.edge.feed(closed.cursor, 0, 'person');
  expect(kinds(open)).toEqual(['person', 'credential']);
  expect(open.changes[0]?.change.record).toMatchObject({ memberId, givenName: 'Inès' });
});

it('[PV63] [PV67] takes nobody from a box whose key is missing, and knows the name again once the key is back', async () => {
  const { lyon, sql, base, stateFolder } = two;
  const { memberId, after } = await soldWithAll();
  const store = new Database(memberKeysBeside(base.databaseUrl), silentLog);
  const [key] = await store.query<{ wrapped: Buffer }>(
    `delete from member_keys where member_id = $1 and part = 'person' returning wrapped`,
    [memberId],
  );
  const memberKeys = await keysOf(sql, stateFolder);
  const context = { database: sql, memberKeys, clock: systemClock, log: silentLog };
  await closeNames(sql);
  await untilSeen('names', async () => (await openNames(context)) || null);
  const people = async () => {
    const { changes, cursor } = await lyon.edge.feed(after - 1, 0, 'person');
    expect(cursor).toBe(await head());
    return changes.map(({ change }) => change.record);
  };
  expect(await people()).toEqual([]);
  await store.query(
    `insert into member_keys (member_id, part, wrapped, made_at) values ($1, 'person', $2, now())`,
    [memberId, key?.wrapped],
  );
  expect(await openLeftOut(context)).toBe(1);
  expect(await people()).toMatchObject([{ memberId, givenName: 'Inès' }]);

  // A key that is damaged leaves only its own member out, and is not taken for one that was destroyed.
  await soldWithAll();
  await store.query(
    'update member_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where member_id = $1',
    [memberId],
  );
  await closeNames(sql);
  await untilSeen('names', async () => (await openNames(context)) || null);
  expect(await people()).not.toContainEqual(expect.objectContaining({ memberId }));
  await expect(memberKeys.close(memberId, 'person', 'x', Buffer.of(1), 0)).rejects.toThrow('is damaged');
  await store.query('update member_keys set wrapped = $2 where member_id = $1 and part = $3', [
    memberId,
    key?.wrapped,
    'person',
  ]);
  expect(await openLeftOut(context)).toBe(1);
  // Where none opens, the key file is the wrong one, and nobody is left out for that.
  const others = (
    await store.query<{ id: string }>(
      `select member_id as id from member_keys where part = 'person' and wrapped is not null limit 2`,
    )
  ).map(({ id }) => id);
  const [of] = await store.query<{ networkId: string }>('select network_id as "networkId" from key_store');
  const wrong = await MemberKeys.open(memberKeysBeside(base.databaseUrl), {
    networkId: of?.networkId ?? '',
    sealPrivateKey: toBase64url(Buffer.alloc(32, 7)),
    log: silentLog,
  });
  await expect(wrong.ringOf(others, 'person')).rejects.toThrow('the key file of the base is not the one');
  // Nor is a key made that the right file could not open.
  await expect(wrong.ringFor([newTestId()], 'person', 0)).rejects.toThrow('the key file of the base');
  await wrong.end();

  // Two keys that are damaged are no wrong key file, also in a store that no check value was written in, or whose own is damaged.
  const damaged = others.slice(0, 2);
  const damage = (column: string) => `set_byte(${column}, 20, get_byte(${column}, 20) # 1)`;
  await store.query(
    `update member_keys set wrapped = ${damage('wrapped')} where member_id = any($1) and wrapped is not null`,
    [damaged],
  );
  for (const value of ['check_value', damage('check_value'), 'null']) {
    await store.query(`update key_store set check_value = ${value}`);
    const again = await keysOf(sql, stateFolder);
    const ring = await again.ringOf(damaged, 'person');
    for (const id of damaged) expect(() => ring.open(id, 'x', Buffer.of(1))).toThrow(`${id} is damaged`);
    const [checked] = await store.query<{ value: Buffer | null }>(
      'select check_value as value from key_store',
    );
    expect(checked?.value).not.toBeNull();
    await again.end();
  }
  await store.query(
    `update member_keys set wrapped = ${damage('wrapped')} where member_id = any($1) and wrapped is not null`,
    [damaged],
  );

  // On a store that holds none the base does not start, unless its operator says that they are lost.
  const given = { lost: false, log: silentLog };
  await expectTheirKeys(sql, memberKeys, given);
  await store.query('alter table member_keys rename to member_keys_kept');
  await store.query('create table member_keys (like member_keys_kept including all)');
  await expect(expectTheirKeys(sql, memberKeys, given)).rejects.toThrow('is empty: name the right one');
  await expectTheirKeys(sql, memberKeys, { ...given, lost: true });
  await store.query('drop table member_keys');
  await store.query('alter table member_keys_kept rename to member_keys');
  await memberKeys.end();
  await store.close();
});
