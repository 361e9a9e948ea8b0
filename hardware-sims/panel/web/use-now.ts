import type { Clock } from '@portillon/ui/browser-clock.ts';
import { useEffect, useState } from 'react';

/** The page's monotonic time, refreshed with every frame while `running`: for bars that move between two views. */
export function useNow(clock: Clock, running: boolean): number {
  const [now, setNow] = useState(() => clock.monotonicMs());
  useEffect(() => {
    if (!running) return;
    let frame = requestAnimationFrame(function tick() {
      setNow(clock.monotonicMs());
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [clock, running]);
  return now;
}
