import type { Clock } from '@portillon/ui/browser-clock.ts';
import { useNow } from './use-now.ts';
import { seconds } from './words.ts';

/** When the view was made, on the page's clock: what a bar needs to go on between two views. */
export interface Moment {
  readonly clock: Clock;
  readonly arrivedMs: number;
}

/** A bar that fills, with the seconds left. `elapsedMs` is how long the wait had lasted when the view was made. */
export function Progress({
  words,
  elapsedMs,
  limitMs,
  moment,
}: {
  words: string;
  elapsedMs: number;
  limitMs: number;
  moment: Moment;
}) {
  const now = useNow(moment.clock, true);
  const nowElapsedMs = Math.min(limitMs, elapsedMs + Math.max(0, now - moment.arrivedMs));
  const share = limitMs > 0 ? nowElapsedMs / limitMs : 1;
  return (
    <div className="progress">
      <span>{words}</span>
      <span className="progress-track">
        <span className="progress-fill" style={{ width: `${share * 100}%` }} />
      </span>
      <span className="progress-left">{seconds(limitMs - nowElapsedMs)}</span>
    </div>
  );
}
