import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { commandCodes, nakReasons, replyCodes } from '@portillon/drivers/osdp/osdp-messages.ts';
import { carriesMac, crcOf, encodePacket, type OsdpPacket } from '@portillon/drivers/osdp/osdp-packet.ts';
import {
  flag,
  type PushAnswer,
  Turnstile,
  type TurnstileWiring,
  turnstileActions,
} from '../gate/turnstile.ts';
import { NamedTimers } from '../named-timers.ts';
import type { NamedFault, SimAction, SimView } from '../sim.ts';
import { SimDevice } from '../sim-device.ts';
import { NotPossible } from '../world/not-possible.ts';
import {
  type Levels,
  nak,
  OsdpPeripheral,
  type PeripheralOrder,
  type PeripheralParts,
} from './osdp-peripheral.ts';
import type { OnTheWire, OsdpWire } from './osdp-wire.ts';

export interface OsdpReaderSimOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly wire: OsdpWire;
  readonly unit: number;
  /** Null, or nothing: fresh from its box, in its installation mode. */
  readonly scbk?: Uint8Array | null;
  readonly random?: Random;
  /** A board that is wired to a turnstile; a reader on the wall otherwise. */
  readonly turnstile?: TurnstileWiring & {
    readonly output: number;
    readonly exitOutput?: number | undefined;
    /** Wired to the turnstile's contact of free passage. */
    readonly holdOutput?: number | undefined;
    readonly sensorMs?: number;
    readonly turnMs?: number;
  };
  /** How long it thinks before it answers. */
  readonly thinksMs?: number;
  /** Bytes take their time on the wire, as at the speed of the line; at once otherwise. */
  readonly keepsPace?: boolean;
  readonly onKey?: () => void;
}

const readerActions: readonly SimAction[] = [
  {
    name: 'read',
    words: 'Hold a badge before it',
    args: { number: 'hexadecimal', bits: 'how many, if not all' },
  },
  { name: 'keys', words: 'Press keys', args: { keys: 'digits, * and #' } },
  { name: 'installation-mode', words: 'Press the switch on its back: the default key is good again' },
  { name: 'power-cycle', words: 'Take its power and give it back' },
  { name: 'open-cover', words: 'Open its cover, or close it', args: { open: 'true or false' } },
  { name: 'power-failed', words: 'Its mains fails, or is back', args: { failed: 'true or false' } },
];

const faults: readonly NamedFault[] = [
  { name: 'cable-pulled', words: 'Bus cable out at the box: nobody on the line is reached' },
  { name: 'silent', words: 'It does not answer' },
  { name: 'drop', words: 'Every third of its answers is lost' },
  { name: 'split', words: 'Its answers come byte by byte, with pauses' },
  { name: 'garbled', words: 'It answers bytes that make no sense' },
  { name: 'wrong-crc', words: 'Every answer has a wrong check sum' },
  { name: 'wrong-sequence', words: 'It answers under another number than it was asked' },
  { name: 'wrong-mac', words: 'Every sealed answer has a wrong MAC' },
  { name: 'in-clear', words: 'Inside the channel it answers in clear' },
  { name: 'no-secure-channel', words: 'It says that it knows no secure channel' },
  { name: 'default-key', words: 'Asked for its own key, it answers with the one that all readers share' },
  { name: 'swapped', words: 'Another reader hangs in its place' },
  { name: 'babbling', words: 'It speaks without being asked, all the time' },
  { name: 'busy', words: 'It puts off every command twice' },
  { name: 'exception', words: 'It refuses every command (unable to process)' },
  { name: 'unasked', words: 'Sends an answer that nobody asked for before each right one' },
  { name: 'other-answer', words: 'It answers orders to its outputs with what belongs to another question' },
  { name: 'malformed', words: 'What it tells by itself is cut short' },
  { name: 'stuck-input', words: 'The entry sensor stays on' },
  { name: 'lost-order', words: 'Orders to its outputs are lost on their way' },
  { name: 'lost-answer', words: 'The first answer to each order is lost' },
];

const channelCount = 4;
const babbleMs = 15;
const splitMs = 3;
const busyTimes = 2;
/** Output control codes of the standard: on or off for good, on for a time. */
const controls = { off: 1, on: 2, onForTime: 5 } as const;

