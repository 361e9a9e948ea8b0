import type { NetworkId } from '../base/ids.ts';
import { invariant } from '../base/invariant.ts';
import { err, ok, type Result } from '../base/result.ts';
import {
  type EntryClaims,
  entryClaimsLength,
  entryKinds,
  entryLayoutVersion,
  type IssuerKey,
  readEntryClaims,
  signatureLength,
  writeEntryClaims,
} from './entry-claims.ts';
import { issuerProblem } from './issuer-problem.ts';
import { signBytes } from './signing-key.ts';

/**
 * The signed grant on a card: a gate that has never heard of the member reads it and verifies it alone. Always 166 bytes:
 *
 *     0              91         92              102        166
 *     entry claims   uidLength  uid, 0-padded   signature
 *     91             1          10              64
 *
 * It is bound to the chip's number, so that the file copied onto another card is worth nothing. The issuing edge signs
 * everything before the signature (Ed25519).
 */
export interface GrantClaims extends EntryClaims {
  /** The number of the chip, 4, 7 or 10 bytes. */
  readonly cardUid: Uint8Array;
}

/** A grant as read from a card: parsed, not yet trusted. */
export interface Grant extends GrantClaims {
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

export type GrantProblem =
  /** Fewer bytes than a grant has. */
  | 'truncated'
  | 'unknown-version'
  /** A byte that no encoder of this version writes, or bytes after the end. */
  | 'malformed'
  | 'wrong-network'
  /** Made for another chip. */
  | 'wrong-chip'
  | 'unknown-issuer'
  | 'revoked-issuer'
  | 'bad-signature';

export const grantLength = 166;

const uidLengthAt = entryClaimsLength;
const uidAt = uidLengthAt + 1;
const uidMaxLength = 10;
const signatureAt = uidAt + uidMaxLength;
const uidLengths: readonly number[] = [4, 7, 10];

/** `privateKey` is the issuing edge's Ed25519 key, PKCS#8 DER in base64url. */
export function encodeGrant(claims: GrantClaims, privateKey: string): Uint8Array {
  invariant(uidLengths.includes(claims.cardUid.length), 'the number of a chip has 4, 7 or 10 bytes');
  const bytes = new Uint8Array(grantLength);
  writeEntryClaims(bytes, entryKinds.card, claims);
  bytes[uidLengthAt] = claims.cardUid.length;
  bytes.set(claims.cardUid, uidAt);
  bytes.set(signBytes(privateKey, bytes.subarray(0, signatureAt)), signatureAt);
  return bytes;
}

/** Takes exactly `grantLength` bytes: cut the padding of the card's file off first. */
export function readGrant(bytes: Uint8Array): Result<Grant, GrantProblem> {
  if (bytes.length === 0) return err('truncated');
  if (bytes[0] !== entryLayoutVersion) return err('unknown-version');
  if (bytes.length < grantLength) return err('truncated');
  if (bytes.length > grantLength || bytes[1] !== entryKinds.card) return err('malformed');
  const uidLength = bytes[uidLengthAt] ?? 0;
  const padding = bytes.subarray(uidAt + uidLength, signatureAt);
  if (!uidLengths.includes(uidLength) || padding.some((byte) => byte !== 0)) return err('malformed');
  const claims = readEntryClaims(bytes);
  if (!claims) return err('malformed');
  return ok({
    ...claims,
    cardUid: bytes.slice(uidAt, uidAt + uidLength),
    signedBytes: bytes.slice(0, signatureAt),
    signature: bytes.slice(signatureAt, signatureAt + signatureLength),
  });
}

/**
 * Null when the grant may be believed: it is of this network, for this chip, and signed by an edge in good standing.
 * `issuerKey` is the key of `grant.issuerEdgeId`. Dates and clubs are the access rule's business (core/access).
 */
export function grantProblem(
  grant: Grant,
  reader: {
    readonly networkId: NetworkId;
    readonly cardUid: Uint8Array;
    readonly issuerKey: IssuerKey | null;
  },
): GrantProblem | null {
  if (grant.networkId !== reader.networkId) return 'wrong-network';
  if (Buffer.compare(grant.cardUid, reader.cardUid) !== 0) return 'wrong-chip';
  return issuerProblem(grant, reader);
}
