import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { MemberKeys } from '../keys/member-keys.ts';
import { leaseRows, listAdapters } from '../postgres/adapter-outbox.ts';
import { Database } from '../postgres/database.ts';
import { type BesideOtherBase, startBesideOtherBase } from '../test/beside-other-base.ts';
import type { OtherMemberBase } from '../test/other-member-base.ts';
import { untilSeen } from '../test/poll.ts';
import type { StartedBase } from '../test/start-base.ts';
import { newTestId, saleEvent, type TestEdge, testPerson } from '../test/test-edge.ts';
import { addMembers, changeNames } from '../test/write-names.ts';
import { AdapterSender } from './adapter-sender.ts';
import { HttpAdapter } from './http-adapter.ts';

const name = 'other-base';
let beside: BesideOtherBase;
let other: OtherMemberBase;
let base: StartedBase;
let sql: Database;
let keys: MemberKeys;
let edge: TestEdge;
let clubId: string;
let planId: string;
let command: BesideOtherBase['command'];

beforeAll(async () => {
  beside = await startBesideOtherBase();
  ({ other, base, sql, keys, edge, clubId, planId, command } = beside);
});

afterAll(() => beside?.stop());

beforeEach(async () => {
  await other.is('up');
  await drained();
});

const state = async () => {
  const found = (await listAdapters(sql)).find((each) => each.name === name);
  if (!found) throw new Error('no adapter is registered');
  return found;
};
/** What is due later is due now. */
async function hurry(): Promise<void> {
  await sql.query('update adapters set paused_until = now() where paused_until > now()');
  await sql.query("update adapter_outbox set due_at = now() where state = 'waiting'");
}
const drained = () =>
  untilSeen('an empty queue', async () => {
    await hurry();
    return (await state()).waiting === 0 ? true : null;
  });

async function newMember(family = 'Probe'): Promise<string> {
  const id = newTestId();
  const names = { givenName: 'Zoë', familyName: family, email: 'zoe@example.com' };
  await addMembers(sql, keys, [{ memberId: id, homeClubId: clubId, ...names }]);
  return id;
}

async function newMembership(memberId: string): Promise<string> {
  const id = newTestId();
  await sql.query(
    `insert into memberships (id, member_id, plan_id, club_id, valid_from, status) values ($1, $2, $3, $4, now(), 'active')`,
    [id, memberId, planId, clubId],
  );
  return id;
}

const cancel = (id: string) => sql.query("update memberships set status = 'cancelled' where id = $1", [id]);
const rowsOf = (...ids: string[]) =>
  sql.query<Record<string, unknown>>('select * from adapter_outbox where row_id = any($1::uuid[])', [ids]);

it('[AD9] tells what a kiosk sells and counts, queued in the transaction of the change, once it is committed', async () => {
  const [entity] = await sql.query<{ id: string }>('select legal_entity_id as id from clubs where id = $1', [
    clubId,
  ]);
  const sealed = await edge.sealed('person', testPerson);
  const person = sha256Hex(sealed);
  const sale = saleEvent({
    legalEntityId: entity?.id ?? '',
    planId,
    digests: { person, photo: null, contract: sha256Hex('Contract') },
  });
  edge.append(sale);
  expect((await edge.pushed()).parked).toEqual([]);
  expect((await edge.put(person, sealed)).status).toBeLessThan(300);
  const { memberId } = sale.member;
  const customer = await untilSeen('the name', async () => {
    const held = await other.held(`customers/${memberId}`);
    return (held?.fields.name as { last: string | null })?.last ? held : null;
  });
  expect(customer?.fields).toMatchObject({
    name: { first: 'Inès' },
    mail: 'ines@example.com',
    forgotten: false,
  });
  await drained();
  const paths = (await other.received()).map(({ path }) => path);
  const contract = `contracts/${sale.membership.membershipId}`;
  expect(paths.indexOf(`/api/customers/${memberId}`)).toBeLessThan(paths.indexOf(`/api/${contract}`));
  const { fields } = (await other.held(contract)) ?? {};
  // Their number of the member, which their first answer told.
  expect(fields).toMatchObject({ holder: expect.stringMatching(/^\d+$/), tariff: planId, state: 'RUNNING' });
  expect((await other.held(`receipts/${sale.saleId}`))?.fields).toMatchObject({ cents: 5_490, void: null });
  expect((await other.held(`attendance/${clubId}`))?.fields).toMatchObject({ present: 0 });

  await other.is('down');
  const undone = newTestId();
  await expect(
    sql.transaction(async (inside) => {
      await inside.query(
        `insert into members (id, home_club_id, language, created_at) values ($1, $2, 'fr', now())`,
        [undone, clubId],
      );
      const [queued] = await inside.query('select 1 from adapter_outbox where row_id = $1', [undone]);
      throw new Error(queued ? 'queued, and undone' : 'not queued');
    }),
  ).rejects.toThrow('queued, and undone');
  expect(await rowsOf(undone)).toEqual([]);
});

