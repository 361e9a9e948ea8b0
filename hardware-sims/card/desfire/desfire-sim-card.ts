import type { Random } from '@portillon/core/base/random.ts';
import {
  aesBlockLength,
  decryptCbc,
  encryptCbc,
  zeroBlock,
} from '@portillon/drivers/card/desfire/aes-cbc.ts';
import { desfireCommand, desfireStatus } from '@portillon/drivers/card/desfire/desfire-codes.ts';
import { ev1SessionKey, rotatedLeft } from '@portillon/drivers/card/desfire/ev1-authentication.ts';
import { Ev1Session, sentMacLength } from '@portillon/drivers/card/desfire/ev1-session.ts';
import { jamCrc } from '@portillon/drivers/card/desfire/jam-crc.ts';
import { longestAnswerData } from '@portillon/drivers/card/desfire/wrapped-apdu.ts';
import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import type { SimCard, SimCardMemory } from '../sim-card.ts';
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
}

export interface DesfireSimCardState {
  readonly uid: string;
  readonly memory: DesfireMemoryState;
}

/** A native frame has 60 bytes: the command and 59 of data. */
const longestFrameData = 59;
/** Bytes of one chained command; a real card keeps no more either. */
const longestCommand = 8_192;
const nothing = new Uint8Array(0);

interface Session {
  readonly application: SimApplication;
  readonly keyNumber: number;
  readonly messaging: Ev1Session;
}

/** What the card waits for an AFh frame for. */
type Pending =
  | {
      readonly kind: 'authentication';
      readonly keyNumber: number;
      readonly key: Uint8Array;
      readonly rndB: Uint8Array;
      readonly challenge: Uint8Array;
    }
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

/**
 * A DESFire card in software: EV1 messaging with AES, wrapped APDUs, standard files, plain or with CMACs. It comes from the
 * factory: no application, and a card master key that is 16 zeros of DES, so that anybody may create applications and
 * nobody can authenticate at card level with AES.
 */
export class DesfireSimCard implements SimCard {
  readonly uid: string;
  /** Of a factory DESFire: 64-byte frames, up to 848 kbit/s. */
  readonly ats: Uint8Array = bytesOfHex('06 75 77 81 02 80');
  readonly #random: Random;
  readonly #memory: DesfireMemory;
  #selected: SimApplication | undefined;
  #session: Session | undefined;
  #pending: Pending | undefined;

  constructor({ uid, random }: DesfireSimCardOptions, memory: DesfireMemory = new DesfireMemory()) {
    this.uid = uid.toUpperCase();
    this.#random = random;
    this.#memory = memory;
  }

  static fromJSON(state: DesfireSimCardState, random: Random): DesfireSimCard {
    return new DesfireSimCard({ uid: state.uid, random }, DesfireMemory.fromJSON(state.memory));
  }

