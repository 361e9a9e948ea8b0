import { CodeCamera } from '../parts/code-camera.tsx';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/** A member holds the card to the reader of the kiosk, or a code to its camera; one that shows no account is told why, and another may follow. */
export function PresentCardScreen({ screen, view, act }: ScreenProps<'present-card'>) {
  const { say } = useWords();
  const { problem } = screen;
  const { credential } = view;
  return (
    <ScreenFrame
      phase={problem ?? 'waiting'}
      title={say('present-card.title', { credential })}
      lead={say('present-card.lead', { credential })}
      middle={
        credential === 'pass' ? (
          <div className="pass-steps">
            <CodeCamera onCode={(text) => act({ type: 'present-code', text })} />
          </div>
        ) : (
          <DeviceDrawing name="reader" side="right" />
        )
      }
    >
      {problem === null ? null : (
        <Notice tone="watch" title={say(`present-card.${problem}`, { credential })} testId="card-problem">
          <p>{say(`present-card.advice.${problem}`, { credential })}</p>
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
