import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import type { EventBody } from '@portillon/core/wire/event.ts';
import type { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import { saleEvent } from '@portillon/sync-service/test/test-edge.ts';
import pg from 'pg';
import { BaseProcess } from './base-process.ts';
import { gateEvents } from './club-events.ts';
import { enrolledIdentity, openEdgeStore, WatchedAgent } from './enrolled-edge.ts';
import { processorMs } from './processor-time.ts';
import { figure, type ScenarioResult, type SyncBench, type SyncScenario } from './scenario.ts';

const targetPerSecond = 10_000;
/** How many events are written into the outbox at a time, before anything is measured. */
const filledAtOnce = 500;

/** A club that comes back from an outage with a long queue. */
export const drain: SyncScenario = {
  summary: 'the queue of one edge that was cut off, taken in by the base',
  sizes: {
    'drain-events': { usual: 100_000, about: 'queued events of the edge' },
    'drain-members': { usual: 1_000, about: 'members of the club, known to the base before the outage' },
  },
  run: measure,
};

async function measure({ folder, clock, sizes, say }: SyncBench): Promise<ScenarioResult> {
  const events = sizes['drain-events'] ?? 0;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const base = await BaseProcess.start({ clock, folder: join(folder, 'base'), clubs: 1 });
    undo.unshift(() => base.stop());
    const sql = new pg.Client({ connectionString: base.ready.databaseUrl });
    await sql.connect();
    undo.unshift(() => sql.end());
    const [code] = Object.values(base.ready.enrolmentCodes);
    if (code === undefined) throw new Error('the base has a club that waits for a box');
    const store = await openEdgeStore(clock, join(folder, 'edge'), silentLog);
    undo.unshift(() => store.close());
    await store.saveIdentity(await enrolledIdentity(base.url, code));

    const place = await somewhereToSell(sql);
    const sales = Array.from({ length: sizes['drain-members'] ?? 0 }, () => saleEvent(place));
    await fill(store, sales, sales.length);
    await drained(store, base, sales.length, clock);
    const credentialIds = sales.map(({ credentials }) => credentials[0]?.credentialId ?? '');
    say(`${sales.length} members are known`);
    await fill(store, gateEvents(new SeededRandom(1), { credentialIds }, clock.wallMs()), events);
    say(`${events} events are queued`);

    const through = sales.length + events;
    const edgeBefore = process.cpuUsage();
    const baseBeforeMs = processorMs(base.pid);
    const tookMs = await drained(store, base, through, clock);
    const baseMs = processorMs(base.pid) - baseBeforeMs;
    const { user, system } = process.cpuUsage(edgeBefore);
    const edgeMs = (user + system) / 1_000;
    const taken = await sql.query<{ events: number; rows: number; parked: number; findings: number }>(
      `select (select count(*)::int from edge_events) as events,
              (select count(*) from decisions)::int + (select count(*) from passages)::int as rows,
              (select count(*)::int from parked_events) as parked,
              (select count(*)::int from outage_findings) as findings`,
    );
    const [found] = taken.rows;
    return {
      figures: [
        figure('events a second, from the agent’s start', (events / tookMs) * 1_000, '/s', {
          atLeast: targetPerSecond,
        }),
        figure('all of them', tookMs / 1_000, 's'),
        figure('of that, processor time of the base and PostgreSQL', baseMs / 1_000, 's'),
        figure('of that, processor time of the edge', edgeMs / 1_000, 's'),
        figure('events that the base holds', found?.events ?? 0, '', { atLeast: through }),
        figure('rows of decisions and passages', found?.rows ?? 0, '', { atLeast: events }),
        figure('parked', found?.parked ?? 0, '', { atMost: 0 }),
      ],
      notes: [
        `${found?.findings ?? 0} decisions were found to be others than the base would have taken; each entry was looked at again`,
      ],
    };
  } finally {
    for (const step of undo) await step();
  }
}

async function somewhereToSell(sql: pg.Client) {
  const { rows } = await sql.query<{ legalEntityId: string; planId: string }>(
    `select (select id from legal_entities limit 1) as "legalEntityId",
            (select id from plans where record->>'scope' = 'network' limit 1) as "planId"`,
  );
  const [place] = rows;
  if (!place) throw new Error('the base has a plan');
  return place;
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
