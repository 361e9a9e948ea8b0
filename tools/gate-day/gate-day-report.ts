import type { DayChecked, Violation } from './day-checks.ts';
import { isJudged, meanError, quantile } from './day-checks.ts';
import type { CountedMoment } from './day-record.ts';

interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface CountError {
  readonly edge: number;
  readonly plain: number;
  readonly published: number | null;
}

/** What `--json` ends with. Counts depend on the seed and the number of people alone; times and ages on the machine too. */
export interface GateDayReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly people: number;
  readonly planDigest: string;
  readonly decisions: Readonly<Record<string, number>>;
  /** The same people were refused and granted without the network, by older data. */
  readonly decidedOffline: number;
  readonly passages: { readonly entries: number; readonly exits: number; readonly forced: number };
  readonly tapToReleaseMs: Readonly<Record<string, Latency>>;
  readonly occupancy: {
    readonly meanError: CountError;
    readonly meanErrorWithDaysBefore: CountError;
    readonly daysBefore: number;
    readonly isJudged: boolean;
    /** Part of the moments at which the truth lay between the published bounds, network there. */
    readonly withinBounds: number;
    readonly mostInside: number;
  };
  /** Since they were reported with the network there, in ms: the first time that they were tried; null for never. */
  readonly lost: readonly (number | null)[];
  /** That the edge has raised. */
  readonly forcedAlarms: number;
  readonly drainedAfterMs: readonly number[];
  readonly restartMs: number;
  readonly secondTries: number;
  readonly violations: readonly Violation[];
  readonly tookSeconds: number;
}

export interface DayTold extends DayChecked {
  readonly seed: number;
  readonly people: number;
  readonly planDigest: string;
  readonly daysBefore: number;
  readonly violations: readonly Violation[];
  /** When the day began, on the wall. */
  readonly midnightMs: number;
  readonly tookMs: number;
}

export function reportOf(day: DayTold): GateDayReport {
  const { record, before, violations } = day;
  const decisions: Record<string, number> = {};
  for (const { decided } of record.shown) {
    const word = !decided
      ? 'no decision'
      : decided.outcome === 'granted'
        ? `granted by the ${decided.by}`
        : `refused: ${decided.reason}`;
    decisions[word] = (decisions[word] ?? 0) + 1;
  }
  const inTouch = record.moments.filter(
    ({ atMs }) => !record.cuts.some(({ fromMs, toMs }) => isDuring(atMs, fromMs, toMs)),
  );
  const held = inTouch.filter(
    ({ truth, published }) => published && published.low <= truth && truth <= published.high,
  );
  return {
    ok: violations.length === 0,
    seed: day.seed,
    people: day.people,
    planDigest: day.planDigest,
    decisions: Object.fromEntries(Object.entries(decisions).sort(([a], [b]) => a.localeCompare(b))),
    decidedOffline: record.shown.filter(({ networkIsCut }) => networkIsCut).length,
    passages: { ...record.sensed, forced: record.forced },
    tapToReleaseMs: latencies(record.shown),
    occupancy: {
      meanError: errorsOf(record.moments),
      meanErrorWithDaysBefore: errorsOf([...before, ...record.moments]),
      daysBefore: day.daysBefore,
      isJudged: isJudged(day),
      withinBounds: inTouch.length === 0 ? 1 : held.length / inTouch.length,
      mostInside: Math.max(0, ...record.moments.map(({ truth }) => truth)),
    },
    lost: record.lost.filter(({ whileCut }) => !whileCut).map(({ refusedAfterMs }) => refusedAfterMs),
    forcedAlarms: record.forcedAlarms,
    drainedAfterMs: record.cuts.map(({ drainedAfterMs }) => drainedAfterMs),
    restartMs: record.restartMs,
    secondTries: record.secondTries,
    violations,
    tookSeconds: Math.round(day.tookMs / 1_000),
  };

  function isDuring(atMs: number, fromMs: number, toMs: number): boolean {
    const wallMs = day.midnightMs + atMs;
    return wallMs >= fromMs && wallMs < toMs;
  }
}

