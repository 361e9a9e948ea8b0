import { Listeners } from '../line/listeners.ts';
import type { CardMovement, DispenserStatus } from './card-dispenser.ts';

/** DI12: tells each card once that leaves the stacker or goes into the bin, also when a line broke in the middle of it. */
export class CardMovements {
  readonly #listeners = new Listeners<[CardMovement]>();
  #unsure: CardMovement | undefined;

  onMovement(listener: (movement: CardMovement) => void): () => void {
    return this.#listeners.add(listener);
  }

  tell(movement: CardMovement): void {
    this.#unsure = undefined;
    this.#listeners.notify(movement);
  }

  /** It was ordered, and nobody knows what became of it: the next status will tell. */
  isUnsure(movement: CardMovement): void {
    this.#unsure = movement;
  }

  /** To be called with every status of the device. */
  seen({ card }: DispenserStatus): void {
    const movement = this.#unsure;
    if (!movement) return;
    this.#unsure = undefined;
    if ((movement === 'captured') === (card === 'none')) this.#listeners.notify(movement);
  }
}
