import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { CardChannel } from '../card/card-channel.ts';
import type { Device } from '../device.ts';

export interface DispenserStatus {
  /** Where a card is in the path: nowhere, at the encoder (staged), or at the mouth in reach of the customer. */
  readonly card: 'none' | 'at-encoder' | 'at-mouth';
  readonly stacker: 'empty' | 'low' | 'enough';
  readonly binFull: boolean;
}

/** `fed`: out of the stacker into the path. `captured`: out of the path into the bin. */
export type CardMovement = 'fed' | 'captured';

/** A dispenser whose encoder reads and writes a card before anybody can touch it. One order at a time. Rules: SPEC.md. */
export interface CardDispenser extends Device {
  /** Asks the device; never answers from memory. Safe to repeat. */
  status(): Promise<Result<DispenserStatus, Fault>>;
  /** Feeds a card from the stacker to the encoder. Faults: `dispenser.stacker-empty`, `dispenser.card-jam`, … */
  stage(): Promise<Result<void, Fault>>;
  /** Switches the field on and activates the staged card. Faults: `card.no-answer`, `dispenser.no-card`. */
  activateCard(): Promise<Result<CardChannel, Fault>>;
  /** Moves the staged card to the mouth, held by the rollers. */
  present(): Promise<Result<void, Fault>>;
  /** Resolves when the card has left the mouth (`taken`), or after `limitMs` (`not-taken`). */
  waitTaken(limitMs: number, signal?: AbortSignal): Promise<Result<'taken' | 'not-taken', Fault>>;
  /** Takes whatever card is in the path into the bin. Faults: `dispenser.bin-full`, `dispenser.card-jam`. */
  capture(): Promise<Result<void, Fault>>;
  /**
   * For a person who had it open (DI14): the device forgets the error that it holds on to, and is asked what it sees. Leaves
   * a card where it is if the model can. Faults: what is still the matter. Safe to repeat.
   */
  reset(): Promise<Result<DispenserStatus, Fault>>;
  /** Cards in the bin by the device's own counter; null where the model has none (DI13). */
  capturedCount(): Promise<Result<number | null, Fault>>;
  /** Sets that counter to zero: the bin was emptied. Does nothing where the model has none. */
  clearCapturedCount(): Promise<Result<void, Fault>>;
  /** Told once for each card that leaves the stacker and each that goes into the bin, in that order (DI12). */
  onMovement(listener: (movement: CardMovement) => void): () => void;
}
