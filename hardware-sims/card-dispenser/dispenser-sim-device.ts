import { delay } from '@portillon/core/base/clock.ts';
import { type Random, SeededRandom } from '@portillon/core/base/random.ts';
import type { SimCard } from '../card/sim-card.ts';
import { inPieces } from '../line/pieces.ts';
import { PtyLine } from '../line/pty-line.ts';
import type { NamedFault, SimAction, SimView } from '../sim.ts';
import { SimDevice } from '../sim-device.ts';
import { NotPossible } from '../world/not-possible.ts';
import { CardPath } from './card-path.ts';
import type { DispenserSim, DispenserSimOptions } from './dispenser-sim.ts';

const pieceGapMs = 1;

const actions: readonly SimAction[] = [
  { name: 'take-card', words: 'Take the card out of the mouth' },
  { name: 'refill', words: 'Put cards into the stacker', args: { count: 'how many' } },
  { name: 'empty-bin', words: 'Empty the bin of rejected cards' },
  { name: 'remove-by-hand', words: 'Open the dispenser and take the card out that lies at the encoder' },
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
  { name: 'few-left', words: 'The stacker sensor says that few cards are left' },
  { name: 'bin-full', words: 'The bin sensor says full' },
  { name: 'card-dead', words: 'No card answers the encoder' },
  { name: 'card-dead-once', words: 'The card at the encoder, or the next one there, never answers again' },
  { name: 'cable-pulled', words: 'Cable out' },
  { name: 'silent', words: 'Never answers' },
  { name: 'garbled', words: 'Every reply is damaged on the way' },
  { name: 'unasked-reply', words: 'Replies to questions that were never asked' },
];

/** What dispensers on a serial line do alike, whatever they speak: a `CardPath`, a person at it, a line that can fail. */
export abstract class DispenserSimDevice extends SimDevice implements DispenserSim {
  readonly address: string;
  protected readonly path: CardPath;
  readonly #options: DispenserSimOptions;
  readonly #line: PtyLine;
  readonly #random: Random;
  #fieldOn = false;
  #deadCard: SimCard | undefined;
  #spending: Promise<unknown> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();
  #started = false;

  constructor(options: DispenserSimOptions) {
    super(options, actions, faults);
    this.#options = options;
    this.path = new CardPath(
      options,
      () => ({
        jamOnFeed: this.hasFault('jam-on-feed'),
        jamOnPresent: this.hasFault('jam-on-present') || this.hasFault('jam-on-present-once'),
        stackerEmpty: this.hasFault('empty'),
        fewLeft: this.hasFault('few-left'),
        binFull: this.hasFault('bin-full'),
      }),
      () => this.changed(),
    );
    this.#line = new PtyLine(options.path);
    this.address = `serial://${encodeURI(options.path)}?baud=${options.baud ?? 9600}`;
    this.#random = options.random ?? new SeededRandom(591);
    this.#line.onData((bytes) => {
      if (!this.hasFault('silent')) this.heard(bytes);
    });
  }

  async start(): Promise<void> {
    this.#started = true;
    await this.#line.plugIn();
  }

  async stop(): Promise<void> {
    this.#started = false;
    this.path.halt();
    await this.#spending;
    await this.#writing;
    await this.#line.unplug();
  }

  get contents(): CardPath['contents'] {
    return this.path.contents;
  }

  view(): SimView {
    const { moving, resting, isJammed, contents, stackerLevel, binIsFull } = this.path;
    return {
      pluggedIn: this.#line.pluggedIn,
      stackerCount: contents.stacker.length,
      stacker: stackerLevel,
      cardAt: isJammed ? 'jammed' : moving ? 'moving' : (resting?.at ?? 'none'),
      cardUid: (moving?.card ?? contents.inPath?.card)?.uid ?? null,
      moving: moving
        ? { what: moving.what, sinceMs: Math.round(moving.sinceMs), durationMs: moving.durationMs }
        : null,
      binCount: contents.bin.length,
      binFull: binIsFull,
      ...this.viewOfModel(),
      faults: this.faultsOn,
    };
  }

  takeCard(): SimCard {
    const card = this.path.takeCard();
    card.powerOff();
    this.#options.onCardTaken?.(card);
    return card;
  }

  refill(cards: readonly SimCard[]): void {
    this.path.refill(cards);
  }

  emptyBin(): readonly SimCard[] {
    return this.path.emptyBin();
  }

  clearJam(): SimCard {
    return this.path.clearJam();
  }

  removeByHand(): SimCard {
    const card = this.path.removeByHand();
    this.#fieldOn = false;
    card.powerOff();
    return card;
  }

  /** A card on its way stays where the power left it; its session is lost. */
  powerCycle(): void {
    this.switchFieldOff();
    this.path.halt();
    this.powerLost();
    this.changed();
  }

  /** What a view of this model has beside what all have. */
  protected abstract viewOfModel(): SimView;
  protected abstract heard(bytes: Uint8Array): void;
  /** Forgets what a power cut makes it forget. */
  protected abstract powerLost(): void;
  /** A well-formed answer to something that nobody has asked, as a unit that lost count would give. */
  protected abstract unaskedReply(): Uint8Array;

  protected async perform(action: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    switch (action) {
      case 'take-card':
        return { uid: this.takeCard().uid };
      case 'refill':
        return this.#refillFromPanel(args.count);
      case 'empty-bin':
        return { count: this.emptyBin().length };
      case 'remove-by-hand':
        return { uid: this.removeByHand().uid };
      case 'clear-jam':
        return { uid: this.clearJam().uid };
      case 'power-cycle':
        return this.powerCycle();
      default:
        throw new NotPossible('unknown', `There is no action ${action}.`);
    }
  }

  protected async faultSwitched(name: string, on: boolean): Promise<void> {
    if (name === 'unasked-reply' && on) this.send(this.unaskedReply());
    if (name !== 'cable-pulled' || !this.#started) return;
    if (on) await this.#line.unplug();
    else await this.#line.plugIn();
  }

  protected get fieldOn(): boolean {
    return this.#fieldOn;
  }

  protected switchFieldOn(): void {
    this.#fieldOn = true;
  }

  protected switchFieldOff(): void {
    if (this.#fieldOn) this.path.resting?.card.powerOff();
    this.#fieldOn = false;
  }

  protected cardOnAntenna(): SimCard | undefined {
    const { resting } = this.path;
    if (resting?.at !== 'encoder') return undefined;
    if (this.hasFault('card-dead-once')) {
      this.#deadCard = resting.card;
      this.spend('card-dead-once');
    }
    return this.hasFault('card-dead') || resting.card === this.#deadCard ? undefined : resting.card;
  }

  /** A fault of one card has met its card. */
  protected spend(name: string): void {
    this.#spending = Promise.all([this.#spending, this.setFault(name, false)]);
  }

  /** In pieces and in order. Short answers (acknowledgements) are too short to be hit by noise. */
  protected send(bytes: Uint8Array): void {
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

  #refillFromPanel(count: unknown): { readonly stackerCount: number } {
    const { makeCard } = this.#options;
    if (!makeCard) throw new NotPossible('now', 'There are no spare cards here.');
    if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > 400) {
      throw new NotPossible('unknown', 'A refill has 1 to 400 cards.');
    }
    this.refill(Array.from({ length: count }, makeCard));
    return { stackerCount: this.contents.stacker.length };
  }
}
