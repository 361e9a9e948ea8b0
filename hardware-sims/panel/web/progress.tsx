import type { Clock } from '@portillon/ui/browser-clock.ts';
import { useNow } from './use-now.ts';
import { seconds } from './words.ts';

/** A wait that is under way, in the device's own time. */
export interface Wait {
  readonly words: string;
  /** How long it had lasted when the view was made. */
  readonly elapsedMs: number;
  readonly limitMs: number;
}

/** A bar that fills, with the seconds left, kept moving between two views of the club. */
export function Progress({
  wait,
  speed,
  arrivedMs,
  clock,
}: {
  wait: Wait;
  speed: number;
  arrivedMs: number;
  clock: Clock;
}) {
  const now = useNow(clock, true);
  const elapsedMs = Math.min(wait.limitMs, wait.elapsedMs + Math.max(0, now - arrivedMs) * speed);
  const share = wait.limitMs > 0 ? elapsedMs / wait.limitMs : 1;
  return (
    <div className="progress">
      <span>{wait.words}</span>
      <span className="progress-track">
        <span className="progress-fill" style={{ width: `${share * 100}%` }} />
      </span>
      <span>{seconds((wait.limitMs - elapsedMs) / speed)}</span>
    </div>
  );
}