  toJSON(): DesfireSimCardState {
    return { uid: this.uid, memory: this.#memory.toJSON() };
  }

  memory(): SimCardMemory {
    return this.#memory.view();
  }

  powerOff(): void {
    this.#selected = undefined;
    this.#endSession();
  }

  answer(commandApdu: Uint8Array): Uint8Array {
    if (commandApdu[0] !== 0x90) return Uint8Array.of(0x6e, 0x00);
    try {
      return this.#frame(commandApdu[1] ?? 0, unwrapCommand(commandApdu));
    } catch (error) {
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
      case 'answer':
        return this.#sendFrames(pending.frames);
      case 'command':
        return this.#gather(pending.command, Uint8Array.of(...pending.body, ...data), pending.wantedLength);
    }
  }

  #begin(ins: number, data: Uint8Array): Uint8Array {
    if (ins === desfireCommand.writeData) {
      const [file] = this.#file(data);
      const macLength = file.isMaced && this.#session ? sentMacLength : 0;
      return this.#gather(ins, data, 7 + number3(data, 4) + macLength);
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

  #run(ins: number, data: Uint8Array): Uint8Array {
    switch (ins) {
      case desfireCommand.selectApplication:
        return this.#select(data);
      case desfireCommand.authenticateAes:
        return this.#beginAuthentication(data);
      case desfireCommand.changeKey:
        return this.#changeKey(data);
      case desfireCommand.writeData:
        return this.#write(data);
      default:
        return this.#runWithRunningMac(ins, data);
    }
  }

  /** Commands that travel plain; in a session their CMAC moves the IV on without being sent. */
  #runWithRunningMac(ins: number, data: Uint8Array): Uint8Array {
    this.#session?.messaging.macCommand(Uint8Array.of(ins, ...data));
    switch (ins) {
      case desfireCommand.getVersion:
        return this.#getVersion(data);
      case desfireCommand.getApplicationIds:
        expectLength(data, 0);
        if (this.#selected) throw new Refusal(desfireStatus.permissionDenied);
        return this.#ok(this.#memory.applications.flatMap((application) => [...bytesOfHex(application.aid)]));
      case desfireCommand.createApplication:
        return this.#createApplication(data);
      case desfireCommand.getKeySettings:
        expectLength(data, 0);
        return this.#ok(
          this.#selected ? [this.#selected.keySettings, 0x80 | this.#selected.keys.length] : [0x0f, 0x01],
        );
      case desfireCommand.getKeyVersion:
        return this.#getKeyVersion(data);
      case desfireCommand.createStdDataFile:
        return this.#createFile(data);
      case desfireCommand.deleteFile:
        return this.#deleteFile(data);
      case desfireCommand.getFileIds:
        expectLength(data, 0);
        return this.#ok([...this.#listable().files.keys()]);
      case desfireCommand.getFileSettings:
        return this.#getFileSettings(data);
      case desfireCommand.readData:
        return this.#read(data);
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

  #beginAuthentication(data: Uint8Array): Uint8Array {
    this.#endSession();
    expectLength(data, 1);
    if (!this.#selected) throw new Refusal(desfireStatus.authenticationError); // the card master key is a DES key
    const keyNumber = data[0] ?? 0;
    const { key } = keyOf(this.#selected, keyNumber);
    const rndB = this.#random.bytes(aesBlockLength);
    const challenge = encryptCbc(key, zeroBlock, rndB);
    this.#pending = { kind: 'authentication', keyNumber, key, rndB, challenge };
    return Uint8Array.of(...challenge, ...statusWord(desfireStatus.moreFrames));
  }

  #finishAuthentication(
    pending: Extract<Pending, { kind: 'authentication' }>,
    token: Uint8Array,
  ): Uint8Array {
    expectLength(token, 2 * aesBlockLength);
    const { key, keyNumber, rndB, challenge } = pending;
    const opened = decryptCbc(key, challenge, token);
    const rndA = opened.slice(0, aesBlockLength);
    const application = this.#selected;
    if (!application || hexOf(opened.slice(aesBlockLength)) !== hexOf(rotatedLeft(rndB))) {
      throw new Refusal(desfireStatus.authenticationError);
    }
    this.#session = { application, keyNumber, messaging: new Ev1Session(ev1SessionKey(rndA, rndB)) };
    const proof = encryptCbc(key, token.slice(-aesBlockLength), rotatedLeft(rndA));
    return Uint8Array.of(...proof, ...statusWord(desfireStatus.ok));
  }

  #getVersion(data: Uint8Array): Uint8Array {
    expectLength(data, 0);
    const hardware = bytesOfHex('04 01 01 01 00 1A 05'); // NXP, DESFire EV1, 8 KiB
    const software = bytesOfHex('04 01 01 01 04 1A 05');
    const production = Uint8Array.of(...bytesOfHex(this.uid), 0xba, 0x54, 0x27, 0x70, 0x10, 0x24, 0x26);
    const last = Uint8Array.of(...production, ...this.#answerMac([...hardware, ...software, ...production]));
    return this.#sendFrames([hardware, software, last]);
  }

  #createApplication(data: Uint8Array): Uint8Array {
    expectLength(data, 5);
    if (this.#selected) throw new Refusal(desfireStatus.permissionDenied);
    const keyCount = (data[4] ?? 0) & 0x0f;
    const isAes = ((data[4] ?? 0) & 0xc0) === 0x80;
    if (!isAes || keyCount < 1 || keyCount > 14) throw new Refusal(desfireStatus.parameterError);
    const aid = hexOf(data.subarray(0, 3));
    if (this.#memory.application(aid)) throw new Refusal(desfireStatus.duplicate);
    if (this.#memory.applications.length >= 28) throw new Refusal(desfireStatus.tooManyApplications);
    this.#memory.createApplication(aid, data[3] ?? 0, keyCount);
    return this.#ok([]);
  }

  #getKeyVersion(data: Uint8Array): Uint8Array {
    expectLength(data, 1);
    if (!this.#selected) return this.#ok([0]);
    return this.#ok([keyOf(this.#selected, data[0] ?? 0).version]);
  }

  #changeKey(data: Uint8Array): Uint8Array {
    expectLength(data, 33);
    const { application, keyNumber: provenKey, messaging } = this.#mustBeProven();
    const keyNumber = data[0] ?? 0;
    const changed = keyOf(application, keyNumber);
    const changeKeyNumber = application.keySettings >> 4;
    if (provenKey !== (changeKeyNumber === 0xe ? keyNumber : changeKeyNumber) || changeKeyNumber === 0xf) {
      throw new Refusal(desfireStatus.permissionDenied);
    }
    if (keyNumber === 0 && (application.keySettings & 0x01) === 0) {
      throw new Refusal(desfireStatus.permissionDenied);
    }
    const opened = messaging.decipher(data.slice(1));
    const isSameKey = keyNumber === provenKey;
    const body = opened.slice(0, 17);
    const newKey = isSameKey
      ? body.slice(0, 16)
      : body.slice(0, 16).map((byte, at) => byte ^ (changed.key[at] ?? 0));
    const crcs = Uint8Array.of(
      ...jamCrc(Uint8Array.of(desfireCommand.changeKey, keyNumber, ...body)),
      ...(isSameKey ? [] : jamCrc(newKey)),
    );
    const expected = new Uint8Array(32);
    expected.set(body);
    expected.set(crcs, body.length);
    if (hexOf(opened) !== hexOf(expected)) throw new Refusal(desfireStatus.integrityError);
    application.keys[keyNumber] = { key: newKey, version: body[16] ?? 0 };
    if (!isSameKey) return this.#ok([]);
    this.#endSession();
    return statusWord(desfireStatus.ok);
  }

  #createFile(data: Uint8Array): Uint8Array {
    expectLength(data, 7);
    const application = this.#inApplication();
    if ((application.keySettings & 0x04) === 0) this.#mustBeProven(0);
    const [fileId = 0, mode = 0] = data;
    if (fileId > 31 || mode > 1) throw new Refusal(desfireStatus.parameterError); // enciphered files are not imitated
    if (application.files.has(fileId)) throw new Refusal(desfireStatus.duplicate);
    const size = number3(data, 4);
    if (size === 0) throw new Refusal(desfireStatus.parameterError);
    if (!this.#memory.hasRoomFor(size)) throw new Refusal(desfireStatus.outOfMemory);
    application.files.set(fileId, {
      isMaced: mode === 1,
      accessRights: (data[2] ?? 0) | ((data[3] ?? 0) << 8),
      bytes: new Uint8Array(size),
    });
    return this.#ok([]);
  }

  #deleteFile(data: Uint8Array): Uint8Array {
    const [, fileId] = this.#file(data, 1);
    if ((this.#inApplication().keySettings & 0x04) === 0) this.#mustBeProven(0);
    this.#inApplication().files.delete(fileId);
    return this.#ok([]);
  }

  #getFileSettings(data: Uint8Array): Uint8Array {
    const [file] = this.#file(data, 1);
    this.#listable();
    const { accessRights: rights, bytes } = file;
    return this.#ok([0, file.isMaced ? 1 : 0, rights & 0xff, rights >> 8, ...littleEndian3(bytes.length)]);
  }

  #read(data: Uint8Array): Uint8Array {
    const [file] = this.#file(data, 7);
    this.#mustHaveRight(file, file.accessRights >> 12);
    const offset = number3(data, 1);
    const length = number3(data, 4) || file.bytes.length - offset;
    if (length <= 0 || offset + length > file.bytes.length) throw new Refusal(desfireStatus.boundaryError);
    return this.#ok(file.bytes.subarray(offset, offset + length));
  }

  #write(data: Uint8Array): Uint8Array {
    const [file] = this.#file(data);
    this.#mustHaveRight(file, (file.accessRights >> 8) & 0x0f);
    const offset = number3(data, 1);
    const length = number3(data, 4);
    const body = data.slice(0, 7 + length);
    const mac = this.#session?.messaging.macCommand(Uint8Array.of(desfireCommand.writeData, ...body));
    const sentMac = data.slice(7 + length);
    if (sentMac.length > 0 && (!mac || hexOf(sentMac) !== hexOf(mac.slice(0, sentMacLength)))) {
      throw new Refusal(desfireStatus.integrityError);
    }
    if (length === 0 || offset + length > file.bytes.length) throw new Refusal(desfireStatus.boundaryError);
    file.bytes.set(body.subarray(7), offset);
    return this.#ok([]);
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

  #file(data: Uint8Array, wantedLength?: number): readonly [SimFile, number] {
    if (wantedLength === undefined ? data.length < 7 : data.length !== wantedLength) {
      throw new Refusal(desfireStatus.lengthError);
    }
    const fileId = data[0] ?? 0;
    const file = this.#inApplication().files.get(fileId);
    if (!file) throw new Refusal(desfireStatus.fileNotFound);
    return [file, fileId];
  }

  /** `right` or the read-and-write right (bits 7 to 4): a key number, Eh free, Fh never. */
  #mustHaveRight(file: SimFile, right: number): void {
    const rights = [right, (file.accessRights >> 4) & 0x0f];
    if (rights.includes(0x0e)) return;
    if (!this.#session) throw new Refusal(desfireStatus.authenticationError);
    if (!rights.includes(this.#session.keyNumber)) throw new Refusal(desfireStatus.permissionDenied);
  }

  #ok(data: Iterable<number>): Uint8Array {
    const plain = Uint8Array.from(data);
    const whole = Uint8Array.of(...plain, ...this.#answerMac(plain));
    const frames: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += longestAnswerData)
      frames.push(whole.slice(at, at + longestAnswerData));
    return this.#sendFrames(frames);
  }

  #answerMac(data: Iterable<number>): Uint8Array {
    return this.#session?.messaging.macAnswer(Uint8Array.from(data)).slice(0, sentMacLength) ?? nothing;
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

/** The data of `90 INS 00 00 [Lc data] 00`. */
function unwrapCommand(apdu: Uint8Array): Uint8Array {
  const [, , p1, p2, lc = 0] = apdu;
  const isWhole = apdu.length === 5 ? lc === 0 : apdu.length === lc + 6;
  if (!isWhole || lc > longestFrameData || p1 !== 0 || p2 !== 0) throw new Refusal(desfireStatus.lengthError);
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
