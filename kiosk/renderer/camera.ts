import { useEffect, useState } from 'react';
import { portraitCrop } from './photo-quality.ts';

export type CameraState = 'starting' | 'running' | 'failed';

/**
 * The camera's stream while `wanted`. It is asked for after consent only, and given back as soon as it is not needed:
 * its light means recording. What the browser says about a failure stays here; the screen offers the other ways.
 */
export function useCamera(wanted: boolean): { stream: MediaStream | null; state: CameraState } {
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!wanted) return;
    let current: MediaStream | null = null;
    let unwanted = false;
    const stop = (old: MediaStream) => {
      for (const track of old.getTracks()) track.stop();
    };
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    const asked =
      devices?.getUserMedia({ audio: false, video: { width: { ideal: 1280 }, height: { ideal: 960 } } }) ??
      Promise.reject(new Error('this page has no camera'));
    asked.then(
      (opened) => {
        if (unwanted) {
          stop(opened);
          return;
        }
        current = opened;
        for (const track of opened.getTracks()) track.onended = () => setFailed(true);
        setStream(opened);
      },
      () => {
        if (!unwanted) setFailed(true);
      },
    );
    return () => {
      unwanted = true;
      if (current !== null) stop(current);
      setStream(null);
      setFailed(false);
    };
  }, [wanted]);

  return { stream, state: failed ? 'failed' : stream === null ? 'starting' : 'running' };
}

/** Size of the photo that is kept; well under the bridge's 600 kB as JPEG. */
export const photoSize = { width: 480, height: 640 } as const;

/** The upright middle of the picture the camera shows now, drawn to a canvas; undefined before its first picture. */
export function grabPicture(video: HTMLVideoElement): HTMLCanvasElement | undefined {
  if (video.videoWidth === 0) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = photoSize.width;
  canvas.height = photoSize.height;
  const crop = portraitCrop(video.videoWidth, video.videoHeight);
  canvas
    .getContext('2d', { willReadFrequently: true })
    ?.drawImage(video, crop.x, crop.y, crop.width, crop.height, 0, 0, photoSize.width, photoSize.height);
  return canvas;
}

const jpegQuality = 0.85;

/** Base64 of the picture as JPEG, without the data URL's head. */
export function jpegBase64(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL('image/jpeg', jpegQuality).replace(/^data:image\/jpeg;base64,/, '');
}
