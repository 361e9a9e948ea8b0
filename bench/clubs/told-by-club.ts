import type { Clock } from '@portillon/core/base/clock.ts';
import type { CredentialId } from '@portillon/core/base/ids.ts';
import { silentLog } from '@portillon/core/base/log.ts';
import { eventBodySchema, type OutboxEvent } from '@portillon/core/wire/event.ts';
import { openEdgeStore } from '../sync/enrolled-edge.ts';
import type { ToldByClub, ToldEvent } from './clubs-check.ts';
import type { BoxPlace } from './hall-messages.ts';

const readAtOnce = 1_000;

/** What the box has on its disk, read by its own store after everything has ended. */
export async function toldByClub(
  clock: Clock,
  { folder, plan }: BoxPlace,
  seen: { readonly committed: readonly string[]; readonly credentialIds: Iterable<string> },
): Promise<ToldByClub> {
  const store = await openEdgeStore(clock, folder, silentLog);
  try {
    const identity = await store.identity();
    if (!identity) throw new Error(`the box of club ${plan.club} was never let in`);
    const events: OutboxEvent[] = [];
    for (;;) {
      const more = await store.outboxAfter(events.at(-1)?.seq ?? 0, readAtOnce);
      if (more.length === 0) break;
      events.push(...more);
    }
    const book = new Map<string, string>();
    for (const id of seen.credentialIds) {
      const status = store.book.credential(id as CredentialId)?.status;
      if (status !== undefined) book.set(id, status);
    }
    return {
      club: plan.club,
      edgeId: identity.edgeId,
      events: events.map(toldEvent),
      seenCommitted: seen.committed,
      book,
    };
  } finally {
    await store.close();
  }
}

function toldEvent({ eventId, hash, body }: OutboxEvent): ToldEvent {
  const event = eventBodySchema.parse(JSON.parse(body));
  switch (event.type) {
    case 'sale.completed':
      return { eventId, hash, row: `sales ${event.saleId}` };
    case 'access.decided':
      return { eventId, hash, row: `decisions ${event.decisionId}` };
    case 'passage.sensed':
      return { eventId, hash, row: `passages ${event.passageId}` };
    default:
      throw new Error(`no box of this bench tells of ${event.type}`);
  }
}
