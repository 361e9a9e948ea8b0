import type { Random } from '@portillon/core/base/random.ts';
import {
  aesBlockLength,
  decryptCbc,
  encryptCbc,
  zeroBlock,
} from '@portillon/drivers/card/desfire/aes-cbc.ts';
import {
  communicationMode,
  desfireCommand,
  desfireStatus,
} from '@portillon/drivers/card/desfire/desfire-codes.ts';
import { ev1SessionKey, rotatedLeft } from '@portillon/drivers/card/desfire/ev1-authentication.ts';
import { ev2SessionKeys, transactionIdLength } from '@portillon/drivers/card/desfire/ev2-authentication.ts';
import { Ev2Session } from '@portillon/drivers/card/desfire/ev2-session.ts';
import {
  cardKeyData,
  desBlockLength,
  desEncipher,
  factoryDesKey,
  factorySessionKey,
  heardByCard,
  rotated,
} from '@portillon/drivers/card/desfire/factory-key.ts';
import { jamCrc } from '@portillon/drivers/card/desfire/jam-crc.ts';
import { sentMacLength, type Travel } from '@portillon/drivers/card/desfire/secure-session.ts';
import { longestAnswerData } from '@portillon/drivers/card/desfire/wrapped-apdu.ts';
import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import type { SimCard, SimCardMemory } from '../sim-card.ts';
import { type CardEnd, Ev1CardEnd, Ev2CardEnd, FactoryCardEnd } from './card-end.ts';
import type { DesfireFault } from './desfire-faults.ts';
import { type DesfireGeneration, versionFrames } from './desfire-generation.ts';
import {
  DesfireMemory,
  type DesfireMemoryState,
  type SimApplication,
  type SimFile,
} from './desfire-memory.ts';

export interface DesfireSimCardOptions {
  /** 7 bytes in hex, `04A1B2C3D4E5F6`. */
  readonly uid: string;
  /** The card's own chance, for its challenges. */
  readonly random: Random;
  /** EV2 unless said. */
  readonly generation?: DesfireGeneration | undefined;
}

export interface DesfireSimCardState {
  readonly uid: string;
  /** EV1 in the state files of version 0.1.0, which do not say. */
  readonly generation?: DesfireGeneration | undefined;
  readonly memory: DesfireMemoryState;
}

/** A native frame has 60 bytes: the command and 59 of data. */
const longestFrameData = 59;
/** Bytes of one chained command; a real card keeps no more either. */
const longestCommand = 8_192;
const nothing = new Uint8Array(0);
/** Of a file of ours: behind credential and length, inside the grant. */
const flippedByte = 40;

/** Commands whose single APDU may be longer than a native frame. */
const isoChained: readonly number[] = [desfireCommand.readDataIso, desfireCommand.writeDataIso];
const fromEv2On: readonly number[] = [
  desfireCommand.authenticateEv2First,
  desfireCommand.authenticateEv2NonFirst,
  ...isoChained,
];

/** Bytes after the command byte that are never enciphered. */
const headerLengths: Readonly<Record<number, number>> = {
  [desfireCommand.getVersion]: 0,
  [desfireCommand.getApplicationIds]: 0,
  [desfireCommand.createApplication]: 5,
  [desfireCommand.getKeySettings]: 0,
  [desfireCommand.getKeyVersion]: 1,
  [desfireCommand.changeKey]: 1,
  [desfireCommand.getCardUid]: 0,
  [desfireCommand.createStdDataFile]: 7,
  [desfireCommand.deleteFile]: 1,
  [desfireCommand.getFileIds]: 0,
  [desfireCommand.getFileSettings]: 1,
  [desfireCommand.readData]: 7,
  [desfireCommand.readDataIso]: 7,
  [desfireCommand.writeData]: 7,
  [desfireCommand.writeDataIso]: 7,
};

interface Session {
  readonly application: SimApplication;
  readonly keyNumber: number;
  readonly end: CardEnd;
}

