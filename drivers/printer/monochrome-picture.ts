/** A picture in black and white, as thermal heads print it: 8 dots to a millimetre. */
export interface MonochromePicture {
  readonly widthDots: number;
  readonly heightDots: number;
  /** Row by row, each row begun on a byte of its own; the highest bit is the leftmost dot, 1 is black. */
  readonly bits: Uint8Array;
}

/** Draws by asking for each dot whether it is black. */
export function drawPicture(
  widthDots: number,
  heightDots: number,
  isBlack: (x: number, y: number) => boolean,
): MonochromePicture {
  const rowBytes = Math.ceil(widthDots / 8);
  const bits = new Uint8Array(rowBytes * heightDots);
  for (let y = 0; y < heightDots; y++) {
    for (let x = 0; x < widthDots; x++) {
      if (!isBlack(x, y)) continue;
      const index = y * rowBytes + (x >> 3);
      bits[index] = (bits[index] ?? 0) | (0x80 >> (x & 7));
    }
  }
  return { widthDots, heightDots, bits };
}
