import { rm } from 'node:fs/promises';
import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { addDays, localDate, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import { refusalSchema } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StaffRole } from '../../members/may-do.ts';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { tellBegunPrices } from '../../postgres/prices/price-rounds.ts';
import { rebuildProjections } from '../../postgres/rebuild/rebuild-projections.ts';
import { newSession } from '../../postgres/staff-accounts.ts';
import { openAccount } from '../../postgres/staff-desk.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import { newTestId, saleEvent, TestEdge } from '../../test/test-edge.ts';
import type { AccountReach } from './account-view.ts';
import { clubPricesSchema, type NewPrice } from './price-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let lyon: TestEdge;
let villeurbanne: TestEdge;
let staff = '';
let clubId: string;

const put = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(base.url + path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', cookie: staff, ...headers },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const enrolled = async (club: string) =>
    TestEdge.enrolled(base.url, await newEnrolmentCode(sql, base.clubs[club] ?? '', systemClock.wallMs()));
  lyon = await enrolled('Lyon Part-Dieu');
  villeurbanne = await enrolled('Villeurbanne Gratte-Ciel');
  clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const signedIn = await fetch(`${base.url}/staff/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'staff', password: base.staff?.password }),
  });
  staff = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

async function sold() {
  const [entity] = await sql.query<{ id: string }>('select id from legal_entities');
  const [planId = ''] = await plansInOrder(sql);
  const event = saleEvent({ legalEntityId: entity?.id ?? '', planId, ticket: true });
  const { seq } = lyon.append(event);
  expect((await lyon.pushed(lyon.events.slice(seq - 1))).parked).toEqual([]);
  return event;
}

/** As a gate of the other club is told. */
async function told(kind: 'credential' | 'club', id: string | undefined) {
  const found = (await villeurbanne.wholeFeed())
    .map(({ change }) => change)
    .find((change) => change.kind === kind && change.id === id);
  return found?.record ?? null;
}

it('[W-STANDING-1] tells every gate that a member is on hold, works here, or comes in after somebody', async () => {
  const { member, credentials } = await sold();
  const [card, ticket] = credentials;
  const path = `/staff/api/members/${member.memberId}/standing`;
  expect(await told('credential', card?.credentialId)).not.toHaveProperty('standing');
  const company = { kind: 'guardian', memberIds: [newTestId()] };
  const suspendedUntil = '2027-01-31T23:00:00.000Z';
  expect((await put(path, { suspendedUntil, staff: true, reason: 'A broken leg' })).status).toBe(204);
  expect((await put(path, { company, reason: 'Comes with her father' })).status).toBe(204);
  expect(await told('credential', card?.credentialId)).toMatchObject({
    standing: { suspendedUntil, staff: true, company },
  });
  expect(await told('credential', ticket?.credentialId)).not.toHaveProperty('standing');

  const lifted = { suspendedUntil: null, staff: false, company: null, reason: 'All is well again' };
  expect((await put(path, lifted)).status).toBe(204);
  expect(await told('credential', card?.credentialId)).not.toHaveProperty('standing');
  const kept = await sql.query<{ change: object; reason: string }>(
    'select change, reason from access_changes where member_id = $1 order by at, id',
    [member.memberId],
  );
  expect(kept).toEqual([
    { change: { suspendedUntil, staff: true }, reason: 'A broken leg' },
    { change: { company }, reason: 'Comes with her father' },
    { change: { suspendedUntil: null, staff: false, company: null }, reason: 'All is well again' },
  ]);
});

it('[W-STANDING-4] tells every gate in which language a member bought, and nothing of whoever has a ticket', async () => {
  const { credentials } = await sold();
  const [card, ticket] = credentials;
  expect(await told('credential', card?.credentialId)).toMatchObject({ language: 'fr' });
  expect(await told('credential', ticket?.credentialId)).not.toHaveProperty('language');
});

it('[W-STANDING-2] tells every gate what the operator decides of a club, and leaves the rest of it as it was', async () => {
  const path = `/staff/api/clubs/${clubId}/access`;
  const before = await told('club', clubId);
  const closures = [{ from: '2026-12-25T00:00:00.000Z', to: '2026-12-26T00:00:00.000Z' }];
  const policy = { antiPassback: { mode: 'hard', minutes: 15 }, capacity: 'hard' };
  expect((await put(path, { policy, closures, reason: 'Decided in November' })).status).toBe(204);
  expect(await told('club', clubId)).toEqual({
    ...before,
    closures,
    policy: { ...openPolicy, ...policy },
  });
  expect((await put(path, { policy: null, closures: [], reason: 'Taken back' })).status).toBe(204);
  expect(await told('club', clubId)).toEqual(before);
});

it('lets nobody change or delete what was decided', async () => {
  await expect(sql.query("update access_changes set reason = 'another'")).rejects.toThrow();
  await expect(sql.query('delete from access_changes')).rejects.toThrow();
});

const day = { from: '2026-12-26T00:00:00.000Z', to: '2026-12-25T00:00:00.000Z' };

it.each([
  ['members', 'standing', { reason: 'Nothing at all' }, 'changes nothing'],
  ['members', 'standing', { staff: true, reason: ' ' }, 'reason'],
  ['members', 'standing', { suspendedUntil: 'tomorrow', reason: 'On hold' }, 'not an ISO 8601 time'],
  ['members', 'standing', { company: { kind: 'friend', memberIds: [] }, reason: 'A friend' }, 'company.kind'],
  ['clubs', 'access', { closures: [day], reason: 'Christmas' }, 'a closure ends after it begins'],
  ['clubs', 'access', { policy: { capacity: 'some' }, reason: 'Half full' }, 'policy.capacity'],
])('refuses for %s a %s of %j', async (what, page, body, told) => {
  const answer = await put(`/staff/api/${what}/${newTestId()}/${page}`, body);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await answer.json())).toContain(told);
});

it('is for signed-in staff on their own page, and for members and clubs that are known', async () => {
  const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;
  const path = `/staff/api/members/${newTestId()}/standing`;
  const body = { staff: true, reason: 'Works here' };
  expect(await codeOf(await put(path, body, { cookie: '' }))).toBe('staff.not-signed-in');
  expect(await codeOf(await put(path, body, { origin: 'https://elsewhere.example' }))).toBe(
    'staff.foreign-page',
  );
  expect(await codeOf(await put(path, body))).toBe('access.unknown-member');
  expect(await codeOf(await put('/staff/api/members/nobody/standing', body))).toBe('access.unknown-member');
  const club = { closures: [], reason: 'Open again' };
  expect(await codeOf(await put(`/staff/api/clubs/${newTestId()}/access`, club))).toBe('access.unknown-club');
});

describe('prices of plans', () => {
  const zone = 'Europe/Paris';
  const dayMs = 86_400_000;
  const today = () => localDate(systemClock.wallMs(), zone);
  /** Far enough that no round of the base tells it by itself. */
  const soon = () => addDays(today(), 3);
  let plan: { id: string; legalEntityId: string };
  let otherClubId: string;
  let licensee: string;
  let branch: string;

  const post = (path: string, body: unknown, cookie = staff) =>
    fetch(`${base.url}/staff/api/clubs/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    });
  const codeOf = async (answer: Response) => refusalSchema.parse(await answer.json()).error.code;
  const wish = (more: Partial<NewPrice> = {}): NewPrice => ({
    planId: plan.id,
    level: 'club',
    from: soon(),
    price: { priceCents: 3_390, joiningFeeCents: 1_500 },
    reason: 'Decided for the spring',
    ...more,
  });
  async function wasSet(more: Partial<NewPrice> = {}, club = clubId): Promise<string> {
    const answer = await post(`${club}/prices`, wish(more));
    const made = (await answer.json()) as { priceId: string };
    expect([answer.status, made]).toEqual([201, { priceId: expect.any(String) }]);
    return made.priceId;
  }
  const shown = async (club: string, cookie = staff) =>
    clubPricesSchema.parse(
      await (await fetch(`${base.url}/staff/api/clubs/${club}/prices`, { headers: { cookie } })).json(),
    );
  const planTo = async (edge: TestEdge, after = 0) =>
    (await edge.wholeFeed(after))
      .map(({ change }) => change)
      .filter((change) => change.kind === 'plan' && change.id === plan.id)
      .map(({ record }) => record);
  const head = async () => (await lyon.wholeFeed()).at(-1)?.version ?? 0;
  const accountOf = async (role: StaffRole, reach: AccountReach) => {
    const nowMs = systemClock.wallMs();
    const by = { changeId: newTestId(), userId: null, name: 'test', nowMs };
    const made = await openAccount(sql, newTestId(), { name: `user ${newTestId()}`, role, reach }, by);
    if (!made.ok) throw new Error(made.error.message);
    return `portillon_staff=${await newSession(sql, made.value.accountId, null, nowMs)}`;
  };

  beforeAll(async () => {
    otherClubId = base.clubs['Villeurbanne Gratte-Ciel'] ?? '';
    const [found] = await sql.query<typeof plan & object>(
      `select plans.id, legal_entities.id as "legalEntityId" from plans, legal_entities
        where record->'names'->>'fr' = 'Tous les jours'`,
    );
    if (!found) throw new Error('the seed was not applied');
    plan = found;
    // In another country, a licensee of its own.
    const other = newTestId();
    await sql.query(
      `insert into legal_entities (id, network_id, name, address, siret, vat_number)
       select $1, network_id, 'Licensee', '', '98765432100011', 'PT12987654321' from meta`,
      [other],
    );
    await sql.query(`update clubs set legal_entity_id = $2, time_zone = 'Europe/Lisbon' where id = $1`, [
      otherClubId,
      other,
    ]);
    licensee = await accountOf('manager', { kind: 'entity', legalEntityId: other });
    branch = await accountOf('manager', { kind: 'clubs', clubIds: [clubId] });
  });

  it('[SA90] [SA97] [W-PLAN-2] reach the edges of their club alone: valid at once from today on, and to come from later days', async () => {
    const elsewhere = await planTo(villeurbanne);
    const [before] = await planTo(lyon);
    const after = await head();
    await wasSet({ from: today(), price: { priceCents: 3_190, joiningFeeCents: 0 } });
    await wasSet();
    const told = { ...before, monthlyCents: 3_190, joiningFeeCents: 0 };
    const comingPrices = [{ from: soon(), priceCents: 3_390, joiningFeeCents: 1_500 }];
    expect(await planTo(lyon, after)).toEqual([{ ...told, comingPrices }]);
    expect(await planTo(villeurbanne)).toEqual(elsewhere);
    const page = await shown(clubId);
    expect(page.plans.find(({ planId }) => planId === plan.id)).toMatchObject({
      now: { priceCents: 3_190, joiningFeeCents: 0 },
      coming: comingPrices,
    });
    expect(page.set).toMatchObject([
      { level: 'club', from: soon(), by: 'staff', reason: 'Decided for the spring', mayWithdraw: true },
      { from: today(), mayWithdraw: false },
    ]);
    expect((await shown(otherClubId)).set).toEqual([]);
    // [SA97] Who is cut off has not heard it, until it is back; one that has only just said something may have.
    expect(page.unheard).toEqual({ boxes: 0, since: null });
    const box = lyon.identity.edgeId;
    const since = isoTime(systemClock.wallMs() - 3_600_000);
    await sql.query('update edges set last_contact_at = $2 where id = $1', [box, since]);
    expect((await shown(clubId)).unheard).toEqual({ boxes: 1, since });
    expect((await shown(otherClubId)).unheard).toEqual({ boxes: 0, since: null });
    await lyon.pushed([]);
    expect((await shown(clubId)).unheard).toEqual({ boxes: 0, since: null });
    const open = await (await fetch(`${base.url}/api/v1/clubs/${clubId}/plans`)).json();
    expect(open).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({ id: plan.id, priceCents: 3_190, joiningFeeCents: 0 }),
      ]),
    });
  });

  it('[SA90] are withdrawn with a reason before they begin, and never changed otherwise', async () => {
    const before = await planTo(lyon);
    const from = addDays(soon(), 4);
    const priceId = await wasSet({ from, price: { priceCents: 3_490, joiningFeeCents: 1_500 } });
    expect(await planTo(lyon)).not.toEqual(before);
    const withdrawal = { priceId, reason: 'A mistake' };
    expect((await post(`${clubId}/price-withdrawals`, withdrawal)).status).toBe(204);
    expect(await planTo(lyon)).toEqual(before);
    expect((await shown(clubId)).set[0]).toMatchObject({
      priceId,
      mayWithdraw: false,
      withdrawn: { by: 'staff', reason: 'A mistake' },
    });
    expect(await codeOf(await post(`${clubId}/price-withdrawals`, withdrawal))).toBe('price.withdrawn');
    const begun = (await shown(clubId)).set.find((each) => each.from === today())?.priceId;
    expect(await codeOf(await post(`${clubId}/price-withdrawals`, { ...withdrawal, priceId: begun }))).toBe(
      'price.begun',
    );
    const elsewhere = await post(`${otherClubId}/price-withdrawals`, withdrawal, licensee);
    expect(await codeOf(elsewhere)).toBe('price.unknown');
    for (const change of ['price_cents = 1', "withdrawn_reason = 'x'", 'withdrawn_at = null']) {
      await expect(sql.query(`update plan_prices set ${change}`)).rejects.toThrow('never changed');
    }
    await expect(sql.query('delete from plan_prices')).rejects.toThrow('never changed');
  });

  it('[SA90] are set by who sees all of a legal entity, and those of the network by who sees the network', async () => {
    expect((await shown(clubId)).maySet).toEqual(['network', 'legal-entity', 'club']);
    expect((await shown(otherClubId, licensee)).maySet).toEqual(['legal-entity', 'club']);
    expect((await post(`${otherClubId}/prices`, wish({ level: 'legal-entity' }), licensee)).status).toBe(201);
    expect(await codeOf(await post(`${otherClubId}/prices`, wish({ level: 'network' }), licensee))).toBe(
      'price.not-yours',
    );
    expect(await codeOf(await post(`${clubId}/prices`, wish(), licensee))).toBe('price.unknown-club');
    // Of its own legal entity, whose only club this is by now, it decides all.
    expect((await shown(clubId, branch)).maySet).toEqual(['legal-entity', 'club']);
    await sql.query(
      `insert into clubs (id, legal_entity_id, name, time_zone, capacity, hours, mediator)
       select $1, $2, 'Bron', 'Europe/Paris', 10, '{}', ''`,
      [newTestId(), plan.legalEntityId],
    );
    expect((await shown(clubId, branch)).maySet).toEqual([]);
    expect(await codeOf(await post(`${clubId}/prices`, wish(), branch))).toBe('price.not-yours');
    const desk = await accountOf('front-desk', { kind: 'network' });
    expect(await codeOf(await post(`${clubId}/prices`, wish(), desk))).toBe('staff.not-allowed');
  });

  it.each<[Partial<NewPrice>, string]>([
    [{ from: '2020-01-01' }, 'price.in-the-past'],
    [{ from: '2027-02-30' }, 'price.malformed'],
    [{ from: '9999-01-01' }, 'price.malformed'],
    [{ price: { priceCents: -1, joiningFeeCents: 0 } }, 'price.malformed'],
    [{ price: { priceCents: 1_000_001, joiningFeeCents: 0 } }, 'price.malformed'],
    [{ price: { priceCents: 0.5, joiningFeeCents: 0 } }, 'price.malformed'],
    [{ price: { priceCents: 0, joiningFeeCents: 0 } }, 'price.malformed'],
    [{ reason: ' ' }, 'price.malformed'],
    [{ planId: newTestId() }, 'price.unknown-plan'],
  ])('[SA90] [SA96] are refused as %j: %s', async (more, code) => {
    const [{ count: before } = { count: 0 }] = await sql.query(
      'select count(*)::int as count from plan_prices',
    );
    expect(await codeOf(await post(`${clubId}/prices`, wish(more)))).toBe(code);
    const [{ count } = { count: -1 }] = await sql.query('select count(*)::int as count from plan_prices');
    expect(count).toBe(before);
  });

  it('[W-PLAN-2] are told anew at midnight of each time zone, once, by whichever of several processes', async () => {
    const from = addDays(soon(), 10);
    await wasSet({ level: 'network', from });
    const [inParisMs, inLisbonMs] = [startOfDayMs(from, zone), startOfDayMs(from, 'Europe/Lisbon')];
    expect(inLisbonMs - inParisMs).toBe(3_600_000);
    // What begins before is told by then.
    await tellBegunPrices(sql, inParisMs - dayMs);
    const round = async (nowMs: number) => {
      const after = await head();
      const all = await Promise.all([1, 2, 3].map(() => tellBegunPrices(sql, nowMs)));
      return { told: all.flat(), changes: (await planTo(lyon, after)).length };
    };
    expect(await round(inParisMs - 1)).toEqual({ told: [], changes: 0 });
    expect(await round(inParisMs)).toEqual({ told: [plan.id], changes: 1 });
    expect(await round(inParisMs + 60_000)).toEqual({ told: [], changes: 0 });
    expect(await round(inLisbonMs + 5 * dayMs)).toEqual({ told: [plan.id], changes: 1 });
    expect(await round(inLisbonMs + 5 * dayMs)).toEqual({ told: [], changes: 0 });
  });

  describe('of a sale', () => {
    const line = (productId: string, cents: number) => ({
      label: 'Line',
      productId,
      quantity: 1,
      unitCents: cents,
      grossCents: cents,
      netCents: Math.round(cents / 1.2),
      vatRate: 2_000,
    });
    async function casesOf(price: number, fee: number, at = isoTime(systemClock.wallMs()), planId = plan.id) {
      const { legalEntityId } = plan;
      const lines = [line(planId, price), ...(fee > 0 ? [line('joining-fee', fee)] : [])];
      const sale = { ...saleEvent({ legalEntityId, planId }), lines, totalCents: price + fee, at };
      const { seq } = lyon.append(sale);
      expect((await lyon.pushed(lyon.events.slice(seq - 1))).parked).toEqual([]);
      expect(await sql.query('select 1 from memberships where sale_id = $1', [sale.saleId])).toHaveLength(1);
      return sql.query('select kind, amount_cents as "owedCents", detail from cases where sale_id = $1', [
        sale.saleId,
      ]);
    }

    it('[W-PLAN-3] are what was valid there: what differs is taken in, and a case says both', async () => {
      expect(await casesOf(3_190, 0)).toEqual([]);
      // Until a moment ago: a visit goes on for some time.
      expect(await casesOf(2_990, 2_500)).toEqual([]);
      expect(await casesOf(3_590, 0)).toEqual([
        { kind: 'price-differs', owedCents: 400, detail: 'charged 35.90, the price was 31.90' },
      ]);
      expect(await casesOf(2_990, 0)).toMatchObject([
        { owedCents: 0, detail: 'charged 29.90, the price was 31.90' },
      ]);
      expect(await casesOf(2_990, 2_500, '2020-01-01T00:00:00.000Z')).toEqual([]);
      expect(await casesOf(3_190, 0, '2020-01-01T00:00:00.000Z')).toMatchObject([
        { owedCents: 0, detail: 'charged 31.90, the price was 29.90 and a joining fee of 25.00' },
      ]);
      // A clock that is ahead brings no price before its day.
      expect(await casesOf(3_390, 1_500, `${addDays(soon(), 1)}T12:00:00.000Z`)).toMatchObject([
        { owedCents: 1_700, detail: 'charged 33.90 and a joining fee of 15.00, the price was 31.90' },
      ]);
    });

    it('[W-PLAN-3] are what the plan itself cost at its time, where another system has changed it since', async () => {
      const [offPeak] = await sql.query<{ id: string }>(
        "select id from plans where record->'names'->>'en' = 'Off-peak'",
      );
      const becomes = (monthlyCents: number) =>
        sql.query(
          "update plans set record = record || jsonb_build_object('monthlyCents', $2::int) where id = $1",
          [offPeak?.id, monthlyCents],
        );
      await becomes(2_190);
      const longAgo = isoTime(systemClock.wallMs() - 3 * 3_600_000);
      expect(await casesOf(2_190, 2_500, undefined, offPeak?.id)).toEqual([]);
      expect(await casesOf(1_990, 2_500, undefined, offPeak?.id)).toEqual([]);
      expect(await casesOf(1_990, 2_500, longAgo, offPeak?.id)).toEqual([]);
      expect(await casesOf(2_190, 2_500, longAgo, offPeak?.id)).toMatchObject([{ owedCents: 200 }]);
      await becomes(9_990);
    });

    it('[W-PLAN-3] come to the same cases when all is built again, whatever was decided since', async () => {
      await wasSet({ from: today(), price: { priceCents: 9_990, joiningFeeCents: 0 } });
      const { differences, stuck } = await rebuildProjections(sql, {
        check: true,
        nowMs: systemClock.wallMs(),
        progress: () => undefined,
      });
      expect(stuck).toEqual([]);
      expect(differences.filter(({ table }) => table === 'cases')).toEqual([]);
    });
  });
});
