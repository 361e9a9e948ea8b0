import { rm } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { accessPolicySchema } from '@portillon/core/access/access-policy.ts';
import { delay } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import {
  type FeedChange,
  feedAnswerSchema,
  feedRecordSchema,
  refusalSchema,
} from '@portillon/core/wire/messages.ts';
import { digestOfChunks, type Snapshot, snapshotAnswerSchema } from '@portillon/core/wire/snapshot.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeClubAccess, changeStanding } from '../postgres/access-changes.ts';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { eraseMember } from '../postgres/erasure/erase-member.ts';
import { writeFeed } from '../postgres/feed.ts';
import { freshSnapshot, makeSnapshot } from '../postgres/feed-snapshots.ts';
import { fillFeed } from '../test/feed-of-a-network.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { newTestId, saleEvent, TestEdge } from '../test/test-edge.ts';

const members = 6_000;
const clubName = 'Lyon Part-Dieu';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let place: { planId: string; clubIds: string[] };

const newEdge = async () =>
  TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[clubName] ?? '', systemClock.wallMs()));

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const [plan] = await sql.query<{ id: string }>('select id from plans limit 1');
  place = { planId: plan?.id ?? '', clubIds: Object.values(base.clubs) };
  edge = await newEdge();
  await fillFeed(sql, place, members);
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function ask(by = edge, path = '/v1/snapshot'): Promise<Snapshot | null> {
  const answer = await by.signed('GET', path);
  return snapshotAnswerSchema.parse(answer.body).snapshot;
}

async function untilMade(): Promise<Snapshot> {
  for (;;) {
    const snapshot = await ask();
    if (snapshot) return snapshot;
    await delay(systemClock, 20);
  }
}

async function linesOf({ snapshotId, chunks }: Snapshot) {
  const lines: string[] = [];
  for (const [index] of chunks.entries()) {
    const { bytes } = await edge.raw(`/v1/snapshot/${snapshotId}/chunks/${index}`);
    expect(sha256Hex(bytes)).toBe(chunks[index]?.digest);
    lines.push(...gunzipSync(bytes).toString().split('\n'));
  }
  return lines.map((line) => feedRecordSchema.parse(JSON.parse(line)));
}

async function ownPart(snapshotId: string, kinds = 'order') {
  const changes = [];
  for (let after = 0, more = true; more; ) {
    const path = `/v1/snapshot/${snapshotId}/own?after=${after}&kinds=${kinds}`;
    const page = feedAnswerSchema.parse((await edge.signed('GET', path)).body);
    changes.push(...page.changes);
    ({ more, cursor: after } = page);
  }
  return changes;
}

async function codeOf(path: string): Promise<string> {
  return refusalSchema.parse((await edge.signed('GET', path)).body).error.code;
}

/** A card of a member who owes something. */
async function indebtedCard(): Promise<string> {
  const id = newTestId();
  const [like] = await sql.query<{ record: { account: object } }>(
    "select record from feed_changes where kind = 'credential' limit 1",
  );
  const debt = {
    debtId: newTestId(),
    legalEntityId: newTestId(),
    amountCents: 2_990,
    vatRate: 2_000,
    reason: 'unpaid-period',
    since: '2026-11-01T00:00:00.000Z',
  };
  const record = { ...like?.record, account: { ...like?.record.account, debts: [debt] } };
  const change = feedRecordSchema.parse({ kind: 'credential', id, record });
  await sql.transaction((tx) => writeFeed(tx, [change], systemClock.wallMs()));
  return id;
}

