import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { type FeedChange, refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, renewalEvent, saleEvent, settledDebtEvent, TestEdge } from '../../test/test-edge.ts';
import { caseListSchema } from './case-view.ts';
import { debtListSchema } from './debt-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let legalEntityId: string;
let planIds: readonly string[];
let staff: string;

const ask = (path: string, init: RequestInit = {}) =>
  fetch(base.url + path, { ...init, headers: { cookie: staff, ...init.headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const rejected = {
  amountCents: 2_990,
  vatRate: 2_000,
  reason: 'direct-debit-rejected',
  words: 'Rejected by the bank on 3 November',
} as const;
const period = { from: '2026-12-27T00:00:00.000Z', to: '2027-01-27T00:00:00.000Z' };

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));
  lyon = await enrolled('Lyon Part-Dieu');
  villeurbanne = await enrolled('Villeurbanne Gratte-Ciel');
  const [entity] = await sql.query<{ id: string }>('select id from legal_entities');
  legalEntityId = entity?.id ?? '';
  planIds = await plansInOrder(sql);
  staff = '';
  const signedIn = await post('/staff/api/sign-in', { user: 'staff', password: base.staff?.password });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

/** A member whose period has an end; what an edge reports of it is applied. */
async function soldUntil(validTo: string | null): Promise<EventOf<'sale.completed'>> {
  const sold = saleEvent({ legalEntityId, planId: planIds[0] ?? '', ticket: true });
  const event = {
    ...sold,
    membership: { ...sold.membership, validTo },
    credentials: sold.credentials.map((each) => (each.kind === 'card' ? { ...each, validTo } : each)),
  };
  await applied(lyon, event);
  return event;
}

async function applied(edge: TestEdge, event: Parameters<TestEdge['append']>[0]): Promise<void> {
  const { seq } = edge.append(event);
  expect((await edge.pushed(edge.events.slice(seq - 1))).parked).toEqual([]);
}

async function credential(id: string | undefined) {
  const changes: FeedChange[] = await villeurbanne.wholeFeed();
  const found = changes.map(({ change }) => change).find((change) => change.id === id);
  return found?.kind === 'credential' ? found.record : null;
}

const cases = async (kind = 'paid-twice') =>
  caseListSchema
    .parse(await (await ask('/staff/api/cases')).json())
    .open.filter((each) => each.kind === kind);

describe('debts', () => {
  it('[W-ACCOUNT-1] are told to every club with the member’s card, not with a ticket, and without the words', async () => {
    const sold = await soldUntil(null);
    const { memberId } = sold.member;
    const [card, ticket] = sold.credentials;
    expect(await credential(card?.credentialId)).toMatchObject({
      account: { membershipId: sold.membership.membershipId, validTo: null, status: 'active', debts: [] },
    });
    const answer = await post(`/staff/api/members/${memberId}/debts`, rejected);
    expect(answer.status).toBe(201);
    const { debtId } = (await answer.json()) as { debtId: string };
    const record = await credential(card?.credentialId);
    expect(record?.account?.debts).toMatchObject([
      { debtId, legalEntityId, amountCents: 2_990, vatRate: 2_000, reason: 'direct-debit-rejected' },
    ]);
    expect(JSON.stringify(record)).not.toContain('Rejected by');
    expect((await credential(ticket?.credentialId))?.account).toBeUndefined();
    const listed = debtListSchema.parse(await (await ask(`/staff/api/members/${memberId}/debts`)).json());
    expect(listed.debts).toMatchObject([{ ...rejected, debtId, settledAt: null }]);
  });

  it.each([
    ['nothing owed', { ...rejected, amountCents: 0 }, 400, 'amountCents'],
    ['a reason that no screen has words for', { ...rejected, reason: 'because' }, 400, 'reason'],
    ['no words', { ...rejected, words: ' ' }, 400, 'words'],
  ])('refuses %s', async (_, body, status, path) => {
    const { memberId } = (await soldUntil(null)).member;
    const answer = await post(`/staff/api/members/${memberId}/debts`, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code: 'debt.malformed', path } });
  });

  it('are written by nobody but signed-in staff, on their own page, of members that are known', async () => {
    const { memberId } = (await soldUntil(null)).member;
    const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;
    const path = `/staff/api/members/${memberId}/debts`;
    expect(await codeOf(await post(path, rejected, { cookie: '' }))).toBe('staff.not-signed-in');
    expect(await codeOf(await ask(path, { headers: { cookie: '' } }))).toBe('staff.not-signed-in');
    expect(await codeOf(await post(path, rejected, { origin: 'https://elsewhere.example' }))).toBe(
      'staff.foreign-page',
    );
    for (const stranger of [newTestId(), 'nobody']) {
      expect(await codeOf(await post(`/staff/api/members/${stranger}/debts`, rejected))).toBe(
        'debt.unknown-member',
      );
    }
  });

  it('[W-ACCOUNT-5] [I2] are settled once; settled again at another club, the money is a case', async () => {
    const { memberId } = (await soldUntil(null)).member;
    const answer = await post(`/staff/api/members/${memberId}/debts`, rejected);
    const { debtId } = (await answer.json()) as { debtId: string };
    const member = { memberId, legalEntityId };
    const first = settledDebtEvent(member, [[debtId, 2_990]]);
    await applied(lyon, first);
    const listed = debtListSchema.parse(await (await ask(`/staff/api/members/${memberId}/debts`)).json());
    expect(listed.debts).toMatchObject([{ debtId, settledAt: first.at }]);
    expect(await cases()).toEqual([]);

    const second = settledDebtEvent(member, [[debtId, 2_990]]);
    await applied(villeurbanne, second);
    expect(await cases()).toMatchObject([
      { amountCents: 2_990, reference: second.saleReference, who: { memberId } },
    ]);
    const sales = await sql.query('select 1 from sales where id = any($1::uuid[])', [
      [first.saleId, second.saleId],
    ]);
    expect(sales).toHaveLength(2);
  });

  it('[W-ACCOUNT-7] [W-ACCOUNT-6] [I2] that the base does not know any more are parked, and the money is a case', async () => {
    const { memberId } = (await soldUntil(null)).member;
    const event = settledDebtEvent({ memberId, legalEntityId }, [[newTestId(), 2_990]]);
    const { seq } = lyon.append(event);
    expect((await lyon.pushed(lyon.events.slice(seq - 1))).parked).toMatchObject([
      { reason: 'the base knows no such debt' },
    ]);
    const another = (await soldUntil(null)).member;
    const answer = await post(`/staff/api/members/${another.memberId}/debts`, rejected);
    const { debtId } = (await answer.json()) as { debtId: string };
    const theirs = lyon.append(settledDebtEvent({ memberId, legalEntityId }, [[debtId, 2_990]]));
    expect((await lyon.pushed(lyon.events.slice(theirs.seq - 1))).parked).toMatchObject([
      { reason: 'the debt is another member’s' },
    ]);
    expect(await cases('paid-not-served')).toMatchObject([
      { amountCents: 2_990, reference: event.saleReference, detail: 'the base knows no such debt' },
      { amountCents: 2_990, reference: event.saleReference, detail: 'the debt is another member’s' },
    ]);
  });

  it('[W-ACCOUNT-5] settled at two clubs in the same moment, one of them is the case', async () => {
    const before = (await cases()).length;
    const { memberId } = (await soldUntil(null)).member;
    const answer = await post(`/staff/api/members/${memberId}/debts`, rejected);
    const { debtId } = (await answer.json()) as { debtId: string };
    await Promise.all(
      [lyon, villeurbanne].map((edge) =>
        applied(edge, settledDebtEvent({ memberId, legalEntityId }, [[debtId, 2_990]])),
      ),
    );
    expect(await cases()).toHaveLength(before + 1);
  });
});

