import type { PlanOffer } from '../../bridge/view.ts';
import type { Words } from '../words.ts';

/** What stands beside a price: a month, or the months that are paid at once. */
export function perTerm({ prepaidMonths }: PlanOffer, say: Words['say']): string {
  return prepaidMonths === null ? say('plan.per-month') : say('plan.per-term', { count: prepaidMonths });
}
