import fc from 'fast-check';
import { expect, it } from 'vitest';
import { apply, emptyClub, type Occupancy, occupancyMax } from './occupancy.ts';

type Direction = 'entry' | 'exit';

function after(directions: readonly Direction[], from: Occupancy = emptyClub): Occupancy {
  return directions.reduce<Occupancy>((state, direction) => apply(state, { direction }), from);
}

/** Every sequence of up to eight passages. */
function* everySequence(length = 8): Generator<readonly Direction[]> {
  yield [];
  if (length === 0) return;
  for (const rest of everySequence(length - 1)) {
    yield ['entry', ...rest];
    yield ['exit', ...rest];
  }
}

it('[OC1] counts one more for a passage in', () => {
  for (const sequence of everySequence()) {
    const state = after(sequence);
    expect(apply(state, { direction: 'entry' })).toEqual({ ...state, inside: state.inside + 1 });
  }
});

it('[OC2] counts one less for a passage out', () => {
  for (const sequence of everySequence()) {
    const state = after(sequence);
    if (state.inside === 0) continue;
    expect(apply(state, { direction: 'exit' })).toEqual({ ...state, inside: state.inside - 1 });
  }
});

it('[OC3] leaves an empty club empty, and counts the exit that nothing explains', () => {
  expect(after(['exit', 'exit', 'entry'])).toEqual({ inside: 1, unexplainedExits: 2 });
  for (const sequence of everySequence()) expect(after(sequence).inside).toBeGreaterThanOrEqual(0);
});

it('[OC3] loses nobody: in, less out, plus unexplained, is inside', () => {
  for (const sequence of everySequence()) {
    const entries = sequence.filter((direction) => direction === 'entry').length;
    const exits = sequence.length - entries;
    const { inside, unexplainedExits } = after(sequence);
    expect(inside).toBe(entries - exits + unexplainedExits);
  }
});

it('[OC4] stays within what the wire carries', () => {
  const full: Occupancy = { inside: occupancyMax, unexplainedExits: 0 };
  expect(apply(full, { direction: 'entry' })).toEqual(full);
  expect(apply(full, { direction: 'exit' }).inside).toBe(occupancyMax - 1);
});

it('[OC5] asks only which way somebody went, not who they are or whether they were let in', () => {
  const asked = { direction: 'entry' as const, decisionId: 'let-in', credentialId: 'known' };
  const unasked = { direction: 'entry' as const, decisionId: null, credentialId: null };
  expect(apply(emptyClub, asked)).toEqual(apply(emptyClub, unasked));
  expect(apply(emptyClub, unasked).inside).toBe(1);
});

it('[OC6] counts the same in any order while nobody leaves an empty club', () => {
  const someInside = fc.array(fc.constantFrom<Direction>('entry', 'exit'), { maxLength: 40 });
  fc.assert(
    fc.property(someInside, fc.func(fc.integer()), (passages, weight) => {
      const start: Occupancy = { inside: passages.length, unexplainedExits: 0 };
      const shuffled = passages
        .map((direction, index) => ({ direction, weight: weight(index) }))
        .sort((a, b) => a.weight - b.weight)
        .map(({ direction }) => direction);
      expect(after(shuffled, start)).toEqual(after(passages, start));
    }),
  );
});
