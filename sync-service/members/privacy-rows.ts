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
  const { answerId, memberId, credentialId, purpose, act, at, language, wording, photoDigest } = event;
  if ((act === 'withdrawn') !== (wording === null)) {
    return err('an answer names the words that were asked, and a yes that is taken back has none');
  }
  if ((purpose === 'photo' && act === 'given') !== (photoDigest !== null)) {
    return err('a yes to the photo names the photo that was taken with it, and no other answer does');
  }
  const proof = { box: 'off-by-default', event: event.type, credentialId };
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
      proof: JSON.stringify(photoDigest === null ? proof : { ...proof, photoDigest }),
    }),
    // After the answer: where a later no is known by now, the photo is not taken in (CL6).
    ...photoOfAnswer(event, reporter),
  ]);
}

/** CL9. The photo that a yes names, before its bytes have come. */
export function photoOfAnswer(
  { memberId, photoDigest }: ReadEventOf<'consent.answered'>,
  { edgeId }: Pick<Facts['reporter'], 'edgeId'>,
): RowChange[] {
  if (photoDigest === null) return [];
  return [
    insert('attachments', { digest: photoDigest, purpose: 'photo', member_id: memberId, edge_id: edgeId }),
  ];
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

/** W-PERSON-9. A reading as one on the staff page (ST8); whose card it was is asked for when the log is read. */
export function peopleShown({ at, credentialId, reads, box }: ReadEventOf<'people.shown'>): RowChange[] {
  return reads.map(({ readId, memberId }) =>
    insert('person_reads', {
      id: readId,
      at,
      user_id: credentialId,
      user_name: `card ${credentialId}`,
      member_id: memberId,
      page: 'came-in',
      came_from: box,
    }),
  );
}
