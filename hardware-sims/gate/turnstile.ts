import type { Clock } from '@portillon/core/base/clock.ts';
import { NamedTimers } from '../named-timers.ts';
import type { SimAction } from '../sim.ts';
import { NotPossible } from '../world/not-possible.ts';

/** What a person can do to a turnstile, whatever board it is wired to. */
export const turnstileActions: readonly SimAction[] = [
  { name: 'push', words: 'Push the arm', args: { direction: 'entry | exit' } },
  { name: 'force', words: 'Break through the arm towards the inside' },
  { name: 'door', words: 'Open or close the door beside it', args: { open: 'true or false' } },
  { name: 'fire', words: 'The fire panel raises or ends its alarm', args: { on: 'true or false' } },
];

export type PushAnswer = { readonly passed: boolean; readonly words: string };

/** Which input of the board tells what. */
export interface TurnstileWiring {
  readonly entryInput: number;
  readonly exitInput: number;
  readonly doorInput?: number | undefined;
  readonly fireInput?: number | undefined;
}

export interface TurnstileOptions {
  readonly clock: Clock;
  /** How long a person's turn of the arm keeps the sensor on, and how long it takes in all. */
  readonly sensorMs?: number | undefined;
  readonly turnMs?: number | undefined;
  readonly onChange: () => void;
}

/**
 * A tripod turnstile, whatever board it is wired to. A board frees the arm towards the inside for one person: it locks
 * behind them, or when the board lets go. Towards the outside it always turns. Each turn shows on a sensor.
 */
export class Turnstile {
  readonly #options: TurnstileOptions;
  readonly #timers: NamedTimers;
  readonly #sensors = { entry: false, exit: false };
  #doorOpen = false;
  #fire = false;
  #armFree = false;
  /** The free-passage contact is closed: the arm gives way to everybody. */
  #heldFree = false;
  #turning = false;
  #entries = 0;
  #exits = 0;

  constructor(options: TurnstileOptions) {
    this.#options = options;
    this.#timers = new NamedTimers(options.clock, options.onChange);
  }

  get isFree(): boolean {
    return this.#armFree || this.#heldFree;
  }

  view() {
    return {
      arm: this.#turning ? 'turning' : this.isFree ? 'free' : 'locked',
      doorOpen: this.#doorOpen,
      fire: this.#fire,
      entryReleased: this.isFree,
      heldOpen: this.#heldFree,
      entries: this.#entries,
      exits: this.#exits,
    };
  }

  /** What the inputs of a board show that is wired to it like this. */
  levels(count: number, { entryInput, exitInput, doorInput, fireInput }: TurnstileWiring): boolean[] {
    const levels = new Array<boolean>(count).fill(false);
    levels[entryInput] = this.#sensors.entry;
    levels[exitInput] = this.#sensors.exit;
    if (doorInput !== undefined) levels[doorInput] = this.#doorOpen;
    if (fireInput !== undefined) levels[fireInput] = this.#fire;
    return levels;
  }

  /** One of `turnstileActions`; undefined for any other. */
  act(action: string, args: Readonly<Record<string, unknown>>): PushAnswer | undefined {
    switch (action) {
      case 'push':
        return this.push(args);
      case 'force':
        this.#armFree = true;
        return this.push({ direction: 'entry' });
      case 'door':
        this.#doorOpen = flag(args.open);
        this.#options.onChange();
        return undefined;
      case 'fire':
        this.#fire = flag(args.on);
        this.#options.onChange();
        return undefined;
      default:
        return undefined;
    }
  }

  /** What the board's output does to the arm. */
  free(on: boolean): void {
    this.#armFree = on;
  }

  /** What the board's output does to the contact of free passage. */
  holdFree(on: boolean): void {
    this.#heldFree = on;
  }

  push({ direction }: Readonly<Record<string, unknown>>): PushAnswer {
    if (direction !== 'entry' && direction !== 'exit') {
      throw new NotPossible('unknown', 'One pushes towards entry or exit.');
    }
    if (this.#turning) return { passed: false, words: 'The arm still turns for somebody else.' };
    if (direction === 'entry' && !this.isFree) {
      return { passed: false, words: 'The arm is locked and does not give way.' };
    }
    if (direction === 'entry') {
      this.#armFree = false;
      this.#entries += 1;
    } else this.#exits += 1;
    this.#turn(direction);
    return {
      passed: true,
      words: `The arm turns towards the ${direction === 'entry' ? 'inside' : 'outside'}.`,
    };
  }

  stop(): void {
    this.#timers.cancelAll();
  }

  #turn(direction: 'entry' | 'exit'): void {
    this.#turning = true;
    this.#timers.start('turn', this.#options.turnMs ?? 800, () => {
      this.#turning = false;
    });
    this.#sensors[direction] = true;
    this.#timers.start(direction, this.#options.sensorMs ?? 400, () => {
      this.#sensors[direction] = false;
    });
    this.#options.onChange();
  }
}

export function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new NotPossible('unknown', 'Say true or false.');
  return value;
}