/** What the card waits for an AFh frame for. */
type Pending =
  | {
      readonly kind: 'authentication';
      readonly command: number;
      readonly keyNumber: number;
      readonly key: Uint8Array;
      readonly rndB: Uint8Array;
      readonly challenge: Uint8Array;
      /** After 77h: the session whose identifier and counter go on. */
      readonly continues: Ev2Session | undefined;
    }
  | { readonly kind: 'factory-authentication'; readonly rndB: Uint8Array }
  | {
      readonly kind: 'command';
      readonly command: number;
      readonly body: Uint8Array;
      readonly wantedLength: number;
    }
  | { readonly kind: 'answer'; readonly frames: readonly Uint8Array[] };

/** An error of the card's own: becomes its status word, and ends the session. */
class Refusal {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

/** The card has left the field in the middle of what it was told. */
class Gone {}

/**
 * A DESFire card in software: EV1 messaging with AES, from EV2 on EV2 messaging as well; wrapped APDUs, standard files,
 * plain, with check codes or (EV2) enciphered. It comes from the factory: no application, and a card master key that is
 * zeros of DES; anybody may create applications.
 */
export class DesfireSimCard implements SimCard {
  readonly generation: DesfireGeneration;
  /** Of a factory DESFire: 64-byte frames, up to 848 kbit/s. */
  readonly ats: Uint8Array = bytesOfHex('06 75 77 81 02 80');
  readonly #chipNumber: string;
  readonly #random: Random;
  readonly #memory: DesfireMemory;
  readonly #faults = new Set<DesfireFault>();
  #randomNumber = '';
  #selected: SimApplication | undefined;
  #session: Session | undefined;
  #pending: Pending | undefined;

  constructor(
    { uid, random, generation = 'ev2' }: DesfireSimCardOptions,
    memory: DesfireMemory = new DesfireMemory(),
  ) {
    this.#chipNumber = uid.toUpperCase();
    this.generation = generation;
    this.#random = random;
    this.#memory = memory;
  }

  static fromJSON({ uid, generation = 'ev1', memory }: DesfireSimCardState, random: Random): DesfireSimCard {
    return new DesfireSimCard({ uid, random, generation }, DesfireMemory.fromJSON(memory));
  }

