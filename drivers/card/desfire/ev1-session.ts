import { timingSafeEqual } from 'node:crypto';
import { aesBlockLength, decryptCbc, encryptCbc, zeroBlock } from './aes-cbc.ts';
import { aesCmac } from './aes-cmac.ts';
import { desfireCommand } from './desfire-codes.ts';
import { jamCrc } from './jam-crc.ts';
import { type NativeCommand, type SecureSession, sentMacLength, type Travel } from './secure-session.ts';

/**
 * Secure messaging of DESFire EV1 after an AES authentication. Both ends hold one and feed it the same commands and
 * answers in the same order; it ends with any error status (a new authentication makes a new one). CMACs travel cut to
 * their first 8 bytes; all 16 become the next IV. Of enciphered data only ChangeKey's is made: files on EV1 chips travel
 * with check codes.
 */
export class Ev1Session implements SecureSession {
  readonly #key: Uint8Array;
  #iv = zeroBlock;

  constructor(sessionKey: Uint8Array) {
    this.#key = sessionKey;
  }

  seal({ code, header, data }: NativeCommand, travel: Travel): Uint8Array {
    if (travel === 'enciphered') return Uint8Array.of(...header, ...this.encipher(data));
    const mac = this.macCommand(Uint8Array.of(code, ...header, ...data)).subarray(0, sentMacLength);
    const isSent = travel === 'maced' && data.length > 0;
    return Uint8Array.of(...header, ...data, ...(isSent ? mac : []));
  }

  open(answer: Uint8Array): Uint8Array | undefined {
    if (answer.length < sentMacLength) return undefined;
    const data = answer.slice(0, -sentMacLength);
    const mac = this.macAnswer(data).subarray(0, sentMacLength);
    return timingSafeEqual(answer.slice(-sentMacLength), mac) ? data : undefined;
  }

  /** The CMAC over command byte, parameters and data (without the AFh of continued frames). All 16 bytes. */
  macCommand(command: Uint8Array): Uint8Array {
    return this.#mac(command);
  }

  /** The CMAC over the data of all frames of an answer and its final status byte. All 16 bytes. */
  macAnswer(data: Uint8Array, status = 0x00): Uint8Array {
    return this.#mac(Uint8Array.of(...data, status));
  }

  /** Enciphers, zero-padded to whole blocks; the last block becomes the next IV. */
  encipher(data: Uint8Array): Uint8Array {
    const padded = new Uint8Array(Math.ceil(data.length / aesBlockLength) * aesBlockLength);
    padded.set(data);
    const enciphered = encryptCbc(this.#key, this.#iv, padded);
    this.#iv = enciphered.slice(-aesBlockLength);
    return enciphered;
  }

  /** The other end of `encipher`. `enciphered` is whole blocks. */
  decipher(enciphered: Uint8Array): Uint8Array {
    const data = decryptCbc(this.#key, this.#iv, enciphered);
    this.#iv = enciphered.slice(-aesBlockLength);
    return data;
  }

  #mac(message: Uint8Array): Uint8Array {
    this.#iv = aesCmac(this.#key, message, this.#iv);
    return this.#iv;
  }
}

/** What ChangeKey enciphers when the key to change is the one the session was authenticated with. */
export function sameKeyData(keyNumber: number, newKey: Uint8Array, newVersion: number): Uint8Array {
  const body = Uint8Array.of(...newKey, newVersion);
  return Uint8Array.of(...body, ...jamCrc(Uint8Array.of(desfireCommand.changeKey, keyNumber, ...body)));
}

/** What ChangeKey enciphers for another key: the card proves by the second CRC that the old key was known. */
export function otherKeyData(
  keyNumber: number,
  oldKey: Uint8Array,
  newKey: Uint8Array,
  newVersion: number,
): Uint8Array {
  const body = Uint8Array.of(...newKey.map((byte, index) => byte ^ (oldKey[index] ?? 0)), newVersion);
  const crc = jamCrc(Uint8Array.of(desfireCommand.changeKey, keyNumber, ...body));
  return Uint8Array.of(...body, ...crc, ...jamCrc(newKey));
}
