import { type Clock, delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import {
  bitsAnswer,
  encodeModbus,
  exceptionAnswer,
  flashOnAddress,
  flashStepMs,
  type ModbusFrame,
  ModbusParser,
  modbusFunctions,
  wordAt,
} from '@portillon/drivers/gate/modbus-board/modbus-rtu.ts';
import { inPieces } from '../../line/pieces.ts';
import { type LineWatch, PtyLine } from '../../line/pty-line.ts';
import { NamedTimers } from '../../named-timers.ts';
import type { NamedFault, SimAction, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import { type PushAnswer, Turnstile, type TurnstileWiring, turnstileActions } from '../turnstile.ts';

export interface ModbusGateSimOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Where the serial port appears. */
  readonly path: string;
  readonly baud?: number;
  readonly unit?: number;
  readonly entryRelay?: number;
  readonly exitRelay?: number | undefined;
  /** Wired to the turnstile's contact of free passage. */
  readonly holdRelay?: number | undefined;
  readonly entryInput?: number;
  readonly exitInput?: number;
  readonly doorInput?: number | undefined;
  readonly fireInput?: number | undefined;
  /** How long a person's turn of the arm keeps the sensor on, and how long it takes in all. */
  readonly sensorMs?: number;
  readonly turnMs?: number;
  readonly random?: Random;
  readonly watch?: LineWatch;
}

const powerCycle: SimAction = {
  name: 'power-cycle',
  words: 'Take its power and give it back: all relays open',
};
const faults: readonly NamedFault[] = [
  { name: 'cable-pulled', words: 'Bus cable out' },
  { name: 'silent', words: 'The board does not answer' },
  { name: 'garbled', words: 'The board answers bytes that make no sense' },
  { name: 'wrong-crc', words: 'Every answer has a wrong check sum' },
  { name: 'exception', words: 'The board refuses every request (device failure)' },
  { name: 'stuck-input', words: 'The entry sensor stays on' },
  { name: 'unasked', words: 'Sends an answer that nobody asked for before each right one' },
  { name: 'lost-order', words: 'Orders to the relays are lost on their way' },
  { name: 'lost-answer', words: 'Orders are carried out, their answers are lost' },
];

const channelCount = 8;
const answerMs = 2;
const pieceGapMs = 1;
const relayOn = 0xff00;
const relayOff = 0x0000;
const illegalFunction = 1;
const illegalAddress = 2;
const illegalValue = 3;
const deviceFailure = 4;

/** A turnstile behind a relay and input board: a relay frees the entry, each turn shows on a sensing input. */
export class ModbusGateSim extends SimDevice {
  readonly model = 'modbus-board';
  readonly address: string;
  readonly #line: PtyLine;
  readonly #unit: number;
  readonly #entryRelay: number;
  readonly #holdRelay: number | undefined;
  readonly #wiring: TurnstileWiring;
  readonly #random: Random;
  readonly #turnstile: Turnstile;
  #parser = new ModbusParser('requests');
  #started = false;
  readonly #relays = new Array<boolean>(channelCount).fill(false);
  readonly #timers: NamedTimers;
  #pulseEndsMs = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: ModbusGateSimOptions) {
    super(options, [...turnstileActions, powerCycle], faults);
    this.#timers = new NamedTimers(options.clock, () => this.changed());
    this.#line = new PtyLine(options.path, options.watch);
    this.address = `serial://${encodeURI(options.path)}?baud=${options.baud ?? 38_400}`;
    this.#unit = options.unit ?? 1;
    this.#entryRelay = options.entryRelay ?? 0;
    this.#holdRelay = options.holdRelay;
    this.#wiring = { ...options, entryInput: options.entryInput ?? 0, exitInput: options.exitInput ?? 1 };
    this.#random = options.random ?? new SeededRandom(2);
    this.#turnstile = new Turnstile({ ...options, onChange: () => this.changed() });
    this.#line.onData((bytes) => this.#receive(bytes));
  }

  async start(): Promise<void> {
    this.#started = true;
    if (!this.hasFault('cable-pulled')) await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#timers.cancelAll();
    this.#turnstile.stop();
    await this.#sending;
    await this.#line.unplug();
  }

  view(): SimView {
    const relayClosed = this.#relays[this.#entryRelay] === true;
    return {
      ...this.#turnstile.view(),
      releasedForMs: relayClosed ? Math.max(0, Math.round(this.#pulseEndsMs - this.clock.monotonicMs())) : 0,
      relays: [...this.#relays],
      inputs: this.#levels(),
      faults: this.faultsOn,
    };
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<PushAnswer | undefined> {
    if (action === powerCycle.name) {
      for (let relay = 0; relay < channelCount; relay++) this.#setRelay(relay, false);
      return undefined;
    }
    return this.#turnstile.act(action, args);
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name !== 'cable-pulled' || !this.#started) return;
    if (on) await this.#line.unplug();
    else await this.#line.plugIn();
  }

  #levels(): boolean[] {
    const levels = this.#turnstile.levels(channelCount, this.#wiring);
    if (this.hasFault('stuck-input')) levels[this.#wiring.entryInput] = true;
    return levels;
  }

  #receive(bytes: Uint8Array): void {
    const parsed = this.#parser.push(bytes);
    for (const request of parsed.frames) {
      this.record(encodeModbus(request), meaningOf(request));
      if (request.unit !== this.#unit) continue;
      const answer = this.#answerTo(request);
      if (answer) this.#sending = this.#sending.then(() => this.#send(answer));
    }
  }

  #answerTo(request: ModbusFrame): ModbusFrame | undefined {
    const refuse = (exception: number) => exceptionAnswer(this.#unit, request.functionCode, exception);
    const isOrder = request.functionCode === modbusFunctions.writeCoil;
    if (this.hasFault('silent') || (isOrder && this.hasFault('lost-order'))) return undefined;
    if (this.hasFault('exception')) return refuse(deviceFailure);
    const address = wordAt(request, 0);
    const value = wordAt(request, 2);
    switch (request.functionCode) {
      case modbusFunctions.readCoils:
      case modbusFunctions.readInputs: {
        if (value < 1 || address + value > channelCount) return refuse(illegalAddress);
        const bits = request.functionCode === modbusFunctions.readCoils ? this.#relays : this.#levels();
        return bitsAnswer(this.#unit, request.functionCode, bits.slice(address, address + value));
      }
      case modbusFunctions.writeCoil: {
        const exception = this.#order(address, value);
        if (exception !== undefined) return refuse(exception);
        return this.hasFault('lost-answer') ? undefined : request;
      }
      case modbusFunctions.writeCoils: {
        if (value < 1 || address + value > channelCount) return refuse(illegalAddress);
        for (let index = 0; index < value; index++) {
          this.#setRelay(address + index, (((request.data[5] ?? 0) >> index) & 1) === 1);
        }
        return { ...request, data: request.data.subarray(0, 4) };
      }
      default:
        return refuse(illegalFunction);
    }
  }

  #order(address: number, value: number): number | undefined {
    const isPulse = address >= flashOnAddress && address < flashOnAddress + channelCount;
    const relay = isPulse ? address - flashOnAddress : address;
    if (relay >= channelCount) return illegalAddress;
    if (!isPulse && value !== relayOn && value !== relayOff) return illegalValue;
    if (isPulse && (value < 1 || value > 0x7fff)) return illegalValue;
    const pulseMs = value * flashStepMs;
    if (isPulse && relay === this.#entryRelay) this.#pulseEndsMs = this.clock.monotonicMs() + pulseMs;
    this.#setRelay(relay, isPulse || value === relayOn);
    if (isPulse) this.#timers.start(`relay ${relay}`, pulseMs, () => this.#setRelay(relay, false));
    return undefined;
  }

  #setRelay(relay: number, on: boolean): void {
    this.#timers.cancel(`relay ${relay}`);
    this.#relays[relay] = on;
    if (relay === this.#entryRelay) this.#turnstile.free(on);
    if (relay === this.#holdRelay) this.#turnstile.holdFree(on);
    this.changed();
  }

  async #send(answer: ModbusFrame): Promise<void> {
    await delay(this.clock, answerMs);
    const bytes = encodeModbus(answer);
    if (this.hasFault('garbled')) bytes.set(bytes.map((byte) => byte ^ 0x5a));
    if (this.hasFault('wrong-crc')) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 0xff;
    if (this.hasFault('unasked')) {
      this.#line.write(encodeModbus(bitsAnswer(this.#unit, unaskedFunction(answer.functionCode), [true])));
    }
    for (const piece of inPieces(bytes, this.#random)) {
      this.#line.write(piece);
      await delay(this.clock, pieceGapMs);
    }
  }
}

/** A function that was surely not the one asked for. */
function unaskedFunction(asked: number): number {
  return asked === modbusFunctions.readCoils ? modbusFunctions.readInputs : modbusFunctions.readCoils;
}

function meaningOf(request: ModbusFrame): string {
  const address = wordAt(request, 0);
  const value = wordAt(request, 2);
  switch (request.functionCode) {
    case modbusFunctions.readCoils:
      return `read relays ${address} to ${address + value - 1}`;
    case modbusFunctions.readInputs:
      return `read inputs ${address} to ${address + value - 1}`;
    case modbusFunctions.writeCoil:
      return address >= flashOnAddress
        ? `pulse relay ${address - flashOnAddress} for ${value * flashStepMs} ms`
        : `switch relay ${address} ${value === relayOn ? 'on' : 'off'}`;
    default:
      return `function ${request.functionCode}`;
  }
}
