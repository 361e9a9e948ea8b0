interface StrokeGroup {
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Limits of the bridge's message. */
const mostStrokes = 60;
const mostNumbersPerStroke = 4_000;

/**
 * Strokes as flat lists x, y, x, y … in millimetres rounded to tenths. What is beyond the bridge's limits is thinned
 * out (points) or left off (strokes after the sixtieth): a signature has far fewer.
 */
export function strokesInMm(groups: readonly StrokeGroup[], pxPerMm: number): number[][] {
  const mm = (px: number) => Math.round((px / pxPerMm) * 10) / 10;
  return groups.slice(0, mostStrokes).map(({ points }) => {
    const every = Math.ceil((points.length * 2) / mostNumbersPerStroke);
    return points
      .filter((_, index) => index % Math.max(1, every) === 0)
      .flatMap(({ x, y }) => [mm(x), mm(y)]);
  });
}
