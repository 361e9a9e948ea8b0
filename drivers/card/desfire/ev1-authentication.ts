import { aesBlockLength, decryptCbc, encryptCbc, zeroBlock } from './aes-cbc.ts';

/**
 * The reader's half of an AES authentication (command AAh). The chaining runs on over the whole exchange:
 *
 *   card    E(RndB)                    IV 0
 *   reader  E(RndA | RndB rotated)     IV = the card's block
 *   card    E(RndA rotated)            IV = the reader's last block
 */
export function answerChallenge(
  key: Uint8Array,
  challenge: Uint8Array,
  rndA: Uint8Array,
): { readonly token: Uint8Array; readonly expectedProof: Uint8Array; readonly sessionKey: Uint8Array } {
  const rndB = decryptCbc(key, zeroBlock, challenge);
  const token = encryptCbc(key, challenge, Uint8Array.of(...rndA, ...rotatedLeft(rndB)));
  return {
    token,
    expectedProof: encryptCbc(key, token.subarray(-aesBlockLength), rotatedLeft(rndA)),
    sessionKey: ev1SessionKey(rndA, rndB),
  };
}

/** The outer quarters of both random numbers. */
export function ev1SessionKey(rndA: Uint8Array, rndB: Uint8Array): Uint8Array {
  return Uint8Array.of(
    ...rndA.subarray(0, 4),
    ...rndB.subarray(0, 4),
    ...rndA.subarray(12, 16),
    ...rndB.subarray(12, 16),
  );
}

export function rotatedLeft(block: Uint8Array): Uint8Array {
  return Uint8Array.of(...block.subarray(1), ...block.subarray(0, 1));
}
