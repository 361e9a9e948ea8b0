import { bytesOfHex, hexOf } from '@portillon/drivers/card/hex.ts';
import {
  type CrtCommandName,
  type CrtDialectName,
  crtCommandNamed,
  crtCommands,
  crtDialects,
  crtErrors,
  rfTypeA,
} from '@portillon/drivers/card-dispenser/crt-591/crt-codes.ts';
import {
  CrtParser,
  type CrtToken,
  controlBytes,
  encodeFrame,
} from '@portillon/drivers/card-dispenser/crt-591/crt-frame.ts';
import {
  type CrtCommand,
  decodeCommand,
  encodeReply,
} from '@portillon/drivers/card-dispenser/crt-591/crt-message.ts';
import type { SimView } from '../../sim.ts';
import type { DispenserSimOptions } from '../dispenser-sim.ts';
import { DispenserSimDevice } from '../dispenser-sim-device.ts';

export interface Crt591SimOptions extends DispenserSimOptions {
  readonly dialect?: CrtDialectName | undefined;
}

type Answer = { readonly code: string } | { readonly data: Uint8Array };
/** `later`: a movement has started, its end brings the answer. */
type Outcome = Answer | 'later';

const done: Answer = { data: new Uint8Array(0) };
const refusedNow: Answer = { code: crtErrors.notNow };

/** A command repeated within this time is the same command, dispense and initialise aside (CRT-591-M protocol, 3). */
const duplicateWindowMs = 20;
const firmware = 'CRT-591-M001';
/** Three digits. */
const mostCounted = 999;

/** A CRT-591 card dispenser on a pseudo-terminal: the protocol in front of a `CardPath`. */
export class Crt591Sim extends DispenserSimDevice {
  readonly model = 'crt-591';
  readonly #dialect: (typeof crtDialects)[CrtDialectName];
  readonly #parser = new CrtParser();
  readonly #deviceAddress: number;
  #initialised = false;
  /** Kept through power cuts, and never by itself set back. */
  #binCounter: number;
  #lastReply: Uint8Array | undefined;
  #lastCommand: { readonly hex: string; readonly atMs: number } | undefined;

  constructor(options: Crt591SimOptions) {
    super(options);
    this.#dialect = crtDialects[options.dialect ?? 'crt-591'];
    this.#binCounter = options.bin?.length ?? 0;
    this.#deviceAddress = options.deviceAddress ?? 0;
  }

