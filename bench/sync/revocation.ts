import { join } from 'node:path';
import { decide } from '@portillon/core/access/access-rule.ts';
import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type ClubId, type CredentialId, newId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import type { FeedChange } from '@portillon/core/wire/messages.ts';
import { gatherFacts } from '@portillon/kiosk/edge/gate/gather-facts.ts';
import type { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import { setCredentialStatus } from '@portillon/sync-service/postgres/credential-status.ts';
import { Database } from '@portillon/sync-service/postgres/database.ts';
import { MemoryAgentStore } from '@portillon/sync-service/test/memory-agent-store.ts';
import { saleEvent, TestEdge } from '@portillon/sync-service/test/test-edge.ts';
import { quantile } from '../tap/tap-figures.ts';
import { BaseProcess } from './base-process.ts';
import { enrolledIdentity, openEdgeStore, WatchedAgent } from './enrolled-edge.ts';
import { figure, type ScenarioResult, type SyncBench, type SyncScenario } from './scenario.ts';

const targetMs = 2_000;
const settleMs = 60_000;

/** Staff block cards while every club waits for the feed. */
export const revocation: SyncScenario = {
  summary: 'from a block at the base to the refusal at the gates of all clubs',
  sizes: {
    'revocation-edges': { usual: 250, about: 'edges that wait for the feed' },
    'revocation-gates': { usual: 10, about: 'of these, edges with a book on disk that decide at a gate' },
    'revocation-blocks': { usual: 100, about: 'cards that are blocked, one after the other' },
  },
  run: measure,
};

/** Tells of each credential that an edge no longer lets in, and when. */
type Refused = (credentialId: string) => void;

async function measure({ folder, clock, sizes, say }: SyncBench): Promise<ScenarioResult> {
  const edges = sizes['revocation-edges'] ?? 0;
  const gates = Math.min(edges, sizes['revocation-gates'] ?? 0);
  const blocks = sizes['revocation-blocks'] ?? 0;
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const base = await BaseProcess.start({ clock, folder: join(folder, 'base'), clubs: edges + 1 });
    undo.unshift(() => base.stop());
    const database = new Database(base.ready.databaseUrl, silentLog);
    undo.unshift(() => database.close());
    const codes = Object.values(base.ready.enrolmentCodes);
    const cards = await soldCards(base, database, codes[edges] ?? '', blocks);

    const waiting = new Map<
      string,
      { readonly fromMs: number; readonly tookMs: number[]; atGatesMs: number[] }
    >();
    const refusedAt = (isGate: boolean) => (credentialId: string) => {
      const block = waiting.get(credentialId);
      if (!block) return;
      const tookMs = clock.monotonicMs() - block.fromMs;
      block.tookMs.push(tookMs);
      if (isGate) block.atGatesMs.push(tookMs);
    };
    for (let index = 0; index < edges; index++) {
      const isGate = index < gates;
      const told = refusedAt(isGate);
      const identity = await enrolledIdentity(base.url, codes[index] ?? '');
      const store: EdgeStore | ListeningStore = isGate
        ? await gateStore(clock, join(folder, `edge-${index}`), identity, cards, told)
        : new ListeningStore(told, identity);
      if ('close' in store) undo.unshift(() => store.close());
      const watched = new WatchedAgent(clock, store, base.url, silentLog);
      undo.unshift(() => watched.agent.stop());
      watched.agent.start();
      await watched.until(({ online }) => online);
    }
    say(`${edges} edges are connected`);
    await delay(clock, 3_000); // their first look at the feed is over

    const [user] = await database.query<{ id: string }>('select id from staff_users limit 1');
    let late = 0;
    for (const credentialId of cards) {
      const block = { fromMs: clock.monotonicMs(), tookMs: [] as number[], atGatesMs: [] as number[] };
      waiting.set(credentialId, block);
      await setCredentialStatus(
        database,
        credentialId,
        { status: 'blocked', reason: 'lost' },
        { changeId: newId(clock, systemRandom), userId: user?.id ?? '', nowMs: clock.wallMs() },
      );
      while (block.tookMs.length < edges && clock.monotonicMs() - block.fromMs < settleMs) {
        await delay(clock, 20);
      }
      late += edges - block.tookMs.length;
    }
    const all = [...waiting.values()].flatMap(({ tookMs }) => tookMs);
    const atGates = [...waiting.values()].flatMap(({ atGatesMs }) => atGatesMs);
    return {
      figures: [
        figure('refused at a gate, p50', quantile(atGates, 0.5), 'ms'),
        figure('refused at a gate, p99', quantile(atGates, 0.99), 'ms', { atMost: targetMs }),
        figure('told to every edge, p50', quantile(all, 0.5), 'ms'),
        figure('told to every edge, p99', quantile(all, 0.99), 'ms', { atMost: targetMs }),
        figure('told to every edge, the last one', Math.max(...all), 'ms'),
        figure('not told within a minute', late, '', { atMost: 0 }),
      ],
      notes: [
        `${blocks} blocks at ${edges} edges; the clock starts before the transaction of the block begins`,
        `at ${gates} of them the record is on disk and the access rule has refused; the agents of all of them share one process`,
      ],
    };
  } finally {
    for (const step of undo) await step();
  }
}

