import type { AccessReason } from '@portillon/core/wire/event.ts';
import type { Expected } from './planned-act.ts';

/** How many are inside, by everyone who says so; `atMs` from midnight of that day. */
export interface CountedMoment {
  readonly atMs: number;
  /** As people went in and out in the world of the simulators. */
  readonly truth: number;
  /** As the edge says. */
  readonly edge: number;
  /** Passages in less passages out, as a counter without any judgement shows them. */
  readonly plain: number;
  /** As the member base shows; null for the days before. It is as old as the last contact while the network is cut. */
  readonly published: { readonly inside: number; readonly low: number; readonly high: number } | null;
}

/** Something that was held up at a gate, and what came of it. */
export interface Shown {
  readonly atMs: number;
  readonly person: string;
  readonly gateId: string;
  readonly kind: 'card' | 'pass' | 'ticket' | 'other';
  readonly expected: Expected;
  readonly decided: {
    readonly decisionId: string;
    readonly outcome: string;
    readonly reason: AccessReason | null;
    readonly by: string | null;
  } | null;
  /** From the first byte that the edge asked the card for, or the first byte of the code, to the order at the board; monotonic. */
  readonly releasedAfterMs: number | null;
  /** Refused, and the arm gave way all the same. */
  readonly gotThrough: boolean;
  readonly networkIsCut: boolean;
}

/** A card that was reported lost, and how long after it was refused; null while it was let in by older data. */
export interface LostCard {
  readonly person: string;
  readonly whileCut: boolean;
  readonly refusedAfterMs: number | null;
}

/** What happened in the day, as the world of the simulators has it. */
export interface DayRecord {
  readonly shown: readonly Shown[];
  readonly moments: readonly CountedMoment[];
  /** Turns of both arms. */
  readonly turned: { readonly entries: number; readonly exits: number };
  /** Turns while no edge ran to see them. */
  readonly turnedUnwatched: number;
  /** Passages that the edge said it has seen. */
  readonly sensed: { readonly entries: number; readonly exits: number };
  readonly forced: number;
  readonly forcedAlarms: number;
  /** Orders to release that the boards have received. */
  readonly releases: number;
  readonly exitsTried: number;
  readonly exitsRefused: number;
  readonly lost: readonly LostCard[];
  /** When the network was cut and when the edge was in touch again; on the wall. */
  readonly cuts: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly drainedAfterMs: number;
  }[];
  readonly outboxLeft: number;
  /** How long no edge answered. */
  readonly restartMs: number;
  /** Cards that had to be held up a second time, since they were taken away before they were read. */
  readonly secondTries: number;
  readonly insideAtEnd: number;
  /** What the player itself could not do as planned. */
  readonly mishaps: readonly string[];
}
