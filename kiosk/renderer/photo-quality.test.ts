import { describe, expect, it } from 'vitest';
import { isTooDark, meanBrightness, portraitCrop } from './photo-quality.ts';

const grey = (level: number) =>
  Uint8ClampedArray.from({ length: 4 * 64 }, (_, index) => (index % 4 === 3 ? 255 : level));

describe('brightness', () => {
  it('is the grey of a grey picture', () => {
    expect(meanBrightness(grey(120))).toBeCloseTo(120, 5);
  });

  it('calls a dim picture too dark and an ordinary one not', () => {
    expect(isTooDark(grey(30))).toBe(true);
    expect(isTooDark(grey(120))).toBe(false);
  });
});

describe('the upright crop', () => {
  it('is taken from the middle of a wide picture', () => {
    expect(portraitCrop(1280, 960)).toEqual({ x: 280, y: 0, width: 720, height: 960 });
  });

  it('is taken from the middle of a high one', () => {
    expect(portraitCrop(480, 1280)).toEqual({ x: 0, y: 320, width: 480, height: 640 });
  });
});
