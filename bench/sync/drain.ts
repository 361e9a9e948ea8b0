import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import type { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import pg from 'pg';
import { BaseProcess } from './base-process.ts';
import { bareInsertLoop, onePostAnItem } from './baselines.ts';
import { gateEvents } from './club-events.ts';
import { enrolledIdentity, openEdgeStore, WatchedAgent } from './enrolled-edge.ts';
import { knownMembers } from './known-members.ts';
import { processorMs } from './processor-time.ts';
import { figure, type ScenarioResult, type SyncBench, type SyncScenario } from './scenario.ts';

const targetPerSecond = 10_000;
/** How many events are written into the outbox at a time, before anything is measured. */
const filledAtOnce = 500;
/** Of the bare insert loop: as many as a push carries. */
const batchLength = 2_000;

/** A club that comes back from an outage with a long queue. */
export const drain: SyncScenario = {
  summary: 'the queue of one edge that was cut off, taken in by the base',
  sizes: {
    'drain-events': { usual: 100_000, about: 'queued events of the edge' },
    'drain-members': { usual: 1_000, about: 'members of the club, known to the base before the outage' },
    'drain-beside': { usual: 20_000, about: 'events of the bare insert loop; a tenth of them one POST each' },
  },
  run: measure,
};

async function measure({ folder, clock, sizes, say }: SyncBench): Promise<ScenarioResult> {
  const { 'drain-events': events = 0, 'drain-members': members = 0, 'drain-beside': beside = 0 } = sizes;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const base = await BaseProcess.start({ clock, folder: join(folder, 'base'), clubs: 2 });
    undo.unshift(() => base.stop());
    const sql = new pg.Client({ connectionString: base.ready.databaseUrl });
    await sql.connect();
    undo.unshift(() => sql.end());
    const [code = '', sellersCode = ''] = Object.values(base.ready.enrolmentCodes);
    const known = await knownMembers(sql, base.url, sellersCode, members);
    const store = await openEdgeStore(clock, join(folder, 'edge'), silentLog);
    undo.unshift(() => store.close());
    const identity = await enrolledIdentity(base.url, code);
    await store.saveIdentity(identity);
    await fill(store, gateEvents(new SeededRandom(1), known, clock.wallMs()), events);
    say(`${events} events are queued`);

    const edgeBefore = process.cpuUsage();
    const baseBeforeMs = processorMs(base.pid);
    const tookMs = await drained(store, base, events, clock);
    const baseMs = processorMs(base.pid) - baseBeforeMs;
    const { user, system } = process.cpuUsage(edgeBefore);
    const { rows } = await sql.query<{ events: number; rows: number; parked: number; findings: number }>(
      `select (select count(*)::int from edge_events) as events,
              (select count(*)::int from decisions) + (select count(*)::int from passages) as rows,
              (select count(*)::int from parked_events) as parked,
              (select count(*)::int from outage_findings) as findings`,
    );
    const [found] = rows;
    say('drained; now what it stands beside');
    const sample = await store.outboxAfter(0, Math.min(beside, events), Number.MAX_SAFE_INTEGER);
    const batches = Array.from({ length: Math.ceil(sample.length / batchLength) }, (_, index) =>
      sample.slice(index * batchLength, (index + 1) * batchLength),
    );
    const bare = await bareInsertLoop(clock, base.ready.databaseUrl, identity.edgeId, batches);
    const posted = sample.slice(0, Math.ceil(sample.length / 10));
    const onePost = await onePostAnItem(clock, base.ready.databaseUrl, posted);
    return {
      figures: [
        figure('events a second, from the agent’s start', (events / tookMs) * 1_000, '/s', {
          atLeast: targetPerSecond,
        }),
        figure('beside it: a bare insert loop', bare, '/s'),
        figure('beside it: one POST an item with a key', onePost, '/s'),
        figure('all of them', tookMs / 1_000, 's'),
        figure('worked meanwhile: base and PostgreSQL', baseMs / 1_000, 's of a core'),
        figure('worked meanwhile: the edge', (user + system) / 1_000_000, 's of a core'),
        figure('events that the base holds', found?.events ?? 0, '', { atLeast: members + events }),
        figure('rows of decisions and passages', found?.rows ?? 0, '', { atLeast: events }),
        figure('parked', found?.parked ?? 0, '', { atMost: 0 }),
      ],
      notes: [
        `decisions at gates and passages; each entry was looked at again, ${found?.findings ?? 0} would have been decided otherwise`,
        'bare: same events, same PostgreSQL, one table, a statement an event, a transaction for 2,000; no HTTP, nothing checked',
        'one POST: the same into a table with a key, one request after the other; its server is in the process of the bench',
      ],
    };
  } finally {
    for (const step of undo) await step();
  }
}

async function fill(store: EdgeStore, bodies: Iterable<EventBody>, count: number): Promise<void> {
  const source = bodies[Symbol.iterator]();
  for (let left = count; left > 0; left -= filledAtOnce) {
    await store.write(async (tx) => {
      for (let index = 0; index < Math.min(left, filledAtOnce); index++) {
        await store.outbox.appendEvent(tx, source.next().value as EventBody);
      }
    });
  }
}

/** How long an agent takes from its start until the edge has on its disk that all is applied. */
async function drained(
  store: EdgeStore,
  base: BaseProcess,
  through: number,
  clock: SyncBench['clock'],
): Promise<number> {
  const watched = new WatchedAgent(clock, store, base.url, silentLog);
  const startedMs = clock.monotonicMs();
  watched.agent.start();
  try {
    await watched.until(({ appliedThrough }) => appliedThrough >= through);
    return clock.monotonicMs() - startedMs;
  } finally {
    await watched.agent.stop();
  }
}
