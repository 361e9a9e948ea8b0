import { expect, it } from 'vitest';
import { strokesInMm } from './strokes.ts';

const line = (length: number) => ({
  points: Array.from({ length }, (_, index) => ({ x: index, y: 2 * index })),
});

it('writes strokes as flat lists of millimetres to a tenth', () => {
  expect(
    strokesInMm(
      [
        {
          points: [
            { x: 36.1, y: 0 },
            { x: 72.5, y: 3.61 },
          ],
        },
      ],
      3.61,
    ),
  ).toEqual([[10, 0, 20.1, 1]]);
});

it('stays within what the bridge takes, with the start of a stroke kept', () => {
  const strokes = strokesInMm(
    Array.from({ length: 70 }, () => line(9_000)),
    1,
  );
  expect(strokes).toHaveLength(60);
  for (const stroke of strokes) {
    expect(stroke.length).toBeLessThanOrEqual(4_000);
    expect(stroke.length % 2).toBe(0);
  }
  expect(strokes[0]?.slice(0, 2)).toEqual([0, 0]);
});