it('[AD9] [AD11] keeps everything while the other side is down, a row for each row that changed and nothing of a person', async () => {
  await other.is('down');
  const before = (await other.received()).length;
  const members = await Promise.all(Array.from({ length: 30 }, () => newMember('Öster-Queued')));
  const held = await Promise.all(members.map((id) => newMembership(id)));
  for (const round of [1, 2, 3]) {
    await changeNames(sql, keys, members, { email: `round-${round}@example.com` });
  }
  await Promise.all(held.map(cancel));
  const queued = await rowsOf(...members, ...held);
  expect(queued).toHaveLength(60);
  expect(JSON.stringify(queued)).not.toMatch(/Öster|example\.com/);
  // Pause after pause, each longer than the one before; one message asks for all.
  for (const failures of [1, 2, 3, 4, 5]) {
    await untilSeen(`failure ${failures}`, async () => ((await state()).failures >= failures ? true : null));
    if (failures < 5) await sql.query('update adapters set paused_until = now()');
  }
  const down = await state();
  expect(Date.parse(down.pausedUntil ?? '') - systemClock.wallMs()).toBeGreaterThan(10_000);
  expect(down).toMatchObject({
    failures: 5,
    waiting: 60,
    dead: 0,
    problem: expect.stringMatching(/^no connection/),
  });
  const attempts = (await rowsOf(...members, ...held)).map((row) => row.attempts);
  expect(Math.max(...(attempts as number[]))).toBe(0);

  await other.is('up');
  await drained();
  const told = (await other.received()).slice(before).map(({ path }) => path);
  expect(told.toSorted()).toEqual(
    [...members.map((id) => `/api/customers/${id}`), ...held.map((id) => `/api/contracts/${id}`)].toSorted(),
  );
  const last = await other.held(`customers/${members[0]}`);
  expect(last?.fields.mail).toBe('round-3@example.com');
  expect((await state()).failures).toBe(0);
});

it('[AD10] tells each message by one of several processes, of a member in order, and after a process that died', async () => {
  await other.is('down');
  const before = (await other.received()).length;
  const members = await Promise.all(Array.from({ length: 12 }, () => newMember()));
  const held = new Map<string, string[]>();
  for (const member of members) {
    held.set(member, [await newMembership(member), await newMembership(member), await newMembership(member)]);
  }
  const second = new Database(base.databaseUrl, silentLog);
  const further = new AdapterSender(
    { database: second, clock: systemClock, random: systemRandom, log: silentLog },
    new HttpAdapter(other.read, systemClock),
  );
  await other.is('up');
  await hurry();
  further.start();
  await drained();
  await further.stop();
  await second.close();
  const paths = (await other.received()).slice(before).map(({ path }) => path);
  expect(new Set(paths).size).toBe(48);
  expect(paths).toHaveLength(48);
  for (const [member, contracts] of held) {
    const mine = paths.filter((path) => [member, ...contracts].some((id) => path.endsWith(id)));
    expect(mine).toEqual([`/api/customers/${member}`, ...contracts.map((id) => `/api/contracts/${id}`)]);
  }

  // Another adapter, which nobody serves: its leases are taken by hand.
  await sql.query("insert into adapters (name, kinds) values ('by-hand', '{member,membership}')");
  const member = await newMember();
  const contract = await newMembership(member);
  const lease = async () => (await leaseRows(sql, 'by-hand', 10, 60_000)).rows.map(({ rowId }) => rowId);
  expect(await lease()).toEqual([member]);
  expect(await lease()).toEqual([]);
  await sql.query(
    "update adapter_outbox set leased_until = now() - interval '1 s' where adapter = 'by-hand'",
  );
  expect(await lease()).toEqual([member]);
  await sql.query("delete from adapter_outbox where adapter = 'by-hand' and row_id = $1", [member]);
  expect(await lease()).toEqual([contract]);
  await sql.query("update adapters set ended_at = now() where name = 'by-hand'");
  await sql.query("delete from adapter_outbox where adapter = 'by-hand'");
});

