import { openPolicy } from '@portillon/core/access/access-policy.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';
import type { FeedChange } from '@portillon/core/wire/messages.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { untilLifted } from '../http/staff/access-view.ts';
import { type MemberKeys, memberKeysBeside } from '../keys/member-keys.ts';
import { changeClubAccess, changeStanding, readClubAccess } from '../postgres/access-changes.ts';
import { applyPage, readAgain, registerIntake } from '../postgres/adapter-intake/intake-state.ts';
import { dropOldPassages, listAdapters, registerAdapter } from '../postgres/adapter-outbox.ts';
import { readFigures } from '../postgres/base-figures.ts';
import { setCredentialStatus } from '../postgres/credential-status.ts';
import { Database } from '../postgres/database.ts';
import { planErasure } from '../postgres/erasure/erasure-plan.ts';
import { readErasureRequests } from '../postgres/erasure/purge-orders.ts';
import { forgetInWords } from '../postgres/erasure/words-about.ts';
import { readMemberAccess } from '../postgres/member-access.ts';
import { setPrice } from '../postgres/prices/plan-prices.ts';
import { readClubPrices } from '../postgres/prices/price-list.ts';
import { pricesAtSale } from '../postgres/prices/prices-at-sale.ts';
import { rebuildProjections } from '../postgres/rebuild/rebuild-projections.ts';
import { type BesideOtherBase, startBesideOtherBase } from '../test/beside-other-base.ts';
import { hangKeys } from '../test/hanging-keys.ts';
import type { OtherMemberBase } from '../test/other-member-base.ts';
import { untilSeen } from '../test/poll.ts';
import type { StartedBase } from '../test/start-base.ts';
import { newTestId, saleEvent, type TestEdge, testPerson } from '../test/test-edge.ts';
import { addMembers, changeNames } from '../test/write-names.ts';
import { AdapterReader } from './adapter-reader.ts';
import { HttpAdapter } from './http-adapter.ts';
import type { IncomingChange } from './member-base-adapter.ts';

const name = 'other-base';
const by = { nowMs: 0, newId: newTestId, everyMs: 0, newMemberIds: new Map<string, string>() };
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
  await sql.query('update adapter_intake set due_at = now()');
});

/** Both directions have nothing more to say. */
async function quiet(): Promise<void> {
  await untilSeen('nothing that waits', async () => {
    await sql.query("update adapter_outbox set due_at = now() where state = 'waiting'");
    await sql.query('update adapters set paused_until = now() where paused_until > now()');
    const [waits] = await sql.query("select 1 from adapter_outbox where state = 'waiting' limit 1");
    return waits ? null : true;
  });
  // When it was last read says nothing: what was on its way then may have been asked for before they said the last of it.
  await untilSeen('all of theirs', async () => {
    const [row] = await sql.query<{ cursor: string | null }>(
      'update adapter_intake set due_at = now() where adapter = $1 returning cursor',
      [name],
    );
    return (await other.hasMoreAfter(row?.cursor ?? null)) ? null : true;
  });
}

let people = 0;
/** Somebody who joined at their desk, with a contract and perhaps a badge. */
async function joinedThere(
  chip?: string,
): Promise<{ customer: string; contract: string; badge: string | null }> {
  const key = `desk-${++people}`;
  const customer = await other.atDesk(`customers/${key}`, {
    site: clubId,
    name: { first: 'Ana', last: `Desk-${people}` },
    mail: `ana-${people}@example.com`,
    born: '1990-02-03',
    speaks: 'es',
    shoeSize: 39,
  });
  const contract = await other.atDesk(`contracts/${key}`, {
    holder: customer,
    tariff: planId,
    site: clubId,
    begin: '2026-01-01',
    end: null,
    state: 'RUNNING',
  });
  const badge = chip ? await other.atDesk(`badges/${key}`, { holder: customer, chip, state: 'OPEN' }) : null;
  return { customer, contract, badge };
}

async function ourId(kind: string, theirId: string | null): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    'select our_id as id from adapter_ids where adapter = $1 and kind = $2 and their_id = $3',
    [name, kind, theirId],
  );
  return row?.id ?? null;
}
const oursOf = (kind: string, theirId: string | null) =>
  untilSeen(`${kind} ${theirId}`, () => ourId(kind, theirId));
const casesOf = (kind: string, part: string) =>
  sql.query<{ id: string; detail: string; sale_id: string | null }>(
    'select id, detail, sale_id from cases where kind = $1 and position($2 in detail) > 0',
    [kind, part],
  );
const memberRow = async (id: string) =>
  (await sql.query<Record<string, unknown>>('select * from named_members where id = $1', [id]))[0] ?? {};
const membershipRow = async (id: string) =>
  (await sql.query<Record<string, unknown>>('select * from memberships where id = $1', [id]))[0] ?? {};

type CredentialRecord = NonNullable<Extract<FeedChange['change'], { kind: 'credential' }>['record']>;
/** What the gates are told of a credential now. */
async function atGates(credentialId: string): Promise<CredentialRecord | null> {
  const changes = await edge.wholeFeed(0);
  const found = changes.findLast(({ change }) => change.kind === 'credential' && change.id === credentialId);
  return (found?.change.record as CredentialRecord | undefined) ?? null;
}

/** Somebody who bought at the kiosk, known at their side. */
async function soldHere(): Promise<EventOf<'sale.completed'>> {
  const [entity] = await sql.query<{ id: string }>('select legal_entity_id as id from clubs where id = $1', [
    clubId,
  ]);
  const sealed = await edge.sealed('person', testPerson);
  const person = sha256Hex(sealed);
  const sale = saleEvent({
    legalEntityId: entity?.id ?? '',
    planId,
    digests: { person, photo: null, contract: sha256Hex(newTestId()) },
  });
  const card = sale.credentials[0];
  const own = card
    ? { ...sale, credentials: [{ ...card, cardUid: `04${newTestId().slice(-12).toUpperCase()}` }] }
    : sale;
  edge.append(own);
  expect((await edge.pushed()).parked).toEqual([]);
  expect((await edge.put(person, sealed)).status).toBeLessThan(300);
  await quiet();
  return own;
}

