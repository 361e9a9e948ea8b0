import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { CredentialId, EdgeId, NetworkId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { passLinkText } from '@portillon/core/crypto/pass-link.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outageAgeMs } from '../../members/late-decision.ts';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { passOfKey, redeemLink } from '../../postgres/pass-grants.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, settledDebtEvent, TestEdge, testPerson, visit } from '../../test/test-edge.ts';
import { clubAccessSchema } from './access-view.ts';
import { caseListSchema } from './case-view.ts';
import { memberAccessSchema } from './member-view.ts';
import { outageReportSchema } from './outage-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let staff = '';
let clubId: string;
let entityId: string;
let planId: string;

const ask = (
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  fetch(base.url + path, {
    method,
    headers: { 'content-type': 'application/json', cookie: staff, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  lyon = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  const [row] = await sql.query<{ entityId: string; planId: string }>(
    `select legal_entity_id as "entityId", (select id from plans where record->>'hours' is null order by (record->>'position')::int limit 1) as "planId"
       from clubs where id = $1`,
    [clubId],
  );
  ({ entityId, planId } = row ?? { entityId: '', planId: '' });
  const signedIn = await ask('POST', '/staff/api/sign-in', { user: 'staff', password: base.staff?.password });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const allDay = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [['00:00', '24:00']]]));
  const policy = { debt: { graceDays: 0, fromCents: 1 } };
  const asked = { hours: allDay, policy, reason: 'Open at every hour' };
  expect((await ask('PUT', `/staff/api/clubs/${clubId}/access`, asked)).status).toBe(204);
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function told(...events: Parameters<TestEdge['append']>[0][]): Promise<void> {
  const from = lyon.events.length;
  for (const event of events) lyon.append(event);
  expect((await lyon.pushed(lyon.events.slice(from))).parked).toEqual([]);
}

async function sold(): Promise<{ readonly memberId: string; readonly cardId: string }> {
  const person = await lyon.sealed('person', testPerson);
  const digests = { person: sha256Hex(person), photo: null, contract: sha256Hex(newTestId()) };
  const event = saleEvent({ legalEntityId: entityId, planId, digests });
  await told(event);
  await lyon.put(digests.person, person);
  return { memberId: event.member.memberId, cardId: event.credentials[0]?.credentialId ?? '' };
}

/** As a gate tells it that had been cut off for two minutes. */
function late(
  credentialId: string,
  more: Partial<EventOf<'access.decided'>> = {},
): EventOf<'access.decided'> {
  return { ...visit(credentialId, more.outcome).decided, dataAgeMs: 2 * outageAgeMs, ...more };
}

const block = (cardId: string, status: 'blocked' | 'active' = 'blocked') =>
  ask('PUT', `/staff/api/credentials/${cardId}/status`, { status, reason: 'Lost in the street' });

async function report(day = '') {
  const answer = await ask('GET', `/staff/api/outages?clubId=${clubId}${day && `&day=${day}`}`);
  expect(answer.status).toBe(200);
  return outageReportSchema.parse(await answer.json());
}

async function foundOf(decisionId: string) {
  return (await report()).findings.filter((finding) => finding.decisionId === decisionId);
}

describe('what a club that was cut off decided', () => {
  it('[W-OUTAGE-2] [W-OUTAGE-3] is found once where the base had told otherwise by then', async () => {
    const { cardId, memberId } = await sold();
    expect((await block(cardId)).status).toBe(204);
    const { decided, sensed } = visit(cardId);
    const decision = { ...decided, dataAgeMs: outageAgeMs + 1 };
    await told(decision, { ...sensed, decisionId: decision.decisionId });
    await lyon.pushed();
    expect(await foundOf(decision.decisionId)).toMatchObject([
      {
        would: 'refuse',
        reason: 'blocked',
        gateId: 'gate-1',
        dataAgeMs: outageAgeMs + 1,
        wentIn: true,
        who: { memberId, name: 'Inès Moreau-Testard' },
        case: null,
      },
    ]);
    const fresh = late(cardId, { dataAgeMs: outageAgeMs });
    const same = late(cardId, { outcome: 'refused', reason: 'expired' });
    await told(fresh, same);
    expect([...(await foundOf(fresh.decisionId)), ...(await foundOf(same.decisionId))]).toEqual([]);
    await expect(sql.query("update outage_findings set would = 'let-in'")).rejects.toThrow();
  });

  it('[W-OUTAGE-1] [W-OUTAGE-4] is judged by what the base had told at that moment, and not by what came later', async () => {
    const { cardId } = await sold();
    const before = late(cardId);
    expect((await block(cardId)).status).toBe(204);
    const during = late(cardId);
    expect((await block(cardId, 'active')).status).toBe(204);
    const after = late(cardId, { outcome: 'refused', reason: 'blocked' });
    const nobodys = late(newTestId());
    await told(before, during, after, nobodys);
    expect(await foundOf(before.decisionId)).toEqual([]);
    expect(await foundOf(nobodys.decisionId)).toEqual([]);
    expect(await foundOf(during.decisionId)).toMatchObject([{ would: 'refuse', reason: 'blocked' }]);
    expect(await foundOf(after.decisionId)).toMatchObject([{ would: 'let-in', reason: 'blocked' }]);
    const kept = await sql.query<{ status: string; ended: boolean }>(
      `select record->>'status' as status, to_at is not null as ended from told_records where id = $1 order by version`,
      [cardId],
    );
    expect(kept).toEqual([
      { status: 'active', ended: true },
      { status: 'blocked', ended: true },
      { status: 'active', ended: false },
    ]);
  });

  it('[W-OUTAGE-4] is right where the edge itself had been paid meanwhile', async () => {
    const [paid, owes] = [await sold(), await sold()];
    for (const { memberId } of [paid, owes]) {
      const debt = { amountCents: 2_990, vatRate: 2_000, reason: 'unpaid-period', words: 'October' };
      expect((await ask('POST', `/staff/api/members/${memberId}/debts`, debt)).status).toBe(201);
    }
    const [debt] = await sql.query<{ id: string }>('select id from debts where member_id = $1', [
      paid.memberId,
    ]);
    const settled = settledDebtEvent({ memberId: paid.memberId, legalEntityId: entityId }, [
      [debt?.id ?? '', 2_990],
    ]);
    const [wasPaid, still] = [late(paid.cardId), late(owes.cardId)];
    await told(settled, wasPaid, still);
    expect(await foundOf(wasPaid.decisionId)).toEqual([]);
    expect(await foundOf(still.decisionId)).toMatchObject([{ would: 'refuse', reason: 'debt' }]);
  });

  it('[W-OUTAGE-4] is right where another box of the club had been paid meanwhile', async () => {
    const { memberId, cardId } = await sold();
    const debt = { amountCents: 2_990, vatRate: 2_000, reason: 'unpaid-period', words: 'October' };
    expect((await ask('POST', `/staff/api/members/${memberId}/debts`, debt)).status).toBe(201);
    const [owed] = await sql.query<{ id: string }>('select id from debts where member_id = $1', [memberId]);
    const beside = await TestEdge.enrolled(
      base.url,
      await newEnrolmentCode(sql, clubId, systemClock.wallMs()),
    );
    const settled = settledDebtEvent({ memberId, legalEntityId: entityId }, [[owed?.id ?? '', 2_990]]);
    const letIn = late(cardId);
    beside.append(settled);
    expect((await beside.pushed()).parked).toEqual([]);
    await told(letIn);
    expect(await foundOf(letIn.decisionId)).toEqual([]);
  });

  it('is shown by day of the club, and says how many were decided on old data in all', async () => {
    const { days, day, late: count, findings } = await report();
    expect(days).toEqual([{ day, refuse: 3, letIn: 1 }]);
    expect(findings).toHaveLength(4);
    expect(count).toBe(9);
    expect(await report('2026-01-01')).toMatchObject({ day: '2026-01-01', late: 0, findings: [] });
    expect(await codeOf(await ask('GET', `/staff/api/outages?clubId=${newTestId()}`))).toBe(
      'outage.unknown-club',
    );
    for (const day of ['yesterday', '2026-13-45', '2026-02-30']) {
      expect(await codeOf(await ask('GET', `/staff/api/outages?clubId=${clubId}&day=${day}`))).toBe(
        'outage.malformed',
      );
    }
  });

  it('[W-OUTAGE-5] becomes one case when staff say so', async () => {
    const [finding] = (await report()).findings;
    const path = `/staff/api/outages/${finding?.decisionId}/case`;
    const words = { words: 'Ask her about the lost card' };
    expect(await codeOf(await ask('POST', path, { words: ' ' }))).toBe('outage.malformed');
    expect(await codeOf(await ask('POST', path, words, { origin: 'https://elsewhere.example' }))).toBe(
      'staff.foreign-page',
    );
    expect((await ask('POST', path, words)).status).toBe(201);
    expect(await codeOf(await ask('POST', path, words))).toBe('outage.case-open');
    expect(await codeOf(await ask('POST', `/staff/api/outages/${newTestId()}/case`, words))).toBe(
      'outage.unknown-decision',
    );
    const cases = caseListSchema.parse(await (await ask('GET', '/staff/api/cases')).json());
    expect(cases.open.filter(({ kind }) => kind === 'decided-in-outage')).toMatchObject([
      {
        clubId,
        detail: words.words,
        who: { name: 'Inès Moreau-Testard' },
        tried: [expect.stringContaining('the base would have refused: blocked')],
      },
    ]);
    expect((await foundOf(finding?.decisionId ?? ''))[0]?.case).toMatchObject({ settled: false });
  });
});

describe('the page of a member', () => {
  it('tells standing, credentials, what was decided and by which facts', async () => {
    const [{ memberId, cardId }, other] = [await sold(), await sold()];
    const company = { kind: 'guardian', memberIds: [memberId] };
    await ask('PUT', `/staff/api/members/${other.memberId}/standing`, { company, reason: 'Her daughter' });
    const suspendedUntil = '2027-01-31T23:00:00.000Z';
    await ask('PUT', `/staff/api/members/${memberId}/standing`, { suspendedUntil, reason: 'A broken leg' });
    await told(late(cardId, { outcome: 'refused', reason: 'suspended', dataAgeMs: 0 }));
    expect((await block(cardId)).status).toBe(204);
    const page = async (id: string) =>
      memberAccessSchema.parse(await (await ask('GET', `/staff/api/members/${id}/access`)).json());
    const age = Number(isoTime(systemClock.wallMs()).slice(0, 4)) - 1991;
    expect(await page(memberId)).toMatchObject({
      who: { name: 'Inès Moreau-Testard' },
      homeClubId: clubId,
      standing: { suspendedUntil, staff: false, company: null, companions: [{ memberId: other.memberId }] },
      memberships: [{ status: 'active', clubId }],
      credentials: [
        {
          id: cardId,
          kind: 'card',
          status: 'blocked',
          blockedBy: { by: 'staff', reason: 'Lost in the street' },
        },
      ],
      decisions: [
        {
          outcome: 'refused',
          reason: 'suspended',
          dataAgeMs: 0,
          direction: 'entry',
          wentThrough: false,
          facts: { status: 'active', suspendedUntil, staff: false, debtCents: 0 },
        },
      ],
      changes: [
        { change: { credentialId: cardId, status: 'blocked' }, by: 'staff' },
        { change: { suspendedUntil }, reason: 'A broken leg' },
      ],
    });
    expect([age - 1, age]).toContain((await page(memberId)).ageYears);
    expect((await page(other.memberId)).standing.company).toEqual({
      kind: 'guardian',
      members: [{ memberId, name: 'Inès Moreau-Testard' }],
    });
    expect(await codeOf(await ask('GET', `/staff/api/members/${newTestId()}/access`))).toBe(
      'access.unknown-member',
    );
  });

  it('[W-PASS-1] [W-PASS-2] leaves the phone of a member alone where somebody enrols another beside what was lost', async () => {
    const { cardId, memberId } = await sold();
    const enrol = async (besideCredentialId: string): Promise<string> => {
      const at = isoTime(systemClock.wallMs());
      const pass = { credentialId: newTestId(), publicKey: 'A'.repeat(43), validFrom: at };
      await told({ type: 'pass.enrolled', at, besideCredentialId, pass });
      return pass.credentialId;
    };
    const activePasses = async () =>
      (await lyon.wholeFeed())
        .filter(
          ({ change }) =>
            change.kind === 'credential' &&
            change.record?.memberId === memberId &&
            change.record.kind === 'pass' &&
            change.record.status === 'active',
        )
        .map(({ change, version }) => ({ id: change.id, version }));
    const own = await enrol(cardId);
    const [before] = await activePasses();
    expect((await block(cardId)).status).toBe(204);
    // By a box that had not heard of it, and has ended the member's pass in its own book: it is told again.
    await enrol(cardId);
    const [after] = await activePasses();
    expect([before?.id, after?.id, await activePasses()]).toEqual([own, own, [after]]);
    expect(after?.version).toBeGreaterThan(before?.version ?? Number.POSITIVE_INFINITY);

    // The phone itself is stolen, and a kiosk has just shown it a link: staff block it, and the member gets another.
    expect((await block(own)).status).toBe(204);
    expect((await block(cardId, 'active')).status).toBe(204);
    const next = await enrol(cardId);
    const { networkId, edgeId } = lyon.identity;
    const opensLinkOf = async (besideCredentialId: string, publicKey: string) => {
      const link = passLinkText(
        {
          networkId: networkId as NetworkId,
          issuerEdgeId: edgeId as EdgeId,
          besideCredentialId: besideCredentialId as CredentialId,
          passCredentialId: newTestId() as string as CredentialId,
          expiresAtMs: systemClock.wallMs() + 60_000,
        },
        lyon.keys.privateKey,
      );
      await redeemLink(sql, link, publicKey, { networkId, nowMs: systemClock.wallMs() });
      return passOfKey(sql, publicKey);
    };
    expect(await opensLinkOf(own, 'B'.repeat(43))).toMatchObject({ status: 'blocked' });
    expect(await activePasses()).toMatchObject([{ id: next }]);

    // Or staff ordered another for it, which nobody fetched.
    const asked = { kind: 'card-replacement', credentialId: next, edgeId, free: true, caseId: null };
    const made = await ask('POST', '/staff/api/orders', { ...asked, reason: 'Phone stolen' });
    expect(made.status).toBe(201);
    await sql.query("update orders set status = 'cancelled' where credential_id = $1", [next]);
    const last = await enrol(cardId);
    expect(await opensLinkOf(next, 'C'.repeat(43))).toMatchObject({ status: 'blocked' });
    expect(await activePasses()).toMatchObject([{ id: last }]);

    // Several phones at once, each by a link of its own: one has the pass.
    const phones = ['D', 'E', 'F', 'G'].map((letter) => opensLinkOf(cardId, letter.repeat(43)));
    await Promise.all(phones);
    expect(await activePasses()).toHaveLength(1);
  });

  it('gives no card back that something else than a block by hand has ended', async () => {
    const { cardId, memberId } = await sold();
    await sql.query("update credentials set status = 'blocked' where id = $1", [cardId]);
    expect(await codeOf(await block(cardId, 'active'))).toBe('credential.not-possible');
    await sql.query("update credentials set status = 'active' where id = $1", [cardId]);
    expect((await block(cardId)).status).toBe(204);
    expect((await block(cardId)).status).toBe(204);
    await sql.query("update memberships set status = 'cancelled' where member_id = $1", [memberId]);
    expect(await codeOf(await block(cardId, 'active'))).toBe('credential.not-possible');
    expect(await codeOf(await block(newTestId()))).toBe('credential.unknown');
    expect(
      await codeOf(
        await ask('PUT', `/staff/api/credentials/${cardId}/status`, { status: 'spent', reason: 'No' }),
      ),
    ).toBe('credential.malformed');
  });
});

describe('the access of a club', () => {
  it('is read with what was changed, by whom and why', async () => {
    const read = clubAccessSchema.parse(await (await ask('GET', `/staff/api/clubs/${clubId}/access`)).json());
    expect(read).toMatchObject({
      name: 'Lyon Part-Dieu',
      policy: { debt: { graceDays: 0 }, uidBadges: false },
      changes: [{ by: 'staff', reason: 'Open at every hour' }],
    });
    expect(await codeOf(await ask('GET', `/staff/api/clubs/${newTestId()}/access`))).toBe(
      'access.unknown-club',
    );
  });

  it.each([
    [{ hours: { 8: [] } }, 'hours.8'],
    [{ hours: { 1: [['22:00', '06:00']] } }, 'hours do not pass midnight'],
    [{ hours: { 1: [['6:00', '22:00']] } }, 'not a time like 06:30'],
    [
      {
        hours: {
          1: [
            ['06:00', '12:00'],
            ['11:00', '13:00'],
          ],
        },
      },
      'intervals overlap',
    ],
    [{ capacity: 0 }, 'capacity'],
  ])('refuses %j', async (change, words) => {
    const answer = await ask('PUT', `/staff/api/clubs/${clubId}/access`, { ...change, reason: 'A mistake' });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).toContain(words);
  });
});

