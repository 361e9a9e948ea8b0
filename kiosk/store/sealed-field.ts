import { createCipheriv, createDecipheriv } from 'node:crypto';
import { systemRandom } from '@portillon/core/base/system-random.ts';

const cipher = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;

/** Of a key for fields. */
export const fieldKeyLength = 32;

/** One field under a key of this box (AES-256-GCM): nonce, ciphertext, tag. `about` is bound in: it opens as no other field. */
export function sealField(key: Uint8Array, about: string, plain: Uint8Array): Buffer {
  const nonce = systemRandom.bytes(nonceLength);
  const encrypter = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(about));
  return Buffer.concat([nonce, encrypter.update(plain), encrypter.final(), encrypter.getAuthTag()]);
}

/** Null for what is not of that key and that field. */
export function openField(key: Uint8Array, about: string, sealed: Uint8Array): Buffer | null {
  if (sealed.length < nonceLength + tagLength) return null;
  const decrypter = createDecipheriv(cipher, key, sealed.subarray(0, nonceLength)).setAAD(Buffer.from(about));
  decrypter.setAuthTag(sealed.subarray(-tagLength));
  try {
    return Buffer.concat([decrypter.update(sealed.subarray(nonceLength, -tagLength)), decrypter.final()]);
  } catch {
    return null;
  }
}
