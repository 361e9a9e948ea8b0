import { drawPicture, type MonochromePicture } from '@portillon/drivers/printer/monochrome-picture.ts';

const barWidth = 16;
const barHeight = 72;
const gap = 16;
const radius = barWidth / 2;

/** The brand mark of the screens (`ui/portillon-mark.tsx`), 6 by 9 mm: two upright bars with round ends. */
export const twoBars: MonochromePicture = drawPicture(2 * barWidth + gap, barHeight, (x, y) => {
  const inBar = x >= barWidth + gap ? x - barWidth - gap : x;
  if (inBar >= barWidth) return false;
  const fromEnd = Math.min(y, barHeight - 1 - y);
  if (fromEnd >= radius) return true;
  return (inBar + 0.5 - radius) ** 2 + (fromEnd + 0.5 - radius) ** 2 <= radius ** 2;
});
