import { commandCodes, nakReasons, replyCodes } from '@portillon/drivers/osdp/osdp-messages.ts';
import { encodePacket, type OsdpPacket } from '@portillon/drivers/osdp/osdp-packet.ts';
import {
  blockTypes,
  initialMac,
  installationKey,
  openChannel,
  panelCryptogram,
  readerCryptogram,
  type SecureChannel,
  type SessionKeys,
  seal,
  sessionKeys,
  unseal,
} from '@portillon/drivers/osdp/secure-channel.ts';

export interface PeripheralParts {
  readonly inputs: number;
  readonly outputs: number;
  readonly lights: number;
  readonly sound: boolean;
  readonly text: boolean;
}

export interface PeripheralOptions {
  readonly unit: number;
  readonly serialNumber: number;
  /** Null in a reader fresh from its box: it is in its installation mode. */
  readonly scbk: Uint8Array | null;
  readonly parts: PeripheralParts;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly levels: () => Levels;
  /** Every command is answered with *unable to process*. */
  readonly refusesAll?: () => boolean;
  /** What it answers, sealed as always, in the place of its own answer to a command that it has carried out. */
  readonly answersInstead?: (commandCode: number) => PeripheralReply | null;
  /** An order in the channel, carried out once. False: it cannot be done. */
  readonly onOrder: (order: PeripheralOrder) => boolean;
}

export interface Levels {
  readonly inputs: readonly boolean[];
  readonly outputs: readonly boolean[];
  readonly tampered: boolean;
  readonly powerFailed: boolean;
}

export type PeripheralOrder =
  | { readonly type: 'output'; readonly output: number; readonly control: number; readonly forMs: number }
  | {
      readonly type: 'light';
      readonly light: number;
      readonly colour: number;
      /** 0: from now on. */
      readonly forMs: number;
    }
  | { readonly type: 'sound'; readonly count: number }
  | { readonly type: 'text'; readonly words: string; readonly forSeconds: number }
  | { readonly type: 'key'; readonly scbk: Uint8Array };

export interface PeripheralReply {
  readonly code: number;
  readonly data: Uint8Array;
}

type Talk =
  | { readonly name: 'clear' }
  | {
      readonly name: 'challenged';
      readonly keys: SessionKeys;
      readonly cryptogram: Uint8Array;
      readonly mark: number;
    }
  | { readonly name: 'secure'; readonly channel: SecureChannel };

const waitingEvents = 64;
const maker = [0x02, 0x50, 0x4f];
const empty = new Uint8Array(0);

/** The reader's end of the protocol: what it answers to each packet, and what it remembers. No line and no time. */
export class OsdpPeripheral {
  readonly #options: PeripheralOptions;
  #scbk: Uint8Array | null;
  #installing: boolean;
  #talk: Talk = { name: 'clear' };
  #lastSequence: number | null = null;
  #lastReply: Uint8Array = empty;
  #events: PeripheralReply[] = [];

  constructor(options: PeripheralOptions) {
    this.#options = options;
    this.#scbk = options.scbk;
    this.#installing = options.scbk === null;
  }

  get scbk(): Uint8Array | null {
    return this.#scbk;
  }

  get installing(): boolean {
    return this.#installing;
  }

