import { invariant } from '../base/invariant.ts';
import { err, ok, type Result } from '../base/result.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import {
  type EntryClaims,
  entryClaimsLength,
  entryKinds,
  entryLayoutVersion,
  readEntryClaims,
  writeEntryClaims,
} from './entry-claims.ts';
import { passGrantLength, publicKeyLength } from './pass-layout.ts';
import { signBytes } from './signing-key.ts';

/**
 * The signed grant of a pass: what an edge states of a key that it never held. Always 187 bytes:
 *
 *     0              91         123
 *     entry claims   publicKey  signature
 *     91             32         64
 *
 * It names the key itself and not its digest: a gate that has never heard of the phone needs the key, and 32 bytes are
 * carried either way. The issuing edge signs everything before the signature (Ed25519). Nothing in it is secret: who has
 * it and not the phone's key comes in nowhere.
 */
export interface PassGrantClaims extends EntryClaims {
  /** Of the phone: Ed25519, 32 raw bytes in base64url. */
  readonly publicKey: string;
}

/** A grant as shown: parsed, not yet trusted (issuer-problem.ts). */
export interface PassGrant extends PassGrantClaims {
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

export type PassGrantProblem =
  | 'truncated'
  | 'unknown-version'
  /** A byte that no encoder of this version writes, or bytes after the end. */
  | 'malformed';

const publicKeyAt = entryClaimsLength;
const signatureAt = publicKeyAt + publicKeyLength;

/** `privateKey` is the issuing edge's Ed25519 key, PKCS#8 DER in base64url. */
export function encodePassGrant(claims: PassGrantClaims, privateKey: string): Uint8Array {
  const publicKey = fromBase64url(claims.publicKey);
  invariant(publicKey.length === publicKeyLength, 'the key of a phone has 32 bytes');
  const bytes = new Uint8Array(passGrantLength);
  writeEntryClaims(bytes, entryKinds.pass, claims);
  bytes.set(publicKey, publicKeyAt);
  bytes.set(signBytes(privateKey, bytes.subarray(0, signatureAt)), signatureAt);
  return bytes;
}

export function readPassGrant(bytes: Uint8Array): Result<PassGrant, PassGrantProblem> {
  if (bytes.length === 0) return err('truncated');
  if (bytes[0] !== entryLayoutVersion) return err('unknown-version');
  if (bytes.length < passGrantLength) return err('truncated');
  if (bytes.length > passGrantLength || bytes[1] !== entryKinds.pass) return err('malformed');
  const claims = readEntryClaims(bytes);
  if (!claims) return err('malformed');
  return ok({
    ...claims,
    publicKey: toBase64url(bytes.subarray(publicKeyAt, signatureAt)),
    signedBytes: bytes.slice(0, signatureAt),
    signature: bytes.slice(signatureAt),
  });
}
