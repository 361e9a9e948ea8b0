import { invariant } from '@portillon/core/base/invariant.ts';
import { err } from '@portillon/core/base/result.ts';
import type { ReadEvent, ReadEventOf } from '@portillon/core/wire/event.ts';
import { oddMoment } from '@portillon/core/wire/told-moments.ts';
import type { Facts } from '../members/event-facts.ts';
import { eventRows } from '../members/event-rows.ts';
import type { Reporter, Value } from '../members/row-change.ts';
import { type BulkTable, insertRows } from './bulk-insert.ts';
import type { Sql } from './database.ts';
import {
  type Application,
  applyEvent,
  faultOfTheEvent,
  noFacts,
  readEvent,
  type ToApply,
} from './event-application.ts';
import { lockRecordsOf } from './records-of-person.ts';

export interface ReceivedEvent extends ToApply {
  readonly seq: number;
}

/** What became of a batch: what was kept aside, and the rows of interest that were touched. */
export interface AppliedEvents extends Record<Touched, string[]> {
  readonly parked: { seq: number; reason: string }[];
}
type Touched = Exclude<keyof Extract<Application, { parked: null }>, 'parked'>;

/** Of what happens at a gate; these make up almost all that an edge ever tells. */
type GateEvent = ReadEventOf<'access.decided' | 'passage.sensed'>;

interface GatheredEvent extends ReceivedEvent {
  readonly event: GateEvent;
}

/** Of a member whom the base knows already. */
const namesMember: ReadonlySet<string> = new Set([
  'membership.renewed',
  'debt.settled',
  'consent.answered',
  'data.requested',
]);

/** Writes nothing but its own row. */
interface OwnRow {
  readonly received: GatheredEvent;
  readonly table: BulkTable;
  readonly row: Readonly<Record<string, Value>>;
}

/**
 * Applies the events of a batch in their order, inside its transaction, with the same outcome as one after the other
 * (`applyEvent`). Events of gates that bear on nothing but their own row are gathered and written many at a time; a run in
 * which one cannot be written is undone and halved until that one is alone.
 */
export async function applyEvents(
  sql: Sql,
  reporter: Reporter,
  events: readonly ReceivedEvent[],
): Promise<AppliedEvents> {
  const applied: AppliedEvents = {
    parked: [],
    touchedCredentials: [],
    touchedOrders: [],
    touchedGateOrders: [],
    decided: [],
    sales: [],
  };
  const one = async (received: ReceivedEvent) => {
    note(applied, received.seq, await applyEvent(sql, reporter, received));
  };
  let gathered: GatheredEvent[] = [];
  const writeGathered = async () => {
    const run = gathered;
    gathered = [];
    let rows: OwnRow[] = [];
    const plain = await plainCredentials(sql, run);
    for (const received of run) {
      if (bearsOnMore(received.event, plain)) {
        await writeRun(sql, rows, applied, one);
        rows = [];
        await one(received);
        continue;
      }
      const row = ownRow(received, reporter);
      if ('parked' in row) note(applied, received.seq, row);
      else rows.push(row);
    }
    await writeRun(sql, rows, applied, one);
  };
  const read = events.map((received) => ({ received, event: readEvent(received.body) }));
  // All of them at once, in the order in which others lock them: two boxes may tell of the same members in another order.
  const named = new Set(read.flatMap(({ event }) => memberNamedBy(event)));
  if (named.size > 1) await lockRecordsOf(sql, [...named]);
  for (const { received, event } of read) {
    if (typeof event === 'string') {
      note(applied, received.seq, { parked: event });
    } else if (isOfGate(event)) {
      gathered.push({ ...received, event });
    } else {
      await writeGathered();
      await one(received);
    }
  }
  await writeGathered();
  applied.parked.sort((a, b) => a.seq - b.seq);
  return applied;
}

function memberNamedBy(event: ReadEvent | string): string[] {
  if (typeof event === 'string' || !namesMember.has(event.type)) return [];
  return 'memberId' in event ? [event.memberId] : [];
}

