interface Heard {
  /** The base's time less our monotonic time as the request went out, in ms. */
  readonly offsetMs: number;
  readonly atMonotonicMs: number;
}

const keptMs = 60_000;
const keptMost = 64;

/**
 * How late it may be at the base (W-GATE-3). An answer that carries its time was given after its request had gone out, so at
 * the base it is at most that time and all that has passed here since: by the monotonic clock, which nobody sets. Of what was
 * heard within a minute the tightest bound counts, so that an answer that waited on the line, or one to a request that was
 * long open, makes no order look younger or older than another answer proves it.
 */
export class BaseTime {
  #heard: Heard[] = [];

  heard(serverTimeMs: number, sentMonotonicMs: number, nowMonotonicMs: number): void {
    const recent = this.#heard.filter(({ atMonotonicMs }) => nowMonotonicMs - atMonotonicMs < keptMs);
    this.#heard = [
      ...recent.slice(-(keptMost - 1)),
      { offsetMs: serverTimeMs - sentMonotonicMs, atMonotonicMs: nowMonotonicMs },
    ];
  }

  /** Milliseconds since 1970 by the base's clock, at the latest; null while it was never heard. */
  latestMs(nowMonotonicMs: number): number | null {
    if (this.#heard.length === 0) return null;
    return nowMonotonicMs + Math.min(...this.#heard.map(({ offsetMs }) => offsetMs));
  }
}
