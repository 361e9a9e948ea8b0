import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';

/** A contactless card that answers APDUs, wherever it lies: in the dispenser's encoder or on a gate's reader. */
export interface CardChannel {
  /** The number the chip answers in anti-collision, 4, 7 or 10 bytes. Copyable: never a proof of identity by itself. */
  readonly uid: Uint8Array;
  /**
   * Sends one command APDU and resolves with the whole answer, status word included. Faults: `card.gone` (taken away
   * mid-exchange), `card.no-answer`, or the reader's own. One command at a time. Repeating a write is the caller's call.
   */
  transmit(commandApdu: Uint8Array): Promise<Result<Uint8Array, Fault>>;
}
