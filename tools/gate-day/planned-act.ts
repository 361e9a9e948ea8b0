import type { AccessReason } from '@portillon/core/wire/event.ts';

/** What somebody holds up. */
export type Holds = 'card' | 'pass' | 'ticket' | 'foreign-card' | 'number-badge' | 'shop-code';

/** What stands behind it, at the member base or not. */
export type Standing =
  | 'good'
  | 'off-peak'
  | 'expired'
  | 'suspended'
  | 'in-debt'
  /** Owes something, and is within the days of grace. */
  | 'in-grace'
  /** Sold by a kiosk that has not reached the member base yet: the card's own grant is all there is. */
  | 'sold-offline'
  /** Torn out of a kiosk before it was paid for. */
  | 'unpaid';

export interface PlannedPerson {
  readonly key: string;
  readonly holds: Holds;
  readonly standing: Standing;
}

/** What the rule must say. */
export type Expected =
  | { readonly outcome: 'granted'; readonly by: 'book' | 'grant' }
  | { readonly outcome: 'refused'; readonly reason: AccessReason };

export interface Presentation {
  readonly person: string;
  /** Of a pass: the very code that was shown before, photographed. */
  readonly picture?: true;
  readonly expected: Expected;
}

/** Everything that people do in a day, and what is done to them; `gate` counts from 0, times from midnight on the club's wall. */
export type PlannedAct = { readonly atMs: number } & (
  | {
      readonly type: 'enters';
      readonly gate: number;
      readonly shows: Presentation;
      /** So many go in on one turn of the arm: the sensor sees one. */
      readonly persons: 1 | 2;
    }
  /** Lets the gate be released and turns round. */
  | { readonly type: 'turns-round'; readonly gate: number; readonly shows: Presentation }
  /** Is refused, and leans on the arm all the same. */
  | { readonly type: 'is-refused'; readonly gate: number; readonly shows: Presentation }
  /** The second holds up what they have before the first has gone through. */
  | { readonly type: 'enter-in-a-row'; readonly gate: number; readonly show: readonly Presentation[] }
  /** The edge is killed between release and passage, somebody leaves meanwhile, and the first goes in when it is back. */
  | {
      readonly type: 'edge-is-killed';
      readonly gate: number;
      readonly shows: Presentation;
      readonly leavesBy: number;
    }
  | { readonly type: 'forces'; readonly gate: number }
  | { readonly type: 'leaves'; readonly gate: number }
  /** Past every sensor: behind somebody's back, by a door that is no gate. */
  | { readonly type: 'leaves-unseen' }
  | { readonly type: 'reports-lost'; readonly person: string }
  | { readonly type: 'network-is-cut' }
  | { readonly type: 'network-is-back' }
  /** Nobody does anything: the published count is held against the truth. */
  | { readonly type: 'is-counted' }
);

/** One after another is let in again after so long. */
export const passbackMinutes = 45;
/** How old the book may be for whoever owes something. */
export const debtorDataAgeHours = 2;
export const graceDays = 7;

/** Somebody who may come in, comes in, and leaves. */
export interface OrdinaryVisit {
  readonly person: PlannedPerson;
  readonly inMs: number;
  readonly outMs: number;
  readonly gate: number;
  readonly acts: readonly PlannedAct[];
}

export function granted(person: Pick<PlannedPerson, 'key'>, by: 'book' | 'grant' = 'book'): Presentation {
  return { person: person.key, expected: { outcome: 'granted', by } };
}

export function refused(person: Pick<PlannedPerson, 'key'>, reason: AccessReason): Presentation {
  return { person: person.key, expected: { outcome: 'refused', reason } };
}