function isOfGate(event: ReadEvent): event is GateEvent {
  return event.type === 'access.decided' || event.type === 'passage.sensed';
}

/**
 * An old badge that was let in by its number may be a copy, and an entry may spend a ticket: both need a lock and a look. Of
 * a credential that the base does not know, its sale may be on its way.
 */
function bearsOnMore(event: GateEvent, plainCredentialIds: ReadonlySet<string>): boolean {
  const { credentialId } = event;
  if (credentialId === null) return false;
  if (event.type === 'access.decided') return event.byNumber && event.outcome === 'granted';
  return mayBeEntry(event) && !plainCredentialIds.has(credentialId);
}

function mayBeEntry({ direction, decisionId }: ReadEventOf<'passage.sensed'>): boolean {
  return direction === 'entry' && decisionId !== null;
}

/** Of those that went in, what is known to be no ticket for one entry: that never changes. */
async function plainCredentials(sql: Sql, run: readonly GatheredEvent[]): Promise<ReadonlySet<string>> {
  const entered = run.flatMap(({ event }) =>
    event.type === 'passage.sensed' && event.credentialId !== null && mayBeEntry(event)
      ? [event.credentialId]
      : [],
  );
  if (entered.length === 0) return new Set();
  const rows = await sql.query<{ id: string }>(
    'select id from credentials where id = any($1::uuid[]) and not single_use',
    [[...new Set(entered)]],
  );
  return new Set(rows.map(({ id }) => id));
}

function ownRow(received: GatheredEvent, reporter: Reporter): OwnRow | { readonly parked: string } {
  const rows = rowsOrFault(received, reporter);
  if (!rows.ok) return { parked: rows.error };
  const [change, ...more] = rows.value;
  invariant(change?.do === 'insert' && more.length === 0, 'it bears on its own row only');
  const { table, row } = change;
  invariant(table === 'decisions' || table === 'passages', 'it is of a gate');
  return { received, table, row };
}

function rowsOrFault(received: GatheredEvent, reporter: Reporter): ReturnType<typeof eventRows> {
  try {
    const odd = oddMoment(received.event, Date.parse(received.receivedAt));
    if (odd !== null) return err(odd);
    const { receivedAt } = received;
    const facts: Facts = { ...noFacts, reporter, receivedAt, newCaseId: received.caseIds() };
    return eventRows(received.event, facts);
  } catch (error) {
    const reason = faultOfTheEvent(error);
    if (reason === null) throw error;
    return err(reason);
  }
}

async function writeRun(
  sql: Sql,
  run: readonly OwnRow[],
  applied: AppliedEvents,
  one: (received: ReceivedEvent) => Promise<void>,
): Promise<void> {
  const [first] = run;
  if (!first) return;
  if (run.length === 1) return one(first.received);
  await sql.query('savepoint run');
  const rowsOf = (table: BulkTable) => run.flatMap((each) => (each.table === table ? [each.row] : []));
  const decisions = rowsOf('decisions');
  try {
    await insertRows(sql, 'decisions', decisions);
    await insertRows(sql, 'passages', rowsOf('passages'));
  } catch (error) {
    if (faultOfTheEvent(error) === null) throw error;
    await sql.query('rollback to savepoint run');
    const middle = Math.ceil(run.length / 2);
    await writeRun(sql, run.slice(0, middle), applied, one);
    await writeRun(sql, run.slice(middle), applied, one);
    return;
  }
  await sql.query('release savepoint run');
  for (const { id } of decisions) applied.decided.push(String(id));
}

function note(applied: AppliedEvents, seq: number, application: Application): void {
  if (application.parked !== null) {
    applied.parked.push({ seq, reason: application.parked });
    return;
  }
  for (const touched of [
    'touchedCredentials',
    'touchedOrders',
    'touchedGateOrders',
    'decided',
    'sales',
  ] as const) {
    applied[touched].push(...application[touched]);
  }
}
