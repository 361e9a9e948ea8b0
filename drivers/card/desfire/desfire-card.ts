import { timingSafeEqual } from 'node:crypto';
import { type Fault, fault } from '@portillon/core/base/fault-codes.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card-channel.ts';
import { aesBlockLength } from './aes-cbc.ts';
import { communicationMode, desfireCommand, desfireStatus } from './desfire-codes.ts';
import { answerChallenge } from './ev1-authentication.ts';
import { Ev1Session, otherKeyData, sameKeyData } from './ev1-session.ts';
import { answerEv2Challenge, openEv2Proof } from './ev2-authentication.ts';
import { Ev2Session, ev2OtherKeyData, ev2SameKeyData } from './ev2-session.ts';
import { answerFactoryChallenge, cardKeyData, desBlockLength, sentByReader } from './factory-key.ts';
import type { NativeCommand, SecureSession, Travel } from './secure-session.ts';
import { type DesfireAnswer, exchange, sendFrame } from './wrapped-apdu.ts';

const nothing = new Uint8Array(0);
const ev1MajorVersion = 0x01;
/** Number of the one key at card level where it is changed; 80h says that the new one is of AES. */
export const cardKeyNumber = 0x80;

/** Key numbers that may do it; `never` is Fh. */
export interface AccessRights {
  readonly read: number | 'never';
  readonly write: number | 'never';
  readonly readWrite: number | 'never';
  readonly change: number | 'never';
}

export interface StandardFile {
  readonly fileId: number;
  /** How its data travels. */
  readonly travel: Travel;
  readonly rights: AccessRights;
  readonly sizeBytes: number;
}

export interface KeyChange {
  readonly keyNumber: number;
  /** The key it replaces; null when that is the key of the session. */
  readonly oldKey: Uint8Array | null;
  readonly newKey: Uint8Array;
  readonly newVersion: number;
}

/** What GetVersion tells of the chip. */
export interface ChipVersion {
  /** 1 for EV1, 12h for EV2, 33h for EV3. */
  readonly hardwareMajor: number;
  /** 7 bytes; zeros when the card tells random numbers. */
  readonly uid: Uint8Array;
}

/**
 * The native commands of a DESFire card that Portillon uses, with the secure messaging of the current session. A method
 * resolves with the card's answer whatever its status; a status other than ok ends the session, on the card as here.
 */
export class DesfireCard {
  readonly #channel: CardChannel;
  readonly #randomBytes: (count: number) => Uint8Array;
  #session: Ev1Session | Ev2Session | undefined;
  /** Known after the first authentication. */
  #isEv1: boolean | undefined;

  /** `randomBytes` is the system's generator: these bytes are challenges. */
  constructor(channel: CardChannel, randomBytes: (count: number) => Uint8Array) {
    this.#channel = channel;
    this.#randomBytes = randomBytes;
  }

  /** True when the chip has proved that it is an EV1; only told after an authentication. */
  get isEv1(): boolean {
    return this.#isEv1 === true;
  }

  /** Also brings a card back that still waits for the rest of an exchange which was cut off (CAh is its first answer). */
  async selectApplication(applicationId: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    this.#session = undefined;
    const answer = await exchange(this.#channel, desfireCommand.selectApplication, applicationId);
    if (!answer.ok || answer.value.status !== desfireStatus.commandAborted) return answer;
    return exchange(this.#channel, desfireCommand.selectApplication, applicationId);
  }

  /** `settings` are the application's key settings: 80h plus the number of keys in the second byte makes them AES, all zero. */
  createApplication(
    applicationId: Uint8Array,
    settings: readonly [number, number],
  ): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.createApplication, Uint8Array.of(...applicationId, ...settings));
  }

