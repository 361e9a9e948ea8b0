/**
 * Time as a parameter. Wall time says when something happened to people; monotonic time measures how long
 * something took and never jumps. Timers run on monotonic time.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. May jump when the machine's clock is set. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start. Never runs backwards. Fractions are meaningful. */
  monotonicMs(): number;
  /** Calls `fire` once, `delayMs` (>= 0) from now. The returned function cancels it; calling it late is harmless. */
  setTimer(delayMs: number, fire: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Settles as `work` does, or resolves to `'timed-out'` after `limitMs`. The work itself is not stopped. */
export async function withTimeLimit<T>(
  clock: Clock,
  limitMs: number,
  work: Promise<T>,
): Promise<T | 'timed-out'> {
  let cancel: CancelTimer = () => undefined;
  const limit = new Promise<'timed-out'>((resolve) => {
    cancel = clock.setTimer(limitMs, () => resolve('timed-out'));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    cancel();
  }
}

/** ISO 8601 in UTC with milliseconds, the form of every time on the wire. */
export function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
