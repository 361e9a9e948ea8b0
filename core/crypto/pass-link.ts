import { type CredentialId, type EdgeId, idBytes, idFromBytes, type NetworkId } from '../base/ids.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { passLayoutVersion, passLinkKind, passLinkLength } from './pass-layout.ts';
import { signatureHolds, signBytes } from './signing-key.ts';

/**
 * What a kiosk shows to a phone that has a network: whoever opens it first may put this card on a phone (PS16). In the
 * address it stands behind `#`, which no browser sends to anybody by itself. Always 134 bytes, 179 characters in base64url:
 *
 *     0        1     2          18           34                50                66       70
 *     version  kind  networkId  issuerEdgeId besideCredential  passCredential    expires  signature
 *     1        1     16         16           16                16                4        64
 *
 * `expires` is whole seconds since 1970 UTC, big-endian. The edge signs everything before the signature (Ed25519).
 */
export interface PassLink {
  readonly networkId: NetworkId;
  readonly issuerEdgeId: EdgeId;
  /** The card whose holder stands at the kiosk. */
  readonly besideCredentialId: CredentialId;
  /** The name that the pass will have: there can be one of it, so the link is good once. */
  readonly passCredentialId: CredentialId;
  readonly expiresAtMs: number;
}

/** From the moment the kiosk shows it; the base takes none that says to live longer. */
export const passLinkLifeMs = 10 * 60_000;
/** As far as the clocks of kiosk and base may be apart. */
const clockDifferenceMs = 5 * 60_000;
const expiresAt = 66;
const signatureAt = 70;

/** `privateKey` is the edge's Ed25519 key, PKCS#8 DER in base64url. Resolves with what stands behind `#`. */
export function passLinkText(link: PassLink, privateKey: string): string {
  const bytes = new Uint8Array(passLinkLength);
  bytes.set([passLayoutVersion, passLinkKind]);
  const ids = [link.networkId, link.issuerEdgeId, link.besideCredentialId, link.passCredentialId];
  for (const [index, id] of ids.entries()) bytes.set(idBytes(id), 2 + index * 16);
  new DataView(bytes.buffer).setUint32(expiresAt, Math.floor(link.expiresAtMs / 1_000));
  bytes.set(signBytes(privateKey, bytes.subarray(0, signatureAt)), signatureAt);
  return toBase64url(bytes);
}

/** The edge that says it made the link; null for what is no link. Nothing is proved yet. */
export function issuerOfPassLink(bytes: Uint8Array): EdgeId | null {
  if (bytes.length !== passLinkLength) return null;
  if (bytes[0] !== passLayoutVersion || bytes[1] !== passLinkKind) return null;
  return idFromBytes(bytes.subarray(18, 34));
}

export type PassLinkProblem = 'other-network' | 'not-signed' | 'expired';

/** What `issuerOfPassLink` took for a link, held against the key of that edge (32 raw bytes in base64url). */
export function readPassLink(
  bytes: Uint8Array,
  at: { readonly networkId: NetworkId; readonly issuerPublicKey: string; readonly nowMs: number },
): PassLink | PassLinkProblem {
  const idAt = <Kind extends string>(start: number) => idFromBytes<Kind>(bytes.subarray(start, start + 16));
  if (idAt(2) !== at.networkId) return 'other-network';
  if (!signatureHolds(at.issuerPublicKey, bytes.subarray(0, signatureAt), bytes.subarray(signatureAt))) {
    return 'not-signed';
  }
  const expiresAtMs = new DataView(bytes.buffer, bytes.byteOffset).getUint32(expiresAt) * 1_000;
  const latestMs = at.nowMs + passLinkLifeMs + clockDifferenceMs;
  if (expiresAtMs + clockDifferenceMs <= at.nowMs || expiresAtMs > latestMs) return 'expired';
  return {
    networkId: at.networkId,
    issuerEdgeId: idAt(18),
    besideCredentialId: idAt(34),
    passCredentialId: idAt(50),
    expiresAtMs,
  };
}

export function passLinkBytes(text: string): Uint8Array {
  return fromBase64url(text);
}
