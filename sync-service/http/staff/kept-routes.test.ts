import { readFileSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isoTime } from '@portillon/core/base/clock.ts';
import { keptSinceMs, type Period } from '@portillon/core/base/kept-since.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { genesisHash } from '@portillon/core/crypto/hash-chain.ts';
import type { EventOf, OutboxEvent } from '@portillon/core/wire/event.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CommandContext } from '../../commands/base-command.ts';
import { copyCommand } from '../../commands/copy-command.ts';
import { openDocumentKeys } from '../../commands/document-keys.ts';
import { rebuildCommand } from '../../commands/rebuild-command.ts';
import { retentionCommand } from '../../commands/retention-command.ts';
import { openDocument, putUnderMemberKeys } from '../../postgres/attachments.ts';
import { Database } from '../../postgres/database.ts';
import { newEnrolmentCode } from '../../postgres/enrolment.ts';
import { copyParts, notInCopy } from '../../postgres/member-copy.ts';
import { reduceEvents } from '../../postgres/reduce-events.ts';
import { applyRetention } from '../../postgres/retention.ts';
import { retentionTable, tablesWithoutPersons } from '../../privacy/kept/retention-table.ts';
import { plansInOrder } from '../../test/plans-in-order.ts';
import { expectRebuiltTheSame } from '../../test/rebuilt-the-same.ts';
import { type StartedBase, startBase, temporaryState } from '../../test/start-base.ts';
import {
  newTestId,
  saleEvent,
  TestEdge,
  testContract,
  testPerson,
  testPhoto,
  visit,
} from '../../test/test-edge.ts';
import { changeNames, keysOf } from '../../test/write-names.ts';
import { memberSearchSchema } from './member-view.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let edge: TestEdge;
let legalEntityId: string;
let planId: string;
let staff = '';

const context = { clock: systemClock, random: systemRandom };
const ask = (path: string, cookie = staff) => fetch(base.url + path, { headers: { cookie } });

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  edge = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  legalEntityId = (await sql.query<{ id: string }>('select id from legal_entities'))[0]?.id ?? '';
  planId = (await plansInOrder(sql))[0] ?? '';
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

interface Sold {
  readonly memberId: string;
  readonly cardId: string;
}

/** A member with particulars, photo and contract who bought then, went in an hour later, and whose period ends then. */
async function sold(name: string, at: string, validTo: string | null, receivedAt = at): Promise<Sold> {
  const person = await edge.sealed('person', {
    ...testPerson,
    givenName: name,
    email: `${name}@example.com`,
  });
  const photo = await edge.sealed('photo', testPhoto);
  const contract = await edge.sealed('contract', testContract);
  const digests = { person: sha256Hex(person), photo: sha256Hex(photo), contract: sha256Hex(contract) };
  const event = saleEvent({ legalEntityId, planId, digests });
  const credentials = event.credentials.map((each) => ({ ...each, validFrom: at, validTo }));
  const cardId = credentials[0]?.credentialId ?? '';
  const sale = { ...event, at, credentials, membership: { ...event.membership, validFrom: at, validTo } };
  const decisionId = newTestId();
  const entry = {
    type: 'access.decided' as const,
    decisionId,
    at,
    gateId: 'entry',
    credentialId: cardId,
    presented: 'card' as const,
    outcome: 'granted' as const,
    reason: null,
    dataAgeMs: 0,
    byGrant: false,
  };
  await edge.pushed([edge.append(sale), edge.append(entry)]);
  await received(sale.member.memberId, receivedAt);
  for (const bytes of [person, photo, contract]) await edge.put(sha256Hex(bytes), bytes);
  return { memberId: sale.member.memberId, cardId };
}

/** As if the base had heard then of what was sold to them. */
const received = (memberId: string, at: string) =>
  sql.transaction(async (tx) => {
    await tx.query(
      `with told as (update sales set received_at = $2 where member_id = $1 returning id)
       update edge_events set received_at = $2 from told
        where convert_from(body, 'UTF8') like '%"saleId":"' || told.id || '"%'`,
      [memberId, at],
    );
    // The ledger of answers takes no change.
    await tx.query('set local session_replication_role = replica');
    await tx.query('update consents set received_at = $2 where member_id = $1', [memberId, at]);
  });