  protected viewOfModel(): SimView {
    return { initialised: this.#initialised, capturedCount: this.#binCounter };
  }

  protected powerLost(): void {
    this.#initialised = false;
    this.#lastReply = undefined;
    this.#lastCommand = undefined;
    this.#parser.reset();
  }

  protected heard(bytes: Uint8Array): void {
    for (const token of this.#parser.push(bytes).frames) this.#handle(token);
  }

  #handle(token: CrtToken): void {
    if (token.kind === 'frame') {
      const command = token.address === this.#deviceAddress ? decodeCommand(token.text) : undefined;
      if (command) this.#accept(command, token.text);
    } else if (token.kind === 'nak') {
      if (this.#lastReply) this.send(this.#lastReply);
    } else if (token.kind === 'eot') {
      this.record(Uint8Array.of(controlBytes.eot), 'EOT');
      this.path.halt();
      this.send(Uint8Array.of(controlBytes.eot));
    } else if (token.kind === 'damaged') {
      this.send(Uint8Array.of(controlBytes.nak));
    }
    // An ACK of our reply changes nothing: some hosts leave it out, and are served alike.
  }

  #accept(command: CrtCommand, text: Uint8Array): void {
    const name = crtCommandNamed(command.command, command.parameter);
    this.record(encodeFrame(this.#deviceAddress, text), name ? crtCommands[name].name : 'unknown command');
    this.send(Uint8Array.of(controlBytes.ack));
    const hex = hexOf(text);
    const atMs = this.clock.monotonicMs();
    const isRepeated = this.#lastCommand?.hex === hex && atMs - this.#lastCommand.atMs < duplicateWindowMs;
    this.#lastCommand = { hex, atMs };
    if (isRepeated && name !== this.#dialect.feed && !isInit(command)) {
      if (this.#lastReply && !this.path.moving) this.send(this.#lastReply);
      return;
    }
    const outcome = this.#execute(command, name);
    if (outcome !== 'later') this.#reply(command, outcome);
  }

  #execute(command: CrtCommand, name: CrtCommandName | undefined): Outcome {
    if (!name) return { code: crtErrors.unknownCommand };
    if (!this.#initialised && !isInit(command)) return { code: crtErrors.notInitialised };
    if (this.path.moving && command.command !== crtCommands.status.command) return refusedNow;
    if (this.path.isJammed && name !== 'initCapture') return { code: crtErrors.jam };
    const { resting } = this.path;
    switch (name) {
      case 'initStay':
        return this.#initialise();
      case 'initToFront':
        return resting?.at === 'encoder' ? this.#present(command) : this.#initialise();
      case 'initCapture':
        return this.#initCapture(command);
      case 'status':
        return done;
      case 'statusWithSensors':
        return { data: ascii(this.#sensors()) };
      case 'moveToFront':
        return resting?.at === 'encoder' ? this.#present(command) : refusedNow;
      case 'moveToEncoder':
      case 'moveToContacts':
        return this.#toEncoder(command, name);
      case 'moveToBin':
        return resting ? this.#capture(command) : refusedNow;
      case 'rfActivate':
        return this.#activate();
      case 'rfOff':
        this.switchFieldOff();
        return done;
      case 'readBinCount':
        return { data: ascii(String(this.#binCounter).padStart(3, '0')) };
      case 'setBinCount':
        return this.#setBinCounter(command);
      case 'rfApdu':
        return this.#apdu(command);
    }
  }

  #initialise(): Answer {
    this.#initialised = true;
    this.switchFieldOff();
    this.changed();
    return { data: ascii(firmware) };
  }

  #initCapture(command: CrtCommand): Outcome {
    if (this.path.isJammed && !this.path.freeByCapture()) return { code: crtErrors.jam };
    return this.path.resting ? this.#capture(command) : this.#initialise();
  }

  #toEncoder(command: CrtCommand, name: CrtCommandName): Outcome {
    const { resting } = this.path;
    if (resting?.at === 'encoder') return done;
    if (resting) {
      this.path.pullBack(resting, () => this.#arrived(command));
      return 'later';
    }
    if (name !== this.#dialect.feed) return refusedNow;
    const started = this.path.feed(() => this.#arrived(command));
    return started === 'empty' ? { code: this.#dialect.stackerEmptyCode } : 'later';
  }

  #present(command: CrtCommand): Outcome {
    const { resting } = this.path;
    if (!resting) return refusedNow;
    this.switchFieldOff();
    this.path.present(resting, () => this.#arrived(command));
    return 'later';
  }

  #capture(command: CrtCommand): Outcome {
    const { resting } = this.path;
    if (!resting) return refusedNow;
    if (this.path.binIsFull) return { code: this.#dialect.binFullCode };
    if (this.#binCounter >= mostCounted) return { code: crtErrors.binCounterOverflow };
    this.switchFieldOff();
    this.path.capture(resting, () => {
      this.#binCounter += 1;
      this.#arrived(command);
    });
    return 'later';
  }

  #arrived(command: CrtCommand): void {
    if (this.path.isJammed) {
      this.spend('jam-on-present-once');
      this.#reply(command, { code: crtErrors.jam });
    } else this.#reply(command, isInit(command) ? this.#initialise() : done);
  }

  #setBinCounter({ data }: CrtCommand): Answer {
    const digits = Buffer.from(data).toString('latin1');
    if (!/^\d{3}$/.test(digits)) return { code: crtErrors.badParameter };
    this.#binCounter = Number(digits);
    this.changed();
    return done;
  }

  #activate(): Answer {
    this.switchFieldOff();
    const card = this.cardOnAntenna();
    if (!card) return { code: crtErrors.rfNoAnswer };
    this.switchFieldOn();
    const uid = bytesOfHex(card.uid);
    return { data: Uint8Array.of(rfTypeA, 0x03, 0x44, uid.length, ...uid, 0x20, ...card.ats) };
  }

  #apdu(command: CrtCommand): Answer {
    const card = this.fieldOn ? this.cardOnAntenna() : undefined;
    const data = card?.answer(command.data);
    return data ? { data } : { code: crtErrors.rfNoAnswer };
  }

  #reply(command: CrtCommand, outcome: Answer): void {
    const head = { command: command.command, parameter: command.parameter };
    const text =
      'code' in outcome
        ? encodeReply({ kind: 'failure', ...head, code: outcome.code }, this.#dialect.failureHead)
        : encodeReply({ kind: 'success', ...head, status: this.#status(), data: outcome.data });
    this.#lastReply = encodeFrame(this.#deviceAddress, text);
    if (this.hasFault('unasked-reply')) this.send(this.unaskedReply());
    this.send(this.#lastReply);
  }

  /** To an INIT. */
  protected unaskedReply(): Uint8Array {
    const { command, parameter } = crtCommands.initToFront;
    const reply = encodeReply({ kind: 'success', command, parameter, status: '120', data: ascii(firmware) });
    return encodeFrame(this.#deviceAddress, reply);
  }

  /** st0 st1 st2. */
  #status(): string {
    const card = { none: '0', mouth: '1', encoder: '2' }[this.path.sensed];
    const stacker = { empty: '0', low: '1', enough: '2' }[this.path.stackerLevel];
    return `${card}${stacker}${this.path.binIsFull ? '1' : '0'}`;
  }

  /** S1 and so on. Which sensor sits where differs between units: a driver must not decide by them. */
  #sensors(): string {
    const { sensed, stackerLevel, binIsFull } = this.path;
    const covered = [
      sensed === 'mouth',
      sensed === 'encoder',
      false,
      stackerLevel !== 'empty',
      stackerLevel === 'enough',
      binIsFull,
      false,
      false,
    ];
    const told = covered.map((is) => (is ? '1' : '0')).join('');
    return told.padEnd(this.#dialect.sensorCount, '0');
  }
}

function isInit(command: CrtCommand): boolean {
  return command.command === crtCommands.initStay.command;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
