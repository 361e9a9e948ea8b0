import { err, ok, type Result } from '@portillon/core/base/result.ts';

export const largestPhotoBytes = 600_000;
export const smallestPhotoWidth = 240;
export const smallestPhotoHeight = 320;
/** A photo beyond this is no portrait of a kiosk camera but a way to exhaust the memory of whoever decodes it. */
export const largestPhotoSide = 4_096;

export type PhotoFlaw = 'too-many-bytes' | 'not-a-jpeg' | 'cut-off' | 'too-small' | 'too-large';

export interface PhotoSize {
  readonly width: number;
  readonly height: number;
}

const startOfImage = 0xd8;
const endOfImage = 0xd9;
const startOfScan = 0xda;

/**
 * Whether these bytes, which come from a screen, are a JPEG of sane size. Walks the markers of ITU-T T.81 annex B up to the
 * image data and looks for the end marker; the image itself is not decoded.
 */
export function checkJpeg(bytes: Uint8Array): Result<PhotoSize, PhotoFlaw> {
  if (bytes.length > largestPhotoBytes) return err('too-many-bytes');
  if (bytes[0] !== 0xff || bytes[1] !== startOfImage) return err('not-a-jpeg');
  let size: PhotoSize | undefined;
  let at = 2;
  for (;;) {
    if (bytes[at] !== 0xff) return err(at >= bytes.length ? 'cut-off' : 'not-a-jpeg');
    while (bytes[at] === 0xff) at++; // B.1.1.2: any number of fill bytes
    const marker = bytes[at];
    const length = wordAt(bytes, at + 1);
    if (marker === undefined || length === undefined) return err('cut-off');
    if (length < 2 || marker === 0 || marker === endOfImage) return err('not-a-jpeg');
    if (marker === startOfScan) break;
    if (isFrameHeader(marker)) {
      const [height, width] = [wordAt(bytes, at + 4), wordAt(bytes, at + 6)];
      if (height === undefined || width === undefined) return err('cut-off');
      size = { width, height };
    }
    at += 1 + length;
  }
  if (!size) return err('not-a-jpeg');
  if (!endsWithEndOfImage(bytes)) return err('cut-off');
  if (size.width < smallestPhotoWidth || size.height < smallestPhotoHeight) return err('too-small');
  if (size.width > largestPhotoSide || size.height > largestPhotoSide) return err('too-large');
  return ok(size);
}

/** Table B.1: SOF0 to SOF15 are C0 to CF, of which C4 (DHT), C8 (JPG) and CC (DAC) are no frame headers. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function endsWithEndOfImage(bytes: Uint8Array): boolean {
  return bytes.at(-2) === 0xff && bytes.at(-1) === endOfImage;
}

function wordAt(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = [bytes[at], bytes[at + 1]];
  return high === undefined || low === undefined ? undefined : high * 256 + low;
}
