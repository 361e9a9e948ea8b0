import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { fromBase64url, toBase64url } from './base64url.ts';

/** Ed25519 (RFC 8032). Public keys travel as 32 raw bytes, private keys as PKCS#8 DER, both in base64url. */
export interface SigningKeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** DER of a SubjectPublicKeyInfo for Ed25519 up to the raw key (RFC 8410 §4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** DER of a private key up to its 32 bytes. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const publicKeys = new Map<string, KeyObject>();
const publicKeysKept = 10_000;

/** From the system's generator. */
export function newSigningKeyPair(): SigningKeyPair {
  const pair = generateKeyPairSync('ed25519');
  return {
    publicKey: toBase64url(
      pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length),
    ),
    privateKey: toBase64url(pair.privateKey.export({ format: 'der', type: 'pkcs8' })),
  };
}

/** The pair of 32 secret bytes (RFC 8410 §7): the same bytes make the same pair. */
export function signingKeyPairOf(seed: Uint8Array): SigningKeyPair {
  const der = Buffer.concat([pkcs8Prefix, seed]);
  const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({
    format: 'der',
    type: 'spki',
  });
  return { publicKey: toBase64url(spki.subarray(spkiPrefix.length)), privateKey: toBase64url(der) };
}

/** The field and the constant d of the curve (RFC 8032 §5.1). */
const field = 2n ** 255n - 19n;
const curveD = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * Whether a key is a point of the curve, written in the one way there is, and none of the eight points of small order, with which
 * anybody makes signatures that hold. Importing a key asks none of it.
 */
export function isSigningKey(publicKey: string): boolean {
  const raw = fromBase64url(publicKey);
  if (raw.length !== 32 || toBase64url(raw) !== publicKey) return false;
  const y = BigInt.asUintN(255, BigInt(`0x${Buffer.from(raw).reverse().toString('hex')}`));
  if (y >= field) return false;
  // x² = (y² − 1) / (dy² + 1)
  const above = (y * y + field - 1n) % field;
  const below = (curveD * y * y + 1n) % field;
  // Of order 4 where y is 0, of order 8 where x² + y² is.
  if (y === 0n || (above + y * y * below) % field === 0n) return false;
  // By Euler's criterion it is a square; it is 0 at the points of order 1 and 2.
  return power(above * below, (field - 1n) / 2n) === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % field;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % field;
    square = (square * square) % field;
  }
  return result;
}

/** 64 bytes. */
export function signBytes(privateKey: string, message: Uint8Array | string): Uint8Array {
  const key = createPrivateKey({ key: Buffer.from(privateKey, 'base64url'), format: 'der', type: 'pkcs8' });
  return Uint8Array.from(sign(null, Buffer.from(message), key));
}

/** False for a wrong signature, and for a key or a signature of the wrong shape. */
export function signatureHolds(
  publicKey: string,
  message: Uint8Array | string,
  signature: Uint8Array,
): boolean {
  if (signature.length !== 64) return false;
  const key = importPublicKey(publicKey);
  return key !== null && verify(null, Buffer.from(message), key, signature);
}

/** Parsed keys are kept: a gate verifies many signatures of few keys. */
function importPublicKey(publicKey: string): KeyObject | null {
  const kept = publicKeys.get(publicKey);
  if (kept) return kept;
  const raw = fromBase64url(publicKey);
  if (raw.length !== 32) return null;
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
  if (publicKeys.size >= publicKeysKept) publicKeys.clear();
  publicKeys.set(publicKey, key);
  return key;
}
