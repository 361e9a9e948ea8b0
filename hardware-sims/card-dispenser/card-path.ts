import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { SimCard } from '../card/sim-card.ts';
import { NotPossible } from '../world/not-possible.ts';

export interface CardInPath {
  readonly card: SimCard;
  readonly at: 'encoder' | 'mouth';
}

export interface CardPathOptions {
  readonly clock: Clock;
  /** The stacker, the next card to be fed first. */
  readonly cards: readonly SimCard[];
  readonly inPath?: CardInPath;
  readonly bin?: readonly SimCard[];
  /** From this many cards down the pre-empty sensor reports few left. */
  readonly lowAt?: number;
  readonly binCapacity?: number;
  /** Movements are this many times faster than in metal. */
  readonly speed?: number;
}

/** What is wrong with the mechanics just now. */
export interface PathTroubles {
  readonly jamOnFeed: boolean;
  readonly jamOnPresent: boolean;
  readonly stackerEmpty: boolean;
  readonly fewLeft: boolean;
  readonly binFull: boolean;
}

export type MovementKind = 'feed' | 'present' | 'pull back' | 'capture';

interface Movement {
  readonly what: MovementKind;
  readonly card: SimCard;
  readonly from: 'stacker' | 'encoder' | 'mouth';
  readonly startedMs: number;
  readonly durationMs: number;
  readonly stop: CancelTimer;
}

/** About a second a movement, as such units take; the manual gives none. */
const movementMs = { feed: 900, present: 700, 'pull back': 700, capture: 800 } as const;

/**
 * The mechanics of a dispenser: a card goes from the stacker to the encoder, from there to the mouth or into the bin, and
 * takes its time. What it tells is what sensors see, also while a card is on its way.
 *
 *   stacker ──feed──▶ encoder ──present──▶ mouth ──▶ a person
 *                        │  ◀──pull back──   │
 *                        └────capture────────┴──▶ bin
 */
export class CardPath {
  readonly #options: CardPathOptions;
  readonly #troubles: () => PathTroubles;
  readonly #changed: () => void;
  readonly #stacker: SimCard[];
  #bin: SimCard[];
  #resting: CardInPath | undefined;
  #movement: Movement | undefined;
  #jammed: { readonly card: SimCard; readonly freedByCapture: boolean } | undefined;

  constructor(options: CardPathOptions, troubles: () => PathTroubles, changed: () => void) {
    this.#options = options;
    this.#troubles = troubles;
    this.#changed = changed;
    this.#stacker = [...options.cards];
    this.#bin = [...(options.bin ?? [])];
    this.#resting = options.inPath;
  }

  /** The card at rest in the path, if there is one. */
  get resting(): CardInPath | undefined {
    return this.#resting;
  }

  get isJammed(): boolean {
    return this.#jammed !== undefined;
  }

