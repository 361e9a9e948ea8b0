import { type Clock, delay } from '@portillon/core/base/clock.ts';
import type { Fault } from '@portillon/core/base/fault-codes.ts';
import { ok, type Result } from '@portillon/core/base/result.ts';
import type { CardDispenser } from './card-dispenser.ts';

export interface MouthWatch {
  readonly clock: Clock;
  readonly status: CardDispenser['status'];
  readonly isStopping: () => boolean;
  readonly pollMs: number;
}

/** DI7: asks until the card has left the mouth, the limit is over, or nobody waits any more. */
export async function waitUntilTaken(
  { clock, status, isStopping, pollMs }: MouthWatch,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Result<'taken' | 'not-taken', Fault>> {
  const endMs = clock.monotonicMs() + limitMs;
  for (;;) {
    const now = await status();
    if (now.ok && now.value.card === 'none') return ok('taken');
    const leftMs = endMs - clock.monotonicMs();
    // A line that is down for a moment is no reason to stop watching; one that is down at the end is.
    if (leftMs <= 0 || signal?.aborted || isStopping()) return now.ok ? ok('not-taken') : now;
    await pause(clock, Math.min(pollMs, leftMs), signal);
  }
}

/** Aborting is one way to end a pause. */
export function pause(clock: Clock, forMs: number, signal?: AbortSignal): Promise<void> {
  const ended = () => undefined;
  return delay(clock, forMs, signal).then(ended, ended);
}
