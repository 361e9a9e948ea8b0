import { timingSafeEqual } from 'node:crypto';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card-channel.ts';
import { aesBlockLength } from './aes-cbc.ts';
import { communicationMode, desfireCommand, desfireStatus } from './desfire-codes.ts';
import { answerChallenge } from './ev1-authentication.ts';
import { Ev1Session, sameKeyData, sentMacLength } from './ev1-session.ts';
import { type DesfireAnswer, exchange, sendFrame } from './wrapped-apdu.ts';

const nothing = new Uint8Array(0);

export interface StandardFile {
  readonly fileId: number;
  /** Key number that may read, write and change the file. */
  readonly keyNumber: number;
  readonly sizeBytes: number;
}

/**
 * The native commands of a DESFire card that Portillon uses, with the secure messaging of the current session. A method
 * resolves with the card's answer whatever its status; a status other than ok ends the session, on the card as here.
 */
export class DesfireCard {
  readonly #channel: CardChannel;
  #session: Ev1Session | undefined;

  constructor(channel: CardChannel) {
    this.#channel = channel;
  }

  /** Also brings a card back that still waits for the rest of an exchange which was cut off (CAh is its first answer). */
  async selectApplication(applicationId: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    this.#session = undefined;
    const answer = await exchange(this.#channel, desfireCommand.selectApplication, applicationId);
    if (!answer.ok || answer.value.status !== desfireStatus.commandAborted) return answer;
    return exchange(this.#channel, desfireCommand.selectApplication, applicationId);
  }

  /** An application with one AES key (80h | 1), factory key zero. */
  createApplication(applicationId: Uint8Array, keySettings: number): Promise<Result<DesfireAnswer, Fault>> {
    return this.#command(
      desfireCommand.createApplication,
      Uint8Array.of(...applicationId, keySettings, 0x81),
    );
  }

  getKeyVersion(keyNumber: number): Promise<Result<DesfireAnswer, Fault>> {
    return this.#command(desfireCommand.getKeyVersion, Uint8Array.of(keyNumber));
  }

  getFileIds(): Promise<Result<DesfireAnswer, Fault>> {
    return this.#command(desfireCommand.getFileIds, nothing);
  }

  /** A file whose data travels with CMACs both ways. */
  createMacedFile({ fileId, keyNumber, sizeBytes }: StandardFile): Promise<Result<DesfireAnswer, Fault>> {
    const right = (keyNumber << 4) | keyNumber;
    return this.#command(
      desfireCommand.createStdDataFile,
      Uint8Array.of(fileId, communicationMode.maced, right, right, ...littleEndian3(sizeBytes)),
    );
  }

  readData(fileId: number, offset: number, length: number): Promise<Result<DesfireAnswer, Fault>> {
    const place = Uint8Array.of(fileId, ...littleEndian3(offset), ...littleEndian3(length));
    return this.#command(desfireCommand.readData, place);
  }

  /** Into a file whose data travels with CMACs. */
  writeMacedData(fileId: number, offset: number, data: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    const place = Uint8Array.of(fileId, ...littleEndian3(offset), ...littleEndian3(data.length));
    return this.#command(desfireCommand.writeData, Uint8Array.of(...place, ...data), 'send-mac');
  }

  /**
   * Mutual authentication with an AES key: both ends prove that they hold it, neither sends it. Resolves with the
   * card's status (`authenticationError` when its key is another one); fault `card.not-genuine` when the card accepted
   * us but cannot prove the key itself.
   */
  async authenticateAes(
    keyNumber: number,
    key: Uint8Array,
    randomBytes: (count: number) => Uint8Array,
  ): Promise<Result<DesfireAnswer, Fault>> {
    this.#session = undefined;
    const first = await sendFrame(this.#channel, desfireCommand.authenticateAes, Uint8Array.of(keyNumber));
    if (!first.ok || first.value.status !== desfireStatus.moreFrames) return first;
    const challenge = first.value.data;
    if (challenge.length !== aesBlockLength) {
      return err(fault('card.not-genuine', `a challenge of ${challenge.length} bytes`));
    }
    const { token, expectedProof, sessionKey } = answerChallenge(key, challenge, randomBytes(aesBlockLength));
    const second = await sendFrame(this.#channel, desfireCommand.additionalFrame, token);
    if (!second.ok || second.value.status !== desfireStatus.ok) return second;
    if (!isEqual(second.value.data, expectedProof)) {
      return err(fault('card.not-genuine', 'the card does not prove that it holds the key'));
    }
    this.#session = new Ev1Session(sessionKey);
    return second;
  }

  /** Replaces the key of the current session, which ends it: authenticate again with the new key. */
  async changeSameKey(
    keyNumber: number,
    newKey: Uint8Array,
    newVersion: number,
  ): Promise<Result<DesfireAnswer, Fault>> {
    const session = this.#session;
    this.#session = undefined;
    if (!session) return ok({ status: desfireStatus.authenticationError, data: nothing });
    const cryptogram = session.encipher(sameKeyData(keyNumber, newKey, newVersion));
    return exchange(this.#channel, desfireCommand.changeKey, Uint8Array.of(keyNumber, ...cryptogram));
  }

  async #command(
    command: number,
    body: Uint8Array,
    mac: 'send-mac' | 'keep-mac' = 'keep-mac',
  ): Promise<Result<DesfireAnswer, Fault>> {
    const session = this.#session;
    if (!session) return exchange(this.#channel, command, body);
    const commandMac = session.macCommand(Uint8Array.of(command, ...body)).subarray(0, sentMacLength);
    const sent = mac === 'send-mac' ? Uint8Array.of(...body, ...commandMac) : body;
    const answered = await exchange(this.#channel, command, sent);
    if (!answered.ok || answered.value.status !== desfireStatus.ok) {
      this.#session = undefined;
      return answered;
    }
    const data = answered.value.data.slice(0, -sentMacLength);
    const answerMac = answered.value.data.slice(-sentMacLength);
    if (!isEqual(answerMac, session.macAnswer(data).subarray(0, sentMacLength))) {
      this.#session = undefined;
      return err(fault('card.not-genuine', 'the check code of an answer is wrong'));
    }
    return ok({ status: desfireStatus.ok, data });
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function littleEndian3(value: number): readonly number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff];
}
