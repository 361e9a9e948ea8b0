import { delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
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
import type { SimCard } from '../../card/sim-card.ts';
import { inPieces } from '../../line/pieces.ts';
import { PtyLine } from '../../line/pty-line.ts';
import type { NamedFault, SimAction, SimView } from '../../sim.ts';
import { SimDevice, type SimDeviceOptions } from '../../sim-device.ts';
import { NotPossible } from '../../world/not-possible.ts';
import { CardPath, type CardPathOptions } from './card-path.ts';

export interface Crt591SimOptions extends SimDeviceOptions, CardPathOptions {
  /** Where the port for the driver appears. */
  readonly path: string;
  /** Makes the cards of a refill asked for from the panel. */
  readonly makeCard?: () => SimCard;
  /** A person has taken this card from the mouth. */
  readonly onCardTaken?: (card: SimCard) => void;
  readonly dialect?: CrtDialectName;
  readonly deviceAddress?: number;
  readonly baud?: number;
  readonly random?: Random;
}

type Answer = { readonly code: string } | { readonly data: Uint8Array };
/** `later`: a movement has started, its end brings the answer. */
type Outcome = Answer | 'later';

const done: Answer = { data: new Uint8Array(0) };
const refusedNow: Answer = { code: crtErrors.notNow };

/** A command repeated within this time is the same command, dispense and initialise aside (CRT-591-M protocol, 3). */
const duplicateWindowMs = 20;
const pieceGapMs = 1;
const firmware = 'CRT-591-M001';

const actions: readonly SimAction[] = [
  { name: 'take-card', words: 'Take the card out of the mouth' },
  { name: 'refill', words: 'Put cards into the stacker', args: { count: 'how many' } },
  { name: 'empty-bin', words: 'Empty the bin of rejected cards' },
  { name: 'clear-jam', words: 'Open the dispenser and take the stuck card out' },
  { name: 'power-cycle', words: 'Switch the dispenser off and on' },
];

const faults: readonly NamedFault[] = [
  { name: 'jam-on-feed', words: 'Cards get stuck before the encoder; only a person can free them' },
  { name: 'jam-on-present', words: 'Cards get stuck before the mouth; pulling them back into the bin helps' },
  {
    name: 'jam-on-present-once',
    words: 'The next card gets stuck before the mouth, the one after it does not',
  },
  { name: 'empty', words: 'The stacker sensor says empty' },
  { name: 'bin-full', words: 'The bin sensor says full' },
  { name: 'card-dead', words: 'No card answers the encoder' },
  { name: 'card-dead-once', words: 'The card at the encoder, or the next one there, never answers again' },
  { name: 'cable-pulled', words: 'Cable out' },
  { name: 'silent', words: 'Never answers' },
  { name: 'garbled', words: 'Every reply is damaged on the way' },
  { name: 'unasked-reply', words: 'Replies to questions that were never asked' },
];

/** A CRT-591 card dispenser on a pseudo-terminal: the protocol in front of a `CardPath`. */
export class Crt591Sim extends SimDevice {
  readonly model = 'crt-591';
  readonly address: string;
  readonly #options: Crt591SimOptions;
  readonly #path: CardPath;
  readonly #line: PtyLine;
  readonly #parser = new CrtParser();
  readonly #random: Random;
  readonly #deviceAddress: number;
  #initialised = false;
  #fieldOn = false;
  #deadCard: SimCard | undefined;
  #spending: Promise<unknown> = Promise.resolve();
  #lastReply: Uint8Array | undefined;
  #lastCommand: { readonly hex: string; readonly atMs: number } | undefined;
  #writing: Promise<void> = Promise.resolve();
  #started = false;

  constructor(options: Crt591SimOptions) {
    super(options, actions, faults);
    this.#options = options;
    this.#path = new CardPath(
      options,
      () => ({
        jamOnFeed: this.hasFault('jam-on-feed'),
        jamOnPresent: this.hasFault('jam-on-present') || this.hasFault('jam-on-present-once'),
        stackerEmpty: this.hasFault('empty'),
        binFull: this.hasFault('bin-full'),
      }),
      () => this.changed(),
    );
    this.#line = new PtyLine(options.path);
    this.address = `serial://${encodeURI(options.path)}?baud=${options.baud ?? 9600}`;
    this.#random = options.random ?? new SeededRandom(591);
    this.#deviceAddress = options.deviceAddress ?? 0;
    this.#line.onData((bytes) => this.#receive(bytes));
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.#path.halt();
    await this.#spending;
    await this.#writing;
    await this.#line.unplug();
  }

  /** Every card inside, for those who keep the state of the club. */
  get contents(): CardPath['contents'] {
    return this.#path.contents;
  }

  view(): SimView {
    const { moving, resting, isJammed, contents, stackerLevel, binIsFull } = this.#path;
    return {
      pluggedIn: this.#line.pluggedIn,
      initialised: this.#initialised,
      stackerCount: this.#path.contents.stacker.length,
      stacker: stackerLevel,
      cardAt: isJammed ? 'jammed' : moving ? 'moving' : (resting?.at ?? 'none'),
      cardUid: (moving?.card ?? contents.inPath?.card)?.uid ?? null,
      moving: moving
        ? { what: moving.what, sinceMs: Math.round(moving.sinceMs), durationMs: moving.durationMs }
        : null,
      binCount: contents.bin.length,
      binFull: binIsFull,
      faults: this.faultsOn,
    };
  }

  /** A person takes the card that the rollers hold at the mouth. */
  takeCard(): SimCard {
    const card = this.#path.takeCard();
    card.powerOff();
    this.#options.onCardTaken?.(card);
    return card;
  }

  refill(cards: readonly SimCard[]): void {
    this.#path.refill(cards);
  }

  emptyBin(): readonly SimCard[] {
    return this.#path.emptyBin();
  }

  /** A person opens the device and takes the stuck card out. */
  clearJam(): SimCard {
    return this.#path.clearJam();
  }

  /** A card on its way stays where the power left it; its session is lost. */
  powerCycle(): void {
    this.#switchFieldOff();
    this.#path.halt();
    this.#initialised = false;
    this.#lastReply = undefined;
    this.#lastCommand = undefined;
    this.#parser.reset();
    this.changed();
  }

  protected async perform(action: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    switch (action) {
      case 'take-card':
        return { uid: this.takeCard().uid };
      case 'refill':
        return this.#refillFromPanel(args.count);
      case 'empty-bin':
        return { count: this.emptyBin().length };
      case 'clear-jam':
        return { uid: this.clearJam().uid };
      case 'power-cycle':
        return this.powerCycle();
      default:
        throw new NotPossible('unknown', `There is no action ${action}.`);
    }
  }

  protected async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'unasked-reply' && on) this.#send(this.#unaskedReply());
    if (name !== 'cable-pulled' || !this.#started) return;
    if (on) await this.#line.unplug();
    else await this.#line.plugIn();
  }

  #refillFromPanel(count: unknown): { readonly stackerCount: number } {
    const { makeCard } = this.#options;
    if (!makeCard) throw new NotPossible('now', 'There are no spare cards here.');
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 400) {
      throw new NotPossible('unknown', 'A refill has 1 to 400 cards.');
    }
    this.refill(Array.from({ length: count }, makeCard));
    return { stackerCount: this.contents.stacker.length };
  }

  #receive(bytes: Uint8Array): void {
    for (const token of this.#parser.push(bytes).frames) {
      if (!this.hasFault('silent')) this.#handle(token);
    }
  }

  #handle(token: CrtToken): void {
    if (token.kind === 'frame') {
      const command = token.address === this.#deviceAddress ? decodeCommand(token.text) : undefined;
      if (command) this.#accept(command, token.text);
    } else if (token.kind === 'nak') {
      if (this.#lastReply) this.#send(this.#lastReply);
    } else if (token.kind === 'eot') {
      this.record(Uint8Array.of(controlBytes.eot), 'EOT');
      this.#path.halt();
      this.#send(Uint8Array.of(controlBytes.eot));
    } else if (token.kind === 'damaged') {
      this.#send(Uint8Array.of(controlBytes.nak));
    }
    // An ACK of our reply changes nothing: some hosts leave it out, and are served alike.
  }

  #accept(command: CrtCommand, text: Uint8Array): void {
    const name = crtCommandNamed(command.command, command.parameter);
    this.record(encodeFrame(this.#deviceAddress, text), name ? crtCommands[name].name : 'unknown command');
    this.#send(Uint8Array.of(controlBytes.ack));
    const hex = hexOf(text);
    const atMs = this.clock.monotonicMs();
    const isRepeated = this.#lastCommand?.hex === hex && atMs - this.#lastCommand.atMs < duplicateWindowMs;
    this.#lastCommand = { hex, atMs };
    if (isRepeated && name !== this.#dialect.feed && !isInit(command)) {
      if (this.#lastReply && !this.#path.moving) this.#send(this.#lastReply);
      return;
    }
    const outcome = this.#execute(command, name);
    if (outcome !== 'later') this.#reply(command, outcome);
  }

  get #dialect() {
    return crtDialects[this.#options.dialect ?? 'crt-591'];
  }

  #execute(command: CrtCommand, name: CrtCommandName | undefined): Outcome {
    if (!name) return { code: crtErrors.unknownCommand };
    if (!this.#initialised && !isInit(command)) return { code: crtErrors.notInitialised };
    if (this.#path.moving && command.command !== crtCommands.status.command) return refusedNow;
    if (this.#path.isJammed && name !== 'initCapture') return { code: crtErrors.jam };
    const { resting } = this.#path;
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
        this.#switchFieldOff();
        return done;
      case 'rfApdu':
        return this.#apdu(command);
    }
  }

  #initialise(): Answer {
    this.#initialised = true;
    this.#switchFieldOff();
    this.changed();
    return { data: ascii(firmware) };
  }

  #initCapture(command: CrtCommand): Outcome {
    if (this.#path.isJammed && !this.#path.freeByCapture()) return { code: crtErrors.jam };
    return this.#path.resting ? this.#capture(command) : this.#initialise();
  }

  #toEncoder(command: CrtCommand, name: CrtCommandName): Outcome {
    const { resting } = this.#path;
    if (resting?.at === 'encoder') return done;
    if (resting) {
      this.#path.pullBack(resting, () => this.#arrived(command));
      return 'later';
    }
    if (name !== this.#dialect.feed) return refusedNow;
    const started = this.#path.feed(() => this.#arrived(command));
    return started === 'empty' ? { code: this.#dialect.stackerEmptyCode } : 'later';
  }

  #present(command: CrtCommand): Outcome {
    const { resting } = this.#path;
    if (!resting) return refusedNow;
    this.#switchFieldOff();
    this.#path.present(resting, () => this.#arrived(command));
    return 'later';
  }

  #capture(command: CrtCommand): Outcome {
    const { resting } = this.#path;
    if (!resting) return refusedNow;
    if (this.#path.binIsFull) return { code: this.#dialect.binFullCode };
    this.#switchFieldOff();
    this.#path.capture(resting, () => this.#arrived(command));
    return 'later';
  }

  #arrived(command: CrtCommand): void {
    if (this.#path.isJammed) {
      this.#spend('jam-on-present-once');
      this.#reply(command, { code: crtErrors.jam });
    } else this.#reply(command, isInit(command) ? this.#initialise() : done);
  }

  #activate(): Answer {
    this.#switchFieldOff();
    const card = this.#cardOnAntenna();
    if (!card) return { code: crtErrors.rfNoAnswer };
    this.#fieldOn = true;
    const uid = bytesOfHex(card.uid);
    return { data: Uint8Array.of(rfTypeA, 0x03, 0x44, uid.length, ...uid, 0x20, ...card.ats) };
  }

  #apdu(command: CrtCommand): Answer {
    const card = this.#fieldOn ? this.#cardOnAntenna() : undefined;
    const data = card?.answer(command.data);
    return data ? { data } : { code: crtErrors.rfNoAnswer };
  }

  #cardOnAntenna(): SimCard | undefined {
    const { resting } = this.#path;
    if (resting?.at !== 'encoder') return undefined;
    if (this.hasFault('card-dead-once')) {
      this.#deadCard = resting.card;
      this.#spend('card-dead-once');
    }
    return this.hasFault('card-dead') || resting.card === this.#deadCard ? undefined : resting.card;
  }

  /** A fault of one card has met its card. */
  #spend(name: string): void {
    this.#spending = Promise.all([this.#spending, this.setFault(name, false)]);
  }

  #switchFieldOff(): void {
    if (this.#fieldOn) this.#path.resting?.card.powerOff();
    this.#fieldOn = false;
  }

  #reply(command: CrtCommand, outcome: Answer): void {
    const head = { command: command.command, parameter: command.parameter };
    const text =
      'code' in outcome
        ? encodeReply({ kind: 'failure', ...head, code: outcome.code })
        : encodeReply({ kind: 'success', ...head, status: this.#status(), data: outcome.data });
    this.#lastReply = encodeFrame(this.#deviceAddress, text);
    if (this.hasFault('unasked-reply')) this.#send(this.#unaskedReply());
    this.#send(this.#lastReply);
  }

  /** A well-formed answer to an INIT that nobody sent, as a unit that lost count would give. */
  #unaskedReply(): Uint8Array {
    const { command, parameter } = crtCommands.initToFront;
    const reply = encodeReply({ kind: 'success', command, parameter, status: '120', data: ascii(firmware) });
    return encodeFrame(this.#deviceAddress, reply);
  }

  /** In pieces and in order. Control bytes are too short to be hit by noise. */
  #send(bytes: Uint8Array): void {
    if (this.hasFault('silent')) return;
    const sent = bytes.slice();
    if (this.hasFault('garbled') && sent.length > 5) sent[5] = (sent[5] ?? 0) ^ 0x41;
    this.#writing = this.#writing.then(async () => {
      for (const piece of sent.length > 1 ? inPieces(sent, this.#random) : [sent]) {
        this.#line.write(piece);
        await delay(this.clock, pieceGapMs);
      }
    });
  }

  /** st0 st1 st2. */
  #status(): string {
    const card = { none: '0', mouth: '1', encoder: '2' }[this.#path.sensed];
    const stacker = { empty: '0', low: '1', enough: '2' }[this.#path.stackerLevel];
    return `${card}${stacker}${this.#path.binIsFull ? '1' : '0'}`;
  }

  /** S1 to S8. Which sensor sits where differs between units: a driver must not decide by them. */
  #sensors(): string {
    const { sensed, stackerLevel, binIsFull } = this.#path;
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
    return covered.map((is) => (is ? '1' : '0')).join('');
  }
}

function isInit(command: CrtCommand): boolean {
  return command.command === crtCommands.initStay.command;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
