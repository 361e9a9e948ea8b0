import { createHmac, timingSafeEqual } from 'node:crypto';
import { fromBase64url } from './base64url.ts';
import { challengeLength, grantRequestToSign, publicKeyLength } from './pass-layout.ts';
import { signatureHolds } from './signing-key.ts';

/**
 * What the base asks a phone to sign (PS14): the time, and a proof that the base itself has said so. The base keeps nothing,
 * so that any of its programs takes the answer.
 *
 *     0         8
 *     time, ms  HMAC-SHA-256 of it, the first 16 bytes
 */
export const challengeLifeMs = 120_000;

export function newChallenge(secret: Uint8Array, nowMs: number): Uint8Array {
  const bytes = Buffer.alloc(challengeLength);
  bytes.writeBigUInt64BE(BigInt(nowMs));
  proofOf(secret, bytes).copy(bytes, 8);
  return Uint8Array.from(bytes);
}

/** As the phone sends it, each in base64url. */
export interface GrantRequest {
  readonly challenge: string;
  /** 32 raw bytes. */
  readonly publicKey: string;
  readonly signature: string;
  readonly link?: string | undefined;
}

export type GrantRequestProblem = 'malformed' | 'stale-challenge' | 'not-the-phones-signature';

/** Null once the phone has proved that it holds the key; nothing is said of whether that key counts for anything. */
export function grantRequestProblem(
  { challenge, publicKey, signature, link }: GrantRequest,
  at: { readonly secret: Uint8Array; readonly nowMs: number },
): GrantRequestProblem | null {
  const [asked, key] = [Buffer.from(fromBase64url(challenge)), fromBase64url(publicKey)];
  if (asked.length !== challengeLength || key.length !== publicKeyLength) return 'malformed';
  if (!timingSafeEqual(proofOf(at.secret, asked), asked.subarray(8))) return 'stale-challenge';
  const ageMs = at.nowMs - Number(asked.readBigUInt64BE());
  // Two programs of one base may differ a little.
  if (ageMs > challengeLifeMs || ageMs < -challengeLifeMs) return 'stale-challenge';
  const signed = grantRequestToSign(asked, key, link === undefined ? null : fromBase64url(link));
  return signatureHolds(publicKey, signed, fromBase64url(signature)) ? null : 'not-the-phones-signature';
}

function proofOf(secret: Uint8Array, challenge: Buffer): Buffer {
  return createHmac('sha256', secret).update(challenge.subarray(0, 8)).digest().subarray(0, 16);
}
