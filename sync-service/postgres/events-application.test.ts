import { rm } from 'node:fs/promises';
import { isoTime } from '@portillon/core/base/clock.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventCaseIds } from '../members/event-case-id.ts';
import type { Reporter } from '../members/row-change.ts';
import { type StartedBase, startBase, temporaryState } from '../test/start-base.ts';
import { newTestId, saleEvent, TestEdge } from '../test/test-edge.ts';
import { Database, type Sql } from './database.ts';
import { newEnrolmentCode } from './enrolment.ts';
import { applyEvents, type ReceivedEvent } from './events-application.ts';

let stateFolder: string;
let base: StartedBase;
let sql: Database;
let reporter: Reporter;
/** A card and a ticket that the base knows, and a credential whose sale it has not heard of. */
let credentialIds: string[];
const unknownId = newTestId();

beforeAll(async () => {
  stateFolder = await temporaryState();
  base = await startBase({ stateFolder });
  sql = new Database(base.databaseUrl, silentLog);
  const clubId = base.clubs['Lyon Part-Dieu'] ?? '';
  const [place] = await sql.query<{ legalEntityId: string; planId: string }>(
    'select legal_entity_id as "legalEntityId", (select id from plans limit 1) as "planId" from clubs limit 1',
  );
  if (!place) throw new Error('the base has a club');
  const code = () => newEnrolmentCode(sql, clubId, systemClock.wallMs());
  const edge = await TestEdge.enrolled(base.url, await code());
  const sale = saleEvent({ ...place, ticket: true });
  edge.append(sale);
  await edge.pushed();
  reporter = { edgeId: edge.identity.edgeId, clubId, legalEntityId: place.legalEntityId };
  credentialIds = [...sale.credentials.map(({ credentialId }) => credentialId), unknownId];
});

afterAll(async () => {
  await sql.close();
  await base.stop();
  await rm(stateFolder, { recursive: true, force: true });
});

/** Few, so that some come twice. */
const ids = Array.from({ length: 12 }, newTestId);
const someId = fc.constantFrom(...ids);
const credential = fc.option(fc.nat({ max: 2 }), { freq: 8 });
const at = fc.constantFrom(
  '2026-11-23T09:00:00.000Z',
  '2026-11-23T09:00:01.000Z',
  '9999-12-31T23:59:59.999Z',
);
/** A gate whose name PostgreSQL cannot store is understood by the wire. */
const gateId = fc.oneof({ weight: 20, arbitrary: fc.constant('gate-1') }, fc.constant('gate\u0000'));
const zone = fc.constantFrom(null, null, 'pool');
const direction = fc.constantFrom('entry', 'exit');

const decided = fc.record({
  type: fc.constant('access.decided'),
  decisionId: someId,
  at,
  gateId,
  zone,
  direction,
  credentialId: credential,
  presented: fc.constant('card'),
  outcome: fc.constantFrom('granted', 'granted', 'refused'),
  /** A grant with a reason is against a rule of the base. */
  reason: fc.constantFrom(null, null, 'blocked'),
  dataAgeMs: fc.constantFrom(null, 0, 3_600_000),
  byGrant: fc.boolean(),
  byNumber: fc.boolean(),
});
const sensed = fc.record({
  type: fc.constant('passage.sensed'),
  passageId: someId,
  at,
  gateId,
  zone,
  direction,
  decisionId: fc.option(someId, { freq: 6 }),
  credentialId: credential,
  orderId: fc.constant(null),
  occupancyAfter: fc.nat({ max: 9 }),
});
const called = fc.record({
  type: fc.constant('case.opened'),
  caseId: someId,
  at,
  kind: fc.constant('staff-called'),
  amountCents: fc.constant(0),
  detail: fc.constant(''),
});
const unknown = fc.constantFrom('{"type":"not.known"}', 'not JSON', '{}');
const body = fc.oneof(
  { weight: 8, arbitrary: decided },
  { weight: 8, arbitrary: sensed },
  { weight: 1, arbitrary: called },
  { weight: 1, arbitrary: unknown },
);

const asText = (event: object | string) =>
  typeof event === 'string'
    ? event
    : JSON.stringify(event, (key, value) =>
        key === 'credentialId' && typeof value === 'number' ? credentialIds[value] : value,
      );

class Undone extends Error {}

/** What `work` leaves in the tables, without leaving it. */
async function rowsAfter(work: (sql: Sql) => Promise<object>): Promise<unknown> {
  let seen: unknown;
  const undone = sql.transaction(async (tx) => {
    const outcome = await work(tx);
    const tables = [];
    for (const table of ['decisions', 'passages', 'cases', 'credentials']) {
      tables.push(await tx.query(`select * from ${table} order by id`));
    }
    seen = { outcome, tables };
    throw new Undone();
  });
  await expect(undone).rejects.toThrow(Undone);
  return seen;
}

