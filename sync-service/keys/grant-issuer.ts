import { hkdfSync } from 'node:crypto';
import { fromBase64url } from '@portillon/core/crypto/base64url.ts';
import { type SigningKeyPair, signBytes, signingKeyPairOf } from '@portillon/core/crypto/signing-key.ts';
import { edgeKeyToSign } from '@portillon/core/wire/messages.ts';

/** With what the base signs grants itself, and proves its own challenges. */
export interface GrantIssuer {
  readonly keys: SigningKeyPair;
  /** 32 bytes. */
  readonly challengeSecret: Uint8Array;
}

/** Both are made from the key of the network: whoever has that is the member base anyway, and there is no more to keep. */
export function grantIssuerOf(network: SigningKeyPair): GrantIssuer {
  const made = (use: string) =>
    new Uint8Array(hkdfSync('sha256', fromBase64url(network.privateKey), '', use, 32));
  return {
    keys: signingKeyPairOf(made('portillon-base-grants-1')),
    challengeSecret: made('portillon-pass-challenge-1'),
  };
}

/** As it stands in the list of edge keys: under the name of the network (PS15, W-PASS-4). */
export function issuerRecord(networkId: string, { keys }: GrantIssuer, network: SigningKeyPair) {
  const { publicKey } = keys;
  const status = 'active' as const;
  const signature = signBytes(network.privateKey, edgeKeyToSign(networkId, networkId, publicKey, status));
  return {
    kind: 'edge-key' as const,
    id: networkId,
    record: {
      clubId: networkId,
      publicKey,
      status,
      signature: Buffer.from(signature).toString('base64url'),
    },
  };
}
