import type { Clock } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import { type Apdu, apduOf } from '@portillon/drivers/payment-terminal/zvt/apdu.ts';
import type { Fields } from '@portillon/drivers/payment-terminal/zvt/bitmaps.ts';
import { zvtCommands } from '@portillon/drivers/payment-terminal/zvt/zvt-messages.ts';
import { inPieces } from '../../line/pieces.ts';
import type { NamedFault, SimAction, SimView } from '../../sim.ts';
import { SimDevice } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';
import { type BankAnswer, bankAnswer, counterActions } from '../counter-terminal.ts';
import { ProcessEnded, ZvtSimDialogue } from './zvt-sim-dialogue.ts';
import { ZvtSimJournal, type ZvtTransaction } from './zvt-sim-journal.ts';
import type { ZvtSimLine, ZvtSimLineEvents } from './zvt-sim-line.ts';
import * as says from './zvt-sim-messages.ts';
import { ZvtSimSale, type ZvtSimSaleOptions } from './zvt-sim-sale.ts';
import { ZvtSimSerial } from './zvt-sim-serial.ts';
import { ZvtSimTcp } from './zvt-sim-tcp.ts';

export interface ZvtSimOptions {
  readonly name: string;
  readonly clock: Clock;
  /** TCP with its port (0, the default, takes any free one), or a serial line that appears at `path`. */
  readonly line?:
    | { readonly kind: 'tcp'; readonly port?: number }
    | {
        readonly kind: 'serial';
        readonly path: string;
        readonly baud?: number;
        readonly ackLimitMs?: number;
      };
  /** How long the terminal waits for a card before it gives up by itself. */
  readonly inputLimitMs?: number;
  /** How long the bank takes to answer. */
  readonly bankMs?: number;
  /** The pause before it asks again after `not yet`; the standard says 2 s. */
  readonly askAgainMs?: number;
  /** How long the till may take to answer anything but the question whether the goods are out. */
  readonly answerLimitMs?: number;
  /** Ends the connection after every command, as some terminals do. TCP only. */
  readonly closesAfterCommand?: boolean;
  readonly random?: Random;
}

/** What a person does while the terminal waits for a card. */
export type ZvtCustomerAct =
  | { readonly kind: 'card'; readonly bank: BankAnswer }
  | { readonly kind: 'red-key' }
  /** 06 B0 of the till. */
  | { readonly kind: 'abort' };

/** What the terminal is at, for all to see. */
export interface ZvtSimJob {
  readonly action: ZvtTransaction['action'];
  readonly phase: 'waiting-card' | 'asking-bank' | 'holding';
  readonly amountCents: number;
  readonly limitMs: number;
}

const actions: readonly SimAction[] = [
  ...counterActions,
  {
    name: 'booked-elsewhere',
    words: 'Take money with the keys of the terminal, without the kiosk',
    args: { amountCents: 'cents' },
  },
];

const faults: readonly NamedFault[] = [
  { name: 'decline', words: 'The bank declines every card' },
  {
    name: 'timeout-after-approval',
    words: 'The line dies before the answer: after the approval, after the booking, after a reversal',
  },
  { name: 'busy', words: 'At work for another till: says so to every command' },
  { name: 'out-of-order', words: 'Says that it cannot work' },
  { name: 'garbled', words: 'Answers bytes that make no sense' },
  { name: 'wrong-echo', words: 'Answers for another amount' },
  { name: 'silent', words: 'Takes no notice of anything it is told' },
  { name: 'cable-pulled', words: 'Cable out' },
  { name: 'full-pan', words: 'Misbehaves: sends whole card numbers, tracks, expiry dates and slip lines' },
  {
    name: 'loses-end-of-day',
    words: 'Closes its batch at the end of the day, and the line dies before it tells',
  },
  {
    name: 'bank-unreachable',
    words: 'No line to the bank: approves by itself, says so, and cannot close its day',
  },
  { name: 'slow-segments', words: 'Answers arrive in pieces (on from the start)' },
];

const resultShownMs = 5_000;
const welcome = ['GUTEN TAG', ''];
const statusCodes = { ready: 0x00, busy: 0x9c, outOfOrder: 0xdf } as const;
const answers = {
  accepted: apduOf(0x8000),
  busy: apduOf(0x849c),
  unknown: apduOf(0x8483),
  protocolError: apduOf(0x849a),
  outOfOrder: apduOf(0x84df),
} as const;

/**
 * A ZVT terminal beside the kiosk, over TCP or a serial line. It carries the vending handshake out: books what the till
 * says yes to, and lets go of everything else.
 */
export class ZvtSim extends SimDevice {
  readonly model = 'zvt';
  readonly #line: ZvtSimLine;
  readonly #closesAfterCommand: boolean;
  readonly #limits: Omit<ZvtSimSaleOptions, 'sim'>;
  readonly #journal = new ZvtSimJournal();
  #dialogue: ZvtSimDialogue | undefined;
  #job: (ZvtSimJob & { readonly sinceMonotonicMs: number }) | undefined;
  #customer: ((act: ZvtCustomerAct) => void) | undefined;
  #display: readonly string[] = welcome;
  #bank: BankAnswer = 'approve';
  #running: Promise<void> = Promise.resolve();
  #cancelDisplayTimer: () => void = () => undefined;

