import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import {
  caseEvent,
  newTestId,
  renewalEvent,
  saleEvent,
  signedMandate,
  TestEdge,
  testPerson,
  testPhoto,
  visit,
} from '../test/test-edge.ts';
import { Database } from './database.ts';
import { hotQueries, partitionKeys } from './hot-queries.ts';

/** A statement as it was asked, and one set of its values. */
interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
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
  const atKiosk = { at: sale.at, memberId: sale.member.memberId, credentialId };
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
  await lyon.put(digests.person, person);
  await lyon.put(digests.photo, photo);
  await lyon.put(sale.mandate.digest, signed);
  await lyon.feed(0, 0, 'person');
  await lyon.raw(`/v1/photos/${digests.photo}`);
  await lyon.signed('POST', '/v1/consents/ask', { body: JSON.stringify({ credentialId }) });
  pg.Client.prototype.query = query;
});

afterAll(async () => {
  pg.Client.prototype.query = query;
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

/** Of each large table in a plan, the conditions of the indices that lead to its rows; none for one that is read whole. */
function waysTo(node: PlanNode): { readonly table: string; readonly conditions: string[] }[] {
  const below = node.Plans ?? [];
  const table = node['Relation Name'];
  const own =
    table !== undefined && isLarge(table) && node['Node Type'] !== 'ModifyTable'
      ? [{ table, conditions: [node, ...below].flatMap((each) => each['Index Cond'] ?? []) }]
      : [];
  return [...own, ...below.flatMap(waysTo)];
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

it('say what they look for by an index, and read no large table whole', async () => {
  const flaws: object[] = [];
  for (const { text, values } of asked.values()) {
    if (tablesOf(text).length === 0 || isInsert(text)) continue;
    const plan = await sql.transaction(async (tx) => {
      // The tables of a test are small: what would be done with large ones is asked for.
      await tx.query('set local enable_seqscan = off');
      const [row] = await tx.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `explain (format json) ${text}`,
        values,
      );
      return row?.['QUERY PLAN'][0].Plan;
    });
    const ways = plan ? waysTo(plan) : [];
    const query = listed(oneLine(text))[0];
    const byIndex = ways.some(({ conditions }) =>
      conditions.some((condition) => new RegExp(`\\b${query?.by}\\b`).test(condition)),
    );
    // Of two columns that each have an index, PostgreSQL takes the one that it likes.
    const confined = byIndex || oneLine(text).includes(`${query?.by} = $`);
    const inOne =
      query?.within !== 'partition' ||
      ways.length === 0 ||
      ways.some(({ table }) => partitionKeys[table as LargeTable] === query.by);
    const whole = ways.some(({ conditions }) => conditions.length === 0);
    if (!confined || !inOne || whole) flaws.push({ text: oneLine(text), by: query?.by, ways });
  }
  expect(flaws).toEqual([]);
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
