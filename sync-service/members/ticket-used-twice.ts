import type { Facts } from './event-facts.ts';
import { insert, placeOf, type RowChange } from './row-change.ts';

/** W-PEER-9: boxes that did not hear of each other each let in by a ticket for one entry. */
export function ticketUsedTwice(
  { reporter, usedTwice, newCaseId }: Pick<Facts, 'reporter' | 'usedTwice' | 'newCaseId'>,
  at: string,
): RowChange[] {
  return usedTwice.map(({ credentialId, clubName, at: before }) =>
    insert('cases', {
      id: newCaseId(),
      ...placeOf(reporter),
      at,
      kind: 'ticket-used-twice',
      sale_id: null,
      sale_reference: null,
      amount_cents: 0,
      detail: `ticket ${credentialId}, also at ${clubName} at ${before}`.slice(0, 400),
    }),
  );
}
