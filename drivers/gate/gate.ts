import type { Fault } from '@portillon/core/base/fault-codes.ts';
import type { Result } from '@portillon/core/base/result.ts';
import type { Device } from '../device.ts';

export type GateDirection = 'entry' | 'exit';

/** How staff want the gate to stand, until they want it otherwise. */
export type GateStanding = 'normal' | 'held-open' | 'locked';

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

/** One turnstile or door. Leaving never depends on it (I9): exit is mechanically free and only sensed. Rules: SPEC.md. */
export interface Gate extends Device {
  /**
   * Releases one side for one person, for a pulse that the board itself ends, so that a dead program never leaves a
   * gate open. Resolves when the board has confirmed the command; at once for an exit that has nothing to release.
   * `evenIfLocked`: somebody who works here opens it. Faults: `gate.no-answer`, `gate.refused`, `gate.locked`,
   * `transport.*`. Not safe to repeat blindly: ask for a passage first.
   */
  release(
    direction?: GateDirection,
    how?: { readonly evenIfLocked?: boolean },
  ): Promise<Result<{ readonly releasedMonotonicMs: number }, Fault>>;
  /**
   * Has the gate stand like this from now on, also behind a board that was without power. Resolves when the board has
   * confirmed. Not confirmed, `held-open` does not count and the gate stands as before; `locked` and `normal` count all the
   * same, and the board is told when it is back. Faults as of `release`, and `gate.cannot-hold-open`. Safe to repeat.
   */
  keep(standing: GateStanding): Promise<Result<void, Fault>>;
  /** How the gate stood when the program ended: before `start`, and told to the board as soon as it is reached. */
  resume(standing: GateStanding): void;
  /** Before `start`: a release was under way when the program ended. For so long, who comes in has forced nothing. */
  stillReleased(forMs: number): void;
  /** Somebody went through, as the sensors tell, whether we released or not. */
  onPassage(listener: (passage: SensedPassage) => void): () => void;
  /** Never called by a board that has no input for it. */
  onAlarm(listener: (alarm: GateAlarm) => void): () => void;
}
