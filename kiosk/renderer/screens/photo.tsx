import { Camera, EyeOff, ScanFace, Trash2 } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { grabPicture, jpegBase64, useCamera } from '../camera.ts';
import { Notice } from '../parts/notice.tsx';
import { Press } from '../parts/press.tsx';
import { Problem, problemOf } from '../parts/problem.tsx';
import { ScreenFrame } from '../parts/screen-frame.tsx';
import { isTooDark } from '../photo-quality.ts';
import type { ScreenOf, ScreenProps } from '../screen-props.ts';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';

const countFrom = 3;
const lightCheckMs = 500;

/** Consent, then the camera, then the person's choice. Nothing leaves this component before "use this photo". */
export function PhotoScreen(props: ScreenProps<'photo'>) {
  const [consented, setConsented] = useState(false);
  const [taken, setTaken] = useState<string | null>(null);
  const { say } = useWords();
  const { screen, act } = props;
  const otherWays = <OtherWays act={act} />;
  if (taken !== null) {
    return (
      <ReviewPhoto
        position={screen}
        problems={screen.problems}
        otherWays={otherWays}
        jpeg={taken}
        onRetake={() => setTaken(null)}
        onUse={() => act({ type: 'give-photo', photo: { kind: 'taken', jpegBase64: taken } })}
      />
    );
  }
  if (consented) {
    return (
      <TakePhoto
        position={screen}
        otherWays={otherWays}
        noCamera={say('photo.no-camera-lead')}
        onTaken={setTaken}
        onBack={() => setConsented(false)}
      />
    );
  }
  return <Consent {...props} onConsent={() => setConsented(true)} />;
}

function Consent({ screen, act, onConsent }: ScreenProps<'photo'> & { onConsent(): void }) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase="consent"
      title={say('photo.question')}
      lead={say('photo.lead')}
      position={screen}
      middle={<PhotoFacts />}
    >
      <Problem id="photo-problem" problem={problemOf(screen.problems, 'photo')} />
      <div className="choices">
        <Press kind="choice" testId="photo-consent-yes" className="door" onPress={onConsent}>
          <Camera aria-hidden="true" className="icon" />
          {say('photo.consent-yes')}
        </Press>
        <OtherWays act={act} />
      </div>
      <div className="primary-bar">
        <Press testId="back" onPress={() => act({ type: 'back' })}>
          {say('common.back')}
        </Press>
      </div>
    </ScreenFrame>
  );
}

/** What is said of a photo before anybody says yes to it: part of the words whose digest is kept (CL2). */
export function PhotoFacts() {
  const { say } = useWords();
  return (
    <ul className="facts">
      <li>
        <ScanFace aria-hidden="true" className="icon" />
        {say('photo.facts.see')}
      </li>
      <li>
        <EyeOff aria-hidden="true" className="icon" />
        {say('photo.facts.compare')}
      </li>
      <li>
        <Trash2 aria-hidden="true" className="icon" />
        {say('photo.facts.keep')}
      </li>
    </ul>
  );
}

function OtherWays({ act }: Pick<ScreenProps<'photo'>, 'act'>) {
  const { say } = useWords();
  return (
    <div className="doors">
      <Press
        kind="choice"
        testId="photo-later"
        className="door"
        onPress={() => act({ type: 'give-photo', photo: { kind: 'later' } })}
      >
        {say('photo.later')}
      </Press>
      <Press
        kind="choice"
        testId="photo-refuse"
        className="door"
        onPress={() => act({ type: 'give-photo', photo: { kind: 'refused' } })}
      >
        {say('photo.refuse')}
      </Press>
    </div>
  );
}

interface PhotoStep {
  /** Which question it is; not one of a row where a member takes a new photo. */
  readonly position?: { step: number; stepCount: number };
  /** How to go on without a photo. */
  readonly otherWays: ReactNode;
}

interface TakePhotoProps extends PhotoStep {
  /** What is said where the camera does not answer. */
  readonly noCamera: string;
  onTaken(jpeg: string): void;
  onBack(): void;
}