function errorsOf(moments: readonly CountedMoment[]): CountError {
  const published = moments.filter((moment) => moment.published !== null);
  return {
    edge: meanError(moments, ({ edge }) => edge),
    plain: meanError(moments, ({ plain }) => plain),
    published:
      published.length === moments.length
        ? meanError(published, (moment) => moment.published?.inside ?? null)
        : null,
  };
}

function latencies(shown: DayTold['record']['shown']): Record<string, Latency> {
  const found: Record<string, Latency> = {};
  for (const kind of ['card', 'pass', 'ticket'] as const) {
    for (const gateId of [...new Set(shown.map((one) => one.gateId))].sort()) {
      const times = shown.flatMap((one) =>
        one.kind === kind && one.gateId === gateId && one.releasedAfterMs !== null
          ? [one.releasedAfterMs]
          : [],
      );
      const [p50Ms, p99Ms] = [quantile(times, 0.5), quantile(times, 0.99)];
      if (p50Ms === null || p99Ms === null) continue;
      found[`${kind} at ${gateId}`] = { count: times.length, p50Ms, p99Ms };
    }
  }
  return found;
}

export function wordsOf(report: GateDayReport): string {
  const { occupancy, tapToReleaseMs, passages } = report;
  const line = (name: string, { edge, plain, published }: CountError) =>
    `  ${name.padEnd(26)} ${edge.toFixed(2).padStart(6)}  a plain counter ${plain.toFixed(2)}${
      published === null ? '' : `, as the member base showed it, cuts included, ${published.toFixed(2)}`
    }`;
  const seconds = (ms: number | null) => (ms === null ? 'never' : `${(ms / 1_000).toFixed(1)} s`);
  return [
    `Plan of the day  seed ${report.seed}, ${report.people} visitors, digest ${report.planDigest.slice(0, 16)}`,
    'Decisions',
    ...Object.entries(report.decisions).map(
      ([word, count]) => `  ${word.padEnd(26)} ${String(count).padStart(6)}`,
    ),
    `  ${'of these with no network'.padEnd(26)} ${String(report.decidedOffline).padStart(6)}`,
    `Passages  ${passages.entries} in, ${passages.forced} of them by force (${report.forcedAlarms} alarms), ${passages.exits} out, as the sensors saw them`,
    'From held up to the order at the board, in ms (first byte on the line to last)',
    ...Object.entries(tapToReleaseMs).map(
      ([name, { count, p50Ms, p99Ms }]) =>
        `  ${name.padEnd(26)} ${String(count).padStart(6)}  p50 ${p50Ms.toFixed(1)}  p99 ${p99Ms.toFixed(1)}`,
    ),
    `Occupancy against the truth, mean error in persons (${occupancy.mostInside} inside at most)`,
    line('this day', occupancy.meanError),
    line(`with the ${occupancy.daysBefore} days before`, occupancy.meanErrorWithDaysBefore),
    ...(occupancy.isJudged ? [] : ['  too few people and days to judge the count by']),
    `  ${'truth within the bounds'.padEnd(26)} ${`${Math.round(occupancy.withinBounds * 100)} %`.padStart(6)}`,
    `Lost cards refused after  ${report.lost.map(seconds).join(', ')}, the first time that they were tried`,
    `Outbox empty after a cut  ${report.drainedAfterMs.map(seconds).join(', ')}; edge back after ${seconds(report.restartMs)}`,
    ...(report.secondTries > 0
      ? [`Held up a second time  ${report.secondTries} cards that were not read at first`]
      : []),
    `Violations  ${report.violations.length}`,
    ...report.violations.slice(0, 30).map(({ invariant, sentence }) => `  ${invariant}  ${sentence}`),
    `Took ${report.tookSeconds} s.`,
    '',
  ].join('\n');
}
