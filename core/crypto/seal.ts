import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { fromBase64url, toBase64url } from './base64url.ts';

/**
 * Sealing (HPKE, RFC 9180, base mode: X25519, HKDF-SHA256, AES-256-GCM). Whoever holds the public key can close, only the
 * member base can open. Sealed bytes: encapsulated key (32), then ciphertext with its tag.
 */
export interface SealKeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

const encapsulatedKeyLength = 32;

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

export async function newSealKeyPair(): Promise<SealKeyPair> {
  const pair = await suite.kem.generateKeyPair();
  return {
    publicKey: toBase64url(new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey))),
    privateKey: toBase64url(new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey))),
  };
}

/** `purpose` is bound in: what was sealed as a `photo` does not open as a `person`. */
export async function seal(publicKey: string, purpose: string, plain: Uint8Array): Promise<Uint8Array> {
  const recipientPublicKey = await suite.kem.deserializePublicKey(asBuffer(fromBase64url(publicKey)));
  const sender = await suite.createSenderContext({
    recipientPublicKey,
    info: asBuffer(purposeInfo(purpose)),
  });
  const closed = new Uint8Array(await sender.seal(asBuffer(plain)));
  const sealed = new Uint8Array(encapsulatedKeyLength + closed.length);
  sealed.set(new Uint8Array(sender.enc), 0);
  sealed.set(closed, encapsulatedKeyLength);
  return sealed;
}

/** Rejects when the bytes were not sealed to this key for this purpose, or were changed. */
export async function openSealed(
  privateKey: string,
  purpose: string,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const recipientKey = await suite.kem.deserializePrivateKey(asBuffer(fromBase64url(privateKey)));
  const recipient = await suite.createRecipientContext({
    recipientKey,
    enc: asBuffer(sealed.subarray(0, encapsulatedKeyLength)),
    info: asBuffer(purposeInfo(purpose)),
  });
  return new Uint8Array(await recipient.open(asBuffer(sealed.subarray(encapsulatedKeyLength))));
}

function purposeInfo(purpose: string): Uint8Array {
  return new TextEncoder().encode(`portillon-seal-1 ${purpose}`);
}

function asBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