/** The live picture, three seconds to look at it, and one taken. */
export function TakePhoto({ position, otherWays, noCamera, onTaken, onBack }: TakePhotoProps) {
  const { say } = useWords();
  const { clock } = useShell();
  const { stream, state } = useCamera(true);
  const video = useRef<HTMLVideoElement>(null);
  const [count, setCount] = useState<number | null>(null);
  const [dark, setDark] = useState(false);

  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);

  useEffect(() => {
    if (count === null) return;
    return clock.setTimer(1_000, () => {
      if (count > 1) {
        setCount(count - 1);
        return;
      }
      const picture = video.current === null ? undefined : grabPicture(video.current);
      setCount(null);
      if (picture !== undefined) onTaken(jpegBase64(picture));
    });
  }, [count, clock, onTaken]);

  useEffect(() => {
    if (state !== 'running') return;
    let cancel: () => void = () => undefined;
    const look = () => {
      const picture = video.current === null ? undefined : grabPicture(video.current);
      const pixels = picture?.getContext('2d')?.getImageData(0, 0, picture.width, picture.height).data;
      if (pixels !== undefined) setDark(isTooDark(pixels));
      cancel = clock.setTimer(lightCheckMs, look);
    };
    cancel = clock.setTimer(lightCheckMs, look);
    return () => cancel();
  }, [state, clock]);

  if (state === 'failed') {
    return (
      <ScreenFrame
        phase="no-camera"
        title={say('photo.no-camera-title')}
        lead={noCamera}
        {...(position && { position })}
        middle={<Camera aria-hidden="true" className="big-sign" />}
      >
        {otherWays}
        <div className="primary-bar">
          <Press testId="back" onPress={onBack}>
            {say('common.back')}
          </Press>
        </div>
      </ScreenFrame>
    );
  }

  return (
    <ScreenFrame
      phase={count === null ? state : 'counting'}
      title={say(count === null ? 'photo.frame-title' : 'photo.counting')}
      lead={state === 'starting' ? say('photo.starting') : say('photo.frame-lead')}
      {...(position && { position })}
      middle={
        <div className="camera-frame">
          <video ref={video} autoPlay playsInline muted aria-label={say('photo.camera')} />
          <svg className="camera-oval" viewBox="0 0 300 400" aria-hidden="true" focusable="false">
            <ellipse cx="150" cy="186" rx="98" ry="132" />
          </svg>
          {count === null ? null : (
            <p className="camera-count" role="status">
              {count}
            </p>
          )}
        </div>
      }
    >
      {dark ? (
        <Notice tone="watch" testId="too-dark">
          <p>{say('photo.too-dark')}</p>
        </Notice>
      ) : null}
      {otherWays}
      <div className="primary-bar">
        <Press testId="back" onPress={onBack}>
          {say('common.back')}
        </Press>
        {state === 'running' && count === null ? (
          <Press kind="primary" testId="photo-take" onPress={() => setCount(countFrom)}>
            <Camera aria-hidden="true" className="icon" />
            {say('photo.take')}
          </Press>
        ) : null}
      </div>
    </ScreenFrame>
  );
}

interface ReviewPhotoProps extends PhotoStep {
  readonly problems: ScreenOf<'own-photo'>['problems'];
  readonly jpeg: string;
  onRetake(): void;
  onUse(): void;
}

/** The picture as it would be kept: again, or use it. */
export function ReviewPhoto({ position, otherWays, problems, jpeg, onRetake, onUse }: ReviewPhotoProps) {
  const { say } = useWords();
  return (
    <ScreenFrame
      phase="review"
      title={say('photo.review-title')}
      lead={say('photo.review-lead')}
      {...(position && { position })}
      middle={
        <div className="camera-frame">
          <img src={`data:image/jpeg;base64,${jpeg}`} alt={say('photo.preview')} />
        </div>
      }
    >
      <Problem id="photo-problem" problem={problemOf(problems, 'photo')} />
      {otherWays}
      <div className="primary-bar">
        <Press testId="photo-retake" onPress={onRetake}>
          {say('photo.retake')}
        </Press>
        <Press kind="primary" testId="photo-use" onPress={onUse}>
          {say('photo.use')}
        </Press>
      </div>
    </ScreenFrame>
  );
}
