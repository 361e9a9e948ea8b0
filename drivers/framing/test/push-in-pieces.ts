import fc from 'fast-check';
import type { FrameParser, Parsed } from '../frame-parser.ts';

/** Lengths of the pieces in which a line delivers, one after another without end. */
export const pieceLengths: fc.Arbitrary<Iterator<number>> = fc.infiniteStream(fc.integer({ min: 1, max: 9 }));

/** All that a parser makes of bytes which come in pieces of these lengths. */
export function pushInPieces<Frame>(
  parser: FrameParser<Frame>,
  bytes: Uint8Array,
  lengths: Iterator<number>,
): Parsed<Frame> {
  const frames: Frame[] = [];
  let discarded = 0;
  for (let start = 0; start < bytes.length; ) {
    const next = lengths.next();
    const end = start + (next.done ? bytes.length : next.value);
    const parsed = parser.push(bytes.subarray(start, end));
    frames.push(...parsed.frames);
    discarded += parsed.discarded;
    start = end;
  }
  return { frames, discarded };
}
