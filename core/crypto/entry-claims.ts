import {
  type ClubId,
  type CredentialId,
  type EdgeId,
  idBytes,
  idFromBytes,
  type NetworkId,
  type PlanId,
} from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';

/**
 * What an edge states about a credential, on a card (grant.ts), in a QR on paper (ticket.ts) and on a phone (pass-grant.ts). All open with the same 91 bytes:
 *
 *     0        1     2          18             34            50      66          82     83         87       91
 *     version  kind  networkId  issuerEdgeId   credentialId  planId  homeClubId  scope  validFrom  validTo
 *     1        1     16         16             16            16      16          1      4          4
 *
 * Times are whole seconds since 1970 UTC, big-endian; `validTo` 0 is open. `scope` is 0 for every club of the network, 1
 * for the home club.
 */
export interface EntryClaims {
  readonly networkId: NetworkId;
  readonly issuerEdgeId: EdgeId;
  readonly credentialId: CredentialId;
  readonly planId: PlanId;
  readonly homeClubId: ClubId;
  readonly scope: 'network' | 'home';
  /** From this moment on; rounded down to the second when encoded. */
  readonly validFromMs: number;
  /** Up to, and not including, this moment; null for no end. Rounded down to the second when encoded. */
  readonly validToMs: number | null;
}

/** The issuing edge's key as the member book holds it, its signature by the network already verified. */
export interface IssuerKey {
  /** Ed25519, 32 raw bytes in base64url. */
  readonly publicKey: string;
  readonly status: 'active' | 'revoked';
}

export const entryLayoutVersion = 1;
export const entryKinds = { card: 1, ticket: 2, pass: 3 } as const;
export const entryClaimsLength = 91;
export const signatureLength = 64;

const lastSecond = 0xffff_ffff;

export function writeEntryClaims(into: Uint8Array, kind: number, claims: EntryClaims): void {
  into[0] = entryLayoutVersion;
  into[1] = kind;
  into.set(idBytes(claims.networkId), 2);
  into.set(idBytes(claims.issuerEdgeId), 18);
  into.set(idBytes(claims.credentialId), 34);
  into.set(idBytes(claims.planId), 50);
  into.set(idBytes(claims.homeClubId), 66);
  into[82] = claims.scope === 'network' ? 0 : 1;
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setUint32(83, wholeSeconds(claims.validFromMs));
  const validTo = claims.validToMs === null ? 0 : wholeSeconds(claims.validToMs);
  invariant(
    claims.validToMs === null || validTo > 0,
    'an end in the first second of 1970 would read as open',
  );
  view.setUint32(87, validTo);
}

/** The claims, or null when a byte holds a value that the layout does not know. Version and kind are the caller's. */
export function readEntryClaims(bytes: Uint8Array): EntryClaims | null {
  const scope = bytes[82];
  if (scope !== 0 && scope !== 1) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const validTo = view.getUint32(87);
  return {
    networkId: idFromBytes(bytes.subarray(2, 18)),
    issuerEdgeId: idFromBytes(bytes.subarray(18, 34)),
    credentialId: idFromBytes(bytes.subarray(34, 50)),
    planId: idFromBytes(bytes.subarray(50, 66)),
    homeClubId: idFromBytes(bytes.subarray(66, 82)),
    scope: scope === 0 ? 'network' : 'home',
    validFromMs: view.getUint32(83) * 1_000,
    validToMs: validTo === 0 ? null : validTo * 1_000,
  };
}

function wholeSeconds(timeMs: number): number {
  const seconds = Math.floor(timeMs / 1_000);
  invariant(
    seconds >= 0 && seconds <= lastSecond,
    `a time of a grant lies in 1970..2106, not at ${timeMs} ms`,
  );
  return seconds;
}
