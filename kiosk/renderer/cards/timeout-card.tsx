import { Press } from '../parts/press.tsx';
import { useWords } from '../words.ts';
import { CardOverScreen } from './card-over-screen.tsx';

interface TimeoutCardProps {
  readonly secondsLeft: number;
  onStillHere(): void;
  onFinish(): void;
}

/** Thirty seconds, said by number and words; any touch or key counts as yes. */
export function TimeoutCard({ secondsLeft, onStillHere, onFinish }: TimeoutCardProps) {
  const { say } = useWords();
  return (
    <CardOverScreen title={say('timeout.title')} testId="timeout-card" urgent>
      <p>{say('timeout.lead')}</p>
      <p className="count" data-testid="seconds-left">
        <span className="count-number">{secondsLeft}</span>
        <span>{say('timeout.seconds', { count: secondsLeft })}</span>
      </p>
      <div className="stacked">
        <Press kind="primary" testId="still-here" className="tall" onPress={onStillHere}>
          {say('timeout.more')}
        </Press>
        <Press testId="timeout-finish" onPress={onFinish}>
          {say('timeout.finish')}
        </Press>
      </div>
    </CardOverScreen>
  );
}
