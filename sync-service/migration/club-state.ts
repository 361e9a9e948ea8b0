/**
 * How far a club is with the system that it comes from (MI12). `legacy`: the old system runs it. `both`: old and new badges
 * open. `migrated`: new ones only. `rolled-back`: the old system runs it again.
 */
export const clubStates = ['legacy', 'both', 'migrated', 'rolled-back'] as const;
export type ClubState = (typeof clubStates)[number];

/** Where a club can go from where it is; null is a club of which nothing was ever brought over. */
const nextStates: Readonly<Record<ClubState | 'none', readonly ClubState[]>> = {
  none: ['legacy'],
  legacy: ['both'],
  both: ['migrated', 'rolled-back'],
  migrated: ['both', 'rolled-back'],
  'rolled-back': ['legacy'],
};

export function statesAfter(state: ClubState | null): readonly ClubState[] {
  return nextStates[state ?? 'none'];
}

/** Whether the list of go or no-go is asked before a club goes there (MI15). */
export function asksGoList(from: ClubState | null, to: ClubState): to is 'both' | 'migrated' {
  return (from === 'legacy' && to === 'both') || to === 'migrated';
}

/** Whether gates of the club take badges and codes that prove nothing (AC31, AC33), by the state alone. */
export function takesOldOnes(state: ClubState): boolean {
  return state === 'both';
}

/** Whether lines may be brought over in this state (MI13). */
export function takesImports(state: ClubState | null): boolean {
  return state === null || state === 'legacy' || state === 'both';
}
