import type { ClubPlan } from './clubs-plan.ts';

/** What the bench and a hall of boxes tell each other, over the channel between a program and its child. */

export interface BoxPlace {
  readonly folder: string;
  /** Lets the box in; not looked at by one that is enrolled. */
  readonly enrolmentCode: string;
  readonly plan: ClubPlan;
}

export type ToHall =
  | {
      readonly type: 'open';
      readonly baseUrl: string;
      readonly seed: number;
      readonly boxes: readonly BoxPlace[];
      /** What is sold, and by whom. */
      readonly place: { readonly legalEntityId: string; readonly planId: string };
    }
  /** The doors open; or have been open for so long, where the hall comes back from a power cut. */
  | { readonly type: 'begin'; readonly sinceMs: number; readonly speed: number }
  /** Cards that were sold in other halls. */
  | { readonly type: 'sold-elsewhere'; readonly credentialIds: readonly string[] }
  /** The day is over and all networks are whole: nothing happens any more but what is queued. */
  | { readonly type: 'heal' }
  | { readonly type: 'close' };

export type FromHall =
  | { readonly type: 'opened' }
  /** On the disk of their boxes: from here on they must be at the base exactly once. */
  | {
      readonly type: 'happened';
      readonly club: number;
      readonly eventIds: readonly string[];
      readonly soldCredentialId: string | null;
    }
  | {
      readonly type: 'state';
      readonly boxes: readonly {
        readonly club: number;
        readonly edgeId: string | null;
        readonly queued: number;
        readonly attachmentsLeft: number;
        readonly feedCursor: number;
      }[];
    }
  | { readonly type: 'failed'; readonly detail: string };