  getKeySettings(): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.getKeySettings, nothing);
  }

  getKeyVersion(keyNumber: number): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.getKeyVersion, Uint8Array.of(keyNumber));
  }

  /** In a session the answer carries a check code, so that nobody between reader and card can make it up. */
  getVersion(): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.getVersion, nothing);
  }

  /** The chip's own number, enciphered; from EV2 on and in a session only. */
  getCardUid(): Promise<Result<DesfireAnswer, Fault>> {
    return this.#command({ code: desfireCommand.getCardUid, header: nothing, data: nothing }, 'enciphered');
  }

  getFileIds(): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.getFileIds, nothing);
  }

  getFileSettings(fileId: number): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.getFileSettings, Uint8Array.of(fileId));
  }

  createFile(file: StandardFile): Promise<Result<DesfireAnswer, Fault>> {
    const settings = fileSettings(file);
    return this.#ordinary(
      desfireCommand.createStdDataFile,
      Uint8Array.of(file.fileId, ...settings.subarray(1)),
    );
  }

  deleteFile(fileId: number): Promise<Result<DesfireAnswer, Fault>> {
    return this.#ordinary(desfireCommand.deleteFile, Uint8Array.of(fileId));
  }

  /** From EV2 on in one exchange: `length` and what messaging adds must stay under 250 bytes. */
  readData(
    fileId: number,
    offset: number,
    length: number,
    travel: Travel,
  ): Promise<Result<DesfireAnswer, Fault>> {
    const code = this.#isEv1 ? desfireCommand.readData : desfireCommand.readDataIso;
    const header = Uint8Array.of(fileId, ...littleEndian3(offset), ...littleEndian3(length));
    return this.#command({ code, header, data: nothing }, travel);
  }

  /** From EV2 on in one exchange, with the same bound. */
  writeData(
    fileId: number,
    offset: number,
    data: Uint8Array,
    travel: Travel,
  ): Promise<Result<DesfireAnswer, Fault>> {
    const code = this.#isEv1 ? desfireCommand.writeData : desfireCommand.writeDataIso;
    const header = Uint8Array.of(fileId, ...littleEndian3(offset), ...littleEndian3(data.length));
    return this.#command({ code, header, data }, travel);
  }

  /**
   * Mutual authentication with an AES key: both ends prove that they hold it, neither sends it. EV2 first, for it costs
   * nothing to try; a chip that does not know it must afterwards say under the session that it is an EV1, or somebody
   * stands between and holds it down (CD8). Further keys go on in the same EV2 transaction. Resolves with the card's
   * status (`authenticationError` when its key is another one); fault `card.not-genuine` when the card accepted us but
   * cannot prove the key itself, or can do more than it did.
   */
  async authenticate(keyNumber: number, key: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    const previous = this.#session instanceof Ev2Session ? this.#session : undefined;
    this.#session = undefined;
    if (this.#isEv1) return this.#authenticateEv1(keyNumber, key);
    const begun = previous
      ? await sendFrame(this.#channel, desfireCommand.authenticateEv2NonFirst, Uint8Array.of(keyNumber))
      : await sendFrame(this.#channel, desfireCommand.authenticateEv2First, Uint8Array.of(keyNumber, 0));
    if (begun.ok && begun.value.status === desfireStatus.illegalCommand && this.#isEv1 === undefined) {
      const proven = await this.#authenticateEv1(keyNumber, key);
      return proven.ok && proven.value.status === desfireStatus.ok ? this.#mustBeEv1(proven.value) : proven;
    }
    if (begun.ok) this.#isEv1 = false;
    return this.#finishEv2(begun, key, previous);
  }

  async #finishEv2(
    begun: Result<DesfireAnswer, Fault>,
    key: Uint8Array,
    previous: Ev2Session | undefined,
  ): Promise<Result<DesfireAnswer, Fault>> {
    const challenge = challengeOf(begun);
    if (!('rndB' in challenge)) return challenge.answer;
    const { token, rndA, keys } = answerEv2Challenge(key, challenge.rndB, this.#randomBytes(aesBlockLength));
    const second = await sendFrame(this.#channel, desfireCommand.additionalFrame, token);
    if (!second.ok || second.value.status !== desfireStatus.ok) return second;
    const proof = openEv2Proof(key, second.value.data, rndA, previous ? 'non-first' : 'first');
    if (!proof) return err(notProven);
    this.#session = previous?.withKeys(keys) ?? new Ev2Session(keys, proof.transactionId);
    return second;
  }

  async #authenticateEv1(keyNumber: number, key: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    const begun = await sendFrame(this.#channel, desfireCommand.authenticateAes, Uint8Array.of(keyNumber));
    const challenge = challengeOf(begun);
    if (!('rndB' in challenge)) return challenge.answer;
    const rndA = this.#randomBytes(aesBlockLength);
    const { token, expectedProof, sessionKey } = answerChallenge(key, challenge.rndB, rndA);
    const second = await sendFrame(this.#channel, desfireCommand.additionalFrame, token);
    if (!second.ok || second.value.status !== desfireStatus.ok) return second;
    if (!isEqual(second.value.data, expectedProof)) return err(notProven);
    this.#session = new Ev1Session(sessionKey);
    return second;
  }

  async #mustBeEv1(proven: DesfireAnswer): Promise<Result<DesfireAnswer, Fault>> {
    const version = await this.getVersion();
    if (!version.ok) return version;
    const chip = version.value.status === desfireStatus.ok ? chipVersion(version.value.data) : undefined;
    if (chip?.hardwareMajor !== ev1MajorVersion) {
      this.#session = undefined;
      return err(fault('card.not-genuine', 'the card refuses the messaging that its chip can do'));
    }
    this.#isEv1 = true;
    return ok(proven);
  }

  /** Replacing the key of the current session ends it: authenticate again with the new key. */
  async changeKey({
    keyNumber,
    oldKey,
    newKey,
    newVersion,
  }: KeyChange): Promise<Result<DesfireAnswer, Fault>> {
    const session = this.#session;
    if (!session) return ok({ status: desfireStatus.authenticationError, data: nothing });
    const isEv2 = session instanceof Ev2Session;
    const code = desfireCommand.changeKey;
    const header = Uint8Array.of(keyNumber);
    if (oldKey) {
      const data = isEv2
        ? ev2OtherKeyData(oldKey, newKey, newVersion)
        : otherKeyData(keyNumber, oldKey, newKey, newVersion);
      return this.#command({ code, header, data }, 'enciphered');
    }
    this.#session = undefined;
    const data = isEv2 ? ev2SameKeyData(newKey, newVersion) : sameKeyData(keyNumber, newKey, newVersion);
    return exchange(this.#channel, code, session.seal({ code, header, data }, 'enciphered'));
  }

  /**
   * At card level, of a card that has the key of the factory there: both ends prove it, and an AES key takes its place. No
   * session is left. Resolves with the card's status, `authenticationError` where it has another key; fault
   * `card.not-genuine` when the card cannot prove the factory's key itself.
   */
  async replaceFactoryKey(newKey: Uint8Array, newVersion: number): Promise<Result<DesfireAnswer, Fault>> {
    this.#session = undefined;
    const begun = await sendFrame(this.#channel, desfireCommand.authenticateFactory, Uint8Array.of(0));
    if (!begun.ok || begun.value.status !== desfireStatus.moreFrames) return begun;
    if (begun.value.data.length !== desBlockLength) return err(notProven);
    const rndA = this.#randomBytes(desBlockLength);
    const { token, expectedProof, sessionKey } = answerFactoryChallenge(begun.value.data, rndA);
    const second = await sendFrame(this.#channel, desfireCommand.additionalFrame, token);
    if (!second.ok || second.value.status !== desfireStatus.ok) return second;
    if (!isEqual(second.value.data, expectedProof)) return err(notProven);
    const enciphered = sentByReader(sessionKey, cardKeyData(newKey, newVersion));
    return exchange(this.#channel, desfireCommand.changeKey, Uint8Array.of(cardKeyNumber, ...enciphered));
  }

  /** A command that is not about the data of a file: with check codes in an EV2 session. */
  #ordinary(code: number, header: Uint8Array): Promise<Result<DesfireAnswer, Fault>> {
    const travel = this.#session instanceof Ev2Session ? 'maced' : 'plain';
    return this.#command({ code, header, data: nothing }, travel);
  }

  async #command(command: NativeCommand, travel: Travel): Promise<Result<DesfireAnswer, Fault>> {
    const session: SecureSession | undefined = this.#session;
    const { code, header, data } = command;
    const sent = session ? session.seal(command, travel) : Uint8Array.of(...header, ...data);
    const isOneFrame = code === desfireCommand.readDataIso || code === desfireCommand.writeDataIso;
    const answered = await (isOneFrame ? sendFrame : exchange)(this.#channel, code, sent);
    if (!session) return answered;
    if (!answered.ok || answered.value.status !== desfireStatus.ok) {
      this.#session = undefined;
      return answered;
    }
    const opened = session.open(answered.value.data, travel);
    if (opened) return ok({ status: desfireStatus.ok, data: opened });
    this.#session = undefined;
    return err(fault('card.not-genuine', 'the check code of an answer is wrong'));
  }
}

const notProven = fault('card.not-genuine', 'the card does not prove that it holds the key');

/** What GetFileSettings answers for a file made like this. */
export function fileSettings({ travel, rights, sizeBytes }: StandardFile): Uint8Array {
  const nibble = (right: number | 'never') => (right === 'never' ? 0x0f : right);
  const { read, write, readWrite, change } = rights;
  return Uint8Array.of(
    0,
    communicationMode[travel],
    (nibble(readWrite) << 4) | nibble(change),
    (nibble(read) << 4) | nibble(write),
    ...littleEndian3(sizeBytes),
  );
}

/** Undefined when the answer is shorter than the three frames of GetVersion. */
export function chipVersion(answer: Uint8Array): ChipVersion | undefined {
  return answer.length < 21 ? undefined : { hardwareMajor: answer[3] ?? 0, uid: answer.slice(14, 21) };
}

function challengeOf(
  begun: Result<DesfireAnswer, Fault>,
): { readonly rndB: Uint8Array } | { readonly answer: Result<DesfireAnswer, Fault> } {
  if (!begun.ok || begun.value.status !== desfireStatus.moreFrames) return { answer: begun };
  const { data } = begun.value;
  if (data.length === aesBlockLength) return { rndB: data };
  return { answer: err(fault('card.not-genuine', `a challenge of ${data.length} bytes`)) };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

function littleEndian3(value: number): readonly number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff];
}
