import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { Device } from '../device.ts';

export type GateDirection = 'entry' | 'exit';

export interface SensedPassage {
  readonly direction: GateDirection;
  readonly sensedMonotonicMs: number;
}

/** One turnstile or door. Leaving never depends on it (I9): exit is mechanically free and only sensed. */
export interface Gate extends Device {
  /**
   * Releases the entry for one person, for a pulse that the board itself ends, so that a dead program never leaves a
   * gate open. Resolves when the board has confirmed the command. Faults: `gate.no-answer`, `gate.refused`,
   * `transport.*`. Not safe to repeat blindly: ask for a passage first.
   */
  release(): Promise<Result<{ readonly releasedMonotonicMs: number }, Fault>>;
  /** Somebody went through, as the sensors tell, whether we released or not. */
  onPassage(listener: (passage: SensedPassage) => void): () => void;
}
