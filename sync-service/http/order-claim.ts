import { countRequest, uncountRequest } from '../postgres/request-rates.ts';
import { claimWebOrder } from '../postgres/web-orders.ts';
import type { BaseContext } from './base-context.ts';
import type { RefusalWords } from './refusal.ts';
import type { SignedBy } from './signed-request.ts';

/** Codes have eight digits: whoever tries them at kiosks is not to come far (W-ORDER-15). */
const unknownCodesADay = 30;
const dayMs = 24 * 3_600_000;
const counted = 'orders.claim';

/** W-ORDER-14: an order of a web shop for the box that its customer came to, or why not. */
export async function claimOrder(
  base: BaseContext,
  edge: SignedBy,
  codeHash: string,
): Promise<{ readonly orderId: string } | RefusalWords> {
  const { database, clock } = base;
  // Counted before it is looked for: of many at once, each is one of the thirty. Whatever was no unknown code is taken off again.
  const { count } = await countRequest(database, counted, edge.edgeId, dayMs);
  if (count > unknownCodesADay) {
    return { code: 'request.too-often', message: 'too many unknown codes from this box today' };
  }
  let isUnknown = false;
  try {
    const claimed = await database.transaction((sql) => claimWebOrder(sql, edge, codeHash, clock.wallMs()));
    isUnknown = claimed === 'unknown';
    if (claimed === 'unknown') {
      return { code: 'order.unknown', message: 'no order of a web shop waits under this code' };
    }
    if (claimed === 'claimed') {
      return { code: 'order.claimed', message: 'another box has this order, and carries it out alone' };
    }
    return claimed;
  } finally {
    if (!isUnknown) await uncountRequest(database, counted, edge.edgeId);
  }
}
