import { eventCaseIds } from '../../members/event-case-id.ts';
import type { Reporter } from '../../members/row-change.ts';
import type { Sql } from '../database.ts';
import { applyAnswerAgain, applyEvent, applyParked } from '../event-application.ts';
import type { ActsBetween } from './acts-between.ts';

interface KeptEvent {
  readonly edge_id: string;
  readonly seq: number;
  readonly body: Buffer;
  readonly received_at: string;
  /** Why it was kept aside; null when it was applied. */
  readonly reason: string | null;
  readonly reduced: boolean;
}

/** An event that was applied once and cannot be now. */
export interface StuckEvent {
  readonly edgeId: string;
  readonly seq: number;
  readonly reason: string;
}

export interface Replayed {
  readonly events: number;
  /** Among them those of entries of which it is no longer known whose they were (RT7). */
  readonly reduced: number;
  readonly stuck: readonly StuckEvent[];
}

const fetched = 1_000;

/**
 * Applies every event again, as they were taken in over all edges; of one edge in the order of their numbers. What was kept
 * aside stays aside. Two pushes at once may have been written down in the other order than they were applied in: an event
 * that was applied once and finds now that something is missing waits, with what follows it of its edge, until others have
 * gone ahead.
 */
export async function replayEvents(
  sql: Sql,
  reporters: ReadonlyMap<string, Reporter>,
  acts: ActsBetween,
  progress: (events: number) => void,
): Promise<Replayed> {
  const waiting = new Map<string, KeptEvent[]>();
  const stuck: StuckEvent[] = [];
  let events = 0;
  let reduced = 0;
  const apply = (event: KeptEvent) => applyAgain(sql, reporters.get(event.edge_id), event);

  /** Who waits tries again, as long as that leads anywhere. */
  const tryAgain = async (): Promise<void> => {
    for (let moved = waiting.size > 0; moved; ) {
      moved = false;
      for (const [edgeId, queue] of waiting) {
        while (queue[0] && (await apply(queue[0])) === null) {
          queue.shift();
          events++;
          moved = true;
        }
        if (queue.length === 0) waiting.delete(edgeId);
      }
    }
  };

  await sql.query(
    `declare kept_events no scroll cursor for
     select edge_events.edge_id, edge_events.seq, body, received_at, reason,
            reduced_at is not null as reduced
       from edge_events left join parked_events
         on parked_events.edge_id = edge_events.edge_id and parked_events.seq = edge_events.seq
      order by applied_order nulls first, received_at, edge_events.edge_id, edge_events.seq`,
  );
  for (;;) {
    const page = await sql.query<KeptEvent>(`fetch ${fetched} from kept_events`);
    if (page.length === 0) break;
    for (const event of page) {
      if (event.reduced) reduced++;
      const queue = waiting.get(event.edge_id);
      if (queue) {
        queue.push(event);
        continue;
      }
      await acts.until(event.received_at);
      if ((await apply(event)) === null) events++;
      else waiting.set(event.edge_id, [event]);
    }
    await tryAgain();
    progress(events);
  }
  await acts.until(null);
  // Whoever waits still waits in vain: it is told, and the rest of its edge goes on without it.
  while (waiting.size > 0) {
    for (const [edgeId, queue] of waiting) {
      const event = queue.shift();
      if (!event) continue;
      const reason = await apply(event);
      if (reason !== null) stuck.push({ edgeId, seq: event.seq, reason });
      events++;
      if (queue.length === 0) waiting.delete(edgeId);
    }
    await tryAgain();
  }
  return { events, reduced, stuck };
}

/** Null when it is in; else why it cannot be, and nothing of it is. */
async function applyAgain(
  sql: Sql,
  reporter: Reporter | undefined,
  { edge_id, seq, body, received_at, reason }: KeptEvent,
): Promise<string | null> {
  if (!reporter) return 'its edge is not known';
  const caseIds = () => eventCaseIds(edge_id, seq);
  const text = body.toString('utf8');
  // Answers are not built anew (projection-tables.ts); no text in an event holds quotes that are not escaped.
  if (/"type":"(purge\.acknowledged|consent\.answered|data\.requested|people\.shown)"/.test(text)) {
    if (reason === null) await applyAnswerAgain(sql, reporter, text);
    return null;
  }
  if (reason !== null) {
    await applyParked(sql, reporter, { body: text, receivedAt: received_at, reason, caseIds });
    return null;
  }
  await sql.query('savepoint again');
  const told = { body: text, receivedAt: received_at, caseIds, again: true };
  const application = await applyEvent(sql, reporter, told);
  if (application.parked !== null) {
    await sql.query('rollback to savepoint again');
    return application.parked;
  }
  await sql.query('release savepoint again');
  await sql.query('update sales set received_at = $2 where id = any($1::uuid[])', [
    application.sales,
    received_at,
  ]);
  return null;
}
