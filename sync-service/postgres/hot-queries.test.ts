import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import {
  caseEvent,
  newTestId,
  refundEvent,
  renewalEvent,
  replacementEvent,
  saleEvent,
  settledDebtEvent,
  signedMandate,
  TestEdge,
  testPerson,
  testPhoto,
  visit,
} from '../test/test-edge.ts';
import { Database } from './database.ts';
import { addDebt } from './debts.ts';
import { type HotQuery, hotQueries, keptWhole, partitionKeys } from './hot-queries.ts';

/** A statement as it was asked, and one set of its values. */
interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Alias?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly Filter?: string;
  readonly 'Hash Cond'?: string;
  readonly 'Merge Cond'?: string;
  readonly 'Join Filter'?: string;
  readonly Plans?: readonly PlanNode[];
}

let stateFolder: string;
let base: StartedBase;
let sql: Database;
const asked = new Map<string, Asked>();
const query = pg.Client.prototype.query;

const roundsOf = new Set(['portillon-job', 'portillon-staff']);
const applicationOf = (client: pg.Client) =>
  (client as unknown as { readonly connectionParameters: { readonly application_name?: string } })
    .connectionParameters.application_name ?? '';

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
type LargeTable = keyof typeof partitionKeys;
const isLarge = (table: string) => Object.hasOwn(partitionKeys, table);
const tablesOf = (text: string) =>
  Object.keys(partitionKeys).filter((table) =>
    new RegExp(`\\b(from|join|into|update|using) ${table}\\b`).test(oneLine(text)),
  );
const isInsert = (text: string) => oneLine(text).startsWith('insert into');
const listed = (text: string) => hotQueries.filter(({ asks }) => text.includes(asks));

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const lyon = await TestEdge.enrolled(base.url, base.enrolmentCodes['Lyon Part-Dieu'] ?? '');
  const [place] = await sql.query<{ legalEntityId: string; planId: string }>(
    `select legal_entity_id as "legalEntityId", (select id from plans limit 1) as "planId" from clubs where id = $1`,
    [lyon.identity.clubId],
  );
  if (!place) throw new Error('the seed was not applied');
  pg.Client.prototype.query = function listen(this: pg.Client, ...args: unknown[]) {
    const [text, values] = args;
    // The rounds of the base go on meanwhile: they are no request of an edge.
    if (typeof text === 'string' && !roundsOf.has(applicationOf(this))) {
      const known = asked.get(oneLine(text));
      if (!known) asked.set(oneLine(text), { text, values: Array.isArray(values) ? values : [] });
    }
    return Reflect.apply(query, this, args) as unknown;
  } as typeof query;
  const person = await lyon.sealed('person', testPerson);
  const other = sha256Hex('other');
  const photo = await lyon.sealed('photo', testPhoto);
  const digests = { person: sha256Hex(person), photo: sha256Hex(photo), contract: other };
  const sold = saleEvent({ ...place, ticket: true, digests });
  const reference = 'T8F2D6C1A9B3E4D7F';
  const signed = await lyon.sealed('mandate', signedMandate(reference));
  const sale = {
    ...sold,
    membership: { ...sold.membership, validTo: '2030-12-31T00:00:00.000Z' },
    mandate: { digest: sha256Hex(signed), reference },
  };
  lyon.append(sale);
  for (const { credentialId } of sale.credentials) {
    const { decided, sensed } = visit(credentialId);
    lyon.append(decided);
    lyon.append(sensed);
  }
  lyon.append(
    renewalEvent(
      { ...place, memberId: sale.member.memberId },
      { from: '2031-01-01T00:00:00.000Z', to: '2031-02-01T00:00:00.000Z' },
    ),
  );
  lyon.append(caseEvent());
  const { credentialId } = sale.credentials[0] ?? { credentialId: '' };
  const { memberId } = sale.member;
  const { at } = sale;
  const atKiosk = { at, memberId, credentialId };
  lyon.append({
    type: 'consent.answered',
    answerId: newTestId(),
    ...atKiosk,
    purpose: 'news',
    act: 'withdrawn',
    language: 'fr',
    wording: null,
  });
  lyon.append({ type: 'data.requested', requestId: newTestId(), ...atKiosk, asks: 'copy', box: 'Borne 1' });
  await lyon.pushed();
  await lyon.pushed();
  await lyon.signed('POST', '/v1/consents/ask', { body: JSON.stringify({ credentialId }) });
  const debtId = newTestId();
  const owed = {
    debtId,
    amountCents: 900,
    vatRate: 2_000,
    reason: 'other',
    words: '',
    userId: null,
  } as const;
  await addDebt(sql.for('staff'), memberId, { ...owed, nowMs: systemClock.wallMs() });
  lyon.append(settledDebtEvent({ ...place, memberId }, [[debtId, 900]]));
  const pass = { credentialId: newTestId(), publicKey: 'A'.repeat(43), validFrom: at };
  lyon.append({ type: 'pass.enrolled', at, besideCredentialId: credentialId, pass });
  const old = visit(credentialId);
  lyon.append({ ...old.decided, byNumber: true });
  lyon.append(replacementEvent({ id: newTestId(), amountCents: 0 }, sale, place.legalEntityId));
  const { member: _m, membership: _s, credentials: _c, consents: _n, mandate: _d, ...ofMoney } = sale;
  const ticket = { credentialId: newTestId(), validFrom: at, validTo: '2030-01-01T00:00:00.000Z' };
  const day = { ...ofMoney, type: 'day-entry.sold' as const, planId: place.planId, ticket };
  lyon.append({ ...day, saleId: newTestId() });
  const undone = saleEvent(place);
  const { saleId } = undone;
  lyon.append(undone);
  const plastic = undone.credentials[0]?.credentialId ?? '';
  lyon.append({ type: 'credential.rebound', saleId, at, credentialId: plastic, cardUid: '04AABBCC' });
  lyon.append({ type: 'receipt.settled', saleId, at, receipt: 'printed' });
  lyon.append({ type: 'sale.cancelled', saleId, at, amountCents: 5_490, reversalReference: 'R2' });
  lyon.append(refundEvent({ id: newTestId(), amountCents: 100 }, sale));
  expect((await lyon.pushed()).parked).toEqual([]);
  await lyon.put(digests.person, person);
  await lyon.signed('PUT', `/v1/attachments/${digests.photo}?offset=0&total=${photo.length}`, {
    body: photo.subarray(0, 9),
    contentType: 'application/octet-stream',
  });
  await lyon.signed('GET', `/v1/attachments/${digests.photo}`);
  await lyon.put(digests.photo, photo);
  await lyon.put(sale.mandate.digest, signed);
  await lyon.feed(0, 0, 'person');
  await lyon.raw(`/v1/photos/${digests.photo}`);
  pg.Client.prototype.query = query;
});

