import { Press } from '../parts/press.tsx';
import { useWords } from '../words.ts';
import { CardOverScreen } from './card-over-screen.tsx';

/** Offered only where nothing was paid, so it may say so. */
export function LeaveCard({ onStay, onLeave }: { onStay(): void; onLeave(): void }) {
  const { say } = useWords();
  return (
    <CardOverScreen title={say('leave.title')} testId="leave-card" onDismiss={onStay}>
      <p>{say('leave.lead')}</p>
      <div className="stacked">
        <Press kind="primary" testId="leave-stay" onPress={onStay}>
          {say('leave.stay')}
        </Press>
        <Press testId="leave-finish" onPress={onLeave}>
          {say('leave.finish')}
        </Press>
      </div>
    </CardOverScreen>
  );
}
