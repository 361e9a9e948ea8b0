import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { SyncAgent } from '@portillon/sync-service/agent/sync-agent.ts';
import type { EdgeStore } from '../../store/edge-store.ts';
import type { ClaimOrder } from './code-entry.ts';

/** The feed tells a claimed order at once; who types a code is not left waiting for longer. */
const feedLimitMs = 5_000;
const lookMs = 50;

/**
 * Asks the base for the order of a code (W-ORDER-14), and waits until the feed has brought it. What was claimed and has not come
 * in time is ours all the same, and comes with the feed: the code is typed once more.
 */
export function claimFrom(
  agent: Pick<SyncAgent, 'claimOrder'>,
  { store, clock }: { readonly store: Pick<EdgeStore, 'book'>; readonly clock: Clock },
): ClaimOrder {
  return async (codeHash) => {
    const claimed = await agent.claimOrder(codeHash);
    if (!claimed.ok) {
      if (claimed.error.code === 'order.claimed') return 'elsewhere';
      return claimed.error.code === 'order.unknown' ? 'unknown' : 'unreachable';
    }
    const deadlineMs = clock.monotonicMs() + feedLimitMs;
    while (store.book.orderByCode(codeHash)?.record.place !== 'here') {
      if (clock.monotonicMs() > deadlineMs) return 'unreachable';
      await delay(clock, lookMs);
    }
    return 'ours';
  };
}
