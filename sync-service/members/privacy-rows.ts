import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { ReadEventOf } from '@portillon/core/wire/event.ts';
import type { Facts } from './event-facts.ts';
import { insert, type RowChange } from './row-change.ts';

const notTheirs = 'the base knows no such credential of that member';

/** W-CONSENT-1, CL8. What follows from it (photo, other systems) hangs on the ledger itself. */
export function consentAnswered(
  event: ReadEventOf<'consent.answered'>,
  { holder, reporter }: Facts,
): Result<RowChange[], string> {
  if (holder?.memberId !== event.memberId) return err(notTheirs);
  const { answerId, memberId, credentialId, purpose, act, at, language, wording } = event;
  if ((act === 'withdrawn') !== (wording === null)) {
    return err('an answer names the words that were asked, and a yes that is taken back has none');
  }
  return ok([
    insert('consents', {
      id: answerId,
      member_id: memberId,
      purpose,
      act,
      at,
      wording_version: wording?.version ?? null,
      wording_digest: wording?.digest ?? null,
      language,
      channel: 'kiosk',
      edge_id: reporter.edgeId,
      proof: JSON.stringify({ box: 'off-by-default', event: event.type, credentialId }),
    }),
  ]);
}

/** W-CONSENT-3, PV4. The desk decides; nothing goes by the request alone. */
export function dataRequested(
  event: ReadEventOf<'data.requested'>,
  { holder, reporter }: Facts,
): Result<RowChange[], string> {
  if (holder?.memberId !== event.memberId) return err(notTheirs);
  if (holder.isForgotten) return err('that member was forgotten before');
  const { requestId, memberId, asks, at, box } = event;
  if (holder.openRequests.includes(asks)) return ok([]);
  return ok([
    insert('erasure_requests', {
      id: requestId,
      member_id: memberId,
      asks,
      way: 'kiosk',
      matched: JSON.stringify(['reference']),
      made_at: at,
      made_by_name: box,
      edge_id: reporter.edgeId,
      state: 'open',
    }),
    insert('privacy_log', {
      id: requestId,
      at,
      user_name: box,
      action: 'request-made',
      member_id: memberId,
      request_id: requestId,
      detail: JSON.stringify({ way: 'kiosk', asks }),
    }),
  ]);
}
