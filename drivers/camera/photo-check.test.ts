import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJpeg, largestPhotoBytes } from './photo-check.ts';
import vectors from './vectors/chromium-canvas.json' with { type: 'json' };

const images = vectors.images.map(({ base64 }) => Uint8Array.from(Buffer.from(base64, 'base64')));
const [portrait = new Uint8Array(0), narrow = new Uint8Array(0)] = images;

/** The image with another size in its frame header: SOF0, length 17, precision 8, then height and width. */
function resized(width: number, height: number): Uint8Array {
  const bytes = Buffer.from(portrait);
  const at = bytes.indexOf(Buffer.from('ffc0001108', 'hex')) + 5;
  bytes.writeUInt16BE(height, at);
  bytes.writeUInt16BE(width, at + 2);
  return Uint8Array.from(bytes);
}

describe('a photo from the screen', () => {
  it('is taken when a browser made it, and its size is told', () => {
    expect(checkJpeg(portrait)).toEqual({ ok: true, value: { width: 240, height: 320 } });
    expect(checkJpeg(resized(1_080, 1_440))).toEqual({ ok: true, value: { width: 1_080, height: 1_440 } });
  });

  it('is taken with fill bytes between its segments', () => {
    const filled = Uint8Array.of(0xff, 0xd8, 0xff, 0xff, 0xff, ...portrait.subarray(2));
    expect(checkJpeg(filled)).toMatchObject({ ok: true });
  });

  it.each([
    ['smaller than 240 × 320', narrow, 'too-small'],
    ['of no height', resized(240, 0), 'too-small'],
    ['of more than 4,096 a side', resized(240, 4_097), 'too-large'],
    ['cut off in its header', portrait.subarray(0, 300), 'cut-off'],
    ['cut off in its data', portrait.subarray(0, portrait.length - 1), 'cut-off'],
    ['of only a start', Uint8Array.of(0xff, 0xd8), 'cut-off'],
    ['without a frame header', Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 0xff, 0xd9), 'not-a-jpeg'],
    ['that ends where it begins', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9, 0, 0), 'not-a-jpeg'],
    ['that is a PNG', Uint8Array.from(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')), 'not-a-jpeg'],
    ['that is a page', new TextEncoder().encode('<html>'), 'not-a-jpeg'],
    ['that is nothing', new Uint8Array(0), 'not-a-jpeg'],
  ])('is refused when it is one %s', (_what, bytes, flaw) => {
    expect(checkJpeg(bytes)).toEqual({ ok: false, error: flaw });
  });

  it('is refused beyond 600 kB, which is taken exactly', () => {
    const padded = (length: number): Uint8Array => {
      const bytes = new Uint8Array(length);
      bytes.set(portrait.subarray(0, -2));
      bytes.set([0xff, 0xd9], length - 2);
      return bytes;
    };
    expect(checkJpeg(padded(largestPhotoBytes))).toMatchObject({ ok: true });
    expect(checkJpeg(padded(largestPhotoBytes + 1))).toEqual({ ok: false, error: 'too-many-bytes' });
  });

  it('gets an answer whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.nat(portrait.length - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(portrait);
        changed[at] = byte;
        const result = checkJpeg(changed);
        if (result.ok) expect(result.value.width).toBeGreaterThanOrEqual(240);
      }),
    );
  });
});
