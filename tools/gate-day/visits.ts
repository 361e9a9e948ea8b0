import type { Random } from '@portillon/core/base/random.ts';

/** When people come to a club and leave it; times in ms from midnight on the club's wall. */
export interface Visit {
  readonly inMs: number;
  readonly outMs: number;
  /** False for the one in twenty who leaves where no sensor looks. */
  readonly exitSeen: boolean;
  /** Somebody who came in on the same turn of the arm, unseen. */
  readonly follower: { readonly outMs: number; readonly exitSeen: boolean } | null;
}

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const opensMs = 6 * hourMs;
export const closesMs = 23 * hourMs;
const lastArrivalMs = 21 * hourMs;
const lastExitMs = closesMs - 5 * minuteMs;
export const missedExits = 0.05;
const followers = 0.005;

/** A rush at noon and a larger one in the evening; an hour and a quarter inside, more or less. */
export function visitsOf(count: number, random: Random): Visit[] {
  return Array.from({ length: count }, () => {
    const inMs = arrivalMs(random);
    return {
      inMs,
      ...exit(inMs, random),
      follower: random.fraction() < followers ? exit(inMs, random) : null,
    };
  });
}

function arrivalMs(random: Random): number {
  const rush = random.fraction();
  const hour =
    rush < 0.25
      ? 6.05 + random.fraction() * 14
      : rush < 0.45
        ? 12.5 + normal(random)
        : 18.5 + normal(random) * 1.2;
  return Math.round(Math.min(Math.max(hour * hourMs, opensMs + 3 * minuteMs), lastArrivalMs));
}

function exit(inMs: number, random: Random): Pick<Visit, 'outMs' | 'exitSeen'> {
  const stayMs = Math.min(Math.max(75 + normal(random) * 25, 10), 160) * minuteMs;
  return {
    outMs: Math.round(Math.min(inMs + stayMs, lastExitMs)),
    exitSeen: random.fraction() >= missedExits,
  };
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}
