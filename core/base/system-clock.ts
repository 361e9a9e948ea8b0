import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

/** The machine's clock. One of the two files of the tree that touch real time. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: (delayMs, fire) => {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
};