it('[W-PUSH-6] come to the same many at a time as one after the other, kept aside or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 40 }), async (events) => {
      const received: ReceivedEvent[] = events.map((event, index) => ({
        seq: index + 1,
        body: asText(event),
        receivedAt: isoTime(systemClock.wallMs()),
        caseIds: () => eventCaseIds(reporter.edgeId, index + 1),
      }));
      const sorted = ({ parked, ...touched }: Awaited<ReturnType<typeof applyEvents>>) => ({
        parked,
        touched: Object.fromEntries(Object.entries(touched).map(([what, found]) => [what, found.sort()])),
      });
      const together = await rowsAfter(async (tx) => sorted(await applyEvents(tx, reporter, received)));
      const apart = await rowsAfter(async (tx) => {
        const all = [];
        for (const one of received) all.push(await applyEvents(tx, reporter, [one]));
        const [first, ...others] = all;
        if (!first) throw new Error('there is one');
        for (const other of others) {
          first.parked.push(...other.parked);
          for (const what of [
            'touchedCredentials',
            'touchedOrders',
            'touchedGateOrders',
            'decided',
            'sales',
          ] as const) {
            first[what].push(...other[what]);
          }
        }
        return sorted(first);
      });
      expect(together).toEqual(apart);
    }),
    { numRuns: 25 },
  );
}, 60_000);

it('[W-PUSH-6] keeps an event aside at which a rule of the base fails, alone or among others', async () => {
  const event = (type: 'access.decided' | 'case.opened') => ({
    ...(type === 'case.opened'
      ? { caseId: newTestId(), kind: 'staff-called', amountCents: 0, detail: '' }
      : { decisionId: newTestId(), gateId: 'gate-1', credentialId: null, presented: 'card' }),
    ...{ type, at: '2026-11-23T09:00:00.000Z' },
    ...(type === 'access.decided' ? { outcome: 'granted', reason: null, dataAgeMs: 0, byGrant: false } : {}),
  });
  const received: ReceivedEvent[] = (['access.decided', 'access.decided', 'case.opened'] as const).flatMap(
    (type, index) =>
      [false, true].map((fails) => ({
        seq: 2 * index + (fails ? 2 : 1),
        body: JSON.stringify(event(type)),
        receivedAt: isoTime(systemClock.wallMs()),
        caseIds: (() => {
          let failsNow = fails;
          return () => {
            if (!failsNow) return eventCaseIds(reporter.edgeId, index);
            failsNow = false;
            throw new RangeError('Invalid time value');
          };
        })(),
      })),
  );
  const reason = 'a rule of the base failed at it: Invalid time value';
  const outcome = await rowsAfter((tx) => applyEvents(tx, reporter, received));
  expect(outcome).toMatchObject({
    outcome: { parked: [2, 4, 6].map((seq) => ({ seq, reason })), decided: { length: 2 } },
  });
  // What fails for another cause than the event is the whole batch's.
  const cut = [{ ...(received[0] as ReceivedEvent), caseIds: () => raise(new Error('connection lost')) }];
  await expect(sql.transaction((tx) => applyEvents(tx, reporter, cut))).rejects.toThrow('connection lost');
});

function raise(error: Error): never {
  throw error;
}

it('a run of hundreds with one that cannot be written loses no other, and takes few statements', async () => {
  const received = Array.from({ length: 600 }, (_, index) => ({
    seq: index + 1,
    body: JSON.stringify({
      ...{ type: 'access.decided', decisionId: newTestId(), at: '2026-11-23T09:00:00.000Z' },
      ...{
        gateId: index === 333 ? 'gate\u0000' : 'gate-1',
        credentialId: credentialIds[0],
        presented: 'card',
      },
      ...{ outcome: 'granted', reason: null, dataAgeMs: 0, byGrant: false },
    }),
    receivedAt: isoTime(systemClock.wallMs()),
    caseIds: () => eventCaseIds(reporter.edgeId, index + 1),
  }));
  let statements = 0;
  const outcome = await rowsAfter(async (tx) => {
    const counted: Sql = {
      query: (text, values) => {
        statements += 1;
        return tx.query(text, values);
      },
    };
    const { parked, decided: written } = await applyEvents(counted, reporter, received);
    return { parked, written: written.length };
  });
  expect(outcome).toMatchObject({ outcome: { written: 599, parked: [{ seq: 334 }] } });
  expect(statements).toBeLessThan(100);
});