it('[AD21] brings members, memberships and badges of theirs to the gates, and passes over what nobody knows', async () => {
  const chip = '04AA11BB22CC33';
  const { customer, contract, badge } = await joinedThere(chip);
  const memberId = await oursOf('member', customer);
  const credentialId = await oursOf('credential', badge);
  const membershipId = await oursOf('membership', contract);
  expect(await memberRow(memberId)).toMatchObject({
    home_club_id: clubId,
    given_name: 'Ana',
    birth_date: '1990-02-03',
    language: 'es',
  });
  // A day begins and ends where the club is.
  expect(await membershipRow(membershipId)).toMatchObject({
    member_id: memberId,
    plan_id: planId,
    valid_from: '2025-12-31T23:00:00.000Z',
    valid_to: null,
  });
  expect(await atGates(credentialId)).toMatchObject({
    cardUid: chip,
    uidOnly: true,
    status: 'active',
    language: 'es',
    account: { membershipId },
  });

  // Their club, and no other, knows who they are.
  const named = (await edge.wholeFeed(0, 'person')).findLast(
    ({ change }) => change.kind === 'person' && change.record?.memberId === memberId,
  );
  expect(named?.change.record).toMatchObject({ givenName: 'Ana', familyName: `Desk-${people}` });

  await other.atDesk(`contracts/desk-${people}`, { end: '2026-06-30' });
  await untilSeen('the end at the gates', async () =>
    (await atGates(credentialId))?.validTo === '2026-06-30T22:00:00.000Z' ? true : null,
  );
  await other.atDesk(`contracts/desk-${people}`, { state: 'ENDED', end: null });
  await untilSeen('nothing that opens', async () => {
    const record = await atGates(credentialId);
    return record?.validTo && record.account?.status === 'cancelled' ? true : null;
  });
  await other.atDesk(`contracts/desk-${people}`, { state: 'RUNNING' });
  await untilSeen('opens again', async () => ((await atGates(credentialId))?.validTo === null ? true : null));

  // Nothing of it is told back; what a kiosk sold and they hold comes back as nothing new.
  await quiet();
  const toldBack = (await other.received()).filter(({ path }) =>
    [memberId, membershipId].some((id) => path.endsWith(id)),
  );
  expect(toldBack).toEqual([]);
  const members = async () => (await sql.query('select 1 from members')).length;
  const before = await members();
  const sale = await soldHere();
  expect(await members()).toBe(before + 1);
  expect(await casesOf('other-base-differs', sale.member.memberId)).toEqual([]);
});

it('[AD26] knows who is meant by the line of an import too, and waits for an answer that may say it', async () => {
  const imported = newTestId();
  const names = { givenName: 'Before', familyName: 'Import' };
  await addMembers(sql, keys, [{ memberId: imported, homeClubId: clubId, ...names }]);
  await sql.query(
    `insert into imported_rows (club_id, system, kind, source_id, member_id, row_id, digest, imported_at)
     values ($1, $2, 'members', 'L-77', $3, $3, '', now())`,
    [clubId, name, imported],
  );
  await page([
    { kind: 'member', theirId: 'L-77', revision: 'a', record: { givenName: 'After', newField: 1 } },
  ]);
  expect(await memberRow(imported)).toMatchObject({ given_name: 'After', family_name: 'Import' });

  // Told, and the answer was lost: what comes may be the same person, and waits until that is known.
  await other.is('down');
  const told = newTestId();
  await sql.query(
    `insert into members (id, home_club_id, language, created_at) values ($1, $2, 'fr', now())`,
    [told, clubId],
  );
  await untilSeen('tried', async () => {
    const [row] = await sql.query('select 1 from adapter_outbox where row_id = $1 and problem is not null', [
      told,
    ]);
    return row ? true : null;
  });
  const somebody = {
    kind: 'member',
    theirId: 'new-1',
    revision: '1',
    record: { homeClubId: clubId },
  } as const;
  await expect(page([somebody])).rejects.toThrow('an answer about a member is on its way');
  expect(await ourId('member', 'new-1')).toBeNull();
  await other.is('up');
  await quiet();
  await page([somebody]);
  expect(await ourId('member', 'new-1')).not.toBeNull();
});

/** A page by hand, as any adapter gives one; the cursor in use stays. */
async function page(changes: readonly IncomingChange[], by_ = by): Promise<boolean> {
  const [row] = await sql.query<{ cursor: string | null }>(
    'select cursor from adapter_intake where adapter = $1',
    [name],
  );
  const after = row?.cursor ?? null;
  const applied = await applyPage(
    sql,
    name,
    { after, changes, cursor: after ?? '0', more: false },
    { ...by_, keys, nowMs: systemClock.wallMs() },
  );
  // The reader has gone on meanwhile: again from there.
  return applied || page(changes, by_);
}

it('[AD20] applies each change once and in order, whoever reads, also when the same page comes again', async () => {
  const second = new Database(base.databaseUrl, silentLog);
  const further = new AdapterReader(
    { database: second, memberKeys: keys, clock: systemClock, random: systemRandom, log: silentLog },
    new HttpAdapter(other.read, systemClock),
  );
  further.start();
  const joined = [];
  for (let n = 0; n < 8; n++) joined.push(await joinedThere());
  for (let end = 1; end <= 5; end++)
    await other.atDesk(`contracts/desk-${people}`, { end: `2027-0${end}-28` });
  const ids = await Promise.all(joined.map(({ contract }) => oursOf('membership', contract)));
  await quiet();
  expect(new Set(ids).size).toBe(8);
  expect(await membershipRow(ids.at(-1) ?? '')).toMatchObject({ valid_to: '2027-05-28T22:00:00.000Z' });
  const told = async () => ({
    // Names that were others in between are sealed anew.
    members: await sql.query(
      "select to_jsonb(named_members) - 'person' as member from named_members order by id",
    ),
    memberships: await sql.query('select * from memberships order by id'),
    credentials: await sql.query('select * from credentials order by id'),
    cases: await sql.query('select id from cases order by id'),
  });
  const before = await told();
  // From the beginning: what they have said since is what stands in the end.
  await readAgain(sql, name);
  await quiet();
  expect(await told()).toEqual(before);
  await further.stop();
  await second.close();

  const stale = { after: 'another place', changes: [], cursor: '1', more: false };
  expect(await applyPage(sql, name, stale, { ...by, keys })).toBe(false);
  // A page that fails as a whole leaves neither rows nor cursor.
  const cursors = () =>
    sql.query<{ cursor: string | null }>('select cursor from adapter_intake where adapter = $1', [name]);
  const [{ cursor } = { cursor: null }] = await cursors();
  let looks = 0;
  const broken = {
    after: cursor,
    cursor: 'never',
    more: false,
    // Looked at once before the transaction, for the keys.
    get changes(): readonly IncomingChange[] {
      looks += 1;
      if (looks > 1) throw new Error('killed in the middle');
      return [];
    },
  };
  await expect(applyPage(sql, name, broken, { ...by, keys })).rejects.toThrow('killed');
  expect(await cursors()).toEqual([{ cursor }]);
});