  constructor(options: ZvtSimOptions) {
    super(options, actions, faults);
    this.#limits = {
      inputLimitMs: options.inputLimitMs ?? 60_000,
      bankMs: options.bankMs ?? 1_200,
      askAgainMs: options.askAgainMs ?? 2_000,
      answerLimitMs: options.answerLimitMs ?? 5_000,
    };
    this.#closesAfterCommand = options.closesAfterCommand ?? false;
    const random = options.random ?? new SeededRandom(1);
    const events: ZvtSimLineEvents = {
      onApdu: (apdu, bytes) => this.#take(apdu, bytes),
      onNonsense: (bytes) => this.record(bytes, 'nonsense'),
      onHangUp: () => this.#dialogue?.end(),
      isSilent: () => this.hasFault('silent'),
      isGarbled: () => this.hasFault('garbled'),
      inPieces: (bytes) =>
        this.hasFault('slow-segments') && bytes.length > 1 ? inPieces(bytes, random) : [bytes],
    };
    const line = options.line ?? { kind: 'tcp' };
    this.#line =
      line.kind === 'tcp'
        ? new ZvtSimTcp(options.clock, line.port ?? 0, events)
        : new ZvtSimSerial(
            options.clock,
            { path: line.path, baud: line.baud ?? 9_600, ackLimitMs: line.ackLimitMs ?? 5_000 },
            events,
          );
  }

  get address(): string {
    return this.#line.address;
  }

  /** The terminal's journal, oldest first. */
  get booked(): readonly ZvtTransaction[] {
    return this.#journal.entries;
  }

  /** What its journal holds as taken and not given back. */
  get takenCents(): number {
    return this.#journal.takenCents;
  }

  async start(): Promise<void> {
    await this.setFault('slow-segments', true);
    try {
      await this.#line.start();
    } catch (error) {
      throw new Error(`The line of ${this.name} cannot be opened: ${(error as Error).message}.`);
    }
  }

  async stop(): Promise<void> {
    this.#cancelDisplayTimer();
    this.#dialogue?.end();
    await this.#line.stop();
    await this.#running;
    this.#cancelDisplayTimer();
  }

  view(): SimView {
    const job = this.#job;
    return {
      display: this.#display,
      phase: job?.phase ?? 'idle',
      action: job?.action ?? null,
      amountCents: job?.amountCents ?? null,
      reference: null, // the till has no place to name its own in this protocol
      waitingMs: job ? Math.round(this.clock.monotonicMs() - job.sinceMonotonicMs) : null,
      waitingLimitMs: job?.limitMs ?? null,
      bank: this.#bank,
      transactions: this.#journal.entries.slice(-20),
      faults: this.faultsOn,
    };
  }

  protected override async perform(
    action: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<unknown> {
    switch (action) {
      case 'present-card': {
        const bank = args.bank === undefined ? this.#bank : bankAnswer(args.bank);
        this.#act({ kind: 'card', bank }, 'The terminal does not wait for a card.');
        return undefined;
      }
      case 'set-bank':
        this.#bank = bankAnswer(args.bank);
        this.changed();
        return undefined;
      case 'booked-elsewhere':
        this.#bookElsewhere(args.amountCents);
        return undefined;
      default:
        this.#act({ kind: 'red-key' }, 'The terminal is not waiting for a card: the red key does nothing.');
        return undefined;
    }
  }

  protected override async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'cable-pulled') await this.#line.pull(on);
  }

  /** Somebody took money at the terminal itself: the till hears of it at the end of the day only. */
  #bookElsewhere(amountCents: unknown): void {
    if (typeof amountCents !== 'number' || !Number.isInteger(amountCents) || amountCents < 1) {
      throw new NotPossible('unknown', 'Money is taken with amountCents, a whole number from 1 on.');
    }
    if (this.#job) throw new NotPossible('now', 'The terminal is at work for the kiosk.');
    this.#journal.add({
      receipt: this.#journal.nextReceipt(),
      action: 'debit',
      amountCents,
      state: 'booked',
      offline: false,
      undoes: null,
      reason: null,
      atMs: this.clock.wallMs(),
    });
    this.changed();
  }

  #act(act: ZvtCustomerAct, otherwise: string): void {
    if (!this.#customer) throw new NotPossible('now', otherwise);
    this.#customer(act);
  }

  #take(apdu: Apdu, bytes: Uint8Array): void {
    const isAnswer = apdu.command >> 8 === 0x80 || apdu.command >> 8 === 0x84;
    if (isAnswer) {
      const dialogue = this.#dialogue;
      const wasAsked = dialogue?.answered(apdu) ?? false;
      // The till may say its next command in the same breath.
      if (wasAsked && dialogue?.isAtItsEnd) this.#over(dialogue);
      this.record(bytes, wasAsked ? `answer ${hex(apdu.command)}` : `answer ${hex(apdu.command)} to nothing`);
      return;
    }
    const fields = says.readCommand(apdu);
    const refusal = fields ? this.#refusalOf(apdu.command) : answers.protocolError;
    this.record(bytes, `${refusal ? 'refused ' : ''}${meaningOf(apdu.command, fields)}`);
    if (!refusal && fields) this.#begin(apdu.command, fields);
    else if (apdu.command === zvtCommands.abort) this.#abort();
    else if (refusal) this.#line.send(refusal);
  }

  /** The answer to a command that is not begun. */
  #refusalOf(command: number): Apdu | undefined {
    if (command === zvtCommands.abort) return answers.unknown; // begins nothing
    if (this.#dialogue) return answers.busy;
    if (command === zvtCommands.statusEnquiry) return undefined;
    if (this.hasFault('busy')) return answers.busy;
    if (command === zvtCommands.registration || command === zvtCommands.repeatReceipt) return undefined;
    if (this.hasFault('out-of-order')) return answers.outOfOrder;
    return commandNames.has(command) ? undefined : answers.unknown;
  }

  /** 06 B0 helps only while a card is waited for. */
  #abort(): void {
    this.#line.send(this.#customer ? answers.accepted : answers.unknown);
    this.#customer?.({ kind: 'abort' });
  }

  #begin(command: number, fields: Fields): void {
    const dialogue = new ZvtSimDialogue(this.clock, (apdu) => this.#line.send(apdu));
    this.#dialogue = dialogue;
    this.#running = this.#carryOut(dialogue, command, fields)
      .catch((error: unknown) => {
        if (!(error instanceof ProcessEnded)) throw error;
      })
      .finally(() => this.#over(dialogue));
  }

  #over(dialogue: ZvtSimDialogue): void {
    if (this.#dialogue !== dialogue) return;
    this.#dialogue = undefined;
    this.#job = undefined;
    this.#customer = undefined;
    if (this.#closesAfterCommand && dialogue.isAtItsEnd) this.#line.drop();
    this.changed();
  }

  async #carryOut(dialogue: ZvtSimDialogue, command: number, fields: Fields): Promise<void> {
    const sale = new ZvtSimSale(dialogue, {
      ...this.#limits,
      sim: {
        clock: this.clock,
        journal: this.#journal,
        hasFault: (name) => this.hasFault(name),
        loseLine: () => this.#line.drop(),
        show: (lines) => this.#show(lines),
        shows: (lines) => this.#showForAWhile(lines),
        enter: (job) => this.#enter(job),
        customerActs: () => this.#customerActs(),
      },
    });
    this.#line.send(answers.accepted);
    switch (command) {
      case zvtCommands.authorisation:
        return sale.authorise(fields);
      case zvtCommands.refund:
        return sale.refund(fields);
      case zvtCommands.reversal:
        return sale.reverse(fields);
      case zvtCommands.repeatReceipt:
        return sale.repeat();
      case zvtCommands.endOfDay:
        return sale.endOfDay();
      case zvtCommands.registration:
        await dialogue.say(says.registered(), this.#limits.answerLimitMs);
        return;
      default:
        await dialogue.say(says.completion([this.#statusCode()]), this.#limits.answerLimitMs);
    }
  }

  #statusCode(): number {
    if (this.hasFault('out-of-order')) return statusCodes.outOfOrder;
    return this.hasFault('busy') ? statusCodes.busy : statusCodes.ready;
  }

  #enter(job: ZvtSimJob): void {
    this.#job = { ...job, sinceMonotonicMs: this.clock.monotonicMs() };
    if (job.phase !== 'waiting-card') this.#customer = undefined;
    this.changed();
  }

  #customerActs(): Promise<ZvtCustomerAct> {
    return new Promise((resolve) => {
      this.#customer = resolve;
      this.changed();
    });
  }

  #show(lines: readonly string[]): void {
    this.#cancelDisplayTimer();
    this.#display = lines;
    this.changed();
  }

  #showForAWhile(lines: readonly string[]): void {
    this.#show(lines);
    this.#cancelDisplayTimer = this.clock.setTimer(resultShownMs, () => this.#show(welcome));
  }
}

const commandNames: ReadonlyMap<number, string> = new Map([
  [zvtCommands.statusEnquiry, 'status enquiry'],
  [zvtCommands.registration, 'registration'],
  [zvtCommands.authorisation, 'debit'],
  [zvtCommands.refund, 'credit'],
  [zvtCommands.reversal, 'cancellation'],
  [zvtCommands.repeatReceipt, 'repeat receipt'],
  [zvtCommands.endOfDay, 'end of day'],
  [zvtCommands.abort, 'abort'],
]);

function meaningOf(command: number, fields: Fields | null): string {
  const words = [commandNames.get(command) ?? `command ${hex(command)}`];
  const amountCents = fields ? says.amountIn(fields) : null;
  if (amountCents !== null) words.push(`${says.euros(amountCents)} EUR`);
  const receipt = fields ? says.numberIn(fields, 0x87) : null;
  if (receipt !== null) words.push(`receipt ${receipt}`);
  return words.join(', ');
}

function hex(command: number): string {
  return command.toString(16).padStart(4, '0').toUpperCase();
}