/** Cards that the base knows from sales; each is let in until it is blocked. */
async function soldCards(
  base: BaseProcess,
  database: Database,
  code: string,
  count: number,
): Promise<readonly string[]> {
  const seller = await TestEdge.enrolled(base.url, code);
  const [place] = await database.query<{ legalEntityId: string; planId: string }>(
    `select (select id from legal_entities limit 1) as "legalEntityId",
            (select id from plans where record->>'scope' = 'network' limit 1) as "planId"`,
  );
  if (!place) throw new Error('the base has a plan');
  const cards: string[] = [];
  for (let sold = 0; sold < count; sold++) {
    const sale = saleEvent(place);
    seller.append(sale);
    cards.push(sale.credentials[0]?.credentialId ?? '');
  }
  const { parked } = await seller.pushed();
  if (parked.length > 0) throw new Error(`parked: ${parked[0]?.reason ?? ''}`);
  return cards;
}

/** An edge of which only that counts which it is told. */
class ListeningStore extends MemoryAgentStore {
  readonly #refused: Refused;

  constructor(refused: Refused, identity: EdgeIdentity) {
    super();
    this.kept = identity;
    this.#refused = refused;
  }

  override async applyFeed(changes: readonly FeedChange[], cursor: number): Promise<void> {
    this.cursor = cursor;
    for (const { change } of changes) {
      if (change.kind === 'credential' && change.record?.status === 'blocked') this.#refused(change.id);
    }
  }
}

/** The store of an edge as shipped; whenever it was told something, the gate decides about each card anew. */
async function gateStore(
  clock: Clock,
  folder: string,
  identity: EdgeIdentity,
  cards: readonly string[],
  refused: Refused,
): Promise<EdgeStore> {
  const store = await openEdgeStore(clock, folder, silentLog);
  const letIn = new Set(cards);
  await store.saveIdentity(identity);
  const clubId = identity.clubId as ClubId;
  store.onToldByBase(() => {
    const club = store.book.club(clubId);
    if (!club) return;
    for (const card of letIn) {
      const decision = decide(
        gatherFacts(
          { presented: { kind: 'card', credentialId: card as CredentialId }, grant: null, code: null },
          club,
          {
            store,
            clubId,
            nowMs: clock.wallMs(),
            inFlight: { hasTicket: () => false, releasedAtMs: () => null },
          },
        ),
      );
      if (decision.outcome !== 'refused' || decision.reason !== 'blocked') continue;
      letIn.delete(card);
      refused(card);
    }
  });
  return store;
}