afterAll(async () => {
  pg.Client.prototype.query = query;
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

interface Way {
  readonly table: string;
  /** What the index that leads to its rows is asked for; none where the table is read whole. */
  readonly conditions: readonly string[];
  readonly namesKey: boolean;
}

/** How a plan comes to the rows of each large table. */
function waysTo(node: PlanNode, joins: readonly string[] = []): Way[] {
  const below = node.Plans ?? [];
  const table = node['Relation Name'];
  const conditions = [node, ...below].flatMap((each) => each['Index Cond'] ?? []);
  const own = [...conditions, ...[node.Filter, node['Recheck Cond']].flatMap((each) => each ?? [])];
  const joined = [
    ...joins,
    ...[node['Hash Cond'], node['Merge Cond'], node['Join Filter']].flatMap((each) => each ?? []),
  ];
  const further = below.flatMap((each) => waysTo(each, joined));
  if (table === undefined || !isLarge(table) || node['Node Type'] === 'ModifyTable') return further;
  const key = partitionKeys[table as LargeTable];
  const namesKey =
    own.some((condition) => equates(condition, key)) ||
    joined.some((condition) => equates(condition, `${node.Alias}.${key}`));
  return [{ table, conditions, namesKey }, ...further];
}

/** `= any` too; not of a column of the same name of another table. */
function equates(condition: string, column: string): boolean {
  const name = column.replace('.', '\\.');
  return new RegExp(`(?<![.\\w])${name} = |= ${name}(?![.\\w])`).test(condition);
}

async function waysOf({ text, values }: Asked): Promise<Way[]> {
  const plan = await sql.transaction(async (tx) => {
    // The tables of a test are small: what would be done with large ones is asked for.
    await tx.query('set local enable_seqscan = off');
    const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (format json) ${text}`,
      values,
    );
    return row?.['QUERY PLAN'][0].Plan;
  });
  return plan ? waysTo(plan) : [];
}

/** What is wrong with a query that is listed so. */
function flawsOf(ways: readonly Way[], text: string, query: HotQuery, indices: ReadonlyMap<string, Index>) {
  const through = query.within === 'network' ? query.through : [];
  return [
    ...ways.flatMap(({ table, conditions, namesKey }) => [
      ...(conditions.length === 0 ? [`${table} is read whole`] : []),
      ...(namesKey || keptWhole.includes(table) || through.some((name) => indices.get(name)?.table === table)
        ? []
        : [`${table} without ${partitionKeys[table as LargeTable]}`]),
    ]),
    // Which of several indices PostgreSQL takes in a small table says nothing: that this one can serve does.
    ...through
      .filter((name) => !bare(text).includes(bare(indices.get(name)?.column ?? '?')))
      .map((name) => `nothing is asked of ${name}`),
  ];
}

/** As PostgreSQL writes it and as we do: without brackets, spaces, casts and names of tables. */
const bare = (text: string) => text.toLowerCase().replaceAll(/::text|\b\w+\.|[()\s]/g, '');

interface Index {
  readonly table: string;
  /** The first one, or what is computed as the first. */
  readonly column: string;
}

async function allIndices(): Promise<Map<string, Index>> {
  const rows = await sql.query<Index & { name: string }>(
    `select relname as name, indrelid::regclass::text as table, pg_get_indexdef(indexrelid, 1, false) as column
       from pg_index join pg_class on pg_class.oid = indexrelid where indisvalid`,
  );
  return new Map(rows.map(({ name, ...index }) => [name, index]));
}

it('are all of them listed, each where it stands, and none that is asked no more', () => {
  const found = [...asked.values()].filter(({ text }) => tablesOf(text).length > 0 && !isInsert(text));
  const unlisted = found.map(({ text }) => oneLine(text)).filter((text) => listed(text).length !== 1);
  expect(unlisted).toEqual([]);
  const unasked = hotQueries.filter(({ asks }) => !found.some(({ text }) => oneLine(text).includes(asks)));
  expect(unasked).toEqual([]);
  for (const { asks, file } of hotQueries) {
    if (file === null) continue;
    const source = oneLine(readFileSync(join(import.meta.dirname, file), 'utf8'));
    expect({ file, asks, stands: source.includes(asks) }).toMatchObject({ stands: true });
  }
});

it('name the key of their partition, or are listed with the reason why nobody can, and read no large table whole', async () => {
  const indices = await allIndices();
  const flawed: object[] = [];
  for (const one of asked.values()) {
    const text = oneLine(one.text);
    const [query] = listed(text);
    if (tablesOf(text).length === 0 || isInsert(text) || !query) continue;
    const flaws = flawsOf(await waysOf(one), text, query, indices);
    if (flaws.length > 0) flawed.push({ text, flaws });
  }
  expect(flawed).toEqual([]);
  for (const query of hotQueries) {
    if (query.within !== 'network') continue;
    expect(query.because.split(' ').length, query.asks).toBeGreaterThan(5);
    expect(query.through.length, query.asks).toBeGreaterThan(0);
  }
});

it('would be found without one', async () => {
  const indices = await allIndices();
  const flaws = async (text: string, query: Partial<HotQuery>) =>
    flawsOf(await waysOf({ text, values: [newTestId()] }), text, { ...query } as HotQuery, indices);
  const byId = 'select 1 from debts where id = $1';
  expect(await flaws(byId, { within: 'partition' })).toEqual(['debts without member_id']);
  expect(await flaws(`${byId} and member_id is not null`, { within: 'partition' })).toHaveLength(1);
  expect(await flaws(`${byId} and member_id = $1`, { within: 'partition' })).toEqual([]);
  expect(await flaws(byId, { within: 'network', through: ['debts_pkey'] })).toEqual([]);
  expect(await flaws(byId, { within: 'network', through: ['debts_of_member'] })).toEqual([
    'nothing is asked of debts_of_member',
  ]);
  const joined = 'select 1 from sales join credentials on credentials.sale_id = sales.id where club_id = $1';
  expect(await flaws(joined, { within: 'partition' })).toEqual(['credentials without member_id']);
  const noIndex = 'select 1 from debts where amount_cents > 0 and user_id = $1';
  expect(await flaws(noIndex, { within: 'network', through: ['debts_pkey'] })).toContain(
    'debts is read whole',
  );
});

it('write no row without the key of its partition', () => {
  const inserts = [...asked.values()].map(({ text }) => oneLine(text)).filter(isInsert);
  const written = inserts.flatMap((text) => {
    const [, table = '', columns = ''] = /^insert into (\w+) \(([^)]*)\)/.exec(text) ?? [];
    return isLarge(table)
      ? [{ table, named: columns.split(', ').includes(partitionKeys[table as LargeTable]) }]
      : [];
  });
  expect(written.length).toBeGreaterThan(10);
  expect(written.filter(({ named }) => !named)).toEqual([]);
});