const serviced: Omit<EventOf<'dispenser.serviced'>, 'interventionId' | 'at' | 'credentialId'> = {
  type: 'dispenser.serviced',
  faultBefore: null,
  faultAfter: null,
  outcome: 'ready',
  filled: 20,
  emptied: null,
  takenByHand: 0,
  counted: { stack: 80, bin: 0, fed: 0, captured: 0, handed: 0, inPath: 0, byDevice: null, since: null },
  differences: { bin: null, path: 0 },
};

/** Before the end of a term, by so many days. */
const past = (period: Period, days = 10) =>
  isoTime(keptSinceMs(systemClock.wallMs(), period) - days * 86_400_000);
const nameOf = async ({ memberId }: Sold) =>
  (
    await sql.query<{ name: string | null }>('select given_name as name from named_members where id = $1', [
      memberId,
    ])
  )[0]?.name;
const documentsOf = async ({ memberId }: Sold) =>
  (
    await sql.query<{ purpose: string }>(
      'select purpose from attachments where member_id = $1 and sealed is not null order by purpose',
      [memberId],
    )
  ).map(({ purpose }) => purpose);

it('[RT1] names every table of the base, and the page of the documents says the same', async () => {
  const tables = await sql.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by tablename",
  );
  const named = retentionTable.flatMap((line) => [...line.tables] as string[]);
  const without: readonly string[] = tablesWithoutPersons;
  expect([...new Set([...named, ...without])].sort()).toEqual(tables.map(({ name }) => name).sort());
  expect(without.filter((table) => named.includes(table))).toEqual([]);
  // A column that leads to a person is in no table that is said to hold nothing of one.
  const leading = await sql.query<{ table: string }>(
    `select distinct table_name as table from information_schema.columns
      where table_schema = 'public' and table_name = any($1::text[])
        and column_name ~ '(member|credential|given_name|family_name|birth|email|iban|user_id|user_name)'`,
    [without],
  );
  expect(leading).toEqual([]);

  const page = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const { what, period, from, source } of retentionTable) {
    expect(page).toContain(`| ${what.en} | ${inWords(period)} | ${from.en} | ${source} |`);
  }
  const shown = (await (await ask('/staff/api/retention')).json()) as { table: unknown[] };
  expect(shown.table).toEqual(retentionTable);
});

function inWords(period: Period | null): string {
  if (period === null) return '–';
  if (period.months !== undefined) return `${period.months} months`;
  return period.days === 0 ? 'at once' : `${period.days} ${period.days === 1 ? 'day' : 'days'}`;
}

