/**
 * What the main job shows, each value read where it ends up: counts from PostgreSQL and from the staff page as displayed,
 * the card from its own memory, paper and gate from the bytes that their devices received.
 */
export interface MainJobReport {
  readonly ok: true;
  readonly offline: boolean;
  readonly sale: { readonly id: string; readonly totalCents: number };
  readonly photo: { readonly atMemberBase: boolean };
  readonly receipt: { readonly printed: boolean };
  readonly card: { readonly uid: string; readonly verified: boolean };
  readonly gate: { readonly decision: string; readonly passage: boolean };
  /** What was asked for: with `pass` the member walks in by phone, with `ticket` the second person bought a day entry. */
  readonly credential: 'card' | 'pass' | 'ticket';
  /** Why a picture of the code, taken as it was shown, did not open; null without a pass. */
  readonly pass: { readonly replayRefused: string } | null;
  readonly qr: { readonly decision: string; readonly passage: boolean };
  readonly refused: { readonly reason: string };
  readonly occupancy: { readonly edge: number; readonly memberBase: number; readonly staffPage: number };
  readonly exit: { readonly occupancy: number };
  readonly memberBase: {
    readonly members: number;
    readonly memberships: number;
    readonly sales: number;
    readonly passages: number;
  };
  readonly outbox: { readonly left: number };
  readonly ms: { readonly tapToRelease: number; readonly saleTotal: number };
}

/** Something that should have happened did not: the first thing that is missing, in a sentence. */
export class Missing extends Error {
  override readonly name = 'Missing';
}

export function need(holds: unknown, sentence: string): asserts holds {
  if (!holds) throw new Missing(sentence);
}
