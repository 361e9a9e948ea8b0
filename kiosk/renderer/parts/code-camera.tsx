import { codeInPicture } from '@portillon/ui/code-in-picture.ts';
import { useEffect, useRef } from 'react';
import { useCamera } from '../camera.ts';
import { useShell } from '../shell.ts';
import { useWords } from '../words.ts';

const lookEveryMs = 200;
/** A code that is still there is told again: the edge may have been busy with something else. */
const tellAgainMs = 2_000;

/** The camera's picture, looked at for a QR code only: nothing of it is kept or sent. */
export function CodeCamera({ onCode }: { onCode(text: string): void }) {
  const { say } = useWords();
  const { clock } = useShell();
  const { stream, state } = useCamera(true);
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef({ text: '', atMs: 0 });
  const listener = useRef(onCode);
  listener.current = onCode;

  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);

  useEffect(() => {
    if (state !== 'running') return;
    const canvas = document.createElement('canvas');
    let cancel: () => void = () => undefined;
    const look = () => {
      const text = video.current === null ? null : codeInPicture(video.current, canvas);
      const nowMs = clock.monotonicMs();
      const { text: last, atMs } = told.current;
      if (text !== null && (text !== last || nowMs - atMs >= tellAgainMs)) {
        told.current = { text, atMs: nowMs };
        listener.current(text);
      }
      cancel = clock.setTimer(lookEveryMs, look);
    };
    cancel = clock.setTimer(lookEveryMs, look);
    return () => cancel();
  }, [state, clock]);

  if (state === 'failed') return <p role="alert">{say('pass.no-camera')}</p>;
  return (
    <div className="code-camera" data-state={state}>
      <video ref={video} autoPlay playsInline muted aria-label={say('pass.camera')} />
      {state === 'starting' ? <p>{say('pass.starting')}</p> : null}
    </div>
  );
}