  toJSON(): DesfireSimCardState {
    return { uid: this.#chipNumber, generation: this.generation, memory: this.#memory.toJSON() };
  }

  /** What it tells in anti-collision. */
  get uid(): string {
    if (this.#faults.has('random-number')) return this.#randomNumber;
    if (this.#faults.has('other-number')) return `${this.#chipNumber.slice(0, -2)}EE`;
    return this.#chipNumber;
  }

  switchFault(name: DesfireFault, on: boolean): void {
    if (on) this.#faults.add(name);
    else this.#faults.delete(name);
    if (name === 'random-number') this.#randomNumber = `08${hexOf(this.#random.bytes(3))}`;
  }

  get faultsOn(): readonly DesfireFault[] {
    return [...this.#faults];
  }

  memory(): SimCardMemory {
    return this.#memory.view();
  }

  powerOff(): void {
    this.#selected = undefined;
    this.#endSession();
  }

  answer(commandApdu: Uint8Array): Uint8Array | undefined {
    if (commandApdu[0] !== 0x90) return Uint8Array.of(0x6e, 0x00);
    try {
      const answer = this.#frame(commandApdu[1] ?? 0, unwrapCommand(commandApdu));
      if (this.#faults.delete('answer-lost')) throw new Gone();
      if (this.#faults.has('garbled-answer') && answer.length > 2) answer[0] = (answer[0] ?? 0) ^ 0x10;
      return answer;
    } catch (error) {
      if (error instanceof Gone) {
        this.powerOff();
        return undefined;
      }
      if (!(error instanceof Refusal)) throw error;
      this.#endSession();
      return statusWord(error.status);
    }
  }

  #frame(ins: number, data: Uint8Array): Uint8Array {
    const pending = this.#pending;
    this.#pending = undefined;
    if (ins !== desfireCommand.additionalFrame) {
      if (pending) throw new Refusal(desfireStatus.commandAborted);
      return this.#begin(ins, data);
    }
    if (!pending) throw new Refusal(desfireStatus.illegalCommand);
    switch (pending.kind) {
      case 'authentication':
        return this.#finishAuthentication(pending, data);
      case 'factory-authentication':
        return this.#finishFactoryAuthentication(pending.rndB, data);
      case 'answer':
        return this.#sendFrames(pending.frames);
      case 'command':
        return this.#gather(pending.command, Uint8Array.of(...pending.body, ...data), pending.wantedLength);
    }
  }

  #begin(ins: number, data: Uint8Array): Uint8Array {
    if (this.generation === 'ev1' && fromEv2On.includes(ins)) throw new Refusal(desfireStatus.illegalCommand);
    if (ins === desfireCommand.writeData) {
      if (data.length < 7) throw new Refusal(desfireStatus.lengthError);
      const travel = this.#session ? this.#file(data[0]).travel : 'plain';
      return this.#gather(ins, data, 7 + sentLength(number3(data, 4), travel));
    }
    return this.#run(ins, data);
  }

  #gather(command: number, body: Uint8Array, wantedLength: number): Uint8Array {
    if (body.length > wantedLength || wantedLength > longestCommand) {
      throw new Refusal(desfireStatus.lengthError);
    }
    if (body.length === wantedLength) return this.#run(command, body);
    this.#pending = { kind: 'command', command, body, wantedLength };
    return statusWord(desfireStatus.moreFrames);
  }

  #run(ins: number, sent: Uint8Array): Uint8Array {
    switch (ins) {
      case desfireCommand.selectApplication:
        return this.#select(sent);
      case desfireCommand.authenticateFactory:
        return this.#beginFactoryAuthentication(sent);
      case desfireCommand.authenticateAes:
      case desfireCommand.authenticateEv2First:
      case desfireCommand.authenticateEv2NonFirst:
        return this.#beginAuthentication(ins, sent);
      default:
        return this.#runSealed(ins, sent);
    }
  }

  /** Everything but selecting and authenticating travels as the session wants it. */
  #runSealed(ins: number, sent: Uint8Array): Uint8Array {
    const headerLength = headerLengths[ins];
    if (headerLength === undefined) throw new Refusal(desfireStatus.illegalCommand);
    if (sent.length < headerLength) throw new Refusal(desfireStatus.lengthError);
    const travel = this.#travelOf(ins, sent);
    const opened = this.#session
      ? this.#session.end.open(ins, sent, headerLength, travel)
      : { header: sent.slice(0, headerLength), data: sent.slice(headerLength) };
    if (!opened) throw new Refusal(desfireStatus.integrityError);
    const { header, data } = opened;
    switch (ins) {
      case desfireCommand.changeKey:
        return this.#changeKey(header, data);
      case desfireCommand.writeData:
      case desfireCommand.writeDataIso:
        return this.#write(header, data, travel);
      default:
        expectLength(data, 0);
        return this.#runHeaderOnly(ins, header, travel);
    }
  }

  #travelOf(ins: number, sent: Uint8Array): Travel {
    switch (ins) {
      case desfireCommand.changeKey:
      case desfireCommand.getCardUid:
        return 'enciphered';
      case desfireCommand.readData:
      case desfireCommand.readDataIso:
      case desfireCommand.writeData:
      case desfireCommand.writeDataIso:
        return this.#file(sent[0]).travel;
      default:
        return this.#session?.end.ordinary ?? 'plain';
    }
  }

  #runHeaderOnly(ins: number, header: Uint8Array, travel: Travel): Uint8Array {
    switch (ins) {
      case desfireCommand.getVersion:
        return this.#getVersion();
      case desfireCommand.getCardUid:
        this.#mustBeProven();
        return this.#ok(bytesOfHex(this.#chipNumber), travel);
      case desfireCommand.getApplicationIds:
        if (this.#selected) throw new Refusal(desfireStatus.permissionDenied);
        return this.#ok(this.#memory.applications.flatMap((application) => [...bytesOfHex(application.aid)]));
      case desfireCommand.createApplication:
        return this.#createApplication(header);
      case desfireCommand.getKeySettings:
        return this.#ok(
          this.#selected ? [this.#selected.keySettings, 0x80 | this.#selected.keys.length] : [0x0f, 0x01],
        );
      case desfireCommand.getKeyVersion:
        return this.#getKeyVersion(header);
      case desfireCommand.createStdDataFile:
        return this.#createFile(header);
      case desfireCommand.deleteFile:
        return this.#deleteFile(header[0]);
      case desfireCommand.getFileIds:
        return this.#ok([...this.#listable().files.keys()]);
      case desfireCommand.getFileSettings:
        return this.#getFileSettings(header[0]);
      case desfireCommand.readData:
      case desfireCommand.readDataIso:
        return this.#read(ins, header, travel);
      default:
        throw new Refusal(desfireStatus.illegalCommand);
    }
  }

