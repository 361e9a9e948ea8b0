/** Between a moment and what a clock on the club's wall shows, as a field for date and time holds it: `2026-12-24T18:30`. */

export function wallTime(iso: string, timeZone: string): string {
  const shown: Record<string, string> = {};
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(Date.parse(iso));
  for (const { type, value } of parts) shown[type] = value;
  return `${shown.year}-${shown.month}-${shown.day}T${shown.hour}:${shown.minute}`;
}

/**
 * The moment at which that clock shows this; null for what is no date and time. In the hour that a night skips, the moment
 * after it; in the hour that comes twice, the first one.
 */
export function momentOf(wall: string, timeZone: string): string | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(wall)) return null;
  const asUtcMs = Date.parse(`${wall}:00Z`);
  if (Number.isNaN(asUtcMs)) return null;
  const offsetsMs = [-1, 1].map((day) => {
    const nearMs = asUtcMs + day * 86_400_000;
    return Date.parse(`${wallTime(new Date(nearMs).toISOString(), timeZone)}:00Z`) - nearMs;
  });
  const moments = offsetsMs.map((offsetMs) => new Date(asUtcMs - offsetMs).toISOString()).sort();
  return moments.find((iso) => wallTime(iso, timeZone) === wall) ?? moments.at(-1) ?? null;
}
