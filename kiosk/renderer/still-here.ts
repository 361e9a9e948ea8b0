import type { Clock } from '@portillon/ui/browser-clock.ts';

/** At most one call a second, however much somebody touches. */
export function oncePerSecond(clock: Clock, call: () => void): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return () => {
    const now = clock.monotonicMs();
    if (now - lastMs < 1_000) return;
    lastMs = now;
    call();
  };
}
