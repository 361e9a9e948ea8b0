import { CodeCamera } from '../parts/code-camera.tsx';
import { DeviceDrawing } from '../parts/device-drawing.tsx';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { QrImage } from '../parts/qr-image.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import type { ScreenProps } from '../screen-props.ts';
import { useWords } from '../words.ts';

/**
 * A phone with a network opens what stands here and has its pass; else phone and kiosk read a code off each other. The link is
 * good once and for a few minutes; nothing else here is secret.
 */
export function PassScreen({ screen, view, act }: ScreenProps<'pass'>) {
  const { say } = useWords();
  const { grantCode, notRead, onPhone, pageAddress } = screen;
  if (onPhone) {
    return (
      <ScreenFrame
        phase="on-phone"
        title={say('pass.on-phone-title')}
        lead={say('pass.on-phone-lead')}
        middle={
          <div className="welcome-gate">
            <DeviceDrawing name="gate" side="right" />
          </div>
        }
      >
        <p>{say('pass.ready-note', { credential: view.credential })}</p>
        <div className="primary-bar">
          <Press kind="primary" testId="pass-done" onPress={() => act({ type: 'back' })}>
            {say('pass.done')}
          </Press>
        </div>
      </ScreenFrame>
    );
  }
  if (grantCode !== null) {
    return (
      <ScreenFrame
        phase="ready"
        title={say('pass.ready-title')}
        lead={say('pass.ready-lead')}
        middle={
          <div className="pass-code">
            <QrImage text={grantCode} title={say('pass.ready-code')} />
          </div>
        }
      >
        <p>{say('pass.ready-note', { credential: view.credential })}</p>
        <div className="primary-bar">
          <Press kind="primary" testId="pass-done" onPress={() => act({ type: 'back' })}>
            {say('pass.done')}
          </Press>
        </div>
      </ScreenFrame>
    );
  }
  return (
    <ScreenFrame
      phase="asking"
      title={say('pass.title', { credential: view.credential })}
      lead={say('pass.lead')}
      middle={
        <div className="pass-steps">
          <section>
            <QrImage text={pageAddress} title={say('pass.page-code')} />
            <p>{say('pass.step-page')}</p>
          </section>
          <section>
            <CodeCamera onCode={(requestText) => act({ type: 'enrol-pass', requestText })} />
            <p>{say('pass.step-camera')}</p>
          </section>
        </div>
      }
    >
      {notRead ? (
        <Notice tone="watch" testId="pass-not-read">
          <p>{say('pass.not-read')}</p>
        </Notice>
      ) : null}
      <div className="primary-bar">
        <Press testId="back" onPress={() => act({ type: 'back' })}>
          {say('common.back')}
        </Press>
      </div>
    </ScreenFrame>
  );
}
