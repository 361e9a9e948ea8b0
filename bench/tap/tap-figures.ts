/** From one moment to a later one, in ms of the same monotonic clock. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One tap: the last byte of what was presented passed our end of the line, and so long later the first of the release. */
export interface MeasuredTap {
  readonly measuredMs: number;
  /** How much of it the gate's line was taken by a poll. */
  readonly busyMs: number;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface WayFigures {
  readonly taps: number;
  readonly measuredMs: Quantiles;
  readonly busyMs: Quantiles;
  /** Measured less busy: what the program took, with all that lies between it and our ends of the lines. */
  readonly ownMs: Quantiles;
  /** Of the taps that met a free line, where nothing was taken away; null when there were none. */
  readonly freeLine: { readonly taps: number; readonly ownMs: Quantiles } | null;
}

/** How much of `span` the others cover; they do not overlap each other. */
export function coveredMs(span: Span, others: readonly Span[]): number {
  return others.reduce(
    (sum, { fromMs, toMs }) => sum + Math.max(0, Math.min(toMs, span.toMs) - Math.max(fromMs, span.fromMs)),
    0,
  );
}

/** The smallest value that at least this share of them does not pass (nearest rank); there is one value at least. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function figuresOf(taps: readonly MeasuredTap[]): WayFigures {
  const own = ({ measuredMs, busyMs }: MeasuredTap) => measuredMs - busyMs;
  const free = taps.filter(({ busyMs }) => busyMs === 0);
  return {
    taps: taps.length,
    measuredMs: quantilesOf(taps.map(({ measuredMs }) => measuredMs)),
    busyMs: quantilesOf(taps.map(({ busyMs }) => busyMs)),
    ownMs: quantilesOf(taps.map(own)),
    freeLine: free.length === 0 ? null : { taps: free.length, ownMs: quantilesOf(free.map(own)) },
  };
}

export function quantilesOf(values: readonly number[]): Quantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) };
}
