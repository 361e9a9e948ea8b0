import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';

export type { CancelTimer, Clock };

/**
 * The browser's clock. With `core/base/system-clock.ts` (which needs Node) this is the only place where real time is
 * touched; everything else in a page takes a `Clock`.
 */
export const browserClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};
