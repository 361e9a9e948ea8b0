import { aesBlockLength, decryptCbc, encryptCbc, zeroBlock } from './aes-cbc.ts';
import { aesCmac } from './aes-cmac.ts';
import { rotatedLeft } from './ev1-authentication.ts';

export const transactionIdLength = 4;

/** The two keys of an EV2 session: one enciphers, one makes check codes. */
export interface Ev2SessionKeys {
  readonly enciphering: Uint8Array;
  readonly mac: Uint8Array;
}

/** What the reader sends as its half, and what it needs to judge the card's. */
export interface Ev2Challenge {
  readonly token: Uint8Array;
  readonly rndA: Uint8Array;
  readonly keys: Ev2SessionKeys;
}

/**
 * The reader's half of AuthenticateEV2First (71h) and NonFirst (77h). Unlike EV1, every ciphertext starts from IV 0:
 *
 *   card    E(RndB)
 *   reader  E(RndA | RndB rotated)
 *   card    E(TI 4 | RndA rotated | PDcap 6 | PCDcap 6)    after 71h
 *           E(RndA rotated)                                after 77h: identifier and counter go on
 */
export function answerEv2Challenge(key: Uint8Array, challenge: Uint8Array, rndA: Uint8Array): Ev2Challenge {
  const rndB = decryptCbc(key, zeroBlock, challenge);
  return {
    token: encryptCbc(key, zeroBlock, Uint8Array.of(...rndA, ...rotatedLeft(rndB))),
    rndA,
    keys: ev2SessionKeys(key, rndA, rndB),
  };
}

/** The card's proof opened; undefined when it has the wrong length or does not hold our random number. */
export function openEv2Proof(
  key: Uint8Array,
  proof: Uint8Array,
  rndA: Uint8Array,
  kind: 'first' | 'non-first',
): { readonly transactionId: Uint8Array } | undefined {
  const idLength = kind === 'first' ? transactionIdLength : 0;
  if (proof.length !== (kind === 'first' ? 2 : 1) * aesBlockLength) return undefined;
  const opened = decryptCbc(key, zeroBlock, proof);
  const returned = opened.slice(idLength, idLength + aesBlockLength);
  if (Buffer.compare(returned, rotatedLeft(rndA)) !== 0) return undefined;
  return { transactionId: opened.slice(0, idLength) };
}

/** CMACs of SV1 and SV2 under the key that was proven (AN12343, 7.1.3.1). */
export function ev2SessionKeys(key: Uint8Array, rndA: Uint8Array, rndB: Uint8Array): Ev2SessionKeys {
  const context = Uint8Array.of(
    ...rndA.subarray(0, 2),
    ...rndA.subarray(2, 8).map((byte, index) => byte ^ (rndB[index] ?? 0)),
    ...rndB.subarray(6, 16),
    ...rndA.subarray(8, 16),
  );
  const derive = (label: readonly number[]) =>
    aesCmac(key, Uint8Array.of(...label, 0x00, 0x01, 0x00, 0x80, ...context));
  return { enciphering: derive([0xa5, 0x5a]), mac: derive([0x5a, 0xa5]) };
}
