import { bytesOfHex } from '@portillon/drivers/card/hex.ts';
import {
  encodeK7Frame,
  encodeK7Sign,
  K7Parser,
  type K7Token,
} from '@portillon/drivers/card-dispenser/ttce-k7x0/k7-frame.ts';
import {
  apduWhole,
  decodeK7Command,
  encodeK7Reply,
  type K7Bit,
  type K7CommandName,
  type K7Reply,
  k7Bits,
  k7Commands,
  k7Errors,
} from '@portillon/drivers/card-dispenser/ttce-k7x0/k7-message.ts';
import type { SimView } from '../../sim.ts';
import type { DispenserSimOptions } from '../dispenser-sim.ts';
import { DispenserSimDevice } from '../dispenser-sim-device.ts';

interface Waiting {
  readonly name: K7CommandName | undefined;
  readonly text: Uint8Array;
  readonly data: Uint8Array;
}

/** A TTCE K750 on a pseudo-terminal, with the module for CPU cards: the protocol in front of a `CardPath`. */
export class TtceK7x0Sim extends DispenserSimDevice {
  readonly model = 'ttce-k7x0';
  readonly #parser = new K7Parser();
  readonly #deviceAddress: number;
  /** Acknowledged, and carried out at the next ENQ. */
  #waiting: Waiting | undefined;
  #cannotExecute = false;

  constructor(options: DispenserSimOptions) {
    super(options);
    this.#deviceAddress = options.deviceAddress ?? 0;
  }

  protected viewOfModel(): SimView {
    return {};
  }

  protected powerLost(): void {
    this.#waiting = undefined;
    this.#cannotExecute = false;
    this.#parser.reset();
  }

  protected heard(bytes: Uint8Array): void {
    for (const token of this.#parser.push(bytes).frames) this.#handle(token);
  }

  /** To a card command. */
  protected unaskedReply(): Uint8Array {
    return this.#frame({ kind: 'failure', command: k7Commands.deselect.text, code: k7Errors.failed });
  }

  #handle(token: K7Token): void {
    if (token.kind === 'damaged') {
      this.send(encodeK7Sign('nak', this.#deviceAddress));
    } else if (token.address !== this.#deviceAddress) {
      return; // of another unit on the line
    } else if (token.kind === 'frame') {
      this.#accept(token.text);
    } else if (token.kind === 'enq' && this.#waiting) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      this.#execute(waiting);
    }
  }

  #accept(text: Uint8Array): void {
    const command = decodeK7Command(text);
    this.#waiting = { name: command?.name, text, data: command?.data ?? new Uint8Array(0) };
    this.send(encodeK7Sign('ack', this.#deviceAddress));
  }

  #execute(waiting: Waiting): void {
    const { name, text } = waiting;
    this.record(encodeK7Frame(this.#deviceAddress, text), name ? k7Commands[name].name : 'unknown command');
    const reply = this.#answer(waiting);
    if (!reply) {
      this.changed();
      return;
    }
    if (this.hasFault('unasked-reply')) this.send(this.unaskedReply());
    this.send(this.#frame(reply));
  }

  /** Undefined for a movement, which nobody is told of. */
  #answer({ name, text, data }: Waiting): K7Reply | undefined {
    switch (name) {
      case undefined: {
        const command = String.fromCharCode(...text.subarray(0, 2));
        return { kind: 'failure', command, code: k7Errors.unknownCommand };
      }
      case 'status':
        return { kind: 'status', bits: this.#bits() };
      case 'activate':
        return this.#activate();
      case 'apdu':
        return this.#apdu(data);
      case 'deselect':
        this.switchFieldOff();
        return success('deselect', new Uint8Array(0));
      default:
        this.#cannotExecute = !this.#move(name);
        return undefined;
    }
  }

  /** False when it cannot be done now. A movement that has begun is told of by the status alone. */
  #move(name: 'toEncoder' | 'toMouth' | 'toBin' | 'reset'): boolean {
    const { path } = this;
    if (path.moving) return false;
    const { resting } = path;
    const arrived = () => {
      if (path.isJammed) this.spend('jam-on-present-once');
    };
    switch (name) {
      case 'reset':
        // As set here: a card in the path stays where it is.
        return true;
      case 'toEncoder':
        if (path.isJammed) return false;
        if (resting?.at === 'encoder') return true;
        if (!resting) return path.feed(arrived) === 'moving';
        path.pullBack(resting, arrived);
        return true;
      case 'toMouth':
        if (path.isJammed || resting?.at !== 'encoder') return false;
        this.switchFieldOff();
        path.present(resting, arrived);
        return true;
      case 'toBin': {
        const card = path.isJammed ? path.freeByCapture() : resting;
        if (!card || path.binIsFull) return false;
        this.switchFieldOff();
        path.capture(card, arrived);
        return true;
      }
    }
  }

  #bits(): number {
    const { path } = this;
    const { sensed, stackerLevel, binIsFull, isJammed, moving } = path;
    const on: Readonly<Record<K7Bit, boolean>> = {
      binFull: binIsFull,
      cannotExecute: this.#cannotExecute,
      prepareFailed: false,
      feeding: moving !== undefined && moving.what !== 'capture',
      collecting: moving?.what === 'capture',
      feedError: false,
      captureError: false,
      overlap: false,
      jam: isJammed,
      fewLeft: stackerLevel !== 'enough',
      empty: stackerLevel === 'empty',
      sensor3: false,
      sensor2: sensed === 'encoder',
      sensor1: sensed === 'encoder' || sensed === 'mouth',
    };
    const names = Object.keys(k7Bits) as K7Bit[];
    return names.reduce((bits, bit) => (on[bit] ? bits | k7Bits[bit] : bits), 0);
  }

  #activate(): K7Reply {
    this.switchFieldOff();
    const card = this.cardOnAntenna();
    if (!card) return failure('activate', k7Errors.noCard);
    this.switchFieldOn();
    return success('activate', bytesOfHex(card.uid));
  }

  #apdu(data: Uint8Array): K7Reply {
    const card = this.fieldOn ? this.cardOnAntenna() : undefined;
    const answer = card?.answer(data.subarray(1));
    return answer ? success('apdu', Uint8Array.of(apduWhole, ...answer)) : failure('apdu', k7Errors.failed);
  }

  #frame(reply: K7Reply): Uint8Array {
    return encodeK7Frame(this.#deviceAddress, encodeK7Reply(reply));
  }
}

function success(name: K7CommandName, data: Uint8Array): K7Reply {
  return { kind: 'success', command: k7Commands[name].text, data };
}

function failure(name: K7CommandName, code: number): K7Reply {
  return { kind: 'failure', command: k7Commands[name].text, code };
}