/** A reader, or a board of outputs and inputs, on an OSDP line. */
export class OsdpReaderSim extends SimDevice implements OnTheWire {
  readonly model: string;
  readonly #options: OsdpReaderSimOptions;
  readonly #wire: OsdpWire;
  readonly #peripheral: OsdpPeripheral;
  readonly #stranger: OsdpPeripheral;
  readonly #turnstile: Turnstile | undefined;
  readonly #random: Random;
  readonly #outputs = new Array<boolean>(channelCount).fill(false);
  readonly #timers: NamedTimers;
  #pulseEndsMs = 0;
  #light = 'off';
  #text = '';
  #beeps = 0;
  #coverOpen = false;
  #powerFailed = false;
  #answers = 0;
  #putOff = 0;
  #sending: Promise<void> = Promise.resolve();
  #started = false;

  constructor(options: OsdpReaderSimOptions) {
    super(
      options,
      options.turnstile ? [...turnstileActions, ...readerActions.slice(2)] : readerActions,
      faults,
    );
    this.#options = options;
    this.#timers = new NamedTimers(options.clock, () => this.changed());
    this.#wire = options.wire;
    this.model = options.turnstile ? 'osdp-board' : 'osdp-reader';
    this.#random = options.random ?? new SeededRandom(options.unit + 3);
    if (options.turnstile) {
      const { sensorMs, turnMs } = options.turnstile;
      this.#turnstile = new Turnstile({
        clock: options.clock,
        sensorMs,
        turnMs,
        onChange: () => this.#inputsChanged(),
      });
    }
    const isBoard = options.turnstile !== undefined;
    const parts: PeripheralParts = {
      inputs: isBoard ? channelCount : 0,
      outputs: isBoard ? channelCount : 0,
      lights: isBoard ? 0 : 1,
      sound: !isBoard,
      text: !isBoard,
    };
    const common = {
      unit: options.unit,
      parts,
      randomBytes: (count: number) => this.#random.bytes(count),
      levels: () => this.#levels(),
      refusesAll: () => this.hasFault('exception'),
      answersInstead: (code: number) =>
        this.hasFault('other-answer') && code === commandCodes.output ? otherAnswer : null,
      onOrder: (order: PeripheralOrder) => this.#carryOut(order),
    };
    this.#peripheral = new OsdpPeripheral({
      ...common,
      serialNumber: 1_000 + options.unit,
      scbk: options.scbk ?? null,
    });
    this.#stranger = new OsdpPeripheral({
      ...common,
      serialNumber: 9_000 + options.unit,
      scbk: this.#random.bytes(16),
    });
  }

  get address(): string {
    return this.#wire.address;
  }

  /** The key that it holds: what a real one keeps in its memory through a power cut. */
  get scbk(): Uint8Array | null {
    return this.#peripheral.scbk;
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#wire.join(this);
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#timers.cancelAll();
    this.#turnstile?.stop();
    await this.#sending;
    await this.#wire.leave(this);
  }

  view(): SimView {
    const { inputs, outputs } = this.#levels();
    const common = {
      unit: this.#options.unit,
      secure: this.#current.isSecure,
      installationMode: this.#current.installing,
      tampered: this.#coverOpen,
      powerFailed: this.#powerFailed,
      faults: this.faultsOn,
    };
    if (!this.#turnstile || !this.#options.turnstile) {
      return { ...common, light: this.#light, text: this.#text, beeps: this.#beeps };
    }
    const closed = this.#outputs[this.#options.turnstile.output] === true;
    return {
      ...common,
      ...this.#turnstile.view(),
      releasedForMs: closed ? Math.max(0, Math.round(this.#pulseEndsMs - this.clock.monotonicMs())) : 0,
      outputs: [...outputs],
      inputs: [...inputs],
    };
  }

  hears(packet: OsdpPacket): void {
    if (!this.#started || packet.unit !== this.#options.unit) return;
    const reply = this.#answerTo(packet);
    if (reply) this.#sending = this.#sending.then(() => this.#send(packet, reply));
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<PushAnswer | undefined> {
    if (turnstileActions.some(({ name }) => name === action)) return this.#turnstile?.act(action, args);
    switch (action) {
      case 'read':
        this.#read(args);
        return undefined;
      case 'keys': {
        if (typeof args.keys !== 'string' || !/^[0-9*#]{1,20}$/.test(args.keys)) {
          throw new NotPossible('unknown', 'Keys are digits, * and #.');
        }
        const pressed = [...args.keys].map((key) =>
          key === '*' ? 0x7f : key === '#' ? 0x0d : key.charCodeAt(0),
        );
        this.#current.report(replyCodes.keypad, this.#perhapsCut([0, pressed.length, ...pressed]));
        return undefined;
      }
      case 'installation-mode':
        this.#current.enterInstallationMode();
        break;
      case 'power-cycle':
        this.#current.restart();
        for (let output = 0; output < channelCount; output++) this.#switch(output, controls.off, 0);
        break;
      case 'open-cover':
        this.#coverOpen = flag(args.open);
        this.#current.reportLocal();
        break;
      case 'power-failed':
        this.#powerFailed = flag(args.failed);
        this.#current.reportLocal();
        break;
    }
    this.changed();
    return undefined;
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'cable-pulled') await this.#wire.cut(on);
    if (name === 'swapped') this.#current.restart();
    if (name === 'stuck-input') this.#inputsChanged();
    if (name === 'babbling') {
      if (on) this.#babble();
      else this.#timers.cancel('babble');
    }
  }

  get #current(): OsdpPeripheral {
    return this.hasFault('swapped') ? this.#stranger : this.#peripheral;
  }

  #read(args: Readonly<Record<string, unknown>>): void {
    const { number, bits } = args;
    if (typeof number !== 'string' || !/^([0-9a-f]{2}){1,32}$/i.test(number)) {
      throw new NotPossible('unknown', 'A number is written as bytes in hexadecimal.');
    }
    const bytes = [...Buffer.from(number, 'hex')];
    const bitCount = typeof bits === 'number' ? bits : bytes.length * 8;
    this.#current.report(
      replyCodes.raw,
      this.#perhapsCut([0, 0, bitCount & 0xff, bitCount >>> 8, ...bytes.slice(0, Math.ceil(bitCount / 8))]),
    );
  }

  #perhapsCut(data: readonly number[]): readonly number[] {
    return this.hasFault('malformed') ? data.slice(0, -1) : data;
  }

  #levels(): Levels {
    const wired = this.#options.turnstile;
    const inputs = wired ? (this.#turnstile?.levels(channelCount, wired) ?? []) : [];
    if (wired && this.hasFault('stuck-input')) inputs[wired.entryInput] = true;
    return { inputs, outputs: this.#outputs, tampered: this.#coverOpen, powerFailed: this.#powerFailed };
  }

  #inputsChanged(): void {
    this.#current.reportInputs();
    this.changed();
  }

  #carryOut(order: PeripheralOrder): boolean {
    switch (order.type) {
      case 'output':
        return this.#switch(order.output, order.control, order.forMs);
      case 'light':
        this.#light = ['off', 'red', 'green', 'amber', 'blue'][order.colour] ?? 'white';
        if (order.forMs > 0) this.#timers.start('light', order.forMs, () => this.#lightOut());
        break;
      case 'sound':
        this.#beeps += order.count;
        break;
      case 'text':
        this.#text = order.words;
        if (order.forSeconds > 0) {
          this.#timers.start('text', order.forSeconds * 1_000, () => {
            this.#text = '';
          });
        }
        break;
      case 'key':
        this.#options.onKey?.();
        break;
    }
    this.changed();
    return true;
  }

  #lightOut(): void {
    this.#light = 'off';
  }

  #switch(output: number, control: number, forMs: number): boolean {
    const on = control === controls.on || control === controls.onForTime;
    if (!on && control !== controls.off) return false;
    if (control === controls.onForTime && forMs === 0) return false;
    this.#timers.cancel(`output ${output}`);
    this.#set(output, on);
    if (control === controls.onForTime) {
      if (output === this.#options.turnstile?.output) this.#pulseEndsMs = this.clock.monotonicMs() + forMs;
      this.#timers.start(`output ${output}`, forMs, () => this.#set(output, false));
    }
    return true;
  }

  #set(output: number, on: boolean): void {
    this.#outputs[output] = on;
    if (output === this.#options.turnstile?.output) this.#turnstile?.free(on);
    if (output === this.#options.turnstile?.holdOutput) this.#turnstile?.holdFree(on);
    this.changed();
  }

  #answerTo(packet: OsdpPacket): Uint8Array | undefined {
    const peripheral = this.#current;
    const isOrder = packet.code === commandCodes.output;
    if (this.hasFault('silent')) return undefined;
    const repeated = peripheral.isRepeat(packet);
    if (packet.code !== commandCodes.poll) this.#recordOrder(packet, repeated);
    if (isOrder && this.hasFault('lost-order')) return undefined;
    if (this.hasFault('busy') && this.#putOff < busyTimes) {
      this.#putOff += 1;
      return peripheral.clear(packet, { code: replyCodes.busy, data: new Uint8Array(0) });
    }
    this.#putOff = 0;
    if (this.hasFault('no-secure-channel') && packet.code === commandCodes.challenge) {
      return peripheral.clear(packet, nak(nakReasons.noSecureChannel));
    }
    const reply = peripheral.answer(packet);
    if (isOrder && this.hasFault('lost-answer') && !repeated) return undefined;
    this.#answers += 1;
    if (this.hasFault('drop') && this.#answers % 3 === 0) return undefined;
    return reply;
  }

  #recordOrder(packet: OsdpPacket, repeated: boolean): void {
    const opened = repeated ? null : this.#current.peek(packet);
    const bytes = encodePacket({ ...packet, data: opened?.data ?? packet.data });
    // What a key change carries is shown to nobody.
    const shown = packet.code === commandCodes.keySet ? bytes.slice(0, 6) : bytes;
    this.record(shown, repeated ? 'the same again' : meaningOf(packet.code, opened?.data ?? null));
  }

  async #send(packet: OsdpPacket, reply: Uint8Array): Promise<void> {
    const { thinksMs = 1, keepsPace = false } = this.#options;
    const asked = keepsPace ? this.#wire.wireMs(encodePacket(packet).length + (packet.mac?.length ?? 0)) : 0;
    const takes = keepsPace ? this.#wire.wireMs(reply.length) : 0;
    await delay(this.clock, thinksMs + asked + takes);
    const bytes = this.#spoilt(reply, packet);
    if (this.hasFault('unasked')) {
      const other = (packet.sequence + 1) % 4;
      this.#wire.send(encodePacket({ ...unaskedAck, unit: packet.unit, sequence: other }));
    }
    if (!this.hasFault('split')) {
      this.#wire.send(bytes);
      return;
    }
    for (const byte of bytes) {
      this.#wire.send(Uint8Array.of(byte));
      await delay(this.clock, splitMs);
    }
  }

  /** The faults that are in the bytes themselves. */
  #spoilt(reply: Uint8Array, packet: OsdpPacket): Uint8Array {
    const bytes = Uint8Array.from(reply);
    const blockType = ((bytes[5] ?? 0) & 8) === 0 ? 0 : (bytes[7] ?? 0);
    if (this.hasFault('garbled')) return bytes.map((byte) => byte ^ 0x5a);
    if (this.hasFault('wrong-crc')) return bytes.fill((bytes.at(-1) ?? 0) ^ 0xff, -1);
    if (this.hasFault('in-clear') && carriesMac(blockType)) {
      return this.#current.clear(packet, { code: replyCodes.ack, data: new Uint8Array(0) });
    }
    if (this.hasFault('default-key') && blockType === 0x12) bytes[8] = 0;
    if (this.hasFault('wrong-mac') && carriesMac(blockType)) {
      bytes[bytes.length - 4] = (bytes.at(-4) ?? 0) ^ 0xff;
    }
    if (this.hasFault('wrong-sequence')) bytes[5] = (bytes[5] ?? 0) ^ 3;
    return withCrc(bytes);
  }

  #babble(): void {
    this.#timers.start('babble', babbleMs, () => {
      this.#wire.send(this.#random.bytes(12));
      this.#babble();
    });
  }
}

