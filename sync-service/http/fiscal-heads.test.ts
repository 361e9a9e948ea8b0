import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { pushAnswerSchema, refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../postgres/database.ts';
import { newEnrolmentCode } from '../postgres/enrolment.ts';
import { expectRebuiltTheSame } from '../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { fiscalHead, TestEdge, visit } from '../test/test-edge.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

beforeEach(async () => {
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  edge = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
});

/** A heartbeat with these heads; what the base had known before. */
async function told(...fiscalHeads: ReturnType<typeof fiscalHead>[]) {
  const answer = await edge.pushed([], { fiscalHeads });
  return pushAnswerSchema.parse(answer).fiscalAnchors?.map(({ chain, no }) => `${chain} ${no}`);
}

const cases = () =>
  sql.query<{ kind: string; detail: string; club_id: string; amount_cents: number }>(
    'select kind, detail, club_id, amount_cents from cases where edge_id = $1 order by at, id',
    [edge.identity.edgeId],
  );

describe('fiscal heads', () => {
  it('[W-FISCAL-1] [W-FISCAL-2] are kept as far as they ever came, and answered with what was known before', async () => {
    expect(await told(fiscalHead(3))).toEqual([]);
    expect(await told(fiscalHead(5), fiscalHead(1, 'closings'))).toEqual(['receipts 3']);
    expect(await told(fiscalHead(5), fiscalHead(1, 'closings'))).toEqual(['closings 1', 'receipts 5']);
    expect((await edge.pushed([])).fiscalAnchors).toBeUndefined();
    const history = await sql.query<{ chain: string; no: number }>(
      'select chain, no from fiscal_head_history where edge_id = $1 order by told_at, chain',
      [edge.identity.edgeId],
    );
    expect(history.map(({ chain, no }) => `${chain} ${no}`)).toEqual([
      'receipts 3',
      'closings 1',
      'receipts 5',
    ]);
    expect(await cases()).toEqual([]);
  });

  it('[W-FISCAL-1] cannot be changed or deleted at the base, not even by hand', async () => {
    await told(fiscalHead(3));
    for (const change of ['update fiscal_head_history set no = 1', 'delete from fiscal_head_history']) {
      await expect(sql.query(change)).rejects.toThrow(
        'rows of fiscal_head_history are never changed or deleted',
      );
    }
  });

  it('[W-FISCAL-3] open a case once for a journal that was cut, and the highest head stays', async () => {
    await told(fiscalHead(9));
    expect(await told(fiscalHead(4))).toEqual(['receipts 9']);
    expect(await told(fiscalHead(5))).toEqual(['receipts 9']);
    expect(await told(fiscalHead(9, 'receipts', 'B'))).toEqual(['receipts 9']);
    expect(await told()).toEqual(['receipts 9']);
    expect(await cases()).toMatchObject([
      {
        kind: 'journal-rolled-back',
        club_id: edge.identity.clubId,
        amount_cents: 0,
        detail: expect.stringMatching(/^chain receipts: told on 20\S+Z: no\. 9, A{86}; now: no\. 4, A{86}$/),
      },
    ]);
    // Cut again after it had grown past the first cut: that is another case.
    await told(fiscalHead(12));
    await told(fiscalHead(11));
    expect(await cases()).toHaveLength(2);
  });

  it('[W-FISCAL-3] open one case when two processes are told of the cut at the same moment', async () => {
    await told(fiscalHead(9));
    await Promise.all([told(fiscalHead(4)), told(fiscalHead(4)), told(fiscalHead(4))]);
    expect(await cases()).toHaveLength(1);
  });

  it('[W-FISCAL-4] are looked at although the events of an older disk are refused', async () => {
    edge.append(visit(null, 'refused').decided);
    await edge.pushed(edge.events, { fiscalHeads: [fiscalHead(9)] });
    const older = new TestEdge(base.url);
    older.append(visit(null, 'refused').decided);
    const answer = await edge.push(older.events, { fiscalHeads: [fiscalHead(2)] });
    expect(refusalSchema.parse(answer.body).error.code).toBe('push.fork');
    expect(await cases()).toHaveLength(1);
  });

  it('[W-FISCAL-5] of a push that was overtaken open no case', async () => {
    edge.counter += 10;
    const late = edge.counter - 5;
    await told(fiscalHead(9));
    const body = JSON.stringify({
      wireVersion: 1,
      epoch: 1,
      events: [],
      occupancy: { inside: 0, at: '2026-11-23T09:00:00.000Z' },
      fiscalHeads: [fiscalHead(8)],
    });
    const after = edge.counter;
    expect(await edge.signed('POST', '/v1/push', { counter: late, body })).toMatchObject({ status: 200 });
    edge.counter = after;
    expect(await cases()).toEqual([]);
    await told(fiscalHead(8));
    expect(await cases()).toHaveLength(1);
  });

  it('[W-FISCAL-6] of more than twelve chains are not kept', async () => {
    const chains = Array.from({ length: 12 }, (_, index) => fiscalHead(1, `chain-${index}`));
    await told(...chains);
    await told(...chains.slice(0, 11), fiscalHead(1, 'one-more'));
    const answer = await edge.pushed([], { fiscalHeads: chains });
    expect(pushAnswerSchema.parse(answer).fiscalAnchors).toHaveLength(12);
  });

  it.each([
    ['a chain twice', [fiscalHead(1), fiscalHead(2)], 'fiscalHeads'],
    ['no number', [fiscalHead(0)], 'fiscalHeads.0.no'],
    ['half a signature', [{ ...fiscalHead(1), signature: 'A'.repeat(43) }], 'fiscalHeads.0.signature'],
    ['a chain that no table can hold', [fiscalHead(1, 'a\0b')], 'fiscalHeads.0.chain'],
    ['thirteen chains', Array.from({ length: 13 }, (_, no) => fiscalHead(1, `${no}`)), 'fiscalHeads'],
  ])('with %s are refused, with the place', async (_what, fiscalHeads, path) => {
    const answer = await edge.push([], { fiscalHeads });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'push.malformed', path } } });
  });
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
