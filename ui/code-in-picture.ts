import jsQR from 'jsqr';

/** Wide enough for the modules of a code at arm's length; jsqr takes some hundred milliseconds for a picture. */
const lookWidth = 800;

/** The text of the QR code that a camera sees now; null when it sees none. `canvas` is drawn over each time. */
export function codeInPicture(video: HTMLVideoElement, canvas: HTMLCanvasElement): string | null {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context || video.videoWidth === 0) return null;
  canvas.width = lookWidth;
  canvas.height = Math.round((lookWidth * video.videoHeight) / video.videoWidth);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, canvas.width, canvas.height, { inversionAttempts: 'dontInvert' })?.data || null;
}
