import { timingSafeEqual } from 'node:crypto';
import { aesBlockLength, decryptCbc, encryptCbc, zeroBlock } from './aes-cbc.ts';
import { aesCmac, padWithMark } from './aes-cmac.ts';
import type { Ev2SessionKeys } from './ev2-authentication.ts';
import { jamCrc } from './jam-crc.ts';
import { type NativeCommand, type SecureSession, sentMacLength, type Travel } from './secure-session.ts';

const commandLabel = [0xa5, 0x5a];
const answerLabel = [0x5a, 0xa5];

/**
 * Secure messaging of DESFire EV2 and EV3 (also NTAG 424 DNA). In place of EV1's running IV stand a transaction identifier
 * that the card draws, and a counter that both ends move on with every command:
 *
 *   check code of a command   CMAC(code   | counter     | TI | header | data)   every second byte of it travels
 *   check code of an answer   CMAC(status | counter + 1 | TI | data)
 *   IV of enciphered data     E(A5 5A | TI | counter | 0 ×8), in an answer E(5A A5 | TI | counter + 1 | 0 ×8)
 *
 * A command or answer that is repeated, left out or brought from another session therefore never checks.
 */
export class Ev2Session implements SecureSession {
  readonly transactionId: Uint8Array;
  #keys: Ev2SessionKeys;
  #counter: number;

  /** `counter` is the number of the next command; 0 after a first authentication. */
  constructor(keys: Ev2SessionKeys, transactionId: Uint8Array, counter = 0) {
    this.#keys = keys;
    this.transactionId = transactionId;
    this.#counter = counter;
  }

  /** After AuthenticateEV2NonFirst: new keys, while identifier and counter go on. */
  withKeys(keys: Ev2SessionKeys): Ev2Session {
    return new Ev2Session(keys, this.transactionId, this.#counter);
  }

  seal({ code, header, data }: NativeCommand, travel: Travel): Uint8Array {
    const sent = travel === 'enciphered' && data.length > 0 ? this.#encipher(commandLabel, data) : data;
    const body = Uint8Array.of(...header, ...sent);
    return travel === 'plain' ? body : Uint8Array.of(...body, ...this.#mac(code, body));
  }

  open(answer: Uint8Array, travel: Travel): Uint8Array | undefined {
    this.#counter++;
    if (travel === 'plain') return answer;
    const body = checkedBody(answer, (data) => this.#mac(0x00, data));
    return body && travel === 'enciphered' ? this.#decipher(answerLabel, body) : body;
  }

  /** The card's end of `seal`: header and data of a command; undefined when its check code or padding is wrong. */
  openCommand(
    code: number,
    sent: Uint8Array,
    headerLength: number,
    travel: Travel,
  ): Omit<NativeCommand, 'code'> | undefined {
    const body = travel === 'plain' ? sent : checkedBody(sent, (data) => this.#mac(code, data));
    if (!body || body.length < headerLength) return undefined;
    const header = body.slice(0, headerLength);
    const rest = body.slice(headerLength);
    const data = travel === 'enciphered' && rest.length > 0 ? this.#decipher(commandLabel, rest) : rest;
    return data && { header, data };
  }

  /** The card's end of `open`. */
  sealAnswer(data: Uint8Array, travel: Travel): Uint8Array {
    this.#counter++;
    const sent = travel === 'enciphered' && data.length > 0 ? this.#encipher(answerLabel, data) : data;
    return travel === 'plain' ? sent : Uint8Array.of(...sent, ...this.#mac(0x00, sent));
  }

  #mac(first: number, body: Uint8Array): Uint8Array {
    const whole = aesCmac(
      this.#keys.mac,
      Uint8Array.of(first, ...this.#counterBytes(), ...this.transactionId, ...body),
    );
    return whole.filter((_, index) => index % 2 === 1);
  }

  #iv(label: readonly number[]): Uint8Array {
    const block = new Uint8Array(aesBlockLength);
    block.set([...label, ...this.transactionId, ...this.#counterBytes()]);
    return encryptCbc(this.#keys.enciphering, zeroBlock, block);
  }

  #encipher(label: readonly number[], data: Uint8Array): Uint8Array {
    return encryptCbc(this.#keys.enciphering, this.#iv(label), padWithMark(data));
  }

  #decipher(label: readonly number[], blocks: Uint8Array): Uint8Array | undefined {
    if (blocks.length === 0) return blocks;
    if (blocks.length % aesBlockLength !== 0) return undefined;
    const padded = decryptCbc(this.#keys.enciphering, this.#iv(label), blocks);
    const mark = padded.findLastIndex((byte) => byte !== 0);
    return padded[mark] === 0x80 ? padded.slice(0, mark) : undefined;
  }

  #counterBytes(): readonly number[] {
    return [this.#counter & 0xff, (this.#counter >> 8) & 0xff];
  }
}

/** What ChangeKey enciphers when the key to change is the one the session was authenticated with. */
export function ev2SameKeyData(newKey: Uint8Array, newVersion: number): Uint8Array {
  return Uint8Array.of(...newKey, newVersion);
}

/** What ChangeKey enciphers for another key: the card proves by the CRC that the old key was known. */
export function ev2OtherKeyData(oldKey: Uint8Array, newKey: Uint8Array, newVersion: number): Uint8Array {
  const mixed = newKey.map((byte, index) => byte ^ (oldKey[index] ?? 0));
  return Uint8Array.of(...mixed, newVersion, ...jamCrc(newKey));
}

/** The bytes before the check code, when it is right. */
function checkedBody(sent: Uint8Array, mac: (body: Uint8Array) => Uint8Array): Uint8Array | undefined {
  if (sent.length < sentMacLength) return undefined;
  const body = sent.slice(0, -sentMacLength);
  return timingSafeEqual(sent.slice(-sentMacLength), mac(body)) ? body : undefined;
}
