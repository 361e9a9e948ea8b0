import type { ClubId, CredentialId, PlanId } from '../base/ids.ts';
import type { AccessReason } from '../wire/event.ts';
import type { FeedRecord } from '../wire/messages.ts';
import type { AccessPolicy } from './access-policy.ts';

type RecordOf<Kind extends FeedRecord['kind']> = NonNullable<Extract<FeedRecord, { kind: Kind }>['record']>;

export type CredentialRecord = RecordOf<'credential'>;
export type PlanRecord = RecordOf<'plan'>;
export type ClubRecord = RecordOf<'club'>;

/** Opening hours by ISO weekday `1`..`7`, as they travel in the feed. */
export type WeekHours = ClubRecord['hours'];

/** What the rule decides from. Whoever gathers it has verified every signature; nothing here is a claim. */
export interface AccessFacts {
  readonly nowMs: number;
  /**
   * What the time may really be, where the clock is not trusted: no earlier, no later. Both are `nowMs` while it is. A time
   * that may already be past, or may not have come yet, is held against the person (AC20).
   */
  readonly clock: { readonly earliestMs: number; readonly latestMs: number };
  readonly club: {
    readonly id: ClubId;
    readonly timeZone: string;
    readonly hours: WeekHours;
    /** Days out of the ordinary on which nobody comes in. */
    readonly closures: readonly { readonly fromMs: number; readonly toMs: number }[];
    readonly capacity: number;
    /** How many are inside, as the gates of this edge count them. */
    readonly inside: number;
  };
  readonly policy: AccessPolicy;
  readonly presented: {
    readonly kind: 'card' | 'pass' | 'ticket' | 'other';
    /**
     * Set only when what was presented has proved it: the card has authenticated, the ticket's signature holds. A
     * number merely read off a chip or a paper is null (old badges aside, which the book knows by it).
     */
    readonly credentialId: CredentialId | null;
    /** Nothing was proved: a number that anybody can copy was read, and the book knows an old badge by it (AC31). */
    readonly byNumber?: true;
  };
  /**
   * The code of a pass, which proved its credential: when the phone says it is (core/crypto/pass-layout.ts), and whether it
   * or a later one has led in through this edge before. Null for all else.
   */
  readonly code: { readonly step: number; readonly usedHere: boolean } | null;
  /** The member book's row of that credential; null when the book does not know it. */
  readonly book: CredentialRecord | null;
  /** The plan of the book's row, or else of the grant; null when the book does not know the plan. */
  readonly plan: Pick<PlanRecord, 'scope' | 'hours'> | null;
  /** The grant on the card, or the ticket's claims; null when there is none, or when it does not hold. */
  readonly grant: {
    readonly credentialId: CredentialId;
    readonly planId: PlanId;
    readonly homeClubId: ClubId;
    readonly scope: 'network' | 'home';
    readonly validFromMs: number;
    readonly validToMs: number | null;
    readonly singleUse: boolean;
  } | null;
  /** This edge has seen the ticket used up, whatever the book says yet. */
  readonly spentHere: boolean;
  /**
   * The last time the holder went through a gate of this club, as far as this edge knows: a member with whichever card or
   * pass, a ticket or a credential of nobody by itself (AC36 to AC39).
   */
  readonly lastPassage: { readonly direction: 'entry' | 'exit'; readonly atMs: number } | null;
  /** Of those without whom this credential lets nobody in (`company` of its row), one is inside. */
  readonly companyInside: boolean;
  /** Staff keep this gate locked, and no fire panel has opened it. */
  readonly gateLocked: boolean;
  /** How old the member book is; null when it has never been filled. */
  readonly dataAgeMs: number | null;
  /** How long ago this club sold or renewed what the credential is good for; null where it did not, or does not know (AC49). */
  readonly soldAgeMs: number | null;
}

export type AccessDecision =
  | {
      readonly outcome: 'granted';
      readonly by: 'book' | 'grant';
      /** What the operator wants noted and not refused, in the order of the reasons. */
      readonly noted: readonly AccessReason[];
    }
  | { readonly outcome: 'refused'; readonly reason: AccessReason };
