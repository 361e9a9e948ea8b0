/** Below this mean brightness a face is hard to recognise on the staff's screen (0 black, 255 white). */
const leastBrightness = 55;

/** Mean brightness of RGBA pixels, every `stride`-th one, by Rec. 601 weights. */
export function meanBrightness(rgba: ArrayLike<number>, stride = 16): number {
  let sum = 0;
  let count = 0;
  for (let at = 0; at + 2 < rgba.length; at += 4 * stride) {
    sum += 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

export function isTooDark(rgba: ArrayLike<number>): boolean {
  return meanBrightness(rgba) < leastBrightness;
}

export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The largest upright 3:4 part from the middle of a camera picture. */
export function portraitCrop(width: number, height: number): Crop {
  const cropWidth = Math.min(width, (height * 3) / 4);
  const cropHeight = Math.min(height, (width * 4) / 3);
  return { x: (width - cropWidth) / 2, y: (height - cropHeight) / 2, width: cropWidth, height: cropHeight };
}
