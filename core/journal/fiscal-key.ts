import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { toBase64url } from '../crypto/base64url.ts';
import { sha256Hex } from '../crypto/digest.ts';

/** What signs the journal of one till: ECDSA P-256 with SHA-256 (FIPS 186-5), one key at a time. */
export interface FiscalSigner {
  /** First 16 hex digits of SHA-256 over the public key's SPKI DER. */
  readonly kid: string;
  /** SPKI DER in base64. */
  readonly publicKey: string;
  /** Raw `r‖s`, 64 bytes, base64url without padding: 86 characters (FJ6). */
  sign(text: string): string;
}

/** A new private key from the system's generator, as PKCS#8 DER. */
export function newFiscalKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }));
}

/** Null when the bytes are no private key of P-256. */
export function fiscalSigner(pkcs8: Uint8Array): FiscalSigner | null {
  const privateKey = importPrivateKey(pkcs8);
  if (!privateKey) return null;
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return {
    kid: keyId(spki),
    publicKey: spki.toString('base64'),
    sign: (text) =>
      toBase64url(sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

function importPrivateKey(pkcs8: Uint8Array): KeyObject | null {
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null; // bytes that are no key: told to the caller as such
  }
}

export function keyId(spki: Uint8Array): string {
  return sha256Hex(spki).slice(0, 16);
}

/** Whether a signature over a text is of one key; false for a signature of the wrong shape. */
export type FiscalVerifier = (text: string, signature: string) => boolean;

/** `publicKey` as SPKI DER in base64, read once: most of the time of a check goes there. Nothing holds for what is no key. */
export function fiscalVerifier(publicKey: string): FiscalVerifier {
  const key = importPublicKey(publicKey);
  return (text, signature) =>
    key !== null &&
    /^[A-Za-z0-9_-]{86}$/.test(signature) &&
    verify(
      'sha256',
      Buffer.from(text),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
}

function importPublicKey(publicKey: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null; // not a key at all: nothing it signed holds
  }
}

/** One signature; see `fiscalVerifier`. */
export function fiscalSignatureHolds(publicKey: string, text: string, signature: string): boolean {
  return fiscalVerifier(publicKey)(text, signature);
}

/** The public key as auditors read it. */
export function publicKeyPem(publicKey: string): string {
  const lines = publicKey.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}

/** The four characters that a receipt shows (FJ7): the 3rd, 7th, 13th and 19th of the signature. */
export function receiptCharacters(signature: string): string {
  return [3, 7, 13, 19].map((place) => signature.charAt(place - 1)).join('');
}
