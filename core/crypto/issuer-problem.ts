import type { NetworkId } from '../base/ids.ts';
import type { EntryClaims, IssuerKey } from './entry-claims.ts';
import { signatureHolds } from './signing-key.ts';

export type IssuerProblem =
  | 'wrong-network'
  /** No key of that edge is known. */
  | 'unknown-issuer'
  | 'revoked-issuer'
  | 'bad-signature';

/** Null when what an edge stated may be believed: it is of this network and signed by an edge in good standing. */
export function issuerProblem(
  stated: EntryClaims & { readonly signedBytes: Uint8Array; readonly signature: Uint8Array },
  reader: { readonly networkId: NetworkId; readonly issuerKey: IssuerKey | null },
): IssuerProblem | null {
  if (stated.networkId !== reader.networkId) return 'wrong-network';
  if (!reader.issuerKey) return 'unknown-issuer';
  if (reader.issuerKey.status !== 'active') return 'revoked-issuer';
  return signatureHolds(reader.issuerKey.publicKey, stated.signedBytes, stated.signature)
    ? null
    : 'bad-signature';
}
