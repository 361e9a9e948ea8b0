import type { GateDirection } from '@portillon/drivers/gate/gate.ts';

/**
 * One gate, one person at a time, whichever side they come from (GT11): a grant, or an order of staff, releases one side for
 * a pulse, the next passage that way belongs to it, and further ones wait (one at most) until somebody went through or the
 * pulse is over. Pure.
 *
 *   closed ── granted ──▶ released ── passage that way, or pulse over ──▶ closed (or released for the one who waits)
 */
export interface ReleasedFor {
  /** Of the decision, or of the order of staff that opened it. */
  readonly decisionId: string;
  readonly direction: GateDirection;
  readonly credentialId: string | null;
  readonly singleUse: boolean;
  /** Opened by staff: nobody decided, and `decisionId` is the order. */
  readonly byStaff?: true;
  /** Works here: let in through a gate that is locked (AC41). */
  readonly worksHere?: true;
}

export type GateState =
  | { readonly name: 'closed' }
  | { readonly name: 'released'; readonly for: ReleasedFor; readonly waiting: ReleasedFor | null };

export type GateInput =
  | { readonly type: 'granted'; readonly for: ReleasedFor }
  | { readonly type: 'release-failed' }
  | { readonly type: 'sensed'; readonly direction: GateDirection }
  | { readonly type: 'pulse-over' };

export type GateEffect =
  | { readonly type: 'release'; readonly for: ReleasedFor }
  /** `for` is null for who leaves without a reader, and for an entry that nobody was let in for. */
  | {
      readonly type: 'record-passage';
      readonly direction: GateDirection;
      readonly for: ReleasedFor | null;
    }
  | { readonly type: 'nobody-went'; readonly for: ReleasedFor }
  /** Somebody waits already. */
  | { readonly type: 'turn-away'; readonly for: ReleasedFor };

export interface GateStep {
  readonly state: GateState;
  readonly effects: readonly GateEffect[];
}

export const closedGate: GateState = { name: 'closed' };

export function nextGate(state: GateState, input: GateInput): GateStep {
  if (state.name === 'closed') {
    switch (input.type) {
      case 'granted':
        return released(input.for);
      case 'sensed':
        return { state, effects: [{ type: 'record-passage', direction: input.direction, for: null }] };
      case 'release-failed':
      case 'pulse-over':
        return { state, effects: [] };
    }
  }
  switch (input.type) {
    case 'granted':
      return state.waiting
        ? { state, effects: [{ type: 'turn-away', for: input.for }] }
        : { state: { ...state, waiting: input.for }, effects: [] };
    case 'sensed': {
      const { direction } = input;
      // The other way: it takes nothing from the one who is on the way through.
      if (direction !== state.for.direction) {
        return { state, effects: [{ type: 'record-passage', direction, for: null }] };
      }
      return followed(state, { type: 'record-passage', direction, for: state.for });
    }
    case 'release-failed':
    case 'pulse-over':
      return followed(state, { type: 'nobody-went', for: state.for });
  }
}

function released(who: ReleasedFor): GateStep {
  return { state: { name: 'released', for: who, waiting: null }, effects: [{ type: 'release', for: who }] };
}

function followed(state: Extract<GateState, { name: 'released' }>, done: GateEffect): GateStep {
  if (!state.waiting) return { state: closedGate, effects: [done] };
  const next = released(state.waiting);
  return { state: next.state, effects: [done, ...next.effects] };
}