  #select(data: Uint8Array): Uint8Array {
    expectLength(data, 3);
    this.#endSession();
    this.#selected = undefined;
    const aid = hexOf(data);
    if (aid !== '000000') {
      this.#selected = this.#memory.application(aid);
      if (!this.#selected) throw new Refusal(desfireStatus.applicationNotFound);
    }
    return statusWord(desfireStatus.ok);
  }

  #beginAuthentication(command: number, data: Uint8Array): Uint8Array {
    const end = this.#session?.end;
    this.#endSession();
    const isFirst = command === desfireCommand.authenticateEv2First;
    expectLength(data, isFirst ? 2 + (data[1] ?? 0) : 1);
    // The key of the factory is of DES, and not for these commands.
    if (!this.#selected && (this.#memory.hasFactoryKey || this.#memory.cardLevelLocked)) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    const level = this.#selected ?? this.#memory.cardLevel;
    const continues = end instanceof Ev2CardEnd ? end.session : undefined;
    if (command === desfireCommand.authenticateEv2NonFirst && !continues) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    const keyNumber = data[0] ?? 0;
    const { key: held } = keyOf(level, keyNumber);
    const key = this.#faults.has('wrong-key') ? held.map((byte) => byte ^ 0xff) : held;
    const rndB = this.#random.bytes(aesBlockLength);
    const challenge = encryptCbc(key, zeroBlock, rndB);
    this.#pending = { kind: 'authentication', command, keyNumber, key, rndB, challenge, continues };
    return Uint8Array.of(...challenge, ...statusWord(desfireStatus.moreFrames));
  }

