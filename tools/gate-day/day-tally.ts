import type { CountedMoment, DayRecord, LostCard, Shown } from './day-record.ts';
import type { EdgeOfDay } from './edge-of-day.ts';
import type { GateHall } from './gate-hall.ts';

/** What has happened so far in a day that is played: who is inside is known from the people, and from nobody else. */
export class DayTally {
  readonly shown: Shown[] = [];
  readonly moments: CountedMoment[] = [];
  readonly lost = new Map<string, LostCard & { readonly reportedAtMs: number }>();
  readonly cuts: { fromMs: number; toMs: number; drainedAfterMs: number }[] = [];
  readonly mishaps: string[] = [];
  /** Inside. */
  truth = 0;
  /** When the network was cut, on the wall; null while it is there. */
  cutSinceMs: number | null = null;
  turnedUnwatched = 0;
  exitsTried = 0;
  exitsRefused = 0;
  forced = 0;
  restartMs = 0;
  secondTries = 0;

  record(hall: GateHall, edge: EdgeOfDay, outboxLeft: number): DayRecord {
    const turns = hall.gates.map((gate) => gate.turns);
    return {
      shown: this.shown,
      moments: this.moments,
      turned: {
        entries: turns.reduce((sum, { entries }) => sum + entries, 0),
        exits: turns.reduce((sum, { exits }) => sum + exits, 0),
      },
      turnedUnwatched: this.turnedUnwatched,
      sensed: { entries: edge.passages('entry'), exits: edge.passages('exit') },
      forced: this.forced,
      forcedAlarms: edge.forcedAlarms,
      releases: hall.gates.reduce((sum, gate) => sum + gate.releasedAtMs.length, 0),
      exitsTried: this.exitsTried,
      exitsRefused: this.exitsRefused,
      lost: [...this.lost.values()].map(({ reportedAtMs: _, ...lost }) => lost),
      cuts: this.cuts,
      outboxLeft,
      restartMs: this.restartMs,
      secondTries: this.secondTries,
      insideAtEnd: this.truth,
      mishaps: this.mishaps,
    };
  }
}
