import type { Clock } from './clock.ts';

/**
 * How far a box may trust its own clock (core/wire/SPEC.md, W-CLOCK-3 to W-CLOCK-7). Pure: readings of the clock and answers of
 * the base go in, a judgement comes out.
 */

/** As staff hear of it. `unlike-base`: it goes as it should, and the base says another time. */
export const clockStandings = ['right', 'set-back', 'ahead', 'unlike-base'] as const;
export type ClockStanding = (typeof clockStandings)[number];

/** What is kept over restarts. */
export interface ClockKept {
  /** The latest moment that has surely been, in ms since 1970: what the base said, and what has passed since while we ran. */
  readonly seenMs: number;
  /** As what we counted it; later than `seenMs` where our own clock alone told how long we were off. */
  readonly countedMs: number;
  /** The base's clock less ours when it was believed last; null before the first time. */
  readonly offsetMs: number | null;
  /** By how much our counting of time is slower than the base's, in millionths; null before it was measured. */
  readonly driftPpm: number | null;
  /** When the operator's last message that was followed was made (W-CLOCK-7); 0 before the first. */
  readonly resetMs: number;
}

export interface ClockReading {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** A moment that was believed, and how far the monotonic clock had come by then. */
interface Anchor {
  readonly trueMs: number;
  readonly monotonicMs: number;
  readonly byBase: boolean;
}

export interface ClockTrust {
  readonly kept: ClockKept | null;
  readonly anchor: Anchor | null;
  /** Where counting on from `kept.seenMs` began, while there is no anchor. */
  readonly begunMonotonicMs: number;
  /** What the base said last, less what it should be, where that was not believed. */
  readonly unlikeMs: number | null;
  /** Since when the base's clock and ours are compared for drift. */
  readonly comparedFrom: { readonly baseMs: number; readonly monotonicMs: number } | null;
}

export interface ClockJudgement {
  readonly standing: ClockStanding;
  /** What the box counts as now. */
  readonly nowMs: number;
  /** No earlier, no later; both are `nowMs` while the clock is right. */
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** A clock that may say how far it is to be trusted; one that does not is right. */
export type JudgedClock = Clock & { readonly judgement?: ClockJudgement };

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Clocks that lie no further apart agree. */
export const clockToleranceMs = 5 * minuteMs;
/** A box that was off for longer has to hear the base before it believes its clock. */
export const clockOffMostMs = 31 * dayMs;
/** How late a message of the operator may come. */
export const clockOrderLifeMs = 10 * minuteMs;
/** Drift is measured over this at least: answers are seconds on their way at worst. */
const driftOverMs = 60 * minuteMs;
/** The last moment that a date can say. */
const endOfTimeMs = 8.64e15;

const agree = (one: number, other: number) => Math.abs(one - other) <= clockToleranceMs;

/** At the start of the program, with what was kept. */
export function clockAtStart(kept: ClockKept | null, at: ClockReading): ClockTrust {
  const begun = { kept, begunMonotonicMs: at.monotonicMs, unlikeMs: null, comparedFrom: null };
  return kept === null || isOnward(kept.countedMs, at.wallMs)
    ? { ...begun, anchor: { trueMs: at.wallMs, monotonicMs: at.monotonicMs, byBase: false } }
    : { ...begun, anchor: null };
}

/** W-CLOCK-4, W-CLOCK-5. */
export function judgeClock(trust: ClockTrust, at: ClockReading): ClockJudgement {
  const { wallMs } = at;
  const expectedMs = expected(trust, at);
  if (expectedMs !== null) {
    if (!agree(wallMs, expectedMs)) {
      const standing = wallMs < expectedMs ? 'set-back' : 'ahead';
      return { standing, nowMs: expectedMs, ...between(trust, expectedMs) };
    }
    const standing = trust.unlikeMs === null ? 'right' : 'unlike-base';
    return { standing, nowMs: wallMs, ...between(trust, wallMs) };
  }
  if (trust.kept) {
    const elapsedMs = at.monotonicMs - trust.begunMonotonicMs;
    const [earliestMs, countedMs] = [trust.kept.seenMs + elapsedMs, trust.kept.countedMs + elapsedMs];
    if (wallMs < countedMs - clockToleranceMs) {
      return { standing: 'set-back', nowMs: countedMs, earliestMs, latestMs: endOfTimeMs };
    }
    if (!isOnward(countedMs, wallMs)) {
      return { standing: 'ahead', nowMs: wallMs, earliestMs, latestMs: wallMs };
    }
  }
  return { standing: 'right', nowMs: wallMs, earliestMs: wallMs, latestMs: wallMs };
}

/** W-CLOCK-6: an answer of the base came with its time. */
export function baseHeard(trust: ClockTrust, baseMs: number, at: ClockReading): ClockTrust {
  const { wallMs, monotonicMs } = at;
  const expectedMs = expected(trust, at);
  const seenMs = trust.kept && trust.kept.seenMs + monotonicMs - trust.begunMonotonicMs;
  const plausible = seenMs === null || isOnward(seenMs, baseMs);
  const believed =
    seenMs === null ||
    (plausible && agree(baseMs, wallMs)) ||
    (expectedMs === null
      ? plausible
      : agree(baseMs, expectedMs) && (agree(baseMs, wallMs) || !agree(wallMs, expectedMs)));
  if (!believed) {
    return { ...trust, unlikeMs: Math.round(baseMs - (expectedMs ?? wallMs)) };
  }
  const comparedFrom = trust.comparedFrom ?? { baseMs, monotonicMs };
  return {
    ...trust,
    anchor: { trueMs: baseMs, monotonicMs, byBase: true },
    begunMonotonicMs: monotonicMs,
    unlikeMs: null,
    comparedFrom,
    kept: {
      seenMs: Math.round(baseMs),
      countedMs: Math.round(baseMs),
      offsetMs: Math.round(baseMs - wallMs),
      driftPpm: drift(comparedFrom, baseMs, monotonicMs) ?? trust.kept?.driftPpm ?? null,
      resetMs: trust.kept?.resetMs ?? 0,
    },
  };
}

/** W-CLOCK-7: the operator vouches for the base's clock. The same as before where the message is old, or was followed before. */
export function clockReset(trust: ClockTrust, baseMs: number, madeMs: number, at: ClockReading): ClockTrust {
  const isLate = Math.abs(baseMs - madeMs) > clockOrderLifeMs;
  // Another one counts, also an earlier one: the base's clock may have been wrong when the last was made.
  if (isLate || madeMs === trust.kept?.resetMs) return trust;
  const { wallMs, monotonicMs } = at;
  return {
    ...trust,
    anchor: { trueMs: baseMs, monotonicMs, byBase: true },
    begunMonotonicMs: monotonicMs,
    unlikeMs: null,
    comparedFrom: { baseMs, monotonicMs },
    kept: {
      seenMs: Math.round(baseMs),
      countedMs: Math.round(baseMs),
      offsetMs: Math.round(baseMs - wallMs),
      driftPpm: trust.kept?.driftPpm ?? null,
      resetMs: madeMs,
    },
  };
}

/** Time has passed: what is to be kept of it. A clock that somebody has put right is followed again. */
export function clockSeen(trust: ClockTrust, at: ClockReading): ClockTrust {
  const { standing, nowMs } = judgeClock(trust, at);
  const { monotonicMs } = at;
  const anchor =
    trust.anchor === null && standing === 'right'
      ? { trueMs: nowMs, monotonicMs, byBase: false }
      : trust.anchor;
  // A box that never heard the base has seen no time that it could be sure of.
  if (!trust.kept) return { ...trust, anchor };
  const seenMs = Math.round(trust.kept.seenMs + monotonicMs - trust.begunMonotonicMs);
  // One that is a year ahead at the start is not what later ones are held against.
  const counted = standing === 'ahead' && !anchor ? trust.kept.countedMs + seenMs - trust.kept.seenMs : nowMs;
  const countedMs = Math.round(Math.max(seenMs, counted));
  return { ...trust, anchor, begunMonotonicMs: monotonicMs, kept: { ...trust.kept, seenMs, countedMs } };
}

function expected({ anchor }: ClockTrust, at: ClockReading): number | null {
  return anchor && anchor.trueMs + at.monotonicMs - anchor.monotonicMs;
}

function between(trust: ClockTrust, nowMs: number): { earliestMs: number; latestMs: number } {
  const unlikeMs = trust.anchor?.byBase ? 0 : (trust.unlikeMs ?? 0);
  // Nobody has confirmed ours since the start: it may be either. What lies beyond all that a box can have been off is the base's fault, and bounds nothing.
  if (Math.abs(unlikeMs) > clockOffMostMs) return { earliestMs: nowMs, latestMs: nowMs };
  return { earliestMs: nowMs + Math.min(0, unlikeMs), latestMs: nowMs + Math.max(0, unlikeMs) };
}

/** It may be that, of a box which was off in between. */
function isOnward(fromMs: number, ms: number): boolean {
  return ms >= fromMs - clockToleranceMs && ms <= fromMs + clockOffMostMs;
}

function drift(
  from: { readonly baseMs: number; readonly monotonicMs: number },
  baseMs: number,
  monotonicMs: number,
): number | null {
  const ours = monotonicMs - from.monotonicMs;
  if (ours < driftOverMs) return null;
  return Math.round(((baseMs - from.baseMs - ours) / ours) * 1e7) / 10;
}
