import type { WeekHours } from '@portillon/core/access/access-facts.ts';

/** The hours of a day as staff type them: `06:00-12:00, 14:00-22:30`; nothing for a closed day. */

type Interval = readonly [from: string, to: string];

export function dayText(intervals: WeekHours[string] | undefined): string {
  return (intervals ?? []).map(([from, to]) => `${from}-${to}`).join(', ');
}

/** What of a day is wrong: a piece that is no interval, one that ends before it begins, two that overlap, or too many. */
export type DayFlaw = 'not-hours' | 'past-midnight' | 'overlap' | 'too-many';

const mostADay = 4;

export function readDay(typed: string): { readonly intervals: Interval[] } | { readonly flaw: DayFlaw } {
  const pieces = typed
    .split(/[,;]/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  if (pieces.length > mostADay) return { flaw: 'too-many' };
  const intervals: Interval[] = [];
  for (const piece of pieces) {
    const [, from, to] = /^(\d{1,2}[:hH]\d\d)\s*[-–—]\s*(\d{1,2}[:hH]\d\d)$/.exec(piece) ?? [];
    const read = from && to ? ([clock(from), clock(to)] as const) : null;
    if (
      !read ||
      !/^([01]\d|2[0-3]):[0-5]\d$/.test(read[0]) ||
      !/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(read[1])
    ) {
      return { flaw: 'not-hours' };
    }
    if (read[0] >= read[1]) return { flaw: 'past-midnight' };
    if ((intervals.at(-1)?.[1] ?? '') > read[0]) return { flaw: 'overlap' };
    intervals.push(read);
  }
  return { intervals };
}

function clock(typed: string): string {
  return typed.replace(/h/i, ':').padStart(5, '0');
}