it('[RT3] [RT4] [RT5] [RT6] ends what is over once, as the dry run said, and leaves the rest alone', async () => {
  const now = systemClock.wallMs();
  const stays = await sold('Staying', past({ months: 40 }), null);
  const gone = await sold('Gone', past({ months: 40 }), past({ months: 36 }));
  const owing = await sold('Owing', past({ months: 40 }), past({ months: 36 }));
  const ended = await sold('Ended', past({ months: 12 }), past({ months: 6 }));
  const running = await sold('Running', past({ days: 0 }, 1), isoTime(now + 86_400_000));
  // Three years and a day after the period, but she came back to pay something four months ago.
  const back = await sold('Back', past({ months: 40 }), past({ months: 36 }));
  const debt = (memberId: string, settled: boolean) =>
    sql.query(
      `insert into debts (id, member_id, legal_entity_id, club_id, amount_cents, vat_rate, reason, words, since, settled_at, settled_by_sale)
       select $1, $2, $3, club_id, 990, 2000, 'card-not-returned', 'a word', now() - interval '5 years',
              case when $4 then now() - interval '4 months' end, case when $4 then id end
         from sales where member_id = $2`,
      [newTestId(), memberId, legalEntityId, settled],
    );
  await debt(owing.memberId, false);
  await debt(back.memberId, true);
  // They said so when they bought: the base hears of it today.
  const entries = async () =>
    sql.query<{ all: number; known: number }>(
      'select count(*)::int as all, count(credential_id)::int as known from decisions',
    );
  expect(await entries()).toEqual([{ all: 6, known: 6 }]);

  // Of an adapter that nobody runs any more.
  await sql.query("insert into adapters (name, kinds) values ('old-base', '{member}')");
  await sql.query(
    `insert into adapter_parked (adapter, kind, their_id, record, problem, parked_at)
     select 'old-base', 'member', days::text, '{"givenName": "Somebody"}', 'homeClubId', now() - days * interval '1 day'
       from unnest(array[29, 31]) as days`,
  );

  const said: string[] = [];
  const run = (...args: string[]) =>
    retentionCommand.run(args, {
      ...context,
      database: sql,
      stateFolder: null,
      environment: {},
      say: (text) => said.push(text),
      tell: () => undefined,
    });
  expect(await run('--dry-run')).toBe(0);
  const dry = said.splice(0);
  expect(dry).toEqual(
    expect.arrayContaining(['decisions 5', 'attachments 4', 'adapter_parked 1', 'members 1', 'held 1']),
  );
  expect(await entries()).toEqual([{ all: 6, known: 6 }]);
  expect(await run()).toBe(0);
  // The photo of who goes goes with the others that are over.
  expect(said).toEqual(dry);

  expect(await entries()).toEqual([{ all: 6, known: 1 }]);
  expect(await Promise.all([stays, gone, owing, ended, running, back].map(nameOf))).toEqual([
    'Staying',
    null,
    'Owing',
    'Ended',
    'Running',
    'Back',
  ]);
  expect(await documentsOf(gone)).toEqual(['contract']);
  expect(await documentsOf(ended)).toEqual(['contract', 'person']);
  expect(await documentsOf(running)).toEqual(['contract', 'person', 'photo']);
  expect(await documentsOf(stays)).toEqual(['contract', 'person', 'photo']);
  expect(await sql.query('select why from purge_orders where member_id = $1', [gone.memberId])).toEqual([
    { why: 'kept-long-enough' },
  ]);
  // Boxes are told as they are on request, and nobody comes back when the tables are built anew.
  expect((await edge.wholeFeed(0, 'purge-order')).some(({ change }) => change.kind === 'purge-order')).toBe(
    true,
  );
  // What was paid long ago is an amount without the words; no event tells of this one.
  expect(
    await sql.query('delete from debts where member_id = $1 returning words, amount_cents', [back.memberId]),
  ).toEqual([{ words: '', amount_cents: 990 }]);
  await expectRebuiltTheSame(sql);

  said.length = 0;
  expect(await run()).toBe(0);
  expect(said.filter((line) => !line.endsWith(' 0'))).toEqual(['members 1', 'held 1']);
  expect(await applyRetention({ ...context, database: sql }, { onceADay: true })).toBeNull();
}, 60_000);

