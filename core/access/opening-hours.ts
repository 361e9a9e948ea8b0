import type { WeekHours } from './access-facts.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const wallClocks = new Map<string, Intl.DateTimeFormat>();

/** True while a clock on the wall of that time zone shows a minute within the hours [AC16..AC18]. */
export function isOpen(hours: WeekHours, timeZone: string, nowMs: number): boolean {
  return periodNow(hours, timeZone, nowMs) !== undefined;
}

/** When the period ends in which it is open now, as written (`23:00`, `24:00`); null while it is closed. */
export function closingTime(hours: WeekHours, timeZone: string, nowMs: number): string | null {
  return periodNow(hours, timeZone, nowMs)?.[1] ?? null;
}

function periodNow(hours: WeekHours, timeZone: string, nowMs: number): readonly [string, string] | undefined {
  const { weekday, minuteOfDay } = onTheWall(timeZone, nowMs);
  return (hours[weekday] ?? []).find(([from, to]) => {
    const first = minutes(from);
    const end = minutes(to);
    return first !== null && end !== null && first <= minuteOfDay && minuteOfDay < end;
  });
}

/** Whether this machine knows the time zone; `isOpen` throws for one that it does not. */
export function isTimeZone(timeZone: string): boolean {
  try {
    wallClock(timeZone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function onTheWall(timeZone: string, nowMs: number): { weekday: string; minuteOfDay: number } {
  const shown: Record<string, string> = {};
  for (const part of wallClock(timeZone).formatToParts(nowMs)) shown[part.type] = part.value;
  return {
    weekday: String(weekdays.indexOf(shown.weekday ?? '') + 1),
    minuteOfDay: Number(shown.hour) * 60 + Number(shown.minute),
  };
}

/** Kept by zone: making one takes longer than the rest of a decision. */
function wallClock(timeZone: string): Intl.DateTimeFormat {
  const kept = wallClocks.get(timeZone);
  if (kept) return kept;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  wallClocks.set(timeZone, made);
  return made;
}

function minutes(text: string): number | null {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 24 * 60 ? total : null;
}