describe('renewals', () => {
  it('[W-ACCOUNT-3] [W-ACCOUNT-2] move the end of the card, and name the plan that begins later', async () => {
    const sold = await soldUntil(period.from);
    const card = sold.credentials[0]?.credentialId;
    const member = { memberId: sold.member.memberId, legalEntityId, planId: planIds[1] ?? '' };
    await applied(villeurbanne, renewalEvent(member, period));
    expect(await credential(card)).toMatchObject({
      planId: planIds[0],
      validTo: period.to,
      account: { planId: planIds[1], planFrom: period.from, validTo: period.to, status: 'active' },
    });
    const later = { from: period.to, to: '2027-02-27T00:00:00.000Z' };
    await applied(lyon, renewalEvent(member, later));
    expect(await credential(card)).toMatchObject({
      validTo: later.to,
      account: { planId: planIds[1], planFrom: period.from, validTo: later.to },
    });
  });

  it('[W-ACCOUNT-4] [I2] of one period twice keep the first, and the money of the second is a case', async () => {
    const before = (await cases()).length;
    const sold = await soldUntil(period.from);
    const member = { memberId: sold.member.memberId, legalEntityId, planId: planIds[0] ?? '' };
    await applied(lyon, renewalEvent(member, period));
    const heard = (await villeurbanne.wholeFeed()).at(-1)?.version ?? 0;
    const twice = renewalEvent(member, { ...period, to: '2027-03-27T00:00:00.000Z' }, 9_990);
    await applied(villeurbanne, twice);
    expect(await credential(sold.credentials[0]?.credentialId)).toMatchObject({ validTo: period.to });
    // The edge that sold the second one believes its own end until then.
    expect((await villeurbanne.wholeFeed(heard)).map(({ change }) => change)).toMatchObject([
      { id: sold.credentials[0]?.credentialId, record: { validTo: period.to } },
    ]);
    expect((await cases()).slice(before)).toMatchObject([
      { amountCents: 9_990, who: { memberId: member.memberId } },
    ]);
  });

  it('leave the tickets of the member as they are', async () => {
    const sold = await soldUntil(period.from);
    const member = { memberId: sold.member.memberId, legalEntityId, planId: planIds[0] ?? '' };
    await applied(lyon, renewalEvent(member, period));
    expect(await credential(sold.credentials[1]?.credentialId)).toMatchObject({ validTo: null });
  });
});

it('comes to the same rows when they are built again from the events', async () => {
  await expectRebuiltTheSame(sql);
});
