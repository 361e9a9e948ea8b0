/** How many are inside, from sensed passages. Rules by number: SPEC.md. */
export interface Occupancy {
  readonly inside: number;
  /** Passages out of a club that was empty by our count: entries that no sensor saw. */
  readonly unexplainedExits: number;
}

export const emptyClub: Occupancy = { inside: 0, unexplainedExits: 0 };

/** The most that the wire carries (core/wire/event.ts, `occupancyAfter`). */
export const occupancyMax = 100_000;

export function apply(state: Occupancy, passage: { readonly direction: 'entry' | 'exit' }): Occupancy {
  if (passage.direction === 'entry') return { ...state, inside: Math.min(state.inside + 1, occupancyMax) };
  if (state.inside === 0) return { ...state, unexplainedExits: state.unexplainedExits + 1 };
  return { ...state, inside: state.inside - 1 };
}
