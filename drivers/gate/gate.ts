import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { Device } from '../device.ts';

export type GateDirection = 'entry' | 'exit';

export interface SensedPassage {
  readonly direction: GateDirection;
  readonly sensedMonotonicMs: number;
}

/** What the gate reports beside passages, as it begins and as it ends. `forced` is a moment and has no end. */
export type GateAlarm =
  /** Somebody came in whom nobody had let in. */
  | { readonly kind: 'forced'; readonly atMonotonicMs: number }
  /** The door stands open for longer than anybody takes. */
  | { readonly kind: 'held-open'; readonly on: boolean; readonly atMonotonicMs: number }
  /** The fire panel has opened the doors by its own wires; this only says so (I9). */
  | { readonly kind: 'fire'; readonly on: boolean; readonly atMonotonicMs: number };

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
  /** Never called by a board that has no input for it. */
  onAlarm(listener: (alarm: GateAlarm) => void): () => void;
}
