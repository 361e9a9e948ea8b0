import type { Clock } from '@portillon/ui/browser-clock.ts';
import { codeInPicture } from '@portillon/ui/code-in-picture.ts';

const lookEveryMs = 200;

/** Shows what the phone's camera sees and tells each code in it once, until it is stopped. Rejects when there is no camera. */
export async function readCodes(
  video: HTMLVideoElement,
  clock: Clock,
  onCode: (text: string) => void,
): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: 'environment', width: { ideal: 1_280 } },
  });
  video.srcObject = stream;
  await video.play();
  const canvas = document.createElement('canvas');
  let last = '';
  let cancel: () => void = () => undefined;
  const look = () => {
    const text = codeInPicture(video, canvas);
    if (text && text !== last) {
      last = text;
      onCode(text);
    }
    cancel = clock.setTimer(lookEveryMs, look);
  };
  cancel = clock.setTimer(0, look);
  return () => {
    cancel();
    cancel = () => undefined;
    for (const track of stream.getTracks()) track.stop();
  };
}
