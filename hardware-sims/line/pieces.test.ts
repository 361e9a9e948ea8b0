import { SeededRandom } from '@portillon/core/base/random.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inPieces } from './pieces.ts';

it('loses and adds nothing, and really cuts whatever can be cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer(), (bytes, seed) => {
      const pieces = inPieces(bytes, new SeededRandom(seed));
      expect(pieces.flatMap((piece) => [...piece])).toEqual([...bytes]);
      expect(pieces.length).toBeGreaterThanOrEqual(bytes.length > 1 ? 2 : 1);
      expect(pieces.length).toBeLessThanOrEqual(4);
    }),
  );
});
