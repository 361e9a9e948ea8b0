import { addDays, type LocalDate, localDate, startOfDayMs } from '../journal/fiscal-time.ts';

/** How long a prepaid period may be, in calendar months. */
export const termsMonths = [1, 3, 6, 12] as const;
export type TermMonths = (typeof termsMonths)[number];

/** A paid period: from this moment on, up to and not including that one. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * SA70: the period lasts to the end of the day that carries the same number in the last month, or to the end of that month
 * where it has no such day (as article 641 of the French code of civil procedure counts a time in months). A period that
 * begins with a day has that day whole, and so ends the day before: periods that follow each other do not drift.
 */
export function periodFrom(fromMs: number, months: TermMonths, timeZone: string): Period {
  const first = localDate(fromMs, timeZone);
  const { date, exists } = monthsLater(first, months);
  const beginsWithDay = startOfDayMs(first, timeZone) === fromMs;
  const lastDay = beginsWithDay && exists ? addDays(date, -1) : date;
  return { fromMs, toMs: startOfDayMs(addDays(lastDay, 1), timeZone) };
}

/** SA71: what follows a paid period begins when that ends; where it is over, or where there was none, today. */
export function nextPeriod(
  paidToMs: number | null,
  nowMs: number,
  months: TermMonths,
  timeZone: string,
): Period {
  return periodFrom(paidToMs !== null && paidToMs > nowMs ? paidToMs : nowMs, months, timeZone);
}

/** The last day of a period that ends at this moment, in ms within that day. */
export function lastMomentMs(toMs: number): number {
  return toMs - 1;
}

/** A month from today, by the calendar where the club is: `2027-01-26`. */
export function dayAMonthLater(nowMs: number, timeZone: string): string {
  return monthsLater(localDate(nowMs, timeZone), 1).date;
}

/** The day of the same number; the last of the month, and `exists` false, where there is none. */
function monthsLater(
  date: LocalDate,
  months: number,
): { readonly date: LocalDate; readonly exists: boolean } {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const monthIndex = year * 12 + (month - 1) + months;
  const lastOfMonth = new Date(Date.UTC(Math.floor(monthIndex / 12), (monthIndex % 12) + 1, 0)).getUTCDate();
  const two = (value: number) => String(value).padStart(2, '0');
  const at = (dayOfMonth: number) =>
    `${String(Math.floor(monthIndex / 12)).padStart(4, '0')}-${two((monthIndex % 12) + 1)}-${two(dayOfMonth)}`;
  return { date: at(Math.min(day, lastOfMonth)), exists: day <= lastOfMonth };
}