describe('a snapshot', () => {
  it('[W-SNAP-2] is made once, however many edges ask of however many processes', async () => {
    const others = await Promise.all([newEdge(), newEdge(), newEdge()]);
    const order = () => ({
      snapshotId: newTestId(),
      epoch: 1,
      nowMs: systemClock.wallMs(),
      stopped: new AbortController().signal,
    });
    const another = new Database(base.databaseUrl, silentLog);
    try {
      const [first, ...made] = await Promise.all([
        ask(),
        makeSnapshot(another, order()),
        makeSnapshot(sql, order()),
        ...others.flatMap((each) => [ask(each), ask(each), ask(each), ask(each)]),
      ]);
      expect(first).toBeNull();
      expect(made.filter((outcome) => outcome === 'made').length).toBeLessThanOrEqual(1);
    } finally {
      await another.close();
    }
    const { version, records, chunks } = await untilMade();
    const head = await edge.feed();
    expect(version).toBe(head.head);
    expect(records).toBeGreaterThanOrEqual(members);
    expect(chunks.length).toBeGreaterThan(2);
    expect(await sql.query('select 1 from feed_snapshots')).toHaveLength(1);
  });

  it('[W-SNAP-2] leaves nothing behind when its process ends in the middle', async () => {
    await sql.query('delete from feed_snapshots');
    const stopped = AbortSignal.abort(new Error('the process ends'));
    const order = { snapshotId: newTestId(), epoch: 1, nowMs: systemClock.wallMs(), stopped };
    await expect(makeSnapshot(sql, order)).rejects.toThrow('the process ends');
    expect(await sql.query('select 1 from feed_snapshots')).toEqual([]);
    await untilMade();
  });

  it('[W-SNAP-3] is made anew when it is too old or too far behind, and the one before is kept for an hour', async () => {
    const first = await untilMade();
    await sql.query("update feed_snapshots set made_at = made_at - interval '25 hours'");
    await indebtedCard();
    const second = await untilMade();
    expect(second.version).toBe(first.version + 1);
    // The first is past its hour by now.
    expect(await codeOf(`/v1/snapshot/${first.snapshotId}`)).toBe('snapshot.gone');
    await sql.query('update feed_head set version = version + 20001');
    const third = await untilMade();
    expect(third.snapshotId).not.toBe(second.snapshotId);
    expect(await ask(edge, `/v1/snapshot/${second.snapshotId}`)).toEqual(second);
    expect(await freshSnapshot(sql, 2, systemClock.wallMs())).toBeNull();
    await sql.query('update feed_snapshots set epoch = 7 where id = $1', [second.snapshotId]);
    expect(await codeOf(`/v1/snapshot/${second.snapshotId}`)).toBe('snapshot.gone');
    expect(await codeOf(`/v1/snapshot/${second.snapshotId}/chunks/0`)).toBe('snapshot.gone');
    expect(await codeOf(`/v1/snapshot/${second.snapshotId}/own`)).toBe('snapshot.gone');
  });

  it('[W-SNAP-4] comes in chunks with a digest each and one over all', async () => {
    const snapshot = await untilMade();
    const records = await linesOf(snapshot);
    expect(records).toHaveLength(snapshot.records);
    expect(new Set(records.map(({ kind, id }) => kind + id)).size).toBe(records.length);
    expect(snapshot.chunks.every((chunk) => chunk.records <= 2_000)).toBe(true);
    expect(digestOfChunks(snapshot.chunks)).toBe(snapshot.digest);
    expect(await codeOf(`/v1/snapshot/${snapshot.snapshotId}/chunks/${snapshot.chunks.length}`)).toBe(
      'snapshot.gone',
    );
    for (const strange of ['x', `${newTestId()}/chunks/-1`, `${newTestId()}/chunks/0`, newTestId()]) {
      expect(await codeOf(`/v1/snapshot/${strange}`)).toBe('snapshot.gone');
    }
    expect(await codeOf(`/v1/snapshot/${snapshot.snapshotId}/own?after=-1`)).toBe('feed.malformed');
  });

  it('[W-SNAP-5] with the own part of an edge is the feed as it was, and the rest comes with the feed', async () => {
    const owing = await indebtedCard();
    const paidSince = await indebtedCard();
    await sql.query('delete from feed_snapshots');
    const snapshot = await untilMade();
    const [row] = await sql.query<{ record: { account: object } }>(
      'select record from feed_changes where id = $1',
      [paidSince],
    );
    const record = { ...row?.record, account: { ...row?.record.account, debts: [] } };
    const paid = feedRecordSchema.parse({ kind: 'credential', id: paidSince, record });
    await sql.transaction((tx) => writeFeed(tx, [paid], systemClock.wallMs()));

    const shared = await linesOf(snapshot);
    expect(shared.map(({ id }) => id)).not.toContain(owing);
    const own = await ownPart(snapshot.snapshotId);
    expect(own.map(({ change }) => change.id)).toContain(owing);
    expect(own.map(({ change }) => change.id)).not.toContain(paidSince);
    const since = await edge.wholeFeed(snapshot.version, 'order');
    expect(since.map(({ change }) => change.id)).toEqual([paidSince]);

    const all = [
      ...shared,
      ...own.map(({ change }) => change),
      ...since.map(({ change }) => feedRecordSchema.parse(change)),
    ];
    const whole = (await edge.wholeFeed(0, 'order')).map(({ change }) => feedRecordSchema.parse(change));
    const text = (records: typeof all) => records.map((each) => JSON.stringify(each)).sort();
    expect(text(all).join('\n') === text(whole.filter((each) => each.record !== null)).join('\n')).toBe(true);
  });
});