  get moving(): { what: MovementKind; card: SimCard; sinceMs: number; durationMs: number } | undefined {
    const movement = this.#movement;
    if (!movement) return undefined;
    const { what, card, durationMs } = movement;
    return { what, card, sinceMs: this.#elapsedMs(movement), durationMs };
  }

  /** Every card inside: one on its way counts where it came from, a stuck one at the encoder. */
  get contents(): { stacker: readonly SimCard[]; inPath: CardInPath | undefined; bin: readonly SimCard[] } {
    const { from, card } = this.#movement ?? {};
    if (card && from === 'stacker') {
      return { stacker: [card, ...this.#stacker], inPath: undefined, bin: this.#bin };
    }
    const onItsWay = card && from && from !== 'stacker' ? { card, at: from } : undefined;
    const stuck = this.#jammed ? { card: this.#jammed.card, at: 'encoder' as const } : undefined;
    return { stacker: this.#stacker, inPath: this.#resting ?? onItsWay ?? stuck, bin: this.#bin };
  }

  get stackerLevel(): 'empty' | 'low' | 'enough' {
    if (this.#troubles().stackerEmpty || this.#stacker.length === 0) return 'empty';
    const isLow = this.#troubles().fewLeft || this.#stacker.length <= (this.#options.lowAt ?? 10);
    return isLow ? 'low' : 'enough';
  }

  get binIsFull(): boolean {
    return this.#troubles().binFull || this.#bin.length >= (this.#options.binCapacity ?? 25);
  }

  /** What the sensors see: a card on its way covers the one it leaves, then the one it reaches. */
  get sensed(): 'none' | 'encoder' | 'mouth' {
    const movement = this.#movement;
    if (!movement) return this.#resting?.at ?? 'none';
    const half = this.#isBeyondHalf(movement) ? 1 : 0;
    const way = {
      feed: ['none', 'none'],
      present: ['encoder', 'mouth'],
      'pull back': ['mouth', 'encoder'],
      capture: [movement.from === 'mouth' ? 'mouth' : 'encoder', 'encoder'],
    } as const;
    return way[movement.what][half];
  }

  /** Starts to feed; `arrived` is called at the end, also when the end is a jam. */
  feed(arrived: () => void): 'moving' | 'empty' {
    const card = this.stackerLevel === 'empty' ? undefined : this.#stacker.shift();
    if (!card) return 'empty';
    this.#move('feed', card, 'stacker', arrived, () => {
      if (this.#troubles().jamOnFeed) this.#jammed = { card, freedByCapture: false };
      else this.#resting = { card, at: 'encoder' };
    });
    return 'moving';
  }

  /** Starts to move the card at rest to the mouth. */
  present({ card, at }: CardInPath, arrived: () => void): void {
    this.#move('present', card, at, arrived, () => {
      if (this.#troubles().jamOnPresent) this.#jammed = { card, freedByCapture: true };
      else this.#resting = { card, at: 'mouth' };
    });
  }

  /** Starts to move the card at the mouth back to the encoder. */
  pullBack({ card, at }: CardInPath, arrived: () => void): void {
    this.#move('pull back', card, at, arrived, () => {
      this.#resting = { card, at: 'encoder' };
    });
  }

  /** Starts to move the card at rest into the bin. */
  capture({ card, at }: CardInPath, arrived: () => void): void {
    this.#move('capture', card, at, arrived, () => {
      this.#bin.push(card);
    });
  }

  /** Pulls a stuck card loose towards the encoder, where that helps. */
  freeByCapture(): CardInPath | undefined {
    if (!this.#jammed?.freedByCapture) return undefined;
    this.#resting = { card: this.#jammed.card, at: 'encoder' };
    this.#jammed = undefined;
    return this.#resting;
  }

  /** Power lost or order cancelled in mid-movement: the card comes to rest at the end that is nearer. */
  halt(): void {
    const movement = this.#movement;
    if (!movement) return;
    movement.stop();
    this.#movement = undefined;
    const { what, card, from } = movement;
    const hasArrived = this.#isBeyondHalf(movement);
    if (!hasArrived && from === 'stacker') this.#stacker.unshift(card);
    else if (!hasArrived && from !== 'stacker') this.#resting = { card, at: from };
    else if (what === 'capture') this.#bin.push(card);
    else this.#resting = { card, at: what === 'present' ? 'mouth' : 'encoder' };
    this.#changed();
  }

  takeCard(): SimCard {
    if (this.#resting?.at !== 'mouth') throw new NotPossible('now', 'There is no card at the mouth to take.');
    const { card } = this.#resting;
    this.#resting = undefined;
    this.#changed();
    return card;
  }

  /** A hand behind the flap, or one that pulls by force: the card at the encoder is gone, and nobody was told. */
  removeByHand(): SimCard {
    if (this.#resting?.at !== 'encoder') throw new NotPossible('now', 'There is no card at the encoder.');
    const { card } = this.#resting;
    this.#resting = undefined;
    this.#changed();
    return card;
  }

  refill(cards: readonly SimCard[]): void {
    this.#stacker.push(...cards);
    this.#changed();
  }

  emptyBin(): readonly SimCard[] {
    const emptied = this.#bin;
    this.#bin = [];
    this.#changed();
    return emptied;
  }

  clearJam(): SimCard {
    const jammed = this.#jammed;
    if (!jammed) throw new NotPossible('now', 'No card is stuck.');
    this.#jammed = undefined;
    this.#changed();
    return jammed.card;
  }

  #move(
    what: MovementKind,
    card: SimCard,
    from: Movement['from'],
    arrived: () => void,
    settle: () => void,
  ): void {
    this.#resting = undefined;
    const durationMs = movementMs[what] / (this.#options.speed ?? 1);
    const stop = this.#options.clock.setTimer(durationMs, () => {
      this.#movement = undefined;
      settle();
      this.#changed();
      arrived();
    });
    this.#movement = { what, card, from, startedMs: this.#options.clock.monotonicMs(), durationMs, stop };
    this.#changed();
  }

  #isBeyondHalf(movement: Movement): boolean {
    return this.#elapsedMs(movement) * 2 > movement.durationMs;
  }

  #elapsedMs(movement: Movement): number {
    return Math.min(movement.durationMs, this.#options.clock.monotonicMs() - movement.startedMs);
  }
}
