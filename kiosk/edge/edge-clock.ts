import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import {
  baseHeard,
  type ClockJudgement,
  type ClockKept,
  type ClockReading,
  type ClockTrust,
  clockAtStart,
  clockReset,
  clockSeen,
  judgeClock,
} from '@portillon/core/base/clock-trust.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { ClockTold } from '@portillon/core/wire/messages.ts';

/** Where it is kept what the clock has seen. */
export interface ClockMemory {
  clockKept(): Promise<ClockKept | null>;
  keepClock(kept: ClockKept): Promise<void>;
}

const keepEveryMs = 60_000;

/**
 * The clock that everything in the edge goes by: the machine's own while it can be trusted, and otherwise counted on from what
 * has been seen (W-CLOCK-3 to W-CLOCK-7). Timers and monotonic time are the machine's.
 */
export class EdgeClock implements Clock {
  readonly #machine: Clock;
  readonly #log: Log;
  #trust: ClockTrust;
  #memory: ClockMemory | null = null;
  #saving: Promise<void> = Promise.resolve();
  #isToBeKept = false;
  #cancelTimer: CancelTimer = () => undefined;
  #told = '';

  constructor(machine: Clock, log: Log) {
    this.#machine = machine;
    this.#log = log;
    this.#trust = clockAtStart(null, this.#reading());
  }

  /** With what was kept, before anything is decided. */
  async begin(memory: ClockMemory): Promise<void> {
    this.#memory = memory;
    this.#trust = clockAtStart(await memory.clockKept(), this.#reading());
    this.#look();
    this.#keepOn();
  }

  /** In whole milliseconds. */
  wallMs(): number {
    return this.judgement.nowMs;
  }

  monotonicMs(): number {
    return this.#machine.monotonicMs();
  }

  setTimer(delayMs: number, fire: () => void): CancelTimer {
    return this.#machine.setTimer(delayMs, fire);
  }

  get judgement(): ClockJudgement {
    const { standing, nowMs, earliestMs, latestMs } = judgeClock(this.#trust, this.#reading());
    return {
      standing,
      nowMs: Math.floor(nowMs),
      earliestMs: Math.floor(earliestMs),
      latestMs: Math.ceil(latestMs),
    };
  }

  /** For the base, the health of the box, and staff. */
  get told(): ClockTold {
    const { kept, unlikeMs } = this.#trust;
    const { standing } = this.judgement;
    const offsetMs = unlikeMs ?? kept?.offsetMs ?? null;
    return {
      standing,
      // To the second: it is for people, and is told only when it changes.
      offsetMs: offsetMs === null ? null : Math.round(offsetMs / 1_000) * 1_000,
      driftPpm: kept?.driftPpm ?? null,
    };
  }

  /** An answer of the base came. */
  heard(baseMs: number): void {
    this.#become(baseHeard(this.#trust, baseMs, this.#reading()));
  }

  /** A message of the operator came, whose signature holds; with what the base says now. */
  reset(baseMs: number, madeMs: number): void {
    const next = clockReset(this.#trust, baseMs, madeMs, this.#reading());
    if (next === this.#trust) return;
    this.#log.warn('clock.reset-by-operator', { baseMs, madeMs });
    this.#become(next);
    this.#keep();
  }

  async stop(): Promise<void> {
    this.#cancelTimer();
    this.#become(clockSeen(this.#trust, this.#reading()));
    this.#keep();
    await this.#saving;
    this.#memory = null;
  }

  #reading(): ClockReading {
    return { wallMs: this.#machine.wallMs(), monotonicMs: this.#machine.monotonicMs() };
  }

  #become(next: ClockTrust): void {
    // The first word of the base is worth a write of its own.
    const isFirst = next.anchor?.byBase === true && this.#trust.anchor?.byBase !== true;
    this.#trust = next;
    this.#look();
    if (isFirst) this.#keep();
  }

  /** Said once, whenever it becomes another. */
  #look(): void {
    const { standing } = this.judgement;
    if (standing === this.#told) return;
    const isNews = this.#told !== '' || standing !== 'right';
    this.#told = standing;
    if (!isNews) return;
    const { offsetMs } = this.told;
    if (standing === 'right') this.#log.info('clock.right', { offsetMs });
    else this.#log.error('clock.not-right', { standing, offsetMs });
  }

  #keepOn(): void {
    this.#cancelTimer = this.#machine.setTimer(keepEveryMs, () => {
      this.#become(clockSeen(this.#trust, this.#reading()));
      this.#keep();
      this.#keepOn();
    });
  }

  #keep(): void {
    const memory = this.#memory;
    if (!memory || this.#isToBeKept) return;
    this.#isToBeKept = true;
    this.#saving = this.#saving
      .then(async () => {
        // As it is by then: a disk that is slow has no queue of it.
        this.#isToBeKept = false;
        const { kept } = this.#trust;
        if (kept) await memory.keepClock(kept);
      })
      .catch((error: unknown) => this.#log.error('clock.not-kept', { detail: String(error) }));
  }
}