  #finishAuthentication(
    pending: Extract<Pending, { kind: 'authentication' }>,
    token: Uint8Array,
  ): Uint8Array {
    expectLength(token, 2 * aesBlockLength);
    const { command, key, keyNumber, rndB, challenge, continues } = pending;
    const isEv1 = command === desfireCommand.authenticateAes;
    const opened = decryptCbc(key, isEv1 ? challenge : zeroBlock, token);
    const rndA = opened.slice(0, aesBlockLength);
    const application = this.#selected ?? this.#memory.cardLevel;
    if (hexOf(opened.slice(aesBlockLength)) !== hexOf(rotatedLeft(rndB))) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    const prove = (proof: Uint8Array, iv: Uint8Array) =>
      Uint8Array.of(...encryptCbc(key, iv, proof), ...statusWord(desfireStatus.ok));
    if (isEv1) {
      this.#session = { application, keyNumber, end: new Ev1CardEnd(ev1SessionKey(rndA, rndB)) };
      return prove(rotatedLeft(rndA), token.slice(-aesBlockLength));
    }
    const keys = ev2SessionKeys(key, rndA, rndB);
    if (command === desfireCommand.authenticateEv2NonFirst && continues) {
      this.#session = { application, keyNumber, end: new Ev2CardEnd(continues.withKeys(keys)) };
      return prove(rotatedLeft(rndA), zeroBlock);
    }
    const transactionId = this.#random.bytes(transactionIdLength);
    this.#session = { application, keyNumber, end: new Ev2CardEnd(new Ev2Session(keys, transactionId)) };
    const capabilities = new Uint8Array(12);
    return prove(Uint8Array.of(...transactionId, ...rotatedLeft(rndA), ...capabilities), zeroBlock);
  }

  #beginFactoryAuthentication(data: Uint8Array): Uint8Array {
    this.#endSession();
    expectLength(data, 1);
    if (this.#selected || !this.#memory.hasFactoryKey || this.#memory.cardLevelLocked) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    const rndB = this.#random.bytes(desBlockLength);
    this.#pending = { kind: 'factory-authentication', rndB };
    return Uint8Array.of(...desEncipher(factoryDesKey, rndB), ...statusWord(desfireStatus.moreFrames));
  }

  #finishFactoryAuthentication(rndB: Uint8Array, token: Uint8Array): Uint8Array {
    expectLength(token, 2 * desBlockLength);
    const heard = heardByCard(factoryDesKey, token);
    const rndA = heard.slice(0, desBlockLength);
    if (hexOf(heard.slice(desBlockLength)) !== hexOf(rotated(rndB))) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    this.#session = {
      application: this.#memory.cardLevel,
      keyNumber: 0,
      end: new FactoryCardEnd(factorySessionKey(rndA, rndB)),
    };
    return Uint8Array.of(...desEncipher(factoryDesKey, rotated(rndA)), ...statusWord(desfireStatus.ok));
  }

  #getVersion(): Uint8Array {
    const { hardware, software } = versionFrames[this.generation];
    const number = this.#faults.has('random-number') ? new Uint8Array(7) : bytesOfHex(this.#chipNumber);
    const production = Uint8Array.of(...number, 0xba, 0x54, 0x27, 0x70, 0x10, 0x24, 0x26);
    const whole = this.#sealed([...hardware, ...software, ...production]);
    return this.#sendFrames([whole.slice(0, 7), whole.slice(7, 14), whole.slice(14)]);
  }

  #createApplication(data: Uint8Array): Uint8Array {
    if (this.#selected) throw new Refusal(desfireStatus.permissionDenied);
    if (this.#memory.cardLevelLocked) throw new Refusal(desfireStatus.authenticationError);
    const keyCount = (data[4] ?? 0) & 0x0f;
    const isAes = ((data[4] ?? 0) & 0xc0) === 0x80;
    if (!isAes || keyCount < 1 || keyCount > 14) throw new Refusal(desfireStatus.parameterError);
    const aid = hexOf(data.subarray(0, 3));
    if (this.#memory.application(aid)) throw new Refusal(desfireStatus.duplicate);
    if (this.#memory.applications.length >= 28) throw new Refusal(desfireStatus.tooManyApplications);
    this.#mustNotBeWornOut();
    this.#memory.createApplication(aid, data[3] ?? 0, keyCount);
    return this.#ok([]);
  }

  #getKeyVersion(data: Uint8Array): Uint8Array {
    const level = this.#selected ?? this.#memory.cardLevel;
    return this.#ok([keyOf(level, data[0] ?? 0).version]);
  }

  #changeKey(header: Uint8Array, data: Uint8Array): Uint8Array {
    const { application, keyNumber: provenKey, end } = this.#mustBeProven();
    if (application === this.#memory.cardLevel) return this.#changeCardKey(header[0] ?? 0, data, end);
    const keyNumber = header[0] ?? 0;
    const changed = keyOf(application, keyNumber);
    const changeKeyNumber = application.keySettings >> 4;
    if (provenKey !== (changeKeyNumber === 0xe ? keyNumber : changeKeyNumber) || changeKeyNumber === 0xf) {
      throw new Refusal(desfireStatus.permissionDenied);
    }
    if (keyNumber === 0 && (application.keySettings & 0x01) === 0) {
      throw new Refusal(desfireStatus.permissionDenied);
    }
    const isSameKey = keyNumber === provenKey;
    const body = data.slice(0, 17);
    const newKey = isSameKey
      ? body.slice(0, 16)
      : body.slice(0, 16).map((byte, at) => byte ^ (changed.key[at] ?? 0));
    // EV1 enciphers a check of the command too, and pads with zeros.
    const isEv1 = end instanceof Ev1CardEnd;
    const expected = Uint8Array.of(
      ...body,
      ...(isEv1 ? jamCrc(Uint8Array.of(desfireCommand.changeKey, keyNumber, ...body)) : []),
      ...(isSameKey ? [] : jamCrc(newKey)),
    );
    const padding = data.slice(expected.length);
    const isPadded = isEv1 ? data.length === 32 && padding.every((byte) => byte === 0) : padding.length === 0;
    if (hexOf(data.slice(0, expected.length)) !== hexOf(expected) || !isPadded) {
      throw new Refusal(desfireStatus.integrityError);
    }
    this.#mustNotBeWornOut();
    application.keys[keyNumber] = { key: newKey, version: body[16] ?? 0 };
    if (!isSameKey) return this.#ok([], 'maced');
    this.#endSession();
    return statusWord(desfireStatus.ok);
  }

  /** At card level the number of the key says of which kind the new one is: 80h is AES, and no other is imitated. */
  #changeCardKey(keyNumber: number, data: Uint8Array, end: CardEnd): Uint8Array {
    if (keyNumber !== 0x80) throw new Refusal(desfireStatus.parameterError);
    const body = data.slice(0, 17);
    const [key, version] = [body.slice(0, 16), body[16] ?? 0];
    const crc = jamCrc(Uint8Array.of(desfireCommand.changeKey, keyNumber, ...body));
    const expected =
      end instanceof FactoryCardEnd
        ? cardKeyData(key, version)
        : end instanceof Ev1CardEnd
          ? Uint8Array.of(...body, ...crc, ...new Uint8Array(2 * aesBlockLength - body.length - crc.length))
          : body;
    if (hexOf(data) !== hexOf(expected)) throw new Refusal(desfireStatus.integrityError);
    this.#mustNotBeWornOut();
    this.#memory.setCardKey({ key, version });
    this.#endSession();
    return statusWord(desfireStatus.ok);
  }

  #createFile(data: Uint8Array): Uint8Array {
    const application = this.#inApplication();
    if ((application.keySettings & 0x04) === 0) this.#mustBeProven(0);
    const [fileId = 0, mode] = data;
    const travel = travels.find((each) => communicationMode[each] === mode);
    // Enciphered files are imitated with EV2 messaging only.
    if (fileId > 31 || !travel || (travel === 'enciphered' && this.generation === 'ev1')) {
      throw new Refusal(desfireStatus.parameterError);
    }
    if (application.files.has(fileId)) throw new Refusal(desfireStatus.duplicate);
    const size = number3(data, 4);
    if (size === 0) throw new Refusal(desfireStatus.parameterError);
    if (!this.#memory.hasRoomFor(size)) throw new Refusal(desfireStatus.outOfMemory);
    this.#mustNotBeWornOut();
    application.files.set(fileId, {
      travel,
      accessRights: (data[2] ?? 0) | ((data[3] ?? 0) << 8),
      bytes: new Uint8Array(size),
    });
    return this.#ok([]);
  }

  #deleteFile(fileId = 0): Uint8Array {
    this.#file(fileId);
    if ((this.#inApplication().keySettings & 0x04) === 0) this.#mustBeProven(0);
    this.#inApplication().files.delete(fileId);
    return this.#ok([]);
  }

  #getFileSettings(fileId = 0): Uint8Array {
    const { travel, accessRights: rights, bytes } = this.#file(fileId);
    this.#listable();
    return this.#ok([
      0,
      communicationMode[travel],
      rights & 0xff,
      rights >> 8,
      ...littleEndian3(bytes.length),
    ]);
  }

  /** What a forged card would have written on it: a bit in the middle of the grant is another one. */
  #told(data: Uint8Array, offset: number): Uint8Array {
    const at = flippedByte - offset;
    if (!this.#faults.has('grant-flipped') || at < 0 || at >= data.length) return data;
    return data.map((byte, index) => (index === at ? byte ^ 0x01 : byte));
  }

  #read(ins: number, header: Uint8Array, travel: Travel): Uint8Array {
    const file = this.#file(header[0]);
    this.#mustHaveRight(file, file.accessRights >> 12);
    const offset = number3(header, 1);
    const length = number3(header, 4) || file.bytes.length - offset;
    if (length <= 0 || offset + length > file.bytes.length) throw new Refusal(desfireStatus.boundaryError);
    const data = this.#told(file.bytes.subarray(offset, offset + length), offset);
    if (ins === desfireCommand.readData) return this.#ok(data, travel);
    const whole = this.#sealed(data, travel);
    if (whole.length > 0xff) throw new Refusal(desfireStatus.lengthError);
    return Uint8Array.of(...whole, ...statusWord(desfireStatus.ok));
  }

  #write(header: Uint8Array, data: Uint8Array, travel: Travel): Uint8Array {
    const file = this.#file(header[0]);
    this.#mustHaveRight(file, (file.accessRights >> 8) & 0x0f);
    const offset = number3(header, 1);
    const length = number3(header, 4);
    if (data.length !== length) throw new Refusal(desfireStatus.lengthError);
    if (length === 0 || offset + length > file.bytes.length) throw new Refusal(desfireStatus.boundaryError);
    this.#mustNotBeWornOut();
    if (this.#faults.delete('pulled-mid-write')) {
      file.bytes.set(data.subarray(0, length >> 1), offset);
      throw new Gone();
    }
    file.bytes.set(data, offset);
    return this.#ok([], travel);
  }

  #mustNotBeWornOut(): void {
    if (this.#faults.has('write-refused')) throw new Refusal(desfireStatus.memoryError);
  }

  #inApplication(): SimApplication {
    if (!this.#selected) throw new Refusal(desfireStatus.permissionDenied);
    return this.#selected;
  }

  /** Listing files is free, or wants key 0 (bit 1 of the key settings). */
  #listable(): SimApplication {
    const application = this.#inApplication();
    if ((application.keySettings & 0x02) === 0) this.#mustBeProven(0);
    return application;
  }

  #mustBeProven(keyNumber?: number): Session {
    const session = this.#session;
    if (!session || (keyNumber !== undefined && session.keyNumber !== keyNumber)) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    return session;
  }

  #file(fileId = 0): SimFile {
    const file = this.#inApplication().files.get(fileId);
    if (!file) throw new Refusal(desfireStatus.fileNotFound);
    return file;
  }

  /** `right` or the read-and-write right (bits 7 to 4): a key number, Eh free, Fh never. */
  #mustHaveRight(file: SimFile, right: number): void {
    const rights = [right, (file.accessRights >> 4) & 0x0f];
    if (rights.includes(0x0e)) return;
    if (!this.#session) throw new Refusal(desfireStatus.authenticationError);
    if (!rights.includes(this.#session.keyNumber)) throw new Refusal(desfireStatus.permissionDenied);
  }

  #ok(data: Iterable<number>, travel?: Travel): Uint8Array {
    const whole = this.#sealed(data, travel);
    const frames: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += longestAnswerData)
      frames.push(whole.slice(at, at + longestAnswerData));
    return this.#sendFrames(frames);
  }

  #sealed(data: Iterable<number>, travel?: Travel): Uint8Array {
    const plain = Uint8Array.from(data);
    const end = this.#session?.end;
    if (!end) return plain;
    const sealed = end.seal(plain, travel ?? end.ordinary);
    const last = sealed.length - 1;
    if (this.#faults.has('wrong-mac') && last >= 0) sealed[last] = (sealed[last] ?? 0) ^ 0x01;
    return sealed;
  }

  #sendFrames(frames: readonly Uint8Array[]): Uint8Array {
    const [first = nothing, ...left] = frames;
    if (left.length > 0) this.#pending = { kind: 'answer', frames: left };
    return Uint8Array.of(
      ...first,
      ...statusWord(left.length > 0 ? desfireStatus.moreFrames : desfireStatus.ok),
    );
  }

  #endSession(): void {
    this.#session = undefined;
    this.#pending = undefined;
  }
}

