import { createCipheriv, createDecipheriv } from 'node:crypto';

export const aesBlockLength = 16;
export const zeroBlock: Uint8Array = new Uint8Array(aesBlockLength);

/** AES-128 in CBC mode without padding: the primitive that everything on a DESFire card is made of. */
export function encryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([cipher.update(blocks), cipher.final()]));
}

export function decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([decipher.update(blocks), decipher.final()]));
}
