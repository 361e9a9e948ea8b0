import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { MemoryAgentStore } from '@portillon/sync-service/test/memory-agent-store.ts';
import pg from 'pg';
import { quantilesOf } from '../tap/tap-figures.ts';
import { BaseProcess } from './base-process.ts';
import { gateEvents } from './club-events.ts';
import { enrolledIdentity, WatchedAgent } from './enrolled-edge.ts';
import { knownMembers } from './known-members.ts';
import { figure, type ScenarioResult, type SyncBench, type SyncScenario } from './scenario.ts';
import { WatchedPushes } from './watched-pushes.ts';

const targets = { answeredMs: 5_000, drainedMs: 15_000 };
const members = 500;
const enrolledAtOnce = 4;

/** The network of the operator comes back, and with it every club. */
export const storm: SyncScenario = {
  summary: 'every edge of the network comes back at the same moment, each with a queue',
  sizes: {
    'storm-edges': { usual: 250, about: 'edges, each of a club of its own' },
    'storm-events': { usual: 400, about: 'queued events of each' },
  },
  run: measure,
};

async function measure({ folder, clock, sizes, say }: SyncBench): Promise<ScenarioResult> {
  const { 'storm-edges': edges = 0, 'storm-events': events = 0 } = sizes;
  const undo: (() => unknown)[] = [];
  try {
    const base = await BaseProcess.start({ clock, folder: join(folder, 'base'), clubs: edges + 1 });
    undo.unshift(() => base.stop());
    const sql = new pg.Client({ connectionString: base.ready.databaseUrl });
    await sql.connect();
    undo.unshift(() => sql.end());
    const [sellersCode = '', ...codes] = Object.values(base.ready.enrolmentCodes);
    const known = await knownMembers(sql, base.url, sellersCode, members);
    const stores: MemoryAgentStore[] = [];
    const next = codes.values();
    const enrol = async () => {
      for (const code of next) {
        const store = new MemoryAgentStore();
        await store.saveIdentity(await enrolledIdentity(base.url, code));
        stores.push(store);
      }
    };
    await Promise.all(Array.from({ length: enrolledAtOnce }, enrol));
    say(`${stores.length} edges are enrolled`);
    // They know what was told before the cut: it is their queues that are measured, not their books.
    const { rows } = await sql.query<{ version: string }>('select version from feed_head');
    for (const [number, store] of stores.entries()) {
      store.cursor = Number(rows[0]?.version ?? 0);
      store.through = { seq: 0, epoch: store.kept?.epoch ?? 1 };
      const happened = gateEvents(new SeededRandom(number + 1), known, clock.wallMs());
      for (let count = 0; count < events; count++) store.append(happened.next().value);
    }
    say(`${stores.length} × ${events} events are queued`);

    const pushes = new WatchedPushes(clock);
    undo.unshift(() => pushes.stop());
    const agents = stores.map((store) => new WatchedAgent(clock, store, base.url, silentLog));
    undo.unshift(() => Promise.all(agents.map(({ agent }) => agent.stop())));
    const fromMs = clock.monotonicMs();
    for (const { agent } of agents) agent.start();
    await Promise.all(agents.map((each) => each.until(({ appliedThrough }) => appliedThrough >= events)));
    const drainedMs = clock.monotonicMs() - fromMs;
    const answered = quantilesOf(pushes.answeredMs);
    const { rows: counts } = await sql.query<{ events: number; parked: number }>(
      `select (select count(*)::int from edge_events) as events, (select count(*)::int from parked_events) as parked`,
    );
    return {
      figures: [
        figure('a push is answered, the slowest', answered.max / 1_000, 's', {
          atMost: targets.answeredMs / 1_000,
        }),
        figure('a push is answered, p50', answered.p50 / 1_000, 's'),
        figure('a push is answered, p99', answered.p99 / 1_000, 's'),
        figure('all is drained', drainedMs / 1_000, 's', { atMost: targets.drainedMs / 1_000 }),
        figure('events a second', ((edges * events) / drainedMs) * 1_000, '/s'),
        figure('pushes sent', pushes.answeredMs.length, ''),
        figure('of them told when to come again', pushes.toldToComeAgain, ''),
        figure('pushes refused or not answered', pushes.refused + pushes.failed, '', { atMost: 0 }),
        figure('events that the base holds', counts[0]?.events ?? 0, '', {
          atLeast: members + edges * events,
        }),
        figure('parked', counts[0]?.parked ?? 0, '', { atMost: 0 }),
      ],
      notes: [
        'one process of the base, agents as shipped over real HTTP; the stores of the edges are in memory here: 250 boxes have',
        '250 disks, and this machine has one. The drain has the store as shipped',
      ],
    };
  } finally {
    for (const step of undo) await step();
  }
}
