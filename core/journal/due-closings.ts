import { addDays, type LocalDate, localDate, startOfDayMs } from './fiscal-time.ts';

/** Day, month, year. */
export const closingLevels = ['J', 'M', 'A'] as const;
export type ClosingLevel = (typeof closingLevels)[number];

/** A period from `fromMs` (inside) to `toMs` (outside): `2026-11-22`, `2026-11` or `2026`. */
export interface DueClosing {
  readonly level: ClosingLevel;
  readonly period: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export type LastClosing = Pick<DueClosing, 'period' | 'toMs'>;

export interface ClosingFacts {
  /** The moment of the till's first taking, practice or duplicate; `nowMs` before there is one. */
  readonly openedAtMs: number;
  /** The last closing of each level; null before the first. */
  readonly last: Readonly<Record<ClosingLevel, LastClosing | null>>;
  readonly nowMs: number;
  readonly timeZone: string;
}

/** A till that was off for longer than this is not believed: its clock is looked at first (FJ13). */
export const unattendedDaysMax = 400;

/**
 * The closings to write, in order (FJ11, FJ12): every calendar day that is over, with or without takings, each month after
 * its last day, each year after its last month. Periods touch: one begins where the one before it ended.
 */
export function dueClosings(facts: ClosingFacts): readonly DueClosing[] {
  const { openedAtMs, last, nowMs, timeZone } = facts;
  const due: DueClosing[] = [];
  const openedOn = localDate(openedAtMs, timeZone);
  const firstMs = startOfDayMs(openedOn, timeZone);
  let date: LocalDate = last.J ? addDays(last.J.period, 1) : openedOn;
  let fromMs = last.J?.toMs ?? firstMs;
  let monthFromMs = last.M?.toMs ?? firstMs;
  let yearFromMs = last.A?.toMs ?? firstMs;
  for (;;) {
    const next = addDays(date, 1);
    const toMs = startOfDayMs(next, timeZone);
    if (toMs > nowMs) return due;
    due.push({ level: 'J', period: date, fromMs, toMs });
    fromMs = toMs;
    if (next.slice(0, 7) !== date.slice(0, 7)) {
      due.push({ level: 'M', period: date.slice(0, 7), fromMs: monthFromMs, toMs });
      monthFromMs = toMs;
    }
    if (next.slice(0, 4) !== date.slice(0, 4)) {
      due.push({ level: 'A', period: date.slice(0, 4), fromMs: yearFromMs, toMs });
      yearFromMs = toMs;
    }
    date = next;
  }
}

export type TimeRefusal =
  /** The moment lies in a period that is closed: the clock was set back. */
  | { readonly kind: 'period-closed'; readonly closedUntilMs: number }
  /** More days are open than a till stands unattended: the clock was set forward, or the till was forgotten. */
  | { readonly kind: 'clock-doubtful'; readonly openDays: number };

/** Null when a record of this moment may be written, once what is due has been closed (FJ12, FJ13). */
export function timeRefusal(facts: ClosingFacts): TimeRefusal | null {
  const { last, nowMs, openedAtMs, timeZone } = facts;
  const openSinceMs = last.J?.toMs ?? startOfDayMs(localDate(openedAtMs, timeZone), timeZone);
  if (nowMs < openSinceMs) return { kind: 'period-closed', closedUntilMs: openSinceMs };
  const openDays = Math.floor((nowMs - openSinceMs) / 86_400_000);
  return openDays > unattendedDaysMax ? { kind: 'clock-doubtful', openDays } : null;
}
