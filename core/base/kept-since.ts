/** How long something is kept, by the calendar. */
export interface Period {
  readonly months?: number;
  readonly days?: number;
}

/** Of the entry log, at the base and in every box: three months (CNIL, NS-42). */
export const entryLogTerm = { months: 3 } as const satisfies Period;

const dayMs = 86_400_000;

/**
 * What happened before this moment has been kept for the whole period (RT2). By whole days in UTC, so that it never goes back; a day
 * that the earlier month does not have is its last one, so nothing goes early and nothing more than four days late.
 */
export function keptSinceMs(nowMs: number, { months = 0, days = 0 }: Period): number {
  const now = new Date(nowMs);
  const month = now.getUTCMonth() - months;
  const lastDay = new Date(Date.UTC(now.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(now.getUTCDate(), lastDay);
  return Date.UTC(now.getUTCFullYear(), month, day) - days * dayMs;
}
