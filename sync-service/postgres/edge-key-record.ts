import { toBase64url } from '@portillon/core/crypto/base64url.ts';
import { signBytes } from '@portillon/core/crypto/signing-key.ts';
import { edgeKeyToSign } from '@portillon/core/wire/messages.ts';

/** What the feed tells of a box's key, vouched for by the network (W-FEED-6). */
export function edgeKeyRecord(
  {
    edgeId,
    clubId,
    publicKey,
  }: { readonly edgeId: string; readonly clubId: string; readonly publicKey: string },
  status: 'active' | 'revoked',
  networkPrivateKey: string,
) {
  const signature = signBytes(networkPrivateKey, edgeKeyToSign(edgeId, clubId, publicKey, status));
  return {
    kind: 'edge-key' as const,
    id: edgeId,
    record: { clubId, publicKey, status, signature: toBase64url(signature) },
  };
}