it('[RT7] takes the person out of entries that are over, some at a time, and leaves a chain that still shows each of them', async () => {
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const gate = await TestEdge.enrolled(base.url, await newEnrolmentCode(sql, clubId, systemClock.wallMs()));
  const { edgeId } = gate.identity;
  const old = past({ months: 3 }, 40);
  const sale = saleEvent({ legalEntityId, planId, ticket: true });
  const credentials = sale.credentials.map((each) => ({ ...each, validFrom: old }));
  const [card = '', ticket = ''] = credentials.map(({ credentialId }) => credentialId);
  const entry = (credentialId: string, at: string) => {
    const { decided, sensed } = visit(credentialId);
    return [gate.append({ ...decided, at }), gate.append({ ...sensed, at })];
  };
  gate.append({ ...sale, at: old, credentials });
  entry(ticket, old);
  const [ahead] = entry(card, isoTime(systemClock.wallMs() + 400 * 86_400_000));
  gate.append({ type: 'access.decided', credentialId: card });
  gate.appendText(`no JSON about ${card}`);
  gate.append({ ...serviced, interventionId: newTestId(), at: old, credentialId: card });
  for (let count = 0; count < 20; count++) entry(card, old);
  const [recent] = entry(card, past({ days: 0 }, 1));
  // Behind one that is not over, by a clock that had been wrong.
  entry(card, old);
  expect((await gate.pushed()).parked).toHaveLength(2);
  const tickets = () => sql.query('select status from credentials where id = $1', [ticket]);
  expect(await tickets()).toEqual([{ status: 'spent' }]);
  // What was dated ahead, and what does not say when, came four months ago.
  await sql.query(
    'update edge_events set received_at = $3 where edge_id = $1 and seq between $2 and $2 + 2',
    [edgeId, ahead?.seq, old],
  );
  const kept = () =>
    sql.query<{
      seq: number;
      event_id: string;
      prev_hash: string;
      hash: string;
      body: string;
      reduced: boolean;
    }>(
      `select seq, event_id, prev_hash, hash, convert_from(body, 'UTF8') as body, reduced_at is not null as reduced
         from edge_events where edge_id = $1 order by seq`,
      [edgeId],
    );
  const asReceived = await kept();

  const ended = async (dryRun: boolean) =>
    (await applyRetention({ ...context, database: sql }, { dryRun }))?.edge_events;
  const nowMs = systemClock.wallMs();
  const beforeMs = keptSinceMs(nowMs, { months: 3 });
  const progress: [lookedThrough: number, ofAtMost: number][] = [];
  const onProgress = (...told: (typeof progress)[number]) => void progress.push(told);
  const endedSome = (goesOn = () => true) =>
    reduceEvents(sql, { beforeMs, nowMs, dryRun: false, atOnce: 7, goesOn, onProgress });
  // Two decisions and passages, one not understood, the intervention, and twenty times two.
  const over = 4 + 1 + 1 + 40;
  expect(await ended(true)).toBe(over);
  expect(await kept()).toEqual(asReceived);
  let pieces = 0;
  const first = await endedSome(() => ++pieces <= 3);
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(20);
  const [looked = 0, most = 0] = progress.at(-1) ?? [];
  expect(looked).toBeGreaterThan(0);
  expect(looked % 7).toBe(0);
  expect(most).toBeGreaterThan(looked);
  // Some of them fail: what was done before stays done, and is not done again.
  await sql.query(
    `create function fails() returns trigger language plpgsql as $$ begin raise exception 'no disk'; end $$`,
  );
  await sql.query(
    'create trigger fails before update on edge_events for each row when (old.seq = 30) execute function fails()',
  );
  await expect(endedSome()).rejects.toThrow('no disk');
  await sql.query('drop trigger fails on edge_events');
  const half = (await kept()).filter(({ reduced }) => reduced).length;
  expect(half).toBeGreaterThan(10);
  expect(await endedSome()).toBe(over - half);
  const [allLooked, inAll] = progress.at(-1) ?? [];
  expect(allLooked).toBe(inAll);
  expect(await ended(false)).toBe(0);

  const left = await kept();
  expect(left.map(({ body, reduced, ...stays }) => stays)).toEqual(
    asReceived.map(({ body, reduced, ...stays }) => stays),
  );
  left.forEach(({ prev_hash }, index) => {
    expect(prev_hash).toBe(left[index - 1]?.hash ?? genesisHash);
  });
  const reduced = left.filter((event) => event.reduced);
  expect(reduced.filter(({ body }) => body.includes(card) || body.includes(ticket))).toEqual([]);
  // In the rows too: of what is dated ahead by a wrong clock nobody is kept any longer.
  for (const table of ['decisions', 'passages']) {
    const known = `select 1 from ${table} where edge_id = $1 and at > now() and credential_id is not null`;
    expect(await sql.query(known, [edgeId])).toEqual([]);
  }
  // The sale stays as it came, by law, and so does what is not over.
  const whole = left.filter((event) => !event.reduced);
  expect(whole).toEqual(asReceived.filter(({ seq }) => whole.some((event) => event.seq === seq)));
  expect(whole.map(({ seq }) => seq).slice(-4)[0]).toBe(recent?.seq);
  for (const table of ['decisions', 'passages', 'interventions']) {
    const known = await sql.query<{ count: number }>(
      `select count(*)::int as count from ${table} where edge_id = $1 and credential_id is not null`,
      [edgeId],
    );
    expect(known).toEqual([{ count: table === 'interventions' ? 0 : 1 }]);
  }
  // Sent once more they are known, and another under the same number is not taken for one of them.
  expect(await gate.pushed()).toMatchObject({ appliedThrough: gate.events.length });
  const forged = { ...(gate.events[1] as OutboxEvent), hash: genesisHash };
  expect(await gate.push([forged])).toMatchObject({ body: { error: { code: 'push.fork' } } });

  await expectRebuiltTheSame(sql);
  const said: string[] = [];
  const rebuild = (...args: string[]) =>
    rebuildCommand.run(args, {
      ...context,
      database: sql,
      stateFolder: null,
      environment: {},
      say: (text) => said.push(text),
      tell: () => undefined,
    });
  await sql.query(`delete from passages where gate_id = 'gate-1' and edge_id = $1 and at = $2`, [
    edgeId,
    old,
  ]);
  await sql.query(`update decisions set outcome = 'refused' where edge_id = $1 and at = $2`, [edgeId, old]);
  expect(await rebuild('--check')).toBe(1);
  expect(said).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^passages: 22 missing/),
      expect.stringMatching(/^decisions: 22 other in outcome/),
      expect.stringMatching(/^\d\d events are entries that lost their person/),
    ]),
  );
  expect(await rebuild()).toBe(0);
  await expectRebuiltTheSame(sql);
  expect(await tickets()).toEqual([{ status: 'spent' }]);
  expect(
    await sql.query('select 1 from passages where edge_id = $1 and at = $2 and credential_id is not null', [
      edgeId,
      old,
    ]),
  ).toHaveLength(1);
}, 60_000);

