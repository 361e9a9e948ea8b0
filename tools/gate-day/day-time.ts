import type { Clock } from '@portillon/core/base/clock.ts';
import { addDays, startOfDayMs } from '@portillon/core/journal/fiscal-time.ts';
import { LeapingClock } from './leaping-clock.ts';

export const timeZone = 'Europe/Paris';
/** A Monday without a change of the clocks near it. */
export const dayPlayed = '2026-11-23';

/** The wall of the club, which all programs of the day share. */
export class DayTime {
  readonly #clock: LeapingClock;
  readonly #system: Clock;

  /** Begins at that time of the wall. */
  constructor(system: Clock, beginsAtMs: number) {
    this.#system = system;
    this.#clock = new LeapingClock({
      under: system,
      offsetMs: beginsAtMs - system.wallMs(),
      timersLeap: false,
    });
  }

  get clock(): Clock {
    return this.#clock;
  }

  get offsetMs(): number {
    return this.#clock.offsetMs;
  }

  get nowMs(): number {
    return this.#clock.wallMs();
  }

  /** The offset with which it is that time now; `leap` takes it. Never back. */
  offsetAt(wallMs: number): number {
    return Math.max(this.offsetMs, wallMs - this.#system.wallMs());
  }

  leap(offsetMs: number): void {
    this.#clock.leap(offsetMs);
  }
}

/** Midnight of the day played, or of one so many days before it. */
export function midnightMs(daysBefore = 0): number {
  return startOfDayMs(dayBefore(daysBefore), timeZone);
}

export function dayBefore(daysBefore: number): string {
  return addDays(dayPlayed, -daysBefore);
}