describe('what is erased', () => {
  it('[W-SNAP-8] [I12] is in no snapshot any more', async () => {
    const snapshot = await untilMade();
    const [some] = (await linesOf(snapshot)).filter(({ kind }) => kind === 'credential');
    const gone = feedRecordSchema.parse({ kind: 'credential', id: some?.id, record: null });
    await sql.transaction((tx) => writeFeed(tx, [gone], systemClock.wallMs()));
    expect(await codeOf(`/v1/snapshot/${snapshot.snapshotId}`)).toBe('snapshot.gone');
    expect((await linesOf(await untilMade())).map(({ id }) => id)).not.toContain(some?.id);
  });

  it('[W-SNAP-8] [PV30] is in no full start that was made before its member was forgotten', async () => {
    const [owner] = await sql.query<{ id: string }>('select legal_entity_id as id from clubs where id = $1', [
      base.clubs[clubName],
    ]);
    const sale = saleEvent({ legalEntityId: owner?.id ?? '', planId: place.planId });
    const [card] = sale.credentials;
    edge.append(sale);
    await edge.pushed();
    await sql.query('delete from feed_snapshots');
    const snapshot = await untilMade();
    const numbered = async (made: Snapshot) =>
      (await linesOf(made)).filter(
        (line) => line.kind === 'credential' && line.record?.cardUid === card?.cardUid,
      );
    expect((await numbered(snapshot)).map(({ id }) => id)).toContain(card?.credentialId);
    await sql.transaction((tx) =>
      eraseMember(tx, {
        memberId: sale.member.memberId,
        orderId: newTestId(),
        requestId: null,
        why: 'restored',
        kept: [],
        nowMs: systemClock.wallMs(),
      }),
    );
    expect(await codeOf(`/v1/snapshot/${snapshot.snapshotId}`)).toBe('snapshot.gone');
    expect((await numbered(await untilMade())).map(({ id }) => id)).not.toContain(card?.credentialId);
  });
});

