import { fromBase45, toBase45 } from './base45.ts';

/**
 * The three codes of a pass, as phone, kiosk and gate write them. What the phone's page runs is here, without Node.
 *
 *     PK1:  the phone asks        0        1     2          34         98
 *                                 version  kind  publicKey  signature
 *     PG1:  the kiosk answers     the grant of a pass (pass-grant.ts), 187
 *     PP1:  the phone comes in    0       187   191        255
 *                                 grant   step  signature
 *
 * What the phone signs to ask the base for its grant (PS14), and the link that a kiosk shows (pass-link.ts) open with a
 * version and a kind of their own, so that none of them can be taken for another:
 *
 *     to the base                 0        1     2          26         58
 *                                 version  kind  challenge  publicKey  link, if there is one
 *
 * Signatures of the phone are over everything before them. `step` is whole steps of 15 s since 1970 UTC, big-endian.
 */
export const passStepMs = 15_000;
export const passGrantLength = 187;
export const publicKeyLength = 32;
export const keyRequestKind = 4;

export const passLinkKind = 5;
export const grantRequestKind = 6;

export const passLayoutVersion = 1;
export const challengeLength = 24;
export const passLinkLength = 134;
/** Where a grant says for which credential, until when, and for which key (entry-claims.ts, pass-grant.ts). */
const credentialIdAt = 34;
const validToAt = 87;
const publicKeyAt = 91;
const signatureLength = 64;
export const keyRequestSignedLength = 2 + publicKeyLength;
export const passSignedLength = passGrantLength + 4;

/** What a prefix opens, and how many bytes follow it in this version. */
export const passCodes = {
  keyRequest: { prefix: 'PK1:', bytes: keyRequestSignedLength + signatureLength },
  grant: { prefix: 'PG1:', bytes: passGrantLength },
  pass: { prefix: 'PP1:', bytes: passSignedLength + signatureLength },
} as const;
export type PassCodeKind = keyof typeof passCodes;

export function passStepAt(timeMs: number): number {
  return Math.floor(timeMs / passStepMs);
}

/** What the phone signs to say that the key is its own; `publicKey` is 32 raw bytes. */
export function keyRequestToSign(publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(keyRequestSignedLength);
  bytes[0] = passLayoutVersion;
  bytes[1] = keyRequestKind;
  bytes.set(publicKey, 2);
  return bytes;
}

/** What the phone signs to come in. */
export function passToSign(grant: Uint8Array, step: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(passSignedLength);
  bytes.set(grant);
  new DataView(bytes.buffer).setUint32(passGrantLength, step);
  return bytes;
}

/** What the phone signs to have its grant from the base; `link` is the one that it was led in by. */
export function grantRequestToSign(
  challenge: Uint8Array,
  publicKey: Uint8Array,
  link: Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const head = [passLayoutVersion, grantRequestKind];
  return Uint8Array.from([...head, ...challenge, ...publicKey, ...(link ?? [])]);
}

/** Up to, and not including, this moment; null for no end. `grant` has 187 bytes. */
export function grantEndMs(grant: Uint8Array): number | null {
  const seconds = new DataView(grant.buffer, grant.byteOffset).getUint32(validToAt);
  return seconds === 0 ? null : seconds * 1_000;
}

/** The credential that the grant names: 16 bytes. */
export function credentialOfGrant(grant: Uint8Array): Uint8Array {
  return grant.subarray(credentialIdAt, credentialIdAt + 16);
}

/** The phone's key as the grant names it: 32 raw bytes. */
export function keyOfGrant(grant: Uint8Array): Uint8Array {
  return grant.subarray(publicKeyAt, publicKeyAt + publicKeyLength);
}

/** The text of a code. `signature` is left out of a grant, which carries its own. */
export function passCodeText(
  kind: PassCodeKind,
  signed: Uint8Array,
  signature: Uint8Array = new Uint8Array(0),
): string {
  const bytes = new Uint8Array(signed.length + signature.length);
  bytes.set(signed);
  bytes.set(signature, signed.length);
  return passCodes[kind].prefix + toBase45(bytes);
}

export type PassCodeProblem =
  /** Some other code. */
  'not-a-pass' | 'unknown-version' | 'truncated' | 'malformed';

/** The bytes behind the prefix, exactly as many as the version has; or what is wrong. */
export function passCodeBytes(kind: PassCodeKind, text: string): Uint8Array | PassCodeProblem {
  const { prefix, bytes: length } = passCodes[kind];
  const letters = prefix.slice(0, 2);
  if (!text.startsWith(letters) || !/^\d+:/.test(text.slice(2, 12))) return 'not-a-pass';
  if (!text.startsWith(prefix)) return 'unknown-version';
  const textLength = prefix.length + Math.floor(length / 2) * 3 + (length % 2) * 2;
  if (text.length < textLength) return 'truncated';
  if (text.length > textLength) return 'malformed';
  const bytes = fromBase45(text.slice(prefix.length));
  if (!bytes) return 'malformed';
  return bytes[0] === passLayoutVersion ? bytes : 'unknown-version';
}
