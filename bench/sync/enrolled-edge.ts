import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import type { AgentStore, EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { SyncAgent, type SyncAgentState } from '@portillon/sync-service/agent/sync-agent.ts';
import { TestEdge } from '@portillon/sync-service/test/test-edge.ts';

/** The identity of a box that the base has just let in; each has an address of its own, as 250 clubs have. */
export async function enrolledIdentity(baseUrl: string, code: string): Promise<EdgeIdentity> {
  const edge = await TestEdge.enrolled(baseUrl, code);
  return { ...edge.identity, privateKey: edge.keys.privateKey };
}

/** The store of an edge as shipped: SQLite, `synchronous=FULL`. */
export async function openEdgeStore(clock: Clock, folder: string, log: Log): Promise<EdgeStore> {
  const opened = await EdgeStore.open({ folder, clock, random: systemRandom, log });
  if (!opened.ok) throw new Error(`the store of the edge: ${opened.error.detail}`);
  return opened.value;
}

/** An agent as shipped, and how to wait for what it comes to. */
export class WatchedAgent {
  readonly agent: SyncAgent;
  readonly #look = new Set<() => void>();

  constructor(clock: Clock, store: AgentStore, baseUrl: string, log: Log) {
    this.agent = new SyncAgent({
      store,
      clock,
      random: systemRandom,
      log,
      baseUrl,
      software: 'portillon-bench',
      onState: () => {
        for (const look of [...this.#look]) look();
      },
    });
  }

  /** Resolves once the state is so. */
  async until(holds: (state: SyncAgentState) => boolean): Promise<void> {
    if (holds(this.agent.state)) return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!holds(this.agent.state)) return;
        this.#look.delete(look);
        resolve();
      };
      this.#look.add(look);
    });
  }
}
