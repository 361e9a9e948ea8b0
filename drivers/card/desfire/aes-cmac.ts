import { aesBlockLength, encryptCbc, zeroBlock } from './aes-cbc.ts';

/** The subkeys of NIST SP 800-38B, section 6.1: the first for whole last blocks, the second for padded ones. */
export function cmacSubkeys(key: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const first = double(encryptCbc(key, zeroBlock, zeroBlock));
  return [first, double(first)];
}

/**
 * AES-CMAC (NIST SP 800-38B), all 16 bytes. DESFire EV1 starts it from the running IV of the session instead of zeros,
 * which is why a ready-made CMAC does not do.
 */
export function aesCmac(key: Uint8Array, message: Uint8Array, iv: Uint8Array = zeroBlock): Uint8Array {
  const isWhole = message.length > 0 && message.length % aesBlockLength === 0;
  const padded = isWhole ? message.slice() : padWithMark(message);
  const [first, second] = cmacSubkeys(key);
  xorInto(padded.subarray(-aesBlockLength), isWhole ? first : second);
  return encryptCbc(key, iv, padded).slice(-aesBlockLength);
}

export function xorInto(target: Uint8Array, mask: Uint8Array): void {
  for (const [index, byte] of mask.entries()) target[index] = (target[index] ?? 0) ^ byte;
}

/** Appends 80 00… up to whole blocks, at least one byte. */
export function padWithMark(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((Math.floor(message.length / aesBlockLength) + 1) * aesBlockLength);
  padded.set(message);
  padded[message.length] = 0x80;
  return padded;
}

/** Doubling in GF(2^128): one bit to the left, and 87h when a bit fell out. */
function double(block: Uint8Array): Uint8Array {
  const doubled = block.map((byte, index) => (byte << 1) | ((block[index + 1] ?? 0) >> 7));
  if ((block[0] ?? 0) & 0x80) xorInto(doubled.subarray(-1), Uint8Array.of(0x87));
  return doubled;
}