  get #refuses(): boolean {
    return this.#options.refusesAll?.() === true;
  }

  get isSecure(): boolean {
    return this.#talk.name === 'secure';
  }

  /** What is told at one of the next polls. */
  report(code: number, data: readonly number[]): void {
    this.#events.push({ code, data: Uint8Array.from(data) });
    if (this.#events.length > waitingEvents) this.#events.shift();
  }

  reportLocal(): void {
    const { tampered, powerFailed } = this.#options.levels();
    this.report(replyCodes.localStatus, [Number(tampered), Number(powerFailed)]);
  }

  reportInputs(): void {
    this.report(replyCodes.inputStatus, this.#options.levels().inputs.map(Number));
  }

  /** As the little switch on its back does: the default key is good again, until a key is written. */
  enterInstallationMode(): void {
    this.#installing = true;
    this.restart();
  }

  /** Power off and on: channel and numbering are gone, what was to be told too. */
  restart(): void {
    this.#talk = { name: 'clear' };
    this.#lastSequence = null;
    this.#events = [];
  }

  /** Whether this is the packet that was answered last, sent again. */
  isRepeat(packet: OsdpPacket): boolean {
    return packet.sequence !== 0 && packet.sequence === this.#lastSequence;
  }

  /** What a packet to this reader is, opened if it came through the channel; for the record of the simulator. */
  peek(packet: OsdpPacket): PeripheralReply | null {
    if (this.#talk.name !== 'secure' || !packet.mac) return { code: packet.code, data: packet.data };
    const opened = unseal(this.#talk.channel, packet);
    return opened ? { code: packet.code, data: opened.data } : null;
  }

  /** The bytes of the answer. */
  answer(packet: OsdpPacket): Uint8Array {
    if (this.isRepeat(packet)) return this.#lastReply;
    const expected = this.#lastSequence === null ? 0 : (this.#lastSequence % 3) + 1;
    if (packet.sequence === 0) this.#talk = { name: 'clear' };
    else if (packet.sequence !== expected) return this.clear(packet, nak(nakReasons.badSequence));
    this.#lastSequence = packet.sequence;
    this.#lastReply = this.#process(packet);
    return this.#lastReply;
  }

  /** A reply outside of any channel. */
  clear(packet: OsdpPacket, reply: PeripheralReply, block: OsdpPacket['block'] = null): Uint8Array {
    const sequence = reply.code === replyCodes.busy ? 0 : packet.sequence;
    return encodePacket({ unit: this.#options.unit, from: 'reader', sequence, block, ...reply });
  }

  #process(packet: OsdpPacket): Uint8Array {
    if (this.#talk.name === 'secure') {
      const opened = packet.mac ? unseal(this.#talk.channel, packet) : undefined;
      if (!opened) {
        this.#talk = { name: 'clear' };
        return this.clear(
          packet,
          nak(packet.mac ? nakReasons.noSecureChannel : nakReasons.encryptionRequired),
        );
      }
      const own = this.#refuses ? unable : this.#carryOut(packet.code, opened.data);
      const reply = this.#options.answersInstead?.(packet.code) ?? own;
      const sealed = seal(opened.channel, {
        unit: this.#options.unit,
        from: 'reader',
        sequence: packet.sequence,
        ...reply,
      });
      this.#talk = { name: 'secure', channel: sealed.channel };
      return sealed.bytes;
    }
    if (this.#refuses) return this.clear(packet, unable);
    switch (packet.code) {
      case commandCodes.id:
        return this.clear(packet, this.#identity());
      case commandCodes.capabilities:
        return this.clear(packet, this.#abilities());
      case commandCodes.challenge:
        return this.#challenged(packet);
      case commandCodes.panelCryptogram:
        return this.#proved(packet);
      default:
        return this.clear(packet, nak(nakReasons.encryptionRequired));
    }
  }

  #challenged(packet: OsdpPacket): Uint8Array {
    const mark = packet.block?.data[0];
    const key = mark === 0 ? (this.#installing ? installationKey : null) : this.#scbk;
    if (
      packet.block?.type !== blockTypes.challenge ||
      !key ||
      packet.data.length !== 8 ||
      mark === undefined
    ) {
      return this.clear(packet, nak(nakReasons.noSecureChannel));
    }
    const random = this.#options.randomBytes(8);
    const keys = sessionKeys(key, packet.data);
    this.#talk = { name: 'challenged', keys, mark, cryptogram: panelCryptogram(keys, packet.data, random) };
    const data = Uint8Array.from([...this.#uid(), ...random, ...readerCryptogram(keys, packet.data, random)]);
    return this.clear(
      packet,
      { code: replyCodes.readerCryptogram, data },
      { type: blockTypes.readerCryptogram, data: Uint8Array.of(mark) },
    );
  }

  #proved(packet: OsdpPacket): Uint8Array {
    const talk = this.#talk;
    const right =
      talk.name === 'challenged' &&
      packet.block?.type === blockTypes.panelCryptogram &&
      packet.block.data[0] === talk.mark &&
      Buffer.compare(packet.data, talk.cryptogram) === 0;
    const mac = talk.name === 'challenged' ? initialMac(talk.keys, talk.cryptogram) : new Uint8Array(16);
    this.#talk =
      right && talk.name === 'challenged'
        ? { name: 'secure', channel: openChannel(talk.keys, mac) }
        : { name: 'clear' };
    return this.clear(
      packet,
      { code: replyCodes.initialMac, data: right ? mac : new Uint8Array(16) },
      { type: blockTypes.initialMac, data: Uint8Array.of(right ? 1 : 0) },
    );
  }

  #carryOut(code: number, data: Uint8Array): PeripheralReply {
    const { inputs, outputs } = this.#options.levels();
    switch (code) {
      case commandCodes.poll:
        return this.#events.shift() ?? ack;
      case commandCodes.id:
        return this.#identity();
      case commandCodes.capabilities:
        return this.#abilities();
      case commandCodes.localStatus: {
        const { tampered, powerFailed } = this.#options.levels();
        return { code: replyCodes.localStatus, data: Uint8Array.of(Number(tampered), Number(powerFailed)) };
      }
      case commandCodes.inputStatus:
        return { code: replyCodes.inputStatus, data: Uint8Array.from(inputs.map(Number)) };
      case commandCodes.outputStatus:
        return { code: replyCodes.outputStatus, data: Uint8Array.from(outputs.map(Number)) };
      case commandCodes.keySet: {
        if (data.length !== 18 || data[0] !== 1 || data[1] !== 16) return nak(nakReasons.badLength);
        this.#scbk = data.slice(2);
        this.#installing = false;
        return this.#order({ type: 'key', scbk: this.#scbk });
      }
      case commandCodes.output:
        return this.#outputs(data);
      case commandCodes.led: {
        if (data.length === 0 || data.length % 14 !== 0) return nak(nakReasons.badLength);
        const temporary = data[2] === 2;
        return this.#order({
          type: 'light',
          light: data[1] ?? 0,
          colour: (temporary ? data[5] : data[12]) ?? 0,
          forMs: temporary ? ((data[7] ?? 0) | ((data[8] ?? 0) << 8)) * 100 : 0,
        });
      }
      case commandCodes.buzzer:
        if (data.length !== 5) return nak(nakReasons.badLength);
        return this.#order({ type: 'sound', count: data[1] === 1 ? 0 : (data[4] ?? 0) });
      case commandCodes.text: {
        if (data.length < 6 || data.length !== 6 + (data[5] ?? 0)) return nak(nakReasons.badLength);
        const words = Buffer.from(data.subarray(6)).toString('latin1');
        return this.#order({ type: 'text', words, forSeconds: data[2] ?? 0 });
      }
      default:
        return nak(nakReasons.unknownCommand);
    }
  }

  #outputs(data: Uint8Array): PeripheralReply {
    if (data.length === 0 || data.length % 4 !== 0) return nak(nakReasons.badLength);
    for (let at = 0; at < data.length; at += 4) {
      const output = data[at] ?? 0;
      if (output >= this.#options.parts.outputs) return nak(nakReasons.unableToProcess);
      const forMs = ((data[at + 2] ?? 0) | ((data[at + 3] ?? 0) << 8)) * 100;
      const done = this.#options.onOrder({ type: 'output', output, control: data[at + 1] ?? 0, forMs });
      if (!done) return nak(nakReasons.unableToProcess);
    }
    return ack;
  }

  #order(order: PeripheralOrder): PeripheralReply {
    return this.#options.onOrder(order) ? ack : nak(nakReasons.unableToProcess);
  }

  #identity(): PeripheralReply {
    const serial = Buffer.alloc(4);
    serial.writeUInt32LE(this.#options.serialNumber);
    return { code: replyCodes.id, data: Uint8Array.from([...maker, 1, 1, ...serial, 1, 0, 0]) };
  }

  #uid(): Uint8Array {
    return this.#identity().data.slice(0, 8);
  }

  #abilities(): PeripheralReply {
    const { inputs, outputs, lights, sound, text } = this.#options.parts;
    const has = (functionCode: number, level: number, count: number) => [
      functionCode,
      count > 0 ? level : 0,
      count,
    ];
    const data = [
      ...has(1, 1, inputs),
      ...has(2, 3, outputs),
      ...has(3, 1, 1),
      ...has(4, 4, lights),
      ...has(5, 2, sound ? 1 : 0),
      ...has(6, 1, text ? 1 : 0),
      ...[8, 1, 0],
      ...[9, 1, 1],
    ];
    return { code: replyCodes.capabilities, data: Uint8Array.from(data) };
  }
}

const ack: PeripheralReply = { code: replyCodes.ack, data: empty };

const unable: PeripheralReply = { code: replyCodes.nak, data: Uint8Array.of(nakReasons.unableToProcess) };

export function nak(reason: number): PeripheralReply {
  return { code: replyCodes.nak, data: Uint8Array.of(reason) };
}
