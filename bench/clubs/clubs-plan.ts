import { SeededRandom } from '@portillon/core/base/random.ts';

/** What a club does, and what befalls it, at a moment of the plan: ms of the clubs' time since the doors opened. */
export type ClubAct =
  | { readonly atMs: number; readonly do: 'visit' | 'exit' | 'sale' }
  | { readonly atMs: number; readonly do: 'set-clock'; readonly errorMs: number };

export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ClubPlan {
  readonly club: number;
  /** By how much the clock of the box is wrong when the doors open. */
  readonly clockErrorMs: number;
  /** When the network of this club is cut; in order, none into another. */
  readonly outages: readonly Outage[];
  /** In order. */
  readonly acts: readonly ClubAct[];
}

export interface ClubsPlan {
  readonly hours: number;
  readonly clubs: readonly ClubPlan[];
  /** Power cuts of halls, of the base: moments and, for a hall, which. */
  readonly hallCuts: readonly { readonly atMs: number; readonly hall: number }[];
  readonly baseCuts: readonly number[];
  /** When staff block a card of somebody. */
  readonly blocks: readonly number[];
}

export interface ClubsSize {
  readonly seed: number;
  readonly clubs: number;
  readonly hours: number;
  readonly halls: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Of a club, an hour. */
const visitsAnHour = 40;
const salesAnHour = 3;
/** As they are found: a battery that is empty, a zone that is wrong, a year that was typed. */
const wrongClocksMs = [-3 * dayMs, -45 * minuteMs, 20 * minuteMs, 90 * minuteMs, 366 * dayMs];
const wrongClockOneIn = 10;
const clockSetOneIn = 20;
const longOutageOneIn = 10;
const ownOutageLimit = 3;

/** The same from the same seed and size, whatever the machine. */
export function planClubs({ seed, clubs, hours, halls }: ClubsSize): ClubsPlan {
  const endMs = hours * hourMs;
  const random = new SeededRandom(seed);
  // The one that everybody has at once: 250 boxes come back at the same moment.
  const common = { fromMs: Math.round(endMs * 0.4), toMs: Math.round(endMs * 0.5) };
  const within = (from: number, to: number) => Math.round(endMs * (from + random.fraction() * (to - from)));
  return {
    hours,
    clubs: Array.from({ length: clubs }, (_, club) => planClub(seed, club, endMs, common)),
    hallCuts: Array.from({ length: halls }, (_, hall) => ({ hall, atMs: within(0.1, 0.95) })).sort(byTime),
    // One of them while all come back.
    baseCuts: [within(0.505, 0.52), within(0.7, 0.9)],
    blocks: Array.from({ length: Math.max(2, Math.round(hours * 12)) }, () => within(0.2, 0.98)).sort(
      (a, b) => a - b,
    ),
  };
}

function planClub(seed: number, club: number, endMs: number, common: Outage): ClubPlan {
  const random = new SeededRandom(seed * 100_003 + club + 1);
  const oneIn = (count: number) => random.below(count) === 0;
  const someTime = () => random.below(Math.max(1, endMs));
  const wrongClock = () => wrongClocksMs[random.below(wrongClocksMs.length)] ?? 0;
  const clockErrorMs = oneIn(wrongClockOneIn) ? wrongClock() : random.below(4_000) - 2_000;

  const own: Outage[] = Array.from({ length: random.below(ownOutageLimit + 1) }, () => {
    const fromMs = someTime();
    return { fromMs, toMs: Math.min(endMs, fromMs + minuteMs + random.below(19 * minuteMs)) };
  });
  if (oneIn(longOutageOneIn)) own.push({ fromMs: Math.round(endMs / 2), toMs: endMs });

  const acts: ClubAct[] = [];
  const hours = endMs / hourMs;
  const often = (rate: number, what: 'visit' | 'exit' | 'sale') => {
    for (let left = Math.round(hours * rate); left > 0; left--) acts.push({ atMs: someTime(), do: what });
  };
  often(visitsAnHour, 'visit');
  often(visitsAnHour, 'exit');
  often(salesAnHour, 'sale');
  // Somebody must have bought before anybody can come.
  acts.push({ atMs: 0, do: 'sale' });
  if (oneIn(clockSetOneIn)) {
    acts.push({ atMs: someTime(), do: 'set-clock', errorMs: oneIn(2) ? 0 : wrongClock() });
  }
  return { club, clockErrorMs, outages: merged([...own, common]), acts: acts.sort(byTime) };
}

function byTime(a: { readonly atMs: number }, b: { readonly atMs: number }): number {
  return a.atMs - b.atMs;
}

/** In order, and those that touch as one. */
function merged(outages: readonly Outage[]): Outage[] {
  const result: Outage[] = [];
  for (const outage of [...outages].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1);
    if (last && outage.fromMs <= last.toMs) {
      result[result.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, outage.toMs) };
    } else result.push(outage);
  }
  return result;
}

export function isCutOff(outages: readonly Outage[], atMs: number): boolean {
  return outages.some(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
}
