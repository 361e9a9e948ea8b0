import { Check } from 'lucide-react';
import { WaitingBars } from './waiting-bars.tsx';

/** Stages of a device as it reports them: done, now, still to come; in words and with a shape each. */
export function DeviceProgress({ stages, now }: { stages: readonly string[]; now: number }) {
  return (
    <ol className="device-progress">
      {stages.map((stage, index) => (
        <li
          key={stage}
          className={index < now ? 'stage-done' : index === now ? 'stage-now' : 'stage-later'}
          aria-current={index === now ? 'step' : undefined}
        >
          <span className="stage-mark">
            {index < now ? <Check aria-hidden="true" className="icon" /> : null}
            {index === now ? <WaitingBars /> : null}
          </span>
          {stage}
        </li>
      ))}
    </ol>
  );
}
