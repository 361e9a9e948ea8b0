import { rm } from 'node:fs/promises';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { type FeedRecord, type Person, refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { credentialRecords } from '../../postgres/credential-feed.ts';
import type { Sql } from '../../postgres/database.ts';
import { rebuildProjections } from '../../postgres/rebuild/rebuild-projections.ts';
import { ApiClient } from '../../test/api-client.ts';
import { untilSeen } from '../../test/poll.ts';
import {
  newTestId,
  renewalEvent,
  saleEvent,
  signedMandate,
  type TestEdge,
  testPhoto,
} from '../../test/test-edge.ts';
import { type ClubOfTest, startTwoLicensees, type TwoLicensees } from '../../test/two-licensees.ts';
import { caseListSchema } from './case-view.ts';
import { memberConsentsSchema } from './consent-view.ts';
import { memberAccessSchema, memberSearchSchema, readLogSchema } from './member-view.ts';
import { erasurePlanSchema } from './privacy-view.ts';
import { mergedPairSchema, samePersonSchema } from './same-person-view.ts';

let two: TwoLicensees;
let network: string;
let managerOfLyon: string;
let planId: string;
let people = 0;

beforeAll(async () => {
  two = await startTwoLicensees(silentLog);
  network = (await two.cookieOf({ role: 'network-administrator', reach: { kind: 'network' } })).cookie;
  managerOfLyon = (
    await two.cookieOf({ role: 'manager', reach: { kind: 'clubs', clubIds: [two.lyon.clubId] } })
  ).cookie;
  const [plan] = await two.sql.query<{ id: string }>('select plan_id as id from memberships limit 1');
  planId = plan?.id ?? '';
});

afterAll(async () => {
  await two.sql.close();
  await two.base.stop();
  await rm(two.stateFolder, { recursive: true, force: true });
});

const ask = async (path: string, body?: unknown, cookie = network) => {
  const answer = await fetch(`${two.base.url}/staff/api${path}`, {
    headers: { 'content-type': 'application/json', cookie },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  const json: unknown = await answer.json();
  const refusal = refusalSchema.safeParse(json);
  return { status: answer.status, json, code: refusal.success ? refusal.data.error.code : null };
};

/** Nobody else's particulars, on a day of birth of their own. */
function somebody(more: Partial<Person> = {}): Person {
  const no = ++people;
  const two = (number: number) => String(number).padStart(2, '0');
  return {
    givenName: `Zoé${no}`,
    familyName: `Lefèvre-${no}`,
    birthDate: `1988-${two(1 + Math.floor(no / 28))}-${two(1 + (no % 28))}`,
    email: `z${no}@example.org`,
    phone: `+336000000${two(no)}`,
    ...more,
  };
}

async function sold(
  club: ClubOfTest,
  person: Person,
  validTo: string | null = null,
  photo: Uint8Array | null = null,
) {
  const { edge } = club;
  const sealed = await edge.sealed('person', person);
  const event = saleEvent({
    legalEntityId: club.legalEntityId,
    planId,
    digests: {
      person: sha256Hex(sealed),
      photo: photo && sha256Hex(photo),
      contract: sha256Hex(newTestId()),
    },
  });
  const sale = {
    ...event,
    membership: { ...event.membership, validTo },
    credentials: event.credentials.map((each) => ({ ...each, validTo })),
  };
  await applied(edge, sale);
  expect((await edge.put(sha256Hex(sealed), sealed)).status).toBe(204);
  if (photo) expect((await edge.put(sha256Hex(photo), photo)).status).toBe(204);
  return {
    memberId: sale.member.memberId,
    cardId: sale.credentials[0]?.credentialId ?? '',
    saleId: sale.saleId,
  };
}

async function applied(edge: TestEdge, event: Parameters<TestEdge['append']>[0]): Promise<void> {
  const { seq } = edge.append(event);
  expect((await edge.pushed(edge.events.slice(seq - 1))).parked).toEqual([]);
}

const openPairs = async (...memberIds: string[]) => {
  const { open } = caseListSchema.parse((await ask('/cases?open=500')).json);
  return open.filter(
    ({ kind, detail }) => kind === 'same-person' && memberIds.every((id) => detail.includes(id)),
  );
};

async function pairOf(first: Person, second: Person = first) {
  const gone = await sold(two.lyon, first);
  const stays = await sold(two.bron, second);
  const [found] = await openPairs(gone.memberId, stays.memberId);
  return { gone, stays, caseId: found?.id ?? '' };
}

const recordOf = async (credentialId: string) =>
  (await two.bron.edge.wholeFeed()).filter(({ change }) => change.id === credentialId).at(-1)?.change.record;

const owners = (memberId: string) =>
  two.sql.query(
    `select 'sale' as what, id from sales where member_id = $1
     union all select 'period', id from memberships where member_id = $1
     union all select 'card', id from credentials where member_id = $1 order by 1, 2`,
    [memberId],
  );

/** Gates, alarms and interventions of the two licensees come from no event. */
async function expectBuiltAgainTheSame(): Promise<void> {
  const how = { check: true, nowMs: systemClock.wallMs(), progress: () => undefined };
  const { differences, stuck } = await rebuildProjections(two.sql, how);
  const others = differences.filter(
    ({ table }) => !['gates', 'gate_alarms', 'interventions'].includes(table),
  );
  expect({ others, stuck }).toEqual({ others: [], stuck: [] });
}

const reason = 'Both came to the desk with one passport';

it('[DU1] [DU3] finds one person by each pair of keys that agree, with one case, and not by half a key', async () => {
  const one = somebody();
  const first = await sold(two.lyon, one);
  const keysOf = async (other: Partial<Person>) => {
    const { memberId } = await sold(two.bron, somebody(other));
    const cases = await openPairs(first.memberId, memberId);
    expect(cases.length).toBeLessThan(2);
    return cases[0]?.detail.replace(/^.* agree in /, '') ?? null;
  };
  const { givenName, familyName, birthDate, email, phone } = one;
  // Nobody of the same name, address or day alone.
  expect(await keysOf({ birthDate })).toBeNull();
  expect(await keysOf({ email })).toBeNull();
  expect(await keysOf({ phone })).toBeNull();
  expect(await keysOf({ givenName, familyName })).toBeNull();
  expect(await keysOf({ birthDate, givenName: 'ZOE1', familyName: 'LEFEVRE-1' })).toBe('name');
  expect(await keysOf({ birthDate, email: email?.toUpperCase() ?? null })).toBe('email');
  expect(await keysOf({ birthDate, phone: '06 00 00 00 01' })).toBe('phone');
  expect(phone).toBe('+33600000001');
  expect(await keysOf({ givenName, familyName, email })).toBe('email');
  expect(await keysOf({ givenName, familyName, phone })).toBe('phone');
  expect((await two.sql.query('select 1 from cases where detail like $1', [`%${email}%`])).length).toBe(0);
});

it('[DU2] finds who comes by a web order, and the other way round, once', async () => {
  const person = somebody();
  const { memberId } = await sold(two.lyon, person);
  const shop = await ApiClient.withKey(two.base.url, two.sql);
  const answer = await shop.post('/orders', {
    reference: 'SHOP-1',
    clubId: two.lyon.clubId,
    planId,
    member: { ...person, language: 'fr' },
    paid: { amountCents: 4_490, at: '2026-11-20T10:00:00.000Z', reference: 'pi_1' },
    contract: { wordingVersion: 'web-3', acceptedAt: '2026-11-20T10:00:00.000Z' },
  });
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  const found = await openPairs(memberId, answer.body.memberId);
  expect(found).toHaveLength(1);
  const later = await sold(two.bron, person);
  expect(await openPairs(later.memberId)).toHaveLength(2);
});

it('[DU3] shows both records, and of a member of other clubs no more than name and club', async () => {
  const { gone, stays } = await pairOf(somebody());
  const [found] = await openPairs(gone.memberId);
  const both = samePersonSchema.parse((await ask(`/cases/${found?.id}/same-person`)).json);
  expect(both.keys.sort()).toEqual(['email', 'name', 'phone']);
  expect(both.records.map(({ memberId }) => memberId).sort()).toEqual([gone.memberId, stays.memberId].sort());
  for (const { more } of both.records) {
    expect(more).toMatchObject({ memberships: [{ status: 'active' }], credentials: { card: 1, pass: 0 } });
  }
  // The case lies at the club of who came last.
  expect((await ask(`/cases/${found?.id}/same-person`, undefined, managerOfLyon)).code).toBe('case.unknown');
  const [other] = [await pairTheOtherWay()];
  const seen = samePersonSchema.parse(
    (await ask(`/cases/${other.caseId}/same-person`, undefined, managerOfLyon)).json,
  );
  expect(seen.records.map(({ memberId, more }) => [memberId, more !== null]).sort()).toEqual(
    [
      [other.inBron, false],
      [other.inLyon, true],
    ].sort(),
  );
  // DU7 too: who does not see both merges neither.
  const body = { staysId: other.inLyon, reason };
  expect((await ask(`/cases/${other.caseId}/merge`, body, managerOfLyon)).code).toBe('staff.not-allowed');
});

async function pairTheOtherWay() {
  const person = somebody();
  const inBron = (await sold(two.bron, person)).memberId;
  const inLyon = (await sold(two.lyon, person)).memberId;
  const [found] = await openPairs(inBron, inLyon);
  return { inBron, inLyon, caseId: found?.id ?? '' };
}

it('[DU6] two persons are settled so, and never asked about again', async () => {
  const person = somebody();
  const { gone, stays, caseId } = await pairOf(person);
  const words = 'Twins, both at the desk';
  const settle = (outcome: string) => ask(`/cases/${caseId}/settlement`, { outcome, words });
  expect((await settle('other')).code).toBe('case.malformed');
  expect((await settle('merged')).code).toBe('case.malformed');
  expect((await settle('different-persons')).status).toBe(201);
  expect(await openPairs(gone.memberId, stays.memberId)).toEqual([]);
  // The same particulars arrive again with a third sale: only that one is new.
  const third = await sold(two.lyon, person);
  expect(await openPairs(third.memberId)).toHaveLength(2);
  expect(await openPairs(gone.memberId, stays.memberId)).toEqual([]);
  const merge = await ask(`/cases/${caseId}/merge`, { staysId: stays.memberId, reason });
  expect(merge.code).toBe('case.already-settled');
});

it('[DU4] [DU5] [DU8] merges all that the other has, tells every edge, and puts exactly that back', async () => {
  const { gone, stays, caseId } = await pairOf(somebody());
  await two.sql.query(`update members set suspended_until = '2027-01-01T00:00:00Z' where id = $1`, [
    gone.memberId,
  ]);
  const before = [await owners(gone.memberId), await owners(stays.memberId)];
  const merged = await ask(`/cases/${caseId}/merge`, { staysId: stays.memberId, reason });
  expect(merged.status).toBe(201);
  const { mergeId } = merged.json as { mergeId: string };
  expect(await owners(gone.memberId)).toEqual([]);
  expect((await owners(stays.memberId)).length).toBe(before.flat().length);
  for (const id of [gone.cardId, stays.cardId]) {
    expect(await recordOf(id)).toMatchObject({
      memberId: stays.memberId,
      status: 'active',
      account: { status: 'active' },
      standing: { suspendedUntil: '2027-01-01T00:00:00.000Z' },
    });
  }
  expect(await openPairs(gone.memberId)).toEqual([]);
  await expectBuiltAgainTheSame();
  const undone = await ask(`/member-merges/${mergeId}/undo`, { reason });
  expect(undone.status).toBe(201);
  expect([await owners(gone.memberId), await owners(stays.memberId)]).toEqual(before);
  expect(await recordOf(gone.cardId)).toMatchObject({ memberId: gone.memberId });
  const back = await recordOf(stays.cardId);
  expect(back).toMatchObject({ memberId: stays.memberId });
  expect(back).not.toHaveProperty('standing');
  expect((await openPairs(gone.memberId)).map(({ id }) => id)).toEqual([
    (undone.json as { caseId: string }).caseId,
  ]);
  expect((await ask(`/member-merges/${mergeId}/undo`, { reason })).code).toBe('merge.not-possible');
});

it('[DU11] [DU12] says on both pages, in the search and on the case what was merged, and shows what undoing would give back', async () => {
  const person = somebody();
  const { gone, stays, caseId } = await pairOf(person);
  const merged = await ask(`/cases/${caseId}/merge`, { staysId: stays.memberId, reason });
  const { mergeId } = merged.json as { mergeId: string };
  const page = async (id: string) => memberAccessSchema.parse((await ask(`/members/${id}/access`)).json);
  const name = `${person.givenName} ${person.familyName}`;
  expect((await page(gone.memberId)).merges).toMatchObject([
    {
      mergeId,
      way: 'into',
      reason,
      other: { memberId: stays.memberId, name, homeClub: 'Villeurbanne Gratte-Ciel' },
    },
  ]);
  expect((await page(stays.memberId)).merges).toMatchObject([
    { mergeId, way: 'from', other: { memberId: gone.memberId } },
  ]);
  const found = memberSearchSchema.parse(
    (await ask(`/member-search?words=${encodeURIComponent(person.email ?? '')}`)).json,
  );
  const mergedInto = Object.fromEntries(found.members.map((one) => [one.who.memberId, one.mergedInto]));
  expect(mergedInto).toEqual({ [gone.memberId]: stays.memberId, [stays.memberId]: null });
  const settledCase = async () =>
    caseListSchema.parse((await ask('/cases?settled=500')).json).settled.find(({ id }) => id === caseId);
  expect(await settledCase()).toMatchObject({ mergedInto: stays.memberId });

  const pair = mergedPairSchema.parse((await ask(`/member-merges/${mergeId}`)).json);
  expect(pair.goneId).toBe(gone.memberId);
  expect(pair.records.map(({ memberId }) => memberId)).toEqual([gone.memberId, stays.memberId]);
  for (const { more } of pair.records) {
    expect(more).toMatchObject({ memberships: [{ status: 'active' }], credentials: { card: 1, pass: 0 } });
  }
  expect((await ask(`/member-merges/${mergeId}`, undefined, managerOfLyon)).code).toBe('merge.unknown');
  expect(
    await two.sql.query('select 1 from person_reads where member_id = $1 and came_from = $2', [
      stays.memberId,
      'member',
    ]),
  ).not.toEqual([]);
  expect((await ask(`/member-merges/${mergeId}/undo`, { reason })).status).toBe(201);
  expect((await page(stays.memberId)).merges).toEqual([]);
  expect((await settledCase())?.mergedInto).toBeNull();
  expect((await ask(`/member-merges/${mergeId}`)).code).toBe('merge.unknown');
});

it('[DU12] [RC4] the copy of either holds what both records hold, each row once, and says which is which', async () => {
  const { gone, stays, caseId } = await pairOf(somebody());
  await ask(`/cases/${caseId}/merge`, { staysId: stays.memberId, reason });
  for (const [asked, other, mergedInto] of [
    [gone.memberId, stays.memberId, stays.memberId],
    [stays.memberId, gone.memberId, null],
  ] as const) {
    const copy = (await ask(`/members/${asked}/copy`)).json as {
      memberId: string;
      mergedInto: string | null;
      otherRecords: string[];
      parts: { table: string; rows: Record<string, unknown>[] }[];
      documents: { purpose: string }[];
    };
    expect(copy).toMatchObject({ memberId: asked, mergedInto, otherRecords: [other] });
    const rows = (table: string) => copy.parts.find((part) => part.table === table)?.rows ?? [];
    expect(rows('members').map(({ id }) => id)).toEqual([asked, other]);
    expect(
      rows('sales')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([gone.saleId, stays.saleId].sort());
    // The case names both records.
    expect(rows('cases').filter(({ id }) => id === caseId)).toHaveLength(1);
    expect(copy.documents.filter(({ purpose }) => purpose === 'person')).toHaveLength(2);
    expect(
      await two.sql.query(
        "select 1 from person_reads where member_id = $1 and page = 'copy' and came_from = 'member'",
        [other],
      ),
    ).toHaveLength(1);
  }
});

it('[DU9] [DU8] a renewal of the merged record is of the one that stays, and the merge cannot be undone after it', async () => {
  const person = somebody();
  const from = '2027-03-01T00:00:00.000Z';
  const gone = await sold(two.lyon, person, from);
  const stays = await sold(two.bron, person, '2027-02-01T00:00:00.000Z');
  const [found] = await openPairs(gone.memberId, stays.memberId);
  const merged = await ask(`/cases/${found?.id}/merge`, { staysId: stays.memberId, reason });
  const member = { memberId: gone.memberId, legalEntityId: two.lyon.legalEntityId, planId };
  const renewal = renewalEvent(member, { from, to: '2027-04-01T00:00:00.000Z' });
  await applied(two.lyon.edge, renewal);
  expect(await two.sql.query('select member_id from sales where id = $1', [renewal.saleId])).toEqual([
    { member_id: stays.memberId },
  ]);
  expect(await recordOf(gone.cardId)).toMatchObject({
    memberId: stays.memberId,
    validTo: '2027-04-01T00:00:00.000Z',
  });
  const { mergeId } = merged.json as { mergeId: string };
  expect((await ask(`/member-merges/${mergeId}/undo`, { reason })).code).toBe('merge.not-possible');
  await expectBuiltAgainTheSame();
});

it('[DU4] [I5] a card whose member is merged in that very moment is told to every gate all the same', async () => {
  const { gone, stays } = await pairOf(somebody());
  const give = (to: string, by: Sql = two.sql) =>
    by.query('update credentials set member_id = $2 where id = $1', [gone.cardId, to]);
  let told: Promise<FeedRecord[]> = Promise.resolve([]);
  await two.sql.transaction(async (merge) => {
    await merge.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [gone.memberId]);
    told = two.sql.for('job').transaction((sql) => credentialRecords(sql, [gone.cardId]));
    const waits = "select 1 from pg_locks where locktype = 'advisory' and not granted";
    await untilSeen('it waits', async () => ((await merge.query(waits)).length > 0 ? true : null));
    await give(stays.memberId, merge);
  });
  const holders = (await told).map((one) => one.kind === 'credential' && one.record?.memberId);
  expect(holders).toEqual([stays.memberId]);
  await give(gone.memberId);
});

it('[DU4] [W-MAND-3] a mandate that arrives after its member was merged is in force, and stays so when that is undone', async () => {
  const { edge, legalEntityId } = two.lyon;
  const person = somebody();
  const stays = await sold(two.bron, person);
  const sealed = await edge.sealed('person', person);
  const reference = `T${newTestId().replaceAll('-', '').toUpperCase()}`;
  const signed = await edge.sealed('mandate', signedMandate(reference));
  const mandate = { digest: sha256Hex(signed), reference };
  const digests = { person: sha256Hex(sealed), photo: null, contract: sha256Hex(newTestId()) };
  const sale = { ...saleEvent({ legalEntityId, planId, digests }), mandate };
  await applied(edge, sale);
  await edge.put(digests.person, sealed);
  const statusOf = async (holder: string) =>
    two.sql.query('select reference, status from mandates where member_id = $1', [holder]);
  const [found] = await openPairs(sale.member.memberId, stays.memberId);
  const merged = await ask(`/cases/${found?.id}/merge`, { staysId: stays.memberId, reason });
  expect(merged.status).toBe(201);
  expect((await edge.put(mandate.digest, signed)).status).toBe(204);
  expect(await statusOf(stays.memberId)).toEqual([{ reference, status: 'in-force' }]);
  await expectBuiltAgainTheSame();
  const { mergeId } = merged.json as { mergeId: string };
  expect((await ask(`/member-merges/${mergeId}/undo`, { reason })).status).toBe(201);
  expect(await statusOf(sale.member.memberId)).toEqual([{ reference, status: 'in-force' }]);
});

it('[DU7] asks for a reason that names nobody, and for a record of the pair', async () => {
  const person = somebody();
  const { stays, caseId } = await pairOf(person);
  const merge = (body: unknown) => ask(`/cases/${caseId}/merge`, body);
  expect((await merge({ staysId: stays.memberId })).code).toBe('merge.malformed');
  expect((await merge({ staysId: newTestId(), reason })).code).toBe('merge.unknown');
  expect((await merge({ staysId: stays.memberId, reason: `Is ${person.familyName}` })).code).toBe(
    'merge.names-the-person',
  );
  const merged = await merge({ staysId: stays.memberId, reason });
  const { mergeId } = merged.json as { mergeId: string };
  // The other one is of a club that this manager does not see.
  expect((await ask(`/member-merges/${mergeId}/undo`, { reason }, managerOfLyon)).code).toBe('merge.unknown');
});

it('[DU2] [DU10] to forget one is to forget both, and nobody is found by what was forgotten', async () => {
  const person = somebody();
  const ended = '2026-11-01T00:00:00.000Z';
  const gone = await sold(two.lyon, person, ended);
  const stays = await sold(two.bron, person, ended);
  const [found] = await openPairs(gone.memberId, stays.memberId);
  await ask(`/cases/${found?.id}/merge`, { staysId: stays.memberId, reason });
  const made = await ask('/privacy/requests', {
    memberId: stays.memberId,
    way: 'in-person',
    matched: ['member-id'],
  });
  const { requestId } = made.json as { requestId: string };
  const planned = async () =>
    erasurePlanSchema.parse((await ask(`/privacy/requests/${requestId}/plan`)).json);
  const plan = await planned();
  expect(plan).toMatchObject({ records: 2, goes: { particulars: 2, credentials: 2 } });
  expect(plan.holds).toEqual({ blocking: [], kept: [{ what: 'sales', count: 2, until: null }] });
  // What stands against the other record is said in the dry run.
  await two.sql.query(
    `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since)
     select $1, $2, legal_entity_id, club_id, 500, 2000, 'other', '', at from sales where id = $3`,
    [newTestId(), gone.memberId, gone.saleId],
  );
  const held = await planned();
  expect(held.holds.blocking).toEqual([{ kind: 'debt', count: 1, amountCents: 500 }]);
  const carryOut = (digest: string, words = 'Asked at the desk') =>
    ask(`/privacy/requests/${requestId}/erasure`, { digest, reason: words });
  expect((await carryOut(held.digest)).code).toBe('erasure.held');
  await two.sql.query('delete from debts where member_id = $1', [gone.memberId]);
  expect((await carryOut(held.digest)).code).toBe('erasure.changed');
  const done = await carryOut(plan.digest);
  expect([done.status, done.code]).toEqual([200, null]);
  expect(
    await two.sql.query(
      'select given_name, email from named_members as members join erased_members on member_id = id where id = any($1::uuid[])',
      [[gone.memberId, stays.memberId]],
    ),
  ).toEqual([
    { given_name: null, email: null },
    { given_name: null, email: null },
  ]);
  const again = await sold(two.lyon, person);
  expect(await openPairs(again.memberId)).toEqual([]);
});

/** Three records of one person: the first merged into the second, and that into the third. */
async function chainOf(person: Person, validTo: string | null = null) {
  const photo = await two.lyon.edge.sealed('photo', testPhoto);
  const first = await sold(two.lyon, person, validTo, photo);
  const second = await sold(two.bron, person, validTo);
  const third = await sold(two.bron, person, validTo);
  const merge = async (gone: string, stays: string) => {
    const [found] = await openPairs(gone, stays);
    const merged = await ask(`/cases/${found?.id}/merge`, { staysId: stays, reason });
    expect(merged.code).toBeNull();
    return (merged.json as { mergeId: string }).mergeId;
  };
  const ids = [first, second, third].map(({ memberId }) => memberId);
  const into = [await merge(first.memberId, second.memberId), await merge(second.memberId, third.memberId)];
  return { photo, first, second, third, ids, into, merge };
}

const copyOf = async (memberId: string) =>
  (await ask(`/members/${memberId}/copy`)).json as {
    otherRecords?: string[];
    documents: { purpose: string }[];
  };
const saidBy = async (memberId: string) =>
  memberConsentsSchema.parse((await ask(`/members/${memberId}/consents`)).json);
const photoOf = async (memberId: string) =>
  (await fetch(`${two.base.url}/staff/api/members/${memberId}/photo`, { headers: { cookie: network } }))
    .status;

it('[DU15] follows merge upon merge both ways, puts them back one by one, and ends on a ring', async () => {
  const { photo, first, second, third, ids, into } = await chainOf(somebody());
  const [undoFirst, undoSecond] = into.map((id) => () => ask(`/member-merges/${id}/undo`, { reason }));
  const page = async (id: string) => memberAccessSchema.parse((await ask(`/members/${id}/access`)).json);
  const told = async () =>
    (await two.bron.edge.wholeFeed(0, 'person')).flatMap(({ change }) =>
      change.kind === 'person' && change.record?.memberId === third.memberId ? [change.record.photo] : [],
    );
  for (const memberId of ids) {
    const copy = await copyOf(memberId);
    expect(copy.otherRecords).toEqual(ids.filter((id) => id !== memberId).sort());
    expect(copy.documents.filter(({ purpose }) => purpose === 'photo')).toHaveLength(1);
    expect((await page(memberId)).merges).toHaveLength(2);
    expect((await page(memberId)).who.hasPhoto).toBe(true);
    expect(await photoOf(memberId)).toBe(200);
  }
  expect((await page(first.memberId)).merges.map(({ way }) => way)).toEqual(['into', 'into']);
  expect((await page(third.memberId)).merges.map(({ other }) => other.memberId)).toEqual([
    second.memberId,
    first.memberId,
  ]);
  expect(await told()).toEqual([sha256Hex(photo)]);
  // What the first brought has moved on with the second.
  expect((await undoFirst?.())?.code).toBe('merge.not-possible');
  expect((await undoSecond?.())?.status).toBe(201);
  expect((await copyOf(third.memberId)).otherRecords).toBeUndefined();
  expect(await told()).toEqual([null]);
  expect((await copyOf(first.memberId)).otherRecords).toEqual([second.memberId]);
  expect((await undoFirst?.())?.status).toBe(201);
  expect((await copyOf(first.memberId)).otherRecords).toBeUndefined();

  const ring = (memberId: string, intoId: string | null) =>
    two.sql.query('update members set merged_into = $2 where id = $1', [memberId, intoId]);
  for (const [index, id] of ids.entries()) await ring(id, ids[(index + 1) % 3] ?? null);
  expect((await copyOf(first.memberId)).otherRecords).toEqual([second.memberId, third.memberId].sort());
  expect((await saidBy(second.memberId)).entries).toHaveLength(3);
  expect(await photoOf(third.memberId)).toBe(200);
  const renewal = renewalEvent(
    { legalEntityId: two.bron.legalEntityId, planId, memberId: third.memberId },
    { from: '2031-01-01T00:00:00.000Z', to: '2031-02-01T00:00:00.000Z' },
  );
  await applied(two.bron.edge, renewal);
  for (const id of ids) await ring(id, null);
});

it('[DU12] [DU15] [ST8] shows who read any record of the person, also in the copy, and each its own once that is undone', async () => {
  const { first, third, ids, into } = await chainOf(somebody());
  const officer = (await two.cookieOf({ role: 'privacy-officer', reach: { kind: 'network' } })).cookie;
  const reach = { kind: 'clubs' as const, clubIds: [two.lyon.clubId] };
  const desk = await two.cookieOf({ role: 'front-desk', reach }, 'Desk of one record');
  expect((await ask(`/members/${first.memberId}/access?from=search`, undefined, desk.cookie)).status).toBe(
    200,
  );
  const readsBy = async (memberId: string) =>
    readLogSchema
      .parse((await ask(`/members/${memberId}/reads`, undefined, officer)).json)
      .reads.filter(({ by }) => by === 'Desk of one record')
      .map(({ page, cameFrom }) => [page, cameFrom]);
  const ofAll = () => Promise.all(ids.map(readsBy));
  const read = [['member', 'search']];
  expect(await ofAll()).toEqual([read, read, read]);
  const { json } = await ask(`/members/${third.memberId}/copy`, undefined, officer);
  const { parts } = json as { parts: { table: string; rows: { member_id: string; came_from: string }[] }[] };
  expect(parts.find(({ table }) => table === 'person_reads')?.rows).toContainEqual(
    expect.objectContaining({ member_id: first.memberId, came_from: 'search' }),
  );
  expect((await ask(`/member-merges/${into[1]}/undo`, { reason })).status).toBe(201);
  expect(await ofAll()).toEqual([read, read, []]);
  expect((await ask(`/member-merges/${into[0]}/undo`, { reason })).status).toBe(201);
  expect(await ofAll()).toEqual([read, [], []]);
});

it('[DU7] [DU15] leaves alone whom a merge before made one with somebody who asks to be forgotten', async () => {
  const person = somebody();
  const first = await sold(two.lyon, person);
  const second = await sold(two.bron, person);
  const third = await sold(two.bron, person);
  const [one] = await openPairs(first.memberId, second.memberId);
  await ask(`/cases/${one?.id}/merge`, { staysId: second.memberId, reason });
  const request = { memberId: first.memberId, way: 'in-person', matched: ['member-id'] };
  expect((await ask('/privacy/requests', request)).status).toBe(201);
  const [other] = await openPairs(second.memberId, third.memberId);
  const merged = await ask(`/cases/${other?.id}/merge`, { staysId: third.memberId, reason });
  expect(merged.code).toBe('merge.not-possible');
});

const idsOfOpen = async (...memberIds: string[]) => (await openPairs(...memberIds)).map(({ id }) => id);
const idsShown = async (caseId = '') => {
  const { json } = await ask(`/cases/${caseId}/same-person`);
  return samePersonSchema
    .parse(json)
    .records.map(({ memberId }) => memberId)
    .sort();
};
async function mergedBy(caseId = '', staysId = ''): Promise<string> {
  const merged = await ask(`/cases/${caseId}/merge`, { staysId, reason });
  expect(merged.code).toBeNull();
  return (merged.json as { mergeId: string }).mergeId;
}
async function undoneTo(mergeId: string): Promise<string> {
  const undone = await ask(`/member-merges/${mergeId}/undo`, { reason });
  expect(undone.code).toBeNull();
  return (undone.json as { caseId: string }).caseId;
}

/** A third one, who agrees with the first alone. */
async function thirdOfOne() {
  const { birthDate, ...person } = somebody();
  const { memberId: gone } = await sold(two.lyon, { ...person, birthDate });
  const { memberId: stays } = await sold(two.bron, { ...person, birthDate: somebody().birthDate });
  const { memberId: third } = await sold(two.bron, { ...somebody(), birthDate, phone: person.phone });
  expect(await idsOfOpen(stays, third)).toEqual([]);
  const [first] = await idsOfOpen(gone, stays);
  const [carried] = await idsOfOpen(gone, third);
  return { gone, stays, third, first, carried };
}

it('[DU16] carries an open case over to the record that stays, where it is merged, and back again', async () => {
  const { gone, stays, third, first, carried } = await thirdOfOne();
  expect(await idsShown(carried)).toEqual([gone, third].sort());
  const one = await mergedBy(first, stays);
  expect(await idsShown(carried)).toEqual([stays, third].sort());
  expect((await ask(`/cases/${carried}/merge`, { staysId: gone, reason })).code).toBe('merge.unknown');
  const other = await mergedBy(carried, third);
  expect(await idsOfOpen(gone)).toEqual([]);
  const back = await undoneTo(other);
  expect(await idsShown(back)).toEqual([stays, third].sort());
  await undoneTo(one);
  expect(await idsShown(back)).toEqual([gone, third].sort());
  expect(await idsOfOpen(gone, stays)).toHaveLength(1);
});

it('[DU6] [DU16] takes two persons for both, whom a case names and whom it came to mean', async () => {
  const { stays, third, first, carried } = await thirdOfOne();
  await mergedBy(first, stays);
  const words = 'Twins, both at the desk';
  const settled = await ask(`/cases/${carried}/settlement`, { outcome: 'different-persons', words });
  expect(settled.status).toBe(201);
  const [lower, higher] = [stays, third].sort();
  expect(
    await two.sql.query(
      'select settled_at is not null as settled from possible_duplicates where member_id = $1 and other_member_id = $2',
      [lower, higher],
    ),
  ).toEqual([{ settled: true }]);
});

it('[DU16] closes with its own words a case that asks the same by then, and asks it again once that is undone', async () => {
  const person = somebody();
  const { memberId: gone } = await sold(two.lyon, person);
  const { memberId: stays } = await sold(two.bron, person);
  const { memberId: third } = await sold(two.bron, person);
  const [first] = await idsOfOpen(gone, stays);
  const [same] = await idsOfOpen(gone, third);
  const [kept] = await idsOfOpen(stays, third);
  const merge = await mergedBy(first, stays);
  expect(await idsOfOpen(gone)).toEqual([]);
  expect(await idsOfOpen(stays, third)).toEqual([kept]);
  const settledCase = async () =>
    caseListSchema.parse((await ask('/cases?settled=500')).json).settled.find(({ id }) => id === same);
  expect(await settledCase()).toMatchObject({
    settlement: { outcome: 'merged', words: reason },
    mergedInto: stays,
  });
  await undoneTo(merge);
  expect((await settledCase())?.mergedInto).toBeNull();
  expect(await idsOfOpen(gone, stays)).toHaveLength(1);
  const [again, more] = await idsOfOpen(gone, third);
  expect(await idsShown(again)).toEqual([gone, third].sort());
  expect([more, again === same]).toEqual([undefined, false]);
  expect(await idsOfOpen(stays, third)).toEqual([kept]);
  // The one that was left out of the first merge, in the other direction: all are one person then, and nothing is asked.
  await mergedBy(kept, third);
  expect(await idsOfOpen(stays)).toEqual([]);
  expect(await idsOfOpen(gone, third)).toEqual([again]);
  await mergedBy(again, third);
  expect(await idsOfOpen(gone)).toEqual([]);
});

it('[DU14] lets what was said on one record count for the person, the stricter first, and gives each its own back', async () => {
  const { first, second, third, ids, into } = await chainOf(somebody());
  const stateOf = async (memberId: string) =>
    (await saidBy(memberId)).states.find(({ purpose }) => purpose === 'photo')?.state;
  const states = () => Promise.all(ids.map(stateOf));
  expect(await states()).toEqual(['given', 'given', 'given']);
  expect((await saidBy(second.memberId)).entries).toHaveLength(3);
  const taken = await ask(`/members/${third.memberId}/consents`, { purpose: 'photo', act: 'withdrawn' });
  expect(taken.status).toBe(201);
  expect(await states()).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
  expect(await Promise.all(ids.map(photoOf))).toEqual([404, 404, 404]);
  expect(
    await two.sql.query(
      "select sealed, problem from attachments where purpose = 'photo' and member_id = $1",
      [first.memberId],
    ),
  ).toEqual([{ sealed: null, problem: 'no-consent' }]);
  const undo = (index: number) => ask(`/member-merges/${into[index]}/undo`, { reason });
  expect((await undo(1)).status).toBe(201);
  expect(await states()).toEqual(['given', 'given', 'withdrawn']);

  // A yes that is later than the no of another record counts only when it was said after both were one.
  const yes = (memberId: string) =>
    two.sql.query(
      `insert into consents (member_id, purpose, act, at, received_at, wording_version, channel, edge_id, proof)
       values ($1, 'photo', 'given', clock_timestamp(), clock_timestamp(), 'v', 'kiosk', $2, '{}')`,
      [memberId, newTestId()],
    );
  await yes(second.memberId);
  const [again] = await openPairs(second.memberId, third.memberId);
  const photo = await two.lyon.edge.sealed('photo', testPhoto);
  await two.sql.query(
    `insert into attachments (digest, purpose, member_id, sealed, received_at) values ($1, 'photo', $2, $3, now())`,
    [sha256Hex(photo), second.memberId, Buffer.from(photo)],
  );
  expect((await ask(`/cases/${again?.id}/merge`, { staysId: third.memberId, reason })).status).toBe(201);
  expect(await states()).toEqual(['withdrawn', 'withdrawn', 'withdrawn']);
  expect(
    await two.sql.query('select problem from attachments where digest = $1', [sha256Hex(photo)]),
  ).toEqual([{ problem: 'no-consent' }]);
  await yes(first.memberId);
  expect(await states()).toEqual(['given', 'given', 'given']);
});

it('[DU10] [DU15] forgets every record of a chain, whichever was asked for, by what all of them have', async () => {
  const { first, ids } = await chainOf(somebody(), '2026-11-01T00:00:00.000Z');
  const request = { memberId: first.memberId, way: 'in-person', matched: ['member-id'] };
  const { requestId } = (await ask('/privacy/requests', request)).json as { requestId: string };
  const plan = erasurePlanSchema.parse((await ask(`/privacy/requests/${requestId}/plan`)).json);
  expect(plan).toMatchObject({ records: 3, goes: { particulars: 3, photos: 1, credentials: 3 } });
  const done = await ask(`/privacy/requests/${requestId}/erasure`, { digest: plan.digest, reason: 'Asked' });
  expect(done.status).toBe(200);
  expect(
    await two.sql.query('select 1 from erased_members where member_id = any($1::uuid[])', [ids]),
  ).toHaveLength(3);
  expect(
    await two.sql.query(
      'select 1 from attachments where member_id = any($1::uuid[]) and sealed is not null',
      [ids],
    ),
  ).toEqual([]);
});
