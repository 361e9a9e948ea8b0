import type { ClubRecord } from '@portillon/core/access/access-facts.ts';

/** When the club closes today, `23:00`; null while it is closed, or when it does not close. */
export function openUntil(club: Pick<ClubRecord, 'hours' | 'timeZone'>, nowMs: number): string | null {
  const parts = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: club.timeZone,
  }).formatToParts(nowMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  const weekday = 1 + ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday'));
  const now = `${part('hour')}:${part('minute')}`;
  const current = (club.hours[String(weekday)] ?? []).find(([from, to]) => from <= now && now < to);
  return current && current[1] !== '24:00' ? current[1] : null;
}
