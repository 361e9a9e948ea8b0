import { delay, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { BaseContext } from '../http/base-context.ts';
import { announce } from './announcements.ts';

const roundMs = 3_600_000;
/** A kiosk that is switched off for a night and a day is not dead yet. */
export const silentMs = 26 * 3_600_000;
const atOnce = 200;

/** What the base does about orders by itself, every hour, in whichever process comes first. The returned function ends it. */
export function startOrderRounds(base: BaseContext): () => Promise<void> {
  const stopped = new AbortController();
  const work = async () => {
    while (!stopped.signal.aborted) {
      await openWaitingCases(base).catch((error: Error) =>
        base.log.warn('orders.round-failed', { detail: error.message }),
      );
      await delay(base.clock, roundMs, stopped.signal).catch(() => 'stopped');
    }
  };
  const working = work();
  return async () => {
    stopped.abort();
    await working;
  };
}

/**
 * W-ORDER-18: an order of a web shop that only one box can carry out, while nobody has heard of that box for long. Nobody else may
 * do it by itself: the box may have made the card. Resolves with how many cases were opened.
 */
export async function openWaitingCases(
  base: Pick<BaseContext, 'database' | 'clock' | 'random' | 'log'>,
): Promise<number> {
  const nowMs = base.clock.wallMs();
  const now = isoTime(nowMs);
  return base.database.transaction(async (sql) => {
    // Locked: of two processes one opens the case.
    const waiting = await sql.query<{
      orderId: string;
      memberId: string;
      reference: string;
      edgeId: string;
      clubId: string;
      heardAt: string;
    }>(
      `select orders.id as "orderId", orders.member_id as "memberId", shop_reference as reference, edges.id as "edgeId",
              edges.club_id as "clubId", last_contact_at as "heardAt"
         from orders join edges on edges.id = orders.edge_id
        where orders.kind = 'collection' and orders.status = 'open' and orders.expires_at > $1
          and (edges.last_contact_at < $2 or edges.status <> 'active')
          and not exists (select 1 from cases where kind = 'order-waits' and cases.edge_id = edges.id
                             and starts_with(detail, 'order ' || orders.id))
        order by orders.made_at, orders.id limit ${atOnce} for update of orders skip locked`,
      [now, isoTime(nowMs - silentMs)],
    );
    for (const { orderId, memberId, reference, edgeId, clubId, heardAt } of waiting) {
      const caseId = newId<'case'>(base.clock, base.random);
      const detail = `order ${orderId} of member ${memberId}: its box was last heard of at ${heardAt}`;
      await sql.query(
        `insert into cases (id, club_id, edge_id, at, kind, reference, detail)
         values ($1, $2, $3, $4, 'order-waits', $5, $6)`,
        [caseId, clubId, edgeId, now, reference, detail],
      );
      base.log.warn('orders.box-silent', { orderId, edgeId, caseId });
    }
    if (waiting.length > 0) await announce(sql, 'live');
    return waiting.length;
  });
}
