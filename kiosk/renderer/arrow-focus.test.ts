import { describe, expect, it } from 'vitest';
import { nearestInDirection } from './arrow-focus.ts';

const box = (left: number, top: number, width = 20, height = 20) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

describe('an arrow key', () => {
  const grid = [box(0, 0), box(30, 0), box(60, 0), box(0, 30), box(30, 30), box(60, 30)];

  it('goes to the neighbour in its direction', () => {
    const others = grid.filter((_, index) => index !== 4);
    const from = box(30, 30);
    expect(others[nearestInDirection(from, others, 'left') ?? -1]).toEqual(box(0, 30));
    expect(others[nearestInDirection(from, others, 'right') ?? -1]).toEqual(box(60, 30));
    expect(others[nearestInDirection(from, others, 'up') ?? -1]).toEqual(box(30, 0));
    expect(nearestInDirection(from, others, 'down')).toBeUndefined();
  });

  it('reaches a wide control below from any of the narrow ones above it', () => {
    expect(nearestInDirection(box(60, 0), [box(0, 40, 100)], 'down')).toBe(0);
  });

  it('prefers what is straight ahead to what is nearer but aside', () => {
    expect(nearestInDirection(box(0, 0), [box(40, 22), box(0, 50)], 'down')).toBe(1);
  });
});
