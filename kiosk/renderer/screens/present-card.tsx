import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** A member holds the card to the reader of the kiosk; one that shows no account is told why, and another may follow. */
export function PresentCardScreen({ screen, act }: ScreenProps<'present-card'>) {
  const { say } = useWords();
  const { problem } = screen;
  return (
    <ScreenFrame
      phase={problem ?? 'waiting'}
      title={say('present-card.title')}
      lead={say('present-card.lead')}
      middle={<DeviceDrawing name="reader" side="right" />}
    >
      {problem === null ? null : (
        <Notice tone="watch" title={say(`present-card.${problem}`)} testId="card-problem">
          <p>{say(`present-card.advice.${problem}`)}</p>
        </Notice>
      )}
      <div className="primary-bar">
        <Press testId="back" onPress={() => act({ type: 'back' })}>
          {say('common.back')}
        </Press>
      </div>
    </ScreenFrame>
  );
}