it('[PV36] puts older documents under keys, and says of those that it cannot', async () => {
  const who: Sold[] = [];
  // One after the other: what is pushed follows in its chain.
  for (const no of [1, 2, 3]) who.push(await sold(`Older${no}`, past({ days: 0 }, 2), null));
  const [good, destroyed, broken] = who.map(({ memberId }) => memberId);
  const environment = { DATABASE_URL: base.databaseUrl };
  const keys = await openDocumentKeys(
    { ...context, database: sql, stateFolder, environment } as unknown as CommandContext,
    null,
  );
  // As they came before there were keys of members.
  for (const memberId of [good, destroyed, broken]) {
    const sealed =
      memberId === broken ? Buffer.from('nothing sealed') : await edge.sealed('photo', testPhoto);
    await sql.query(
      "update attachments set sealed = $2, key_part = null where member_id = $1 and purpose = 'photo'",
      [memberId, Buffer.from(sealed)],
    );
  }
  await keys.memberKeys.destroy(destroyed ?? '', 'person', newTestId(), systemClock.wallMs());
  const said: unknown[] = [];
  const log = { ...silentLog, warn: (...words: unknown[]) => void said.push(words) };
  while ((await putUnderMemberKeys({ ...keys, log }, systemClock.wallMs())) > 0);
  const photo = async (memberId: string | undefined) => {
    const [row] = await sql.query<{ digest: string; kept: boolean; problem: string | null; part: string }>(
      `select digest, sealed is not null as kept, problem, key_part as part from attachments
        where member_id = $1 and purpose = 'photo'`,
      [memberId],
    );
    return row;
  };
  expect(await photo(good)).toMatchObject({ kept: true, problem: null, part: 'person' });
  const bytes = await openDocument(keys, good ?? '', (await photo(good))?.digest ?? '');
  expect(bytes && Buffer.from(bytes).equals(Buffer.from(testPhoto))).toBe(true);
  expect(await photo(destroyed)).toMatchObject({ kept: false, problem: 'erased' });
  expect(await photo(broken)).toMatchObject({ kept: true, problem: expect.stringContaining('not sealed') });
  expect(said).toHaveLength(2);
  await keys.memberKeys.end();
});

it('[RT5] takes the word of no box for when: nobody goes early for it, and nobody stays for ever', async () => {
  const now = isoTime(systemClock.wallMs());
  const [began, over] = [past({ months: 40 }), past({ months: 36 })];
  const late = await sold('Late', began, over, now);
  const ahead = await sold('Ahead', isoTime(systemClock.wallMs() + 366 * 86_400_000), over, now);
  const never = await sold('Never', began, over);
  const open = await sold('Open', began, over);
  const since = 'select created_at <= now() as "hasBeen" from members where id = $1';
  expect(await sql.query(since, [ahead.memberId])).toEqual([{ hasBeen: true }]);
  // Taken in by a version that believed any year.
  const far = '9999-06-01T00:00:00.000Z';
  for (const { memberId } of [never, open]) {
    await sql.query('update members set created_at = $2 where id = $1', [memberId, far]);
    await sql.query('update sales set at = $2 where member_id = $1', [memberId, far]);
  }
  await sql.query('update memberships set valid_from = $2, valid_to = $2, status = $3 where member_id = $1', [
    ...[never.memberId, far, 'cancelled'],
  ]);
  await sql.query('update memberships set valid_to = $2 where member_id = $1', [open.memberId, far]);
  const names = async () => Promise.all([late, ahead, never, open].map(nameOf));
  await applyRetention({ ...context, database: sql });
  expect(await names()).toEqual(['Late', 'Ahead', null, 'Open']);
  await received(late.memberId, over);
  await received(ahead.memberId, over);
  await sql.query('update members set created_at = $2 where id = $1', [ahead.memberId, over]);
  await applyRetention({ ...context, database: sql });
  expect(await names()).toEqual([null, null, null, 'Open']);
});

