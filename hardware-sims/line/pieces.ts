import type { Random } from '@portillon/core/base/random.ts';

/** Cuts bytes into two to four pieces (fewer when there are too few bytes), as lines and sockets deliver them. */
export function inPieces(bytes: Uint8Array, random: Random): Uint8Array[] {
  const cuts = new Set<number>();
  const wanted = Math.min(1 + random.below(3), bytes.length - 1);
  while (cuts.size < wanted) cuts.add(1 + random.below(bytes.length - 1));
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
