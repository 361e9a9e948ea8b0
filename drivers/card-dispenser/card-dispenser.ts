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

/** A dispenser whose encoder reads and writes a card before anybody can touch it. One order at a time. */
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
}