it('[AD33] puts a page off while the keys of members cannot be asked, and holds nothing meanwhile', async () => {
  await quiet();
  const hang = await hangKeys(base.databaseUrl);
  try {
    const { customer } = await joinedThere();
    await untilSeen('the store is asked, and no transaction waits for it', async () => {
      const waiting = await hang.waiting();
      const held = await sql.query(
        `select 1 from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
      );
      return waiting > 0 && held.length === 0 ? true : null;
    });
    await untilSeen('it is put off', async () => {
      await hang.giveUp();
      const [row] = await sql.query('select problem from adapter_intake where adapter = $1', [name]);
      return String(row?.problem).startsWith('the store of the keys of members does not answer') || null;
    });
    expect(await ourId('member', customer)).toBeNull();
    await hang.release();
    const memberId = await oursOf('member', customer);
    expect(await memberRow(memberId)).toMatchObject({ family_name: `Desk-${people}` });
    await quiet();
    expect(
      await sql.query('select id from named_members where family_name = $1', [`Desk-${people}`]),
    ).toEqual([{ id: memberId }]);
    expect(await sql.query('select problem from adapter_intake where adapter = $1', [name])).toEqual([
      { problem: null },
    ]);
  } finally {
    await hang.release();
  }
});

it('[AD25] [PV63] puts aside a name whose key is damaged, and takes the others', async () => {
  const both = await Promise.all(
    (await Promise.all([joinedThere(), joinedThere()])).map(async ({ customer }) => ({
      customer,
      memberId: await oursOf('member', customer),
    })),
  );
  await quiet();
  const [damaged, whole] = both;
  const store = new Database(memberKeysBeside(base.databaseUrl), silentLog);
  const flip = () =>
    store.query(
      'update member_keys set wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) where member_id = $1',
      [damaged?.memberId],
    );
  await flip();
  const renamed = (theirId = '') =>
    ({ kind: 'member', theirId, revision: 'renamed', record: { givenName: 'Renamed' } }) as const;
  await page([renamed(damaged?.customer), renamed(whole?.customer)]);
  expect(await memberRow(whole?.memberId ?? '')).toMatchObject({ given_name: 'Renamed' });
  expect(await memberRow(damaged?.memberId ?? '')).toMatchObject({ given_name: 'Ana' });
  expect(
    await casesOf('other-base-unusable', `the key of member ${damaged?.memberId} is damaged`),
  ).toHaveLength(1);
  await flip();
  await store.close();
  await page([renamed(damaged?.customer)]);
  expect(await memberRow(damaged?.memberId ?? '')).toMatchObject({ given_name: 'Renamed' });
});

it('[AD24] keeps out at every gate whom they block, within seconds, and lets in again who was let in before', async () => {
  const { customer, badge } = await joinedThere('04BB11BB22CC44');
  const memberId = await oursOf('member', customer);
  const credentialId = await oursOf('credential', badge);
  const pause = '2026-12-31T00:00:00.000Z';
  await sql.query('update members set suspended_until = $2 where id = $1', [memberId, pause]);

  const from = systemClock.monotonicMs();
  await other.atDesk('blocks/b1', { holder: customer, on: true });
  await untilSeen('blocked', async () =>
    ((await atGates(credentialId))?.standing?.suspendedUntil ?? '') > '2900' ? true : null,
  );
  // The look of every 200 ms, the transaction, the feed; the rest is the load of the machine.
  expect(systemClock.monotonicMs() - from).toBeLessThan(10_000);
  await other.atDesk('blocks/b2', { holder: customer, on: true });
  await other.atDesk('blocks/b1', { on: false });
  await quiet();
  expect((await atGates(credentialId))?.standing?.suspendedUntil).toMatch(/^2999/);
  const later = '2027-01-15T00:00:00.000Z';
  const [{ id: userId } = { id: '' }] = await sql.query<{ id: string }>('select id from staff_users limit 1');
  const staff = { changeId: newTestId(), userId, nowMs: systemClock.wallMs() };
  expect(
    await changeStanding(sql, memberId, { suspendedUntil: null, reason: 'Asked at the desk' }, staff),
  ).toBe(true);
  expect((await readMemberAccess(sql, memberId, null, systemClock.wallMs()))?.standing).toMatchObject({
    keptOutBy: [name],
    suspendedUntil: expect.stringMatching(/^2999/),
  });
  const again = { ...staff, changeId: newTestId() };
  await changeStanding(sql, memberId, { suspendedUntil: later, reason: 'Asked at the desk' }, again);
  await other.atDesk('blocks/b2', { deleted: true });
  await quiet();
  // What staff have decided stays.
  expect((await atGates(credentialId))?.standing?.suspendedUntil).toBe(later);

  // One credential: theirs by its state, a card of the kiosk by its number.
  await other.atDesk('blocks/b3', { badge, on: true });
  await untilSeen('badge blocked', async () =>
    (await atGates(credentialId))?.status === 'blocked' ? true : null,
  );
  await other.atDesk('blocks/b3', { on: false });
  await untilSeen('badge open', async () =>
    (await atGates(credentialId))?.status === 'active' ? true : null,
  );
  const sale = await soldHere();
  const card = sale.credentials[0];
  const theirs = (status: string, revision: string): IncomingChange => ({
    kind: 'credential',
    theirId: 'card-1',
    revision,
    record: { memberId: sale.member.memberId, cardUid: card?.cardUid, status },
  });
  await page([theirs('blocked', '1')]);
  expect((await atGates(card?.credentialId ?? ''))?.status).toBe('blocked');
  await page([theirs('active', '2')]);
  expect((await atGates(card?.credentialId ?? ''))?.status).toBe('active');
  // Who holds nothing any more is not let in by a block that is lifted.
  await page([theirs('blocked', '3')]);
  const ourMembership = {
    ourId: sale.membership.membershipId,
    revision: '4',
    record: { status: 'cancelled' },
  };
  await page([{ kind: 'membership', theirId: 'm-4', ...ourMembership }, theirs('active', '4')]);
  expect((await atGates(card?.credentialId ?? ''))?.status).toBe('blocked');
});

it('[AD22] lets theirs stand where both have changed the same, with both values in a case', async () => {
  const sale = await soldHere();
  const { membershipId } = sale.membership;
  const { memberId } = sale.member;
  await other.is('down');
  await sql.query("update memberships set valid_to = '2027-03-01T00:00:00Z' where id = $1", [membershipId]);
  await changeNames(sql, keys, [memberId], { email: 'new@example.com' });
  const theirs = async (kind: 'member' | 'membership', id: string, revision: string, record: object) => {
    const [known] = await sql.query<{ theirId: string }>(
      'select their_id as "theirId" from adapter_ids where our_id = $1',
      [id],
    );
    return { kind, theirId: known?.theirId ?? '', revision, record: { ...record } };
  };
  // They have changed nothing of what was changed here.
  const said = { validTo: null, status: 'active', validFrom: '2026-02-01' };
  await page([await theirs('membership', membershipId, 'r2', said)]);
  expect(await casesOf('other-base-differs', membershipId)).toEqual([]);
  expect(await membershipRow(membershipId)).toMatchObject({
    valid_from: '2026-01-31T23:00:00.000Z',
    valid_to: '2027-03-01T00:00:00.000Z',
  });
  await page([
    await theirs('membership', membershipId, 'r3', { ...said, validTo: '2028-05-05T00:00:00+02:00' }),
    await theirs('member', memberId, 'r3', { email: 'theirs@example.com' }),
  ]);
  expect(await membershipRow(membershipId)).toMatchObject({ valid_to: '2028-05-04T22:00:00.000Z' });
  expect(await memberRow(memberId)).toMatchObject({ email: 'theirs@example.com' });
  const [one] = await casesOf('other-base-differs', `: member ${memberId}:`);
  expect(one?.detail).toContain('email was “new@example.com” here and is “theirs@example.com” there');
  const [two] = await casesOf('other-base-differs', `membership ${membershipId}`);
  expect(two).toMatchObject({
    sale_id: sale.saleId,
    detail: expect.stringMatching(/: valid_to was “2027-03-01T00.* here and is “2028-05-04T22.* there/),
  });
  // Nothing quoted of a person is left once the person is erased.
  const traits = { givenName: null, familyName: null, email: null, phone: null, cardNumbers: [] };
  // One that was cut too.
  await sql.query(
    `insert into cases (id, club_id, at, kind, amount_cents, detail) values ($1, $2, now(), 'other-base-differs', 0, $3)`,
    [newTestId(), clubId, `x: member ${memberId}: email was “a@old.example” here and is “b@old.exam`],
  );
  await sql.transaction((inside) => forgetInWords(inside, memberId, traits));
  const [forgotten] = await casesOf('other-base-differs', `: member ${memberId}:`);
  expect(forgotten?.detail).toMatch(/email was … here and is … there/);
  expect(
    (await casesOf('other-base-differs', memberId)).filter(({ detail }) => /[“”@]/.test(detail)),
  ).toEqual([]);
  // The sale is as the edge has told it.
  expect(await sql.query('select total_cents, cancelled_at from sales where id = $1', [sale.saleId])).toEqual(
    [{ total_cents: sale.totalCents, cancelled_at: null }],
  );
  await other.is('up');
  await quiet();

  // The same once projections are built anew; a renewal after it too, and the last of several words at once.
  await page(
    [1, 2, 3, 4, 5, 6, 7, 8].map((month) => ({
      kind: 'membership',
      theirId: 'm-22',
      ourId: membershipId,
      revision: `s${month}`,
      record: { validTo: `2029-0${month}-01` },
    })),
  );
  const { differences, stuck } = await rebuildProjections(sql, {
    check: true,
    nowMs: systemClock.wallMs(),
    progress: () => undefined,
  });
  expect({ differences, stuck }).toEqual({ differences: [], stuck: [] });
});

it('[AD23] [PV7] keeps the stricter of two answers, and asks the privacy desk to erase whom they have forgotten', async () => {
  const { customer, badge } = await joinedThere('04CC11BB22CC55');
  const memberId = await oursOf('member', customer);
  const credentialId = await oursOf('credential', badge);
  const consent = async () =>
    (await sql.query<{ now: string | null }>("select consent_now($1, 'news') as now", [memberId]))[0]?.now;
  await other.atDesk(`customers/desk-${people}`, { letters: true });
  await quiet();
  expect(await consent()).toBeNull();
  await sql.query(
    `insert into consents (member_id, purpose, act, at, received_at, wording_version, channel, proof)
     values ($1, 'news', 'given', now(), now(), '1', 'staff', '{}')`,
    [memberId],
  );
  await other.atDesk(`customers/desk-${people}`, { letters: false });
  await untilSeen('taken back', async () => ((await consent()) === 'withdrawn' ? true : null));

  await other.atDesk(`customers/desk-${people}`, { forgotten: true });
  await untilSeen('kept out', async () =>
    (await atGates(credentialId))?.standing?.suspendedUntil ? true : null,
  );
  const [gone, ...more] = await casesOf('other-base-gone', `member ${memberId}`);
  expect([gone?.detail, more]).toEqual([
    expect.stringMatching(/a request .* stands at the privacy desk$/),
    [],
  ]);
  const requests = async () =>
    (await readErasureRequests(sql, systemClock.wallMs())).filter((each) => each.memberId === memberId);
  const [request] = await requests();
  expect(request).toMatchObject({ way: 'other-base', madeBy: name, asks: 'erasure', overdue: false });
  // Only what somebody settles with money stands against it, and not the case that tells of it.
  const held = await planErasure(sql, memberId, systemClock.wallMs());
  expect(held?.holds.blocking.map(({ kind }) => kind)).toEqual(['running-membership']);
  // What the desk has declined is not asked again with every word of theirs.
  await sql.query("update erasure_requests set state = 'declined', closed_at = now() where member_id = $1", [
    memberId,
  ]);
  await other.atDesk(`customers/desk-${people}`, { shoeSize: 40 });
  await quiet();
  expect((await requests()).map(({ state }) => state)).toEqual(['declined']);
  await other.atDesk(`customers/desk-${people}`, { forgotten: false });
  await untilSeen('back', async () => ((await atGates(credentialId))?.standing === undefined ? true : null));

  await other.atDesk(`badges/desk-${people}`, { chip: '04CC11BB22CC77' });
  await untilSeen('the other number', async () =>
    (await atGates(credentialId))?.cardUid === '04CC11BB22CC77' ? true : null,
  );
  expect(await sql.query("select 1 from adapter_acts where columns::text like '%04CC%'")).toEqual([]);

  const order = newTestId();
  await sql.query(
    `insert into purge_orders (id, member_id, why, made_at, due_at) values ($1, $2, 'kept-long-enough', now(), now())`,
    [order, memberId],
  );
  await sql.query(
    `insert into erased_members (member_id, order_id, erased_at, kept) values ($1, $2, now(), '[]')`,
    [memberId, order],
  );
  await other.atDesk(`customers/desk-${people}`, { name: { first: 'Back', last: 'Again' } });
  await other.atDesk(`badges/desk-${people}`, { chip: '04CC11BB22CC66' });
  await quiet();
  await sql.query('update members set staff = false where id = $1', [memberId]);
  expect(await memberRow(memberId)).toMatchObject({ given_name: null, family_name: null });
  expect(await sql.query("select 1 from credentials where card_uid = '04CC11BB22CC66'")).toEqual([]);
});

it('[AD25] puts aside what cannot be applied, with a case, goes on with the rest, and tries it again', async () => {
  // Before its member is known; of a plan that is not; in a word that no table knows; whole and right.
  const early = await other.atDesk('contracts/early', {
    holder: 9_001,
    tariff: planId,
    site: clubId,
    begin: '2026-03-01',
    state: 'RUNNING',
  });
  const odd = await other.atDesk('contracts/odd', { holder: 9_001, state: 'WEIRD' });
  const { customer } = await joinedThere();
  const wrong = await other.atDesk('contracts/wrong', {
    holder: customer,
    tariff: newTestId(),
    site: clubId,
    begin: '2026-03-01',
    state: 'RUNNING',
  });
  const { customer: behind } = await joinedThere();
  await oursOf('member', behind);
  await quiet();
  const parked = (await command('parked', name))[1];
  expect(parked).toMatch(
    new RegExp(`membership ${early} .*its member, 9001 at their side, is not known here`),
  );
  expect(parked).toMatch(new RegExp(`membership ${odd} .*the table back does not know WEIRD`));
  expect(parked).toMatch(new RegExp(`membership ${wrong} .*there is no plan`));
  expect(await casesOf('other-base-unusable', `membership ${wrong} of theirs`)).toHaveLength(1);
  expect(await ourId('membership', wrong)).toBeNull();
  // What waits for another record is a case only when that does not come.
  const waits = () => casesOf('other-base-unusable', `membership ${early} of theirs`);
  expect(await waits()).toEqual([]);
  await sql.query('update adapter_parked set case_due_at = now() where their_id = $1', [early]);
  await untilSeen('the case', async () => ((await waits()).length > 0 ? true : null));

  // A later word of theirs takes its place; and what waited is tried when its member comes.
  await other.atDesk('contracts/wrong', { tariff: planId });
  await oursOf('membership', wrong);
  await page([{ kind: 'member', theirId: '9001', revision: '1', record: { homeClubId: clubId } }]);
  await oursOf('membership', early);
  expect((await command('parked', name))[1]).not.toMatch(new RegExp(`membership (${early}|${wrong}) `));
  expect(await casesOf('other-base-unusable', `membership ${wrong} of theirs`)).toHaveLength(1);

  const born = (birthDate: string) => ({
    kind: 'member' as const,
    theirId: `born ${birthDate}`,
    revision: '1',
    record: { homeClubId: clubId, birthDate },
  });
  await page([born('2999-12-31'), born('1905-01-01'), born('9999-12-31')]);
  await untilSeen('put aside', async () =>
    /member born 2999-12-31 .*nobody who lives was born on that day/.test((await command('parked', name))[1])
      ? true
      : null,
  );
  expect(
    await sql.query("select their_id from adapter_parked where their_id like 'born %' order by 1"),
  ).toHaveLength(3);
  expect(await ourId('member', 'born 1905-01-01')).toBeNull();
  await page(
    ['2999-12-31', '1905-01-01', '9999-12-31'].map((day) => ({
      ...born(day),
      record: { homeClubId: clubId },
    })),
  );
  await untilSeen('taken in', async () =>
    (await ourId('member', 'born 9999-12-31')) === null ? null : true,
  );

  await page([
    { kind: 'block', theirId: 'nobody', revision: null, record: { cardUid: '04DDDDDDDDDD01', on: true } },
  ]);
  expect((await command('retry', name))[1]).toMatch(/to be tried again/);
  await quiet();
  expect((await command('list'))[1]).toMatch(
    /other-base {2}from them {2}applied \d+ {2}read 20.* put aside [12]$/m,
  );
  expect((await command('reread', name))[0]).toBe(0);
});

it('[AD21] takes their plans and prices to the kiosks, and leaves what they do not say', async () => {
  const [before] = await sql.query<{ record: Record<string, unknown> }>(
    'select record from plans where id = $1',
    [planId],
  );
  const cents = Number(before?.record.monthlyCents) + 100;
  await other.atDesk('tariffs/gold', { ref: planId, title: 'Or', cents, sold: true });
  const fresh = await other.atDesk('tariffs/silver', { title: 'Argent', cents: 1_990, sold: true });
  const newPlan = await oursOf('plan', fresh);
  const plans = (await edge.wholeFeed(0)).flatMap(({ change }) => (change.kind === 'plan' ? [change] : []));
  expect(plans.find(({ id }) => id === planId)?.record).toEqual({
    ...before?.record,
    names: { fr: 'Or', en: 'Or' },
    monthlyCents: cents,
    soldAtKiosk: true,
  });
  expect(plans.find(({ id }) => id === newPlan)?.record).toMatchObject({
    monthlyCents: 1_990,
    scope: 'home',
  });
  await other.atDesk('tariffs/silver', { deleted: true });
  await untilSeen('not sold any more', async () => {
    const [plan] = await sql.query("select 1 from plans where id = $1 and record->>'soldAtKiosk' = 'false'", [
      newPlan,
    ]);
    return plan ? true : null;
  });
});

it('[AD32] lets nothing that was set here go before a price of theirs, and puts aside what nobody could sell', async () => {
  const [own] = await sql.query<{ record: Record<string, unknown> }>(
    'select record from plans where id = $1',
    [planId],
  );
  const { prepaid: _, dayEntry: __, ...record } = own?.record ?? {};
  const said = (theirs: object | null, theirId = 'gold-32'): IncomingChange => ({
    ...{ kind: 'plan', theirId, revision: newTestId(), record: theirs && { ...record, ...theirs } },
  });
  const fresh = () => said({ monthlyCents: 0, joiningFeeCents: 500, soldAtKiosk: true });
  await page([fresh()]);
  const plan = await oursOf('plan', 'gold-32');
  const told = async () =>
    (await edge.wholeFeed(0)).findLast(({ change }) => change.kind === 'plan' && change.id === plan)?.change
      .record as Record<string, unknown>;
  const [{ id: userId } = { id: '' }] = await sql.query<{ id: string }>('select id from staff_users limit 1');
  const staff = { userId, reach: null, nowMs: systemClock.wallMs() };
  const from = (days: number) => localDate(staff.nowMs + days * 86_400_000, 'Europe/Paris');
  const set = (level: 'club' | 'network', day: string, priceCents: number, aheadMs = 0) =>
    setPrice(
      sql,
      clubId,
      newTestId(),
      {
        planId: plan,
        level,
        from: day,
        price: { priceCents, joiningFeeCents: 700 },
        reason: 'Offer',
      },
      { ...staff, nowMs: staff.nowMs + aheadMs },
    );
  expect(await set('club', from(0), 900)).toMatchObject({ error: { code: 'price.mastered-elsewhere' } });

  // As set before they said a price: now and to come, here and everywhere; one of them free if it were a day entry.
  await sql.query("update adapter_ids set said = null where kind = 'plan' and our_id = $1", [plan]);
  // By another process, whose clock is ahead.
  expect(await set('network', from(0), 0, 60_000)).toMatchObject({ ok: true });
  expect(await set('club', from(0), 1_500)).toMatchObject({ ok: true });
  expect(await set('club', from(9), 0)).toMatchObject({ ok: true });
  expect(await told()).toMatchObject({
    monthlyCents: 1_500,
    comingPrices: [{ from: from(9), priceCents: 0 }],
  });
  const day = { dayEntry: { priceCents: 1_200 }, joiningFeeCents: 0, soldAtKiosk: false };
  await page([said(day)]);
  const now = await told();
  expect([now.dayEntry, now.joiningFeeCents, now.comingPrices]).toEqual([
    { priceCents: 1_200 },
    0,
    undefined,
  ]);
  const shown = (await readClubPrices(sql, clubId, null, staff.nowMs))?.set.filter(
    (each) => each.planId === plan,
  );
  const ended = shown?.filter(({ by }) => by === name);
  expect(ended?.map(({ price, mayWithdraw }) => [price, mayWithdraw])).toEqual(Array(2).fill([null, false]));
  expect(shown?.filter(({ withdrawn }) => withdrawn)).toMatchObject([
    { from: from(9), price: { priceCents: 0 }, mayWithdraw: false, withdrawn: { by: name, reason: '' } },
  ]);
  const [told_] = await casesOf('other-base-differs', `plan ${plan}`);
  expect(told_?.detail).toMatch(/Prices that were set here for clubs have ended: 3$/);
  // What was sold a moment before keeps its price.
  const prices = await pricesAtSale(
    sql,
    { planId: plan, clubId, receivedAt: isoTime(systemClock.wallMs() + 1_000) },
    { fromMs: staff.nowMs, toMs: systemClock.wallMs() },
  );
  expect(prices).toContainEqual({ priceCents: 1_500, joiningFeeCents: 700 });
  expect(prices).toContainEqual({ priceCents: 1_200, joiningFeeCents: 0 });

  await page([
    said({ dayEntry: { priceCents: 0 } }),
    said({ monthlyCents: 0, joiningFeeCents: 0, soldAtKiosk: true }, 'free-32'),
  ]);
  expect(await told()).toEqual(now);
  expect(await ourId('plan', 'free-32')).toBeNull();
  expect(
    await sql.query("select problem from adapter_parked where their_id like '%-32' order by their_id"),
  ).toEqual([
    { problem: 'nothing would be paid for it' },
    { problem: expect.stringMatching(/^dayEntry.priceCents: /) },
  ]);

  // Once it has ended, prices are ours again.
  await sql.query('update adapters set ended_at = now() where name = $1', [name]);
  expect(await set('club', from(1), 1_100)).toMatchObject({ ok: true });
  // For as long as nobody sets another one: what they once ended on a later day ends nothing of it.
  expect((await told()).comingPrices).toEqual([{ from: from(1), priceCents: 1_100, joiningFeeCents: 700 }]);
  await sql.query('update adapters set ended_at = null where name = $1', [name]);
});

it('[AD30] takes hours, closed days, capacity and policy of their clubs to the gates, beside what was decided here since', async () => {
  const atClub = async () =>
    (await edge.wholeFeed(0)).findLast(({ change }) => change.kind === 'club' && change.id === clubId)?.change
      .record as Record<string, unknown>;
  const before = await readClubAccess(sql, clubId);
  const week = (mo: unknown) => ({ mo, tu: [['06:30', '22:00']], we: [], th: null, fr: [['7:00', '00:00']] });
  const place = `sites/${clubId}`;
  const site = await other.atDesk(place, {
    open: week([{ from: '06:00:00', to: '12:00' }, ['14:00', '22:00']]),
    room: 120,
    full: 'TURN_AWAY',
    lateDays: 7,
    shut: [
      { from: '2026-12-25', to: '2026-12-25' },
      { from: '2027-01-01', to: '2027-01-01' },
    ],
  });
  await oursOf('club', site);
  const theirs = {
    '1': [
      ['06:00', '12:00'],
      ['14:00', '22:00'],
    ],
    '2': [['06:30', '22:00']],
    '5': [['07:00', '24:00']],
  };
  const christmas = { from: '2026-12-24T23:00:00.000Z', to: '2026-12-25T23:00:00.000Z' };
  const newYear = { from: '2026-12-31T23:00:00.000Z', to: '2027-01-01T23:00:00.000Z' };
  const open = before?.policy ?? openPolicy;
  expect(await atClub()).toMatchObject({
    hours: theirs,
    capacity: 120,
    closures: [christmas, newYear],
    policy: { ...open, capacity: 'hard', debt: { ...open.debt, graceDays: 7 } },
  });
  const shown = await readClubAccess(sql, clubId);
  expect(shown?.changes[0]).toMatchObject({ by: name, bySystem: true, change: { capacity: 120 } });

  // What staff decide counts until they say something else; what staff have closed stays closed, and what they opened open.
  const [{ id: userId } = { id: '' }] = await sql.query<{ id: string }>('select id from staff_users limit 1');
  const leak = { from: '2026-12-01T08:00:00.000Z', to: '2026-12-02T08:00:00.000Z' };
  const ours = { '1': [['09:00', '18:00']] as [string, string][] };
  await changeClubAccess(
    sql,
    clubId,
    { hours: ours, closures: [leak, christmas], reason: 'A pipe has burst' },
    { changeId: newTestId(), userId, nowMs: systemClock.wallMs() },
  );
  await other.atDesk(place, { room: 130, shut: [{ from: '2027-01-01', to: '2027-01-01' }] });
  await untilSeen('the room', async () => ((await atClub()).capacity === 130 ? true : null));
  expect(await atClub()).toMatchObject({ hours: ours, closures: [leak] });
  expect(await casesOf('other-base-differs', `club ${clubId}`)).toEqual([]);
  await other.atDesk(place, { open: week([['05:00', '22:00']]) });
  await untilSeen('their hours', async () =>
    JSON.stringify((await atClub()).hours).includes('05:00') ? true : null,
  );
  const [differs] = await casesOf('other-base-differs', `club ${clubId}`);
  expect(differs?.detail).toMatch(/hours was “.*09:00.*” here and is “.*05:00.*” there\. Theirs stands$/);

  // Once more from the beginning, a wrong mapping, a club that is gone there, one that nobody knows.
  const access = async () => ({ ...(await readClubAccess(sql, clubId)), changes: null });
  const stands = await access();
  await readAgain(sql, name);
  await quiet();
  expect(await access()).toEqual(stands);
  await other.atDesk(place, { open: {} });
  const parked = () => sql.query('select problem from adapter_parked where kind = $1 order by seq', ['club']);
  await untilSeen('put aside', async () => ((await parked()).length > 0 ? true : null));
  expect(await parked()).toEqual([{ problem: 'hours: opens on no day of the week' }]);
  await page([
    { kind: 'club', theirId: site, revision: 'x', record: { policy: { capacity: 'perhaps' } } },
    { kind: 'club', theirId: 'nowhere', revision: null, record: { clubId: newTestId(), capacity: 3 } },
    { kind: 'club', theirId: site, revision: 'y', record: null },
  ]);
  expect(await parked()).toEqual([
    { problem: 'a club that is gone there is closed here by people' },
    { problem: 'clubId: names no club that is known here' },
  ]);
  expect(await casesOf('other-base-unusable', `club ${site} of theirs: policy.capacity`)).toEqual([]);
  expect(await casesOf('other-base-unusable', `club ${site} of theirs: hours: opens on no day`)).toHaveLength(
    1,
  );
  expect(await access()).toEqual(stands);
  // The gates of the tests that follow are open.
  await sql.query('update clubs set closures = $2, policy = null where id = $1', [clubId, '[]']);
});

it('[AD31] ends an adapter as a person says of whom it keeps out, and leaves nobody whom staff cannot let in', async () => {
  const ended = 'ended-base';
  const begin = async () => {
    await registerAdapter(sql, ended, []);
    await registerIntake(sql, ended);
  };
  const say = (...changes: IncomingChange[]) =>
    applyPage(
      sql,
      ended,
      { after: null, changes, cursor: '1', more: false },
      { ...by, keys, nowMs: systemClock.wallMs() },
    );
  const people = [
    await joinedThere('04EE11BB22CC01'),
    await joinedThere('04EE11BB22CC02'),
    await joinedThere('04EE11BB22CC03'),
  ];
  const [kept, deleted] = (await Promise.all(people.map(({ customer }) => oursOf('member', customer)))) as [
    string,
    string,
  ];
  const [keptBadge, deletedBadge, closed] = (await Promise.all(
    people.map(({ badge }) => oursOf('credential', badge)),
  )) as [string, string, string];
  const words = (revision: string): IncomingChange[] => [
    { kind: 'block', theirId: 'e1', revision, record: { memberId: kept } },
    { kind: 'member', theirId: 'e2', revision, ourId: deleted, record: null },
    { kind: 'block', theirId: 'e3', revision, record: { cardUid: '04EE11BB22CC03' } },
  ];
  const out = async (credentialId: string) => {
    const record = await atGates(credentialId);
    return record?.status === 'blocked' || record?.standing?.suspendedUntil !== undefined;
  };
  const allOut = async () => Promise.all([keptBadge, deletedBadge, closed].map(out));
  const [{ id: userId } = { id: '' }] = await sql.query<{ id: string }>('select id from staff_users limit 1');
  const staff = () => ({ changeId: newTestId(), userId, nowMs: systemClock.wallMs() });
  const letIn = (memberId: string) =>
    changeStanding(sql, memberId, { suspendedUntil: null, reason: 'Asked at the desk' }, staff());
  const openCard = (id: string) =>
    setCredentialStatus(sql, id, { status: 'active', reason: 'Asked at the desk' }, staff());

  await begin();
  await say(...words('1'));
  expect(await allOut()).toEqual([true, true, true]);
  expect(await openCard(closed)).toBe('not-possible');
  expect(await command('end', ended)).toEqual([
    0,
    expect.stringMatching(/keeps out: 1 members {2}1 members that it has deleted {2}1 cards {2}0 badges/),
  ]);
  expect((await command('end', ended, '--blocks', 'perhaps'))[0]).toBe(2);
  expect(await say()).toBe(false);

  await sql.query('update adapter_intake set cursor = null where adapter = $1', [ended]);
  expect((await command('end', ended, '--blocks', 'keep'))[0]).toBe(0);
  expect(await allOut()).toEqual([true, true, true]);
  expect(await say({ kind: 'block', theirId: 'e1', revision: '2', record: { blocked: false } })).toBe(false);
  const access = await readMemberAccess(sql, kept, null, systemClock.wallMs());
  expect(access?.standing).toMatchObject({ keptOutBy: [], suspendedUntil: untilLifted });
  expect(access?.changes[0]).toMatchObject({ by: ended, bySystem: true });
  await Promise.all([letIn(kept), letIn(deleted)]);
  expect(await openCard(closed)).toBe('done');
  expect(await allOut()).toEqual([false, false, false]);

  await begin();
  await say(...words('3'));
  expect(await allOut()).toEqual([true, true, true]);
  expect((await command('end', ended, '--blocks', 'lift'))[0]).toBe(0);
  expect(await allOut()).toEqual([false, true, false]);
  await letIn(deleted);
  expect(await allOut()).toEqual([false, false, false]);
  expect((await command('end', ended))[0]).toBe(1);
});

it('[AD27] opens a case for what they will never take, once, with its sale and why', async () => {
  const sale = await soldHere();
  await other.is('422');
  const { membershipId } = sale.membership;
  await sql.query("update memberships set valid_to = '2027-05-01T00:00:00Z' where id = $1", [membershipId]);
  const found = () => casesOf('other-base-refused', `membership ${membershipId}`);
  const [first] = await untilSeen('the case', async () => ((await found()).length > 0 ? found() : null));
  expect(first).toMatchObject({ sale_id: sale.saleId, detail: expect.stringMatching(/refused: HTTP 422$/) });
  await sql.query("update memberships set valid_to = '2027-06-01T00:00:00Z' where id = $1", [membershipId]);
  await untilSeen('refused again', async () => {
    const [row] = await sql.query("select 1 from adapter_outbox where row_id = $1 and state = 'dead'", [
      membershipId,
    ]);
    return row ? true : null;
  });
  expect(await found()).toHaveLength(1);
});

it('[AD28] [AD29] tells who went through, in order, and drops the oldest of too many; both directions are shown', async () => {
  const sale = await soldHere();
  const credentialId = sale.credentials[0]?.credentialId ?? '';
  const before = (await other.received()).length;
  await other.is('down');
  const passages = Array.from({ length: 6 }, (_, index) => ({
    type: 'passage.recorded' as const,
    id: newTestId(),
    index,
  }));
  for (const { id, index } of passages) {
    await sql.query(
      `insert into passages (id, club_id, edge_id, at, gate_id, direction, credential_id, occupancy_after)
       values ($1, $2, (select id from edges where club_id = $2 limit 1), now() + $3 * interval '1 s', 'gate-1', $4, $5, 1)`,
      [id, clubId, index, index % 2 === 0 ? 'entry' : 'exit', credentialId],
    );
  }
  const figures = async () =>
    (await readFigures(sql, systemClock.wallMs())).adapters.find((each) => each.name === name);
  expect(await figures()).toMatchObject({
    waiting: expect.any(Number),
    dropped: 0,
    parked: expect.any(Number),
  });
  expect((await figures())?.waiting).toBeGreaterThanOrEqual(6);
  // Those under way are not dropped; the newest stay.
  await untilSeen('none under way', async () => {
    await sql.query("update adapters set paused_until = now() + interval '1 hour' where name = $1", [name]);
    const leased = await sql.query(
      "select 1 from adapter_outbox where kind = 'passage' and leased_until is not null",
    );
    return leased.length === 0 ? true : null;
  });
  expect(await dropOldPassages(sql, name, 4)).toBe(2);
  await other.is('up');
  await quiet();
  const told = (await other.received()).slice(before).filter(({ path }) => path.startsWith('/api/visits/'));
  expect(told.map(({ path }) => path)).toEqual(passages.slice(2).map(({ id }) => `/api/visits/${id}`));
  expect(told[0]?.body).toMatchObject({ who: expect.stringMatching(/^\d+$/), site: clubId, way: 'entry' });
  expect((await listAdapters(sql)).find((each) => each.name === name)).toMatchObject({
    dropped: 2,
    intake: { failures: 0, readAt: expect.stringMatching(/Z$/) },
  });
  expect(await figures()).toMatchObject({ answers: true, dropped: 2, applied: expect.any(Number) });
});

it('[AD23] [AD24] keeps out, and lets in again, whose record was merged into another meanwhile', async () => {
  const [gone, stays] = [await joinedThere('04BB11BB22CC77'), await joinedThere()];
  const memberId = await oursOf('member', gone.customer);
  const staysId = await oursOf('member', stays.customer);
  const credentialId = await oursOf('credential', gone.badge);
  const block = (theirId: string, blocked: boolean, memberTheirId: string): IncomingChange => ({
    ...{ kind: 'block', theirId, revision: null, record: { memberTheirId, blocked } },
  });
  const heldAtGates = async () => (await atGates(credentialId))?.standing?.suspendedUntil ?? null;
  await page([block('m1', true, gone.customer), block('m2', true, gone.customer)]);
  expect(await heldAtGates()).toMatch(/^2999/);
  // As merging does (DU5).
  for (const table of ['memberships', 'credentials']) {
    await sql.query(`update ${table} set member_id = $1 where member_id = $2`, [staysId, memberId]);
  }
  await sql.query(
    'update members set suspended_until = (select suspended_until from members where id = $2) where id = $1',
    [staysId, memberId],
  );
  await sql.query('update members set merged_into = $1 where id = $2', [staysId, memberId]);
  await page([block('m3', true, stays.customer), block('m1', false, gone.customer)]);
  expect(await heldAtGates()).toMatch(/^2999/);
  await page([block('m3', false, stays.customer)]);
  expect(await heldAtGates()).toMatch(/^2999/);
  // Staff let in nobody whom they keep out by the record that went.
  const [{ id: userId } = { id: '' }] = await sql.query<{ id: string }>('select id from staff_users limit 1');
  const staff = { changeId: newTestId(), userId, nowMs: systemClock.wallMs() };
  await changeStanding(sql, staysId, { suspendedUntil: null, reason: 'Asked at the desk' }, staff);
  expect(await heldAtGates()).toMatch(/^2999/);
  await page([block('m3', true, stays.customer), block('m2', false, gone.customer)]);
  expect(await heldAtGates()).toMatch(/^2999/);
  await page([block('m3', false, stays.customer)]);
  expect(await heldAtGates()).toBeNull();

  // Deleted there, the person goes on under the other record, here and there; until that is deleted too.
  const member = (theirId: string, record: IncomingChange['record']): IncomingChange => ({
    ...{ kind: 'member', theirId, revision: newTestId(), record },
  });
  const pause = async () => (await memberRow(staysId)).suspended_until;
  await page([member(gone.customer, null)]);
  expect(await pause()).toBeNull();
  const [told] = await casesOf('other-base-gone', `member ${memberId}`);
  expect(told?.detail).toContain(`the person goes on there as ${stays.customer}`);
  await page([member(stays.customer, null)]);
  expect(await pause()).toBe(untilLifted);
  await page([member(stays.customer, {})]);
  expect(await pause()).toBeNull();
  // Forgotten there is forgotten as a person.
  await page([member(gone.customer, { erased: true })]);
  expect(await heldAtGates()).toMatch(/^2999/);
  expect(await sql.query('select way from erasure_requests where member_id = $1', [staysId])).toEqual([
    { way: 'other-base' },
  ]);
});

it('[AD21] leaves what a member pays for at a kiosk while their side is heard', async () => {
  const sale = await soldHere();
  const { memberId } = sale.member;
  const { membershipId, validFrom } = sale.membership;
  const credentialId = sale.credentials[0]?.credentialId ?? '';
  const paidTo = '2029-01-01T00:00:00.000Z';
  const [known] = await sql.query<{ theirId: string }>(
    'select their_id as "theirId" from adapter_ids where our_id = $1',
    [membershipId],
  );
  let heard: Promise<boolean> = Promise.resolve(false);
  // As a renewal is taken in (event-application.ts), and not committed yet.
  await sql.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [memberId]);
    await tx.query(
      `insert into memberships (id, member_id, plan_id, club_id, sale_id, valid_from, valid_to, status)
       select $2, member_id, plan_id, club_id, null, $3, $4, 'active' from memberships where id = $1`,
      [membershipId, newTestId(), '2028-01-01T00:00:00Z', paidTo],
    );
    await tx.query('update credentials set valid_to = $2 where member_id = $1', [memberId, paidTo]);
    const record = { validFrom, validTo: '2028-01-01T00:00:00Z', status: 'active' };
    heard = page([{ kind: 'membership', theirId: known?.theirId ?? '', revision: 'beside', record }]);
    await untilSeen('their side waits', async () =>
      (await sql.query('select 1 from pg_locks where not granted limit 1'))[0] ? true : null,
    );
  });
  expect(await heard).toBe(true);
  expect(await sql.query('select valid_to from credentials where id = $1', [credentialId])).toEqual([
    { valid_to: paidTo },
  ]);
});