describe('a club of another legal entity', () => {
  it('[W-SCOPE-1] [W-SCOPE-2] is told nothing of the business of this one, and anew when its policy counts other debts', async () => {
    const [entity, club] = [newTestId(), newTestId()];
    const here = base.clubs[clubName] ?? '';
    await sql.query(
      `insert into legal_entities select (jsonb_populate_record(legal_entities, jsonb_build_object(
         'id', $1::text, 'name', 'Licensee', 'siret', '99999999999999'))).* from legal_entities limit 1`,
      [entity],
    );
    await sql.query(
      `insert into clubs select (jsonb_populate_record(clubs, jsonb_build_object(
         'id', $1::text, 'name', 'Licensed club', 'legal_entity_id', $2::text))).* from clubs where id = $3`,
      [club, entity, here],
    );
    const licensee = await TestEdge.enrolled(
      base.url,
      await newEnrolmentCode(sql, club, systemClock.wallMs()),
    );
    const [seller] = await sql.query<{ id: string }>(
      'select legal_entity_id as id from clubs where id = $1',
      [here],
    );
    const sold = saleEvent({ legalEntityId: seller?.id ?? '', planId: place.planId });
    edge.append(sold);
    await edge.pushed();
    const card = sold.credentials[0]?.credentialId ?? '';
    const [user] = await sql.query<{ id: string }>('select id from staff_users limit 1');
    await sql.query(
      `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since)
       values ($1, $2, $3, $4, 777, 2000, 'other', 'x', now())`,
      [newTestId(), sold.member.memberId, seller?.id, here],
    );
    const by = () => ({ changeId: newTestId(), userId: user?.id ?? '', nowMs: systemClock.wallMs() });
    await changeStanding(sql, sold.member.memberId, { staff: true, reason: 'told anew' }, by());

    const told = async (who: TestEdge, after: number) => {
      const changes = await who.wholeFeed(after, 'order');
      return { changes, debts: debtsOf(changes.find(({ change }) => change.id === card)) };
    };
    expect((await told(edge, 0)).debts.map(({ amountCents }) => amountCents)).toEqual([777]);
    const elsewhere = await told(licensee, 0);
    expect(elsewhere.debts.map(({ amountCents }) => amountCents)).toEqual([100_000_000]);
    const clubs = elsewhere.changes.filter(({ change }) => change.kind === 'club');
    expect(clubs.find(({ change }) => change.id === here)?.change.record).toMatchObject({
      hours: {},
      mediator: '',
    });
    expect(JSON.stringify(clubs)).not.toContain('"siret":"8');

    const { head = 0 } = await licensee.feed();
    const policy = accessPolicySchema.parse({ debt: { graceDays: 0, fromCents: 1_000 } });
    await changeClubAccess(sql, club, { policy, reason: 'small debts count for nothing' }, by());
    expect((await told(licensee, head)).changes.map(({ change }) => change.id)).toEqual([card, club]);
    expect((await told(licensee, head)).debts).toEqual([]);
  });
});

function debtsOf(found: FeedChange | undefined) {
  const record = found?.change.kind === 'credential' ? found.change.record : null;
  return record?.account?.debts ?? [];
}

describe('the feed on the wire', () => {
  it('[W-FEED-9] is compressed as the edge takes it', async () => {
    const read = async (encoding: string) => edge.raw('/v1/feed?after=0', encoding);
    const [plain, gzip, brotli] = [await read(''), await read('gzip, deflate'), await read('br, gzip')];
    expect([plain.encoding, gzip.encoding, brotli.encoding]).toEqual([null, 'gzip', 'br']);
    expect(JSON.parse(gunzipSync(gzip.bytes).toString()).changes).toEqual(
      JSON.parse(plain.bytes.toString()).changes,
    );
    expect(gzip.bytes.length).toBeLessThan(plain.bytes.length / 4);
  });

  it('[W-FEED-9] tells one change in a hundred in at most two hundredths of the bytes', async () => {
    const { version, chunks } = await untilMade();
    const { head = 0 } = await edge.feed(version);
    await sql.query(
      `with head as (update feed_head set version = version + $1 returning version - $1 as before),
            changed as (select id, row_number() over () as n from
                          (select id from feed_changes where kind = 'credential' order by md5(id::text) limit $1) as picked)
       update feed_changes set version = head.before + n, record = jsonb_set(record, '{status}', '"blocked"')
         from changed, head where feed_changes.kind = 'credential' and feed_changes.id = changed.id`,
      [members / 100],
    );
    const delta = await edge.raw(`/v1/feed?after=${head}`, 'gzip');
    expect(JSON.parse(gunzipSync(delta.bytes).toString()).changes).toHaveLength(members / 100);
    const fullBytes = chunks.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(delta.bytes.length).toBeLessThan(fullBytes * 0.02);
  });
});