it('[DU10] [DU15] [RT4] [RT5] merged records end with the one that stays, and not before', async () => {
  const kept = await sold('Kept', past({ months: 40 }), null);
  const between = await sold('Between', past({ months: 40 }), past({ months: 36 }));
  const old = await sold('Old', past({ months: 40 }), past({ months: 36 }));
  for (const table of ['sales', 'memberships', 'credentials']) {
    await sql.query(`update ${table} set member_id = $1 where member_id = any($2::uuid[])`, [
      kept.memberId,
      [old.memberId, between.memberId],
    ]);
  }
  const merge = (gone: Sold, stays: Sold) =>
    sql.query('update members set merged_into = $1 where id = $2', [stays.memberId, gone.memberId]);
  await merge(old, between);
  await merge(between, kept);
  const run = () => applyRetention({ ...context, database: sql }, { onceADay: false });
  await run();
  expect(await Promise.all([kept, between, old].map(nameOf))).toEqual(['Kept', 'Between', 'Old']);
  expect(await documentsOf(old)).toEqual(['contract', 'person', 'photo']);
  // No period runs: the photo goes, whichever record it lies with.
  await sql.query('update memberships set valid_to = $1 where member_id = $2', [
    past({ days: 0 }),
    kept.memberId,
  ]);
  await run();
  expect(await documentsOf(old)).toEqual(['contract', 'person']);
  // Answered on the record that went first: it counts for the person.
  await sql.query(
    `insert into consents (member_id, purpose, act, at, received_at, wording_version, channel, edge_id, proof)
     values ($1, 'news', 'not-given', $2, $2, 'v', 'kiosk', $3, '{}')`,
    [old.memberId, past({ months: 35 }), newTestId()],
  );
  await sql.query('update memberships set valid_to = $1 where member_id = $2', [
    past({ months: 36 }),
    kept.memberId,
  ]);
  await run();
  expect(await Promise.all([kept, between, old].map(nameOf))).toEqual(['Kept', 'Between', 'Old']);
  await sql.query(
    "set session_replication_role = replica; update consents set received_at = received_at - interval '1 year' where member_id = '" +
      old.memberId +
      "'; set session_replication_role = origin",
  );
  await run();
  expect(await Promise.all([kept, between, old].map(nameOf))).toEqual([null, null, null]);
  expect(await sql.query('select 1 from purge_orders where member_id = $1', [old.memberId])).toHaveLength(1);
});

