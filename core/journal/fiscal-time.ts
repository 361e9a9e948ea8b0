import { invariant } from '../base/invariant.ts';

/** A calendar date, `2026-11-22`. */
export type LocalDate = string;

/** A moment as the clock on the wall of the club shows it. */
interface LocalTime {
  readonly date: LocalDate;
  /** `09:15:42` */
  readonly time: string;
  readonly offsetMinutes: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

function localTime(wallMs: number, timeZone: string): LocalTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(wallMs)
      .map((part) => [part.type, part.value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => {
    const value = parts.get(type);
    invariant(value !== undefined, `a moment has its ${type}`);
    return value;
  };
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  const time = `${part('hour')}:${part('minute')}:${part('second')}`;
  const asUtcMs = Date.parse(`${date}T${time}Z`);
  return { date, time, offsetMinutes: Math.round((asUtcMs - wholeSecond(wallMs)) / 60_000) };
}

/** Records carry seconds: what lies below is dropped, so that what is stored and what is signed are one moment. */
export function wholeSecond(wallMs: number): number {
  return Math.floor(wallMs / 1_000) * 1_000;
}

export function localDate(wallMs: number, timeZone: string): LocalDate {
  return localTime(wallMs, timeZone).date;
}

/** The two time fields of a signed string (FJ4): `20261122091542` and `+0100`. */
export function signedTime(wallMs: number, timeZone: string): { readonly dt: string; readonly tz: string } {
  const { date, time, offsetMinutes } = localTime(wallMs, timeZone);
  return { dt: `${date}${time}`.replace(/[-:]/g, ''), tz: offsetText(offsetMinutes, '') };
}

/** ISO 8601 with the offset of the place, as payloads carry it: `2026-11-22T09:15:42+01:00`. */
export function isoLocalTime(wallMs: number, timeZone: string): string {
  const { date, time, offsetMinutes } = localTime(wallMs, timeZone);
  return `${date}T${time}${offsetText(offsetMinutes, ':')}`;
}

function offsetText(offsetMinutes: number, colon: string): string {
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${colon}${two(minutes % 60)}`;
}

/** The calendar day `days` later; a date has no zone. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/**
 * The first moment of a calendar day in a zone, in ms. A day has 23 or 25 hours when clocks change, and starts with the
 * change itself where midnight is skipped.
 */
export function startOfDayMs(date: LocalDate, timeZone: string): number {
  const midnightMs = Date.parse(`${date}T00:00:00Z`);
  const candidates = [-86_400_000, 86_400_000]
    .map((asideMs) => midnightMs - localTime(midnightMs + asideMs, timeZone).offsetMinutes * 60_000)
    .sort((a, b) => a - b);
  const first = candidates.find((candidateMs) => localDate(candidateMs, timeZone) >= date);
  invariant(first !== undefined, `${date} begins somewhere in ${timeZone}`);
  return first;
}