const travels: readonly Travel[] = ['plain', 'maced', 'enciphered'];

/** How many bytes the data of a write takes with what its messaging adds. */
function sentLength(length: number, travel: Travel): number {
  if (travel === 'plain') return length;
  const padded =
    travel === 'enciphered' ? (Math.floor(length / aesBlockLength) + 1) * aesBlockLength : length;
  return padded + sentMacLength;
}

/** The data of `90 INS 00 00 [Lc data] 00`. */
function unwrapCommand(apdu: Uint8Array): Uint8Array {
  const [, ins = 0, p1, p2, lc = 0] = apdu;
  const isWhole = apdu.length === 5 ? lc === 0 : apdu.length === lc + 6;
  const isTooLong = lc > longestFrameData && !isoChained.includes(ins);
  if (!isWhole || isTooLong || p1 !== 0 || p2 !== 0) throw new Refusal(desfireStatus.lengthError);
  return apdu.slice(5, 5 + lc);
}

function keyOf(
  application: SimApplication,
  keyNumber: number,
): { readonly key: Uint8Array; readonly version: number } {
  const found = application.keys[keyNumber];
  if (!found) throw new Refusal(desfireStatus.noSuchKey);
  return found;
}

function expectLength(data: Uint8Array, length: number): void {
  if (data.length !== length) throw new Refusal(desfireStatus.lengthError);
}

function statusWord(status: number): Uint8Array {
  return Uint8Array.of(status >> 8, status & 0xff);
}

function number3(data: Uint8Array, at: number): number {
  return (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
}

function littleEndian3(value: number): readonly number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff];
}