it('[RC1] [RC3] [RC4] tells all of one member in one file, nothing of another, and writes down that it was read', async () => {
  const mine = await sold('Copied', past({ days: 0 }, 2), null);
  const other = await sold('Somebodyelse', past({ days: 0 }, 2), null);
  const answer = await ask(`/staff/api/members/${mine.memberId}/copy`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toContain('attachment');
  const text = await answer.text();
  const copy = JSON.parse(text) as {
    parts: { title: string; table: string; rows: Record<string, unknown>[] }[];
    documents: { purpose: string; base64: string; mediaType: string }[];
  };
  const rowsOf = (table: string) => copy.parts.find((part) => part.table === table)?.rows;
  expect(rowsOf('members')).toMatchObject([{ given_name: 'Copied', email: 'Copied@example.com' }]);
  expect(rowsOf('decisions')).toMatchObject([{ credential_id: mine.cardId, gate_id: 'entry' }]);
  expect(rowsOf('consents')).toMatchObject([{ purpose: 'photo', act: 'given' }]);
  expect(rowsOf('sales')).toHaveLength(1);
  expect(copy.parts[0]?.title).toBe('Qui vous êtes');
  expect(copy.documents.map(({ purpose, mediaType }) => [purpose, mediaType])).toEqual([
    ['contract', 'application/json'],
    ['person', 'application/json'],
    ['photo', 'image/jpeg'],
  ]);
  expect(Buffer.from(copy.documents[2]?.base64 ?? '', 'base64')).toEqual(Buffer.from(testPhoto));
  for (const notMine of [other.memberId, other.cardId, 'Somebodyelse', 'code_hash', 'user_name']) {
    expect(text).not.toContain(notMine);
  }
  expect(
    await sql.query('select user_name, page from person_reads where member_id = $1', [mine.memberId]),
  ).toEqual([{ user_name: 'staff', page: 'copy' }]);
  expect((await ask(`/staff/api/members/${newTestId()}/copy`)).status).toBe(404);
  expect((await ask(`/staff/api/members/${mine.memberId}/copy`, '')).status).toBe(401);
});

it('[RC5] [RC6] writes the same file by a command for one person alone, and lists them where several may be meant', async () => {
  const mine = await sold('Asking', past({ days: 0 }, 2), null);
  const other = await sold('Twin', past({ days: 0 }, 2), null);
  const twin = { email: 'ASKING@example.com', birthDate: '1971-01-01' };
  const keys = await keysOf(sql, stateFolder);
  await changeNames(sql, keys, [other.memberId], twin);
  await keys.end();
  const folder = await temporaryState();
  const file = join(folder, 'copy.json');
  const said: string[] = [];
  const run = (...args: string[]) => {
    said.length = 0;
    return copyCommand.run(args, {
      ...context,
      database: sql,
      stateFolder,
      environment: { USER: 'ana' },
      say: (text) => said.push(text),
      tell: (text) => said.push(text),
    });
  };
  const email = ['--email', 'asking@example.com'];
  expect(await run('--to', file, '--family-name', 'Martin')).toBe(2);
  expect(await run(...email)).toBe(2);
  expect(await run('--to', file, ...email, '--birth-date', '2.5.90')).toBe(2);
  expect(said).toEqual([expect.stringMatching('^--birth-date: ')]);
  expect(await run('--to', file, '--email', 'nobody@example.com')).toBe(1);
  expect(await run('--list', ...email)).toBe(0);
  const listed = [...said].sort();
  expect(listed.map((line) => line.split('\t')[0])).toEqual([mine.memberId, other.memberId].sort());
  expect(await run('--to', file, ...email)).toBe(3);
  expect(said.slice(0, 2).sort()).toEqual(listed);
  // One person alone, but not born then.
  expect(await run('--to', file, '--member', other.memberId, '--birth-date', '1980-01-01')).toBe(3);
  await writeFile(join(folder, 'there.json'), 'mine');
  expect(await run('--to', join(folder, 'there.json'), '--member', mine.memberId)).toBe(1);
  await expect(run('--to', join(folder, 'no/such.json'), '--member', mine.memberId)).rejects.toThrow(
    'no/such',
  );
  await expect(run('--to', file, '--keys', folder, '--member', mine.memberId)).rejects.toThrow(
    'base-keys.json',
  );
  expect(await readdir(folder)).toEqual(['there.json']);
  expect(await readFile(join(folder, 'there.json'), 'utf8')).toBe('mine');

  expect(await run('--to', file, '--member', mine.memberId)).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const withoutTime = (text: string) => text.replace(/"at":"[^"]*"/, '');
  const asked = await (await ask(`/staff/api/members/${mine.memberId}/copy`)).text();
  const written = await readFile(file, 'utf8');
  // Each tells of the readings up to its own.
  const partsOf = (text: string) =>
    (JSON.parse(text) as { parts: { table: string }[] }).parts.filter(
      ({ table }) => table !== 'person_reads',
    );
  expect(partsOf(written)).toEqual(partsOf(asked));
  expect(withoutTime(written.slice(written.indexOf('"documents"')))).toBe(
    withoutTime(asked.slice(asked.indexOf('"documents"'))),
  );
  expect(
    await sql.query(
      `select user_name, page, came_from from person_reads where member_id = $1 and user_name <> 'staff' limit 1`,
      [mine.memberId],
    ),
  ).toEqual([{ user_name: 'command, ana', page: 'copy', came_from: 'command' }]);
  const [searched] = await sql.query<{ detail: unknown }>(
    `select detail from privacy_log where user_name = 'command, ana' order by at desc, id desc limit 1`,
  );
  expect(searched?.detail).toEqual({ by: ['memberId'], found: [mine.memberId] });
  await rm(folder, { recursive: true });
});

it('[RC2] covers every table that names a member, directly or by what is theirs', async () => {
  const naming = await sql.query<{ table: string }>(
    `select distinct table_name as table from information_schema.columns
      where table_schema = 'public'
        and column_name in ('member_id', 'other_member_id', 'member_ids', 'credential_id', 'sale_id', 'decision_id', 'case_id')`,
  );
  const covered = new Set([...copyParts.map(({ table }) => table), ...Object.keys(notInCopy)]);
  expect(naming.map(({ table }) => table).filter((table) => !covered.has(table))).toEqual([]);
  for (const reason of Object.values(notInCopy)) expect(reason).not.toBe('');
});

it.each([
  ['Arabic', 'محمد عبد الله', 'الأنصاري'],
  ['Thai', 'สมชาย', 'ใจดีสุขสวัสดิ์'],
  ['emoji', 'Zoé 👩🏽\u200d🚀', 'O’Brien 🏋️'],
  ['marks of direction', '\u200fיעל\u200f', '\u202bכהן\u202c'],
  ['combining marks', 'Z\u0302o\u0308e\u0301', 'N\u0303u\u0323n\u0303ez'],
  ['the longest', 'é'.repeat(80), '漢'.repeat(80)],
])(
  '[RC1] a name in %s is the same in the sale, on the page of staff, in the search and in the copy',
  async (_, givenName, familyName) => {
    const person = await edge.sealed('person', { ...testPerson, givenName, familyName, email: null });
    const digests = { person: sha256Hex(person), photo: null, contract: sha256Hex(newTestId()) };
    const sale = saleEvent({ legalEntityId, planId, digests });
    expect((await edge.pushed([edge.append(sale)])).parked).toEqual([]);
    await edge.put(digests.person, person);
    const { memberId } = sale.member;
    const page = await (await ask(`/staff/api/members/${memberId}/access`)).json();
    expect(page).toMatchObject({ who: { name: `${givenName} ${familyName}` } });
    const words = encodeURIComponent(familyName.split(' ')[0] ?? '');
    const found = memberSearchSchema.parse(
      await (await ask(`/staff/api/member-search?words=${words}`)).json(),
    );
    expect(found.members.map(({ who }) => who.memberId)).toContain(memberId);
    const copy = (await (await ask(`/staff/api/members/${memberId}/copy`)).json()) as {
      parts: { table: string; rows: unknown[] }[];
    };
    expect(copy.parts.find(({ table }) => table === 'members')?.rows).toMatchObject([
      { given_name: givenName, family_name: familyName },
    ]);
  },
);

it.each([
  [{ familyName: 'n'.repeat(200) }, ''],
  [{ familyName: 'Mar\ud800tin' }, ''],
  [{ givenName: '\u200d', familyName: '\u200b' }, ': its names hold nothing that can be seen'],
  [{ birthDate: '9999-12-31' }, ': nobody who lives was born on that day'],
  [{ birthDate: '1700-01-01' }, ': nobody who lives was born on that day'],
])(
  '[W-ATT-6] takes no name of 200 characters or of nothing to be seen, and nobody of the year 9999: the bytes are kept, and staff have a case',
  async (wrong, why) => {
    const person = await edge.sealed('person', { ...testPerson, ...wrong });
    const digests = { person: sha256Hex(person), photo: null, contract: sha256Hex(newTestId()) };
    const sale = saleEvent({ legalEntityId, planId, digests });
    await edge.pushed([edge.append(sale)]);
    expect((await edge.put(digests.person, person)).status).toBe(204);
    expect(
      await sql.query("select detail from cases where kind = 'unreadable-attachment' and detail like $1", [
        `%${sale.member.memberId}%`,
      ]),
    ).toEqual([
      { detail: `person of member ${sale.member.memberId}: not the particulars of a person${why}` },
    ]);
    expect(
      await sql.query(
        `select birth_date, sealed is not null as kept from named_members as members join attachments on member_id = members.id
        where members.id = $1 and digest = $2`,
        [sale.member.memberId, digests.person],
      ),
    ).toEqual([{ birth_date: null, kept: true }]);
  },
);
