import type { EdgeId } from '@portillon/core/base/ids.ts';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { signatureHolds } from '@portillon/core/crypto/signing-key.ts';
import type { EdgeIdentity } from '@portillon/sync-service/agent/agent-store.ts';
import type { MemberBook } from '../../store/member-book.ts';

/**
 * W-PEER-2: whether that box of our own club has signed this. Its key is the one that the network's key vouches for, as the
 * book has it now: a box that was revoked meanwhile is believed no more.
 */
export function peerHasSigned(
  book: Pick<MemberBook, 'edgeKey'>,
  us: EdgeIdentity,
  edgeId: string,
  signed: string,
  signature: string,
): boolean {
  const key = book.edgeKey(edgeId as EdgeId);
  return (
    edgeId !== us.edgeId &&
    key?.status === 'active' &&
    key.clubId === us.clubId &&
    signatureHolds(key.publicKey, signed, fromBase64url(signature))
  );
}
