import { createCipheriv, createDecipheriv } from 'node:crypto';

/**
 * What a card from the factory speaks at card level: the messaging of the first DESFire, with a DES key of zeros (command
 * 0Ah). Used once in the life of a card, to put an AES key in its place. The reader always deciphers, also what it sends:
 *
 *   card    E(RndB)
 *   reader  D(RndA), D(RndB rotated XOR the block before)
 *   card    E(RndA rotated)
 *
 * Both ends know the session key then: the first halves of both random numbers.
 */
export const desBlockLength = 8;
const desKeyLength = 8;
export const factoryDesKey: Uint8Array = new Uint8Array(desKeyLength);

export function answerFactoryChallenge(
  challenge: Uint8Array,
  rndA: Uint8Array,
): { readonly token: Uint8Array; readonly expectedProof: Uint8Array; readonly sessionKey: Uint8Array } {
  const rndB = desDecipher(factoryDesKey, challenge);
  return {
    token: sentByReader(factoryDesKey, Uint8Array.of(...rndA, ...rotated(rndB))),
    expectedProof: desEncipher(factoryDesKey, rotated(rndA)),
    sessionKey: factorySessionKey(rndA, rndB),
  };
}

export function factorySessionKey(rndA: Uint8Array, rndB: Uint8Array): Uint8Array {
  return Uint8Array.of(...rndA.subarray(0, 4), ...rndB.subarray(0, 4));
}

/** What ChangeKey enciphers in such a session for an AES key: key, version and their CRC, zeros up to whole blocks. */
export function cardKeyData(newKey: Uint8Array, newVersion: number): Uint8Array {
  const data = new Uint8Array(3 * desBlockLength);
  data.set(newKey);
  data[16] = newVersion;
  data.set(crcA(data.subarray(0, 17)), 17);
  return data;
}

/** What the reader sends enciphered: whole blocks, each deciphered after it was mixed with the one sent before. */
export function sentByReader(key: Uint8Array, data: Uint8Array): Uint8Array {
  const sent = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += desBlockLength) {
    const before = at === 0 ? factoryDesKey : sent.subarray(at - desBlockLength, at);
    const mixed = data.slice(at, at + desBlockLength).map((byte, index) => byte ^ (before[index] ?? 0));
    sent.set(desDecipher(key, mixed), at);
  }
  return sent;
}

/** The card's end of `sentByReader`. */
export function heardByCard(key: Uint8Array, sent: Uint8Array): Uint8Array {
  const data = new Uint8Array(sent.length);
  for (let at = 0; at < sent.length; at += desBlockLength) {
    const before = at === 0 ? factoryDesKey : sent.subarray(at - desBlockLength, at);
    const block = desEncipher(key, sent.slice(at, at + desBlockLength));
    data.set(
      block.map((byte, index) => byte ^ (before[index] ?? 0)),
      at,
    );
  }
  return data;
}

export function rotated(block: Uint8Array): Uint8Array {
  return Uint8Array.of(...block.subarray(1), ...block.subarray(0, 1));
}

/** Two equal keys of triple DES are one of DES, which OpenSSL no longer has by itself. */
const desOf = (key: Uint8Array) => Uint8Array.of(...key, ...key);

export function desEncipher(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('des-ede', desOf(key), null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([cipher.update(block), cipher.final()]));
}

export function desDecipher(key: Uint8Array, block: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('des-ede', desOf(key), null).setAutoPadding(false);
  return Uint8Array.from(Buffer.concat([decipher.update(block), decipher.final()]));
}

/** CRC_A of ISO/IEC 14443-3, low byte first. */
export function crcA(bytes: Uint8Array): Uint8Array {
  let crc = 0x6363;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  }
  return Uint8Array.of(crc & 0xff, crc >>> 8);
}