const otherAnswer = { code: replyCodes.localStatus, data: Uint8Array.of(0, 0) } as const;
const unaskedAck = { from: 'reader', block: null, code: replyCodes.ack, data: new Uint8Array(0) } as const;

/** Puts the right check sum on bytes that were changed, mark in front. */
function withCrc(bytes: Uint8Array): Uint8Array {
  const crc = crcOf(bytes.subarray(1, -2));
  return Uint8Array.from([...bytes.subarray(0, -2), crc & 0xff, crc >>> 8]);
}

function meaningOf(code: number, data: Uint8Array | null): string {
  if (!data) return `code ${code.toString(16)} that does not open`;
  const at = (index: number) => data[index] ?? 0;
  switch (code) {
    case commandCodes.output:
      return at(1) === controls.onForTime
        ? `pulse output ${at(0)} for ${(at(2) | (at(3) << 8)) * 100} ms`
        : `switch output ${at(0)} ${at(1) === controls.on ? 'on' : 'off'}`;
    case commandCodes.led:
      return 'light';
    case commandCodes.buzzer:
      return 'sound';
    case commandCodes.text:
      return `text "${Buffer.from(data.subarray(6)).toString('latin1')}"`;
    case commandCodes.keySet:
      return 'a key of its own';
    case commandCodes.inputStatus:
      return 'which inputs are on?';
    case commandCodes.outputStatus:
      return 'which outputs are on?';
    case commandCodes.localStatus:
      return 'tampered, powered?';
    case commandCodes.id:
      return 'who are you?';
    case commandCodes.capabilities:
      return 'what can you do?';
    case commandCodes.challenge:
      return 'prove your key';
    case commandCodes.panelCryptogram:
      return 'here is my proof';
    default:
      return `code ${code.toString(16)}`;
  }
}
