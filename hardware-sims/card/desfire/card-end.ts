import { Ev1Session } from '@portillon/drivers/card/desfire/ev1-session.ts';
import type { Ev2Session } from '@portillon/drivers/card/desfire/ev2-session.ts';
import { desBlockLength, heardByCard } from '@portillon/drivers/card/desfire/factory-key.ts';
import type { NativeCommand, Travel } from '@portillon/drivers/card/desfire/secure-session.ts';
import { sentMacLength } from '@portillon/drivers/card/desfire/secure-session.ts';
import { hexOf } from '@portillon/drivers/card/hex.ts';

/** The card's end of secure messaging, the same to the card whatever the generation. */
export interface CardEnd {
  /** How commands travel that are not about the data of a file. */
  readonly ordinary: Travel;
  /** Header and data of a command; undefined when its check code or padding is wrong. */
  open(
    code: number,
    sent: Uint8Array,
    headerLength: number,
    travel: Travel,
  ): Omit<NativeCommand, 'code'> | undefined;
  /** What is sent before the status word of an answer that is ok. */
  seal(data: Uint8Array, travel: Travel): Uint8Array;
}

/** EV1: CMACs of commands move the IV on and are sent with the data of MACed files only; every answer carries one. */
export class Ev1CardEnd implements CardEnd {
  readonly ordinary = 'plain';
  readonly #session: Ev1Session;

  constructor(sessionKey: Uint8Array) {
    this.#session = new Ev1Session(sessionKey);
  }

  open(code: number, sent: Uint8Array, headerLength: number, travel: Travel) {
    const header = sent.slice(0, headerLength);
    const rest = sent.slice(headerLength);
    if (travel === 'enciphered') {
      return { header, data: rest.length > 0 ? this.#session.decipher(rest) : rest };
    }
    const isMaced = travel === 'maced' && rest.length > 0;
    const data = isMaced ? rest.slice(0, -sentMacLength) : rest;
    const mac = this.#session.macCommand(Uint8Array.of(code, ...header, ...data)).subarray(0, sentMacLength);
    if (isMaced && hexOf(rest.slice(-sentMacLength)) !== hexOf(mac)) return undefined;
    return { header, data };
  }

  seal(data: Uint8Array): Uint8Array {
    return Uint8Array.of(...data, ...this.#session.macAnswer(data).subarray(0, sentMacLength));
  }
}

/** EV2: every command and every answer carries its check code. */
export class Ev2CardEnd implements CardEnd {
  readonly ordinary = 'maced';
  readonly session: Ev2Session;

  constructor(session: Ev2Session) {
    this.session = session;
  }

  open(code: number, sent: Uint8Array, headerLength: number, travel: Travel) {
    return this.session.openCommand(code, sent, headerLength, travel);
  }

  seal(data: Uint8Array, travel: Travel): Uint8Array {
    return this.session.sealAnswer(data, travel);
  }
}

/** The session of the factory's key at card level: of its commands only ChangeKey is imitated. */
export class FactoryCardEnd implements CardEnd {
  readonly ordinary = 'plain';
  readonly #sessionKey: Uint8Array;

  constructor(sessionKey: Uint8Array) {
    this.#sessionKey = sessionKey;
  }

  open(_code: number, sent: Uint8Array, headerLength: number, travel: Travel) {
    const rest = sent.slice(headerLength);
    if (rest.length % desBlockLength !== 0) return undefined;
    const data = travel === 'enciphered' ? heardByCard(this.#sessionKey, rest) : rest;
    return { header: sent.slice(0, headerLength), data };
  }

  seal(data: Uint8Array): Uint8Array {
    return data;
  }
}