it('[W-ZONE-1] takes nobody who left a zone for one who left the club', async () => {
  const [guardian, minor] = [await sold(), await sold()];
  const company = { kind: 'guardian', memberIds: [guardian.memberId] };
  await ask('PUT', `/staff/api/members/${minor.memberId}/standing`, { company, reason: 'Her daughter' });
  const nowMs = systemClock.wallMs();
  const walked = (direction: 'entry' | 'exit', zone: string | null, atMs: number) => {
    const { decided, sensed } = visit(guardian.cardId);
    const place = { at: isoTime(atMs), direction, zone, gateId: zone ?? 'gate-1' };
    return [
      { ...decided, ...place },
      { ...sensed, ...place },
    ];
  };
  await told(...walked('entry', null, nowMs - 5_000), ...walked('entry', 'pool', nowMs - 4_000));
  await told(...walked('exit', 'pool', nowMs - 3_000));
  const beside = late(minor.cardId);
  await told(beside);
  expect(await foundOf(beside.decisionId)).toEqual([]);
  await told(...walked('exit', null, nowMs - 2_000));
  const alone = late(minor.cardId);
  await told(alone);
  expect(await foundOf(alone.decisionId)).toMatchObject([{ would: 'refuse', reason: 'guardian-missing' }]);
  const kept = await sql.query<{ zone: string | null }>(
    "select distinct zone from decisions where credential_id = $1 and direction = 'exit' order by zone",
    [guardian.cardId],
  );
  expect(kept).toEqual([{ zone: 'pool' }, { zone: null }]);
});