it('[AD12] puts aside what is refused or fails alone, shows it, and tells it again when told to or when it changes', async () => {
  const oneDead = (id: string) =>
    untilSeen('put aside', async () => ((await rowsOf(id))[0]?.state === 'dead' ? true : null));
  await other.is('422');
  const refused = await newMember();
  await oneDead(refused);
  expect(await command('list')).toEqual([
    0,
    expect.stringMatching(/^other-base .*answers {2}waiting 0 {2}overruled 0 {2}put aside 1/m),
  ]);
  expect(await command('dead', name)).toEqual([
    0,
    expect.stringMatching(new RegExp(`member ${refused} .*HTTP 422`)),
  ]);
  await other.is('up');
  expect((await command('resend', name))[0]).toBe(0);
  await drained();
  expect(await other.held(`customers/${refused}`)).not.toBeNull();
  expect((await command('resend', name))[0]).toBe(1);

  // A change of the row says it anew.
  await other.is('422');
  const changed = await newMember();
  await oneDead(changed);
  await other.is('up');
  await changeNames(sql, keys, [changed], { familyName: 'Changed' });
  await drained();
  expect((await other.held(`customers/${changed}`))?.fields.name).toMatchObject({ last: 'Changed' });

  // The tenth failure of one message, after others were taken since its first; and one before which nothing was.
  await other.is('500');
  const [alone, withAll] = [await newMember(), await newMember()];
  const failed = (id: string) =>
    untilSeen('failed', async () => ((await rowsOf(id))[0]?.problem === 'HTTP 500' ? true : null));
  await Promise.all([failed(alone), failed(withAll)]);
  await sql.query(
    `update adapter_outbox set attempts = 9, due_at = now(), problem = null,
            first_failed_at = case row_id when $1 then now() - interval '1 hour' else now() + interval '1 hour' end
      where row_id in ($1, $2)`,
    [alone, withAll],
  );
  await Promise.all([oneDead(alone), failed(withAll)]);
  expect((await rowsOf(withAll))[0]).toMatchObject({ state: 'waiting', attempts: 10 });
  await other.is('up');
  await command('resend', name);
  await drained();

  // Theirs stands: the desk had the last word.
  const member = await newMember();
  const contract = await newMembership(member);
  await drained();
  await other.atDesk(`contracts/${contract}`, { tariff: 'gold' });
  await cancel(contract);
  await untilSeen('overruled', async () =>
    (await rowsOf(contract))[0]?.state === 'overruled' ? true : null,
  );
  expect((await other.held(`contracts/${contract}`))?.fields).toMatchObject({
    tariff: 'gold',
    state: 'RUNNING',
  });
  expect(await command('dead', name)).toEqual([0, expect.stringMatching(/theirs stands/)]);
});

it('[AD9] tells as forgotten who was forgotten while the message waited', async () => {
  const member = await newMember('Forgotten');
  await drained();
  expect((await other.held(`customers/${member}`))?.fields).toMatchObject({ forgotten: false });
  await other.is('down');
  await changeNames(sql, keys, [member], { email: 'later@example.com' });
  const order = newTestId();
  await sql.query(
    `insert into purge_orders (id, member_id, why, made_at, due_at) values ($1, $2, 'kept-long-enough', now(), now())`,
    [order, member],
  );
  await sql.query(
    `insert into erased_members (member_id, order_id, erased_at, kept) values ($1, $2, now(), '[]')`,
    [member, order],
  );
  // As a member is erased: a trigger takes the particulars.
  await sql.query('update members set staff = false where id = $1', [member]);
  await other.is('up');
  await drained();
  expect((await other.held(`customers/${member}`))?.fields).toMatchObject({
    forgotten: true,
    name: { first: null, last: null },
    mail: null,
  });
  expect(JSON.stringify(await other.received())).not.toContain('later@example.com');
});
