/** A payment that the terminal approved by itself, without asking the bank, and has not settled with it since. */
export interface OfflineApproval {
  readonly amountCents: number;
  /** By the wall clock of the box. */
  readonly approvedAtMs: number;
}

/** Set by the operator (SA41). */
export interface OfflineLimits {
  /** Sum of the unsettled approvals. */
  readonly mostAmountCents: number;
  readonly mostCount: number;
  readonly mostAgeMs: number;
}

export interface OfflineStanding {
  readonly count: number;
  readonly amountCents: number;
  /** When the oldest was approved; null where none is unsettled. */
  readonly oldestAtMs: number | null;
  /** Which limit is reached, so that nothing more is sold by card; null while the kiosk may go on. */
  readonly limit: 'age' | 'amount' | 'count' | null;
}

/** SA41: what is unsettled, and whether the kiosk may go on selling by card. Pure. */
export function offlineStanding(
  unsettled: readonly OfflineApproval[],
  limits: OfflineLimits,
  nowMs: number,
): OfflineStanding {
  const count = unsettled.length;
  const amountCents = unsettled.reduce((sum, approval) => sum + approval.amountCents, 0);
  const oldestAtMs = count === 0 ? null : Math.min(...unsettled.map(({ approvedAtMs }) => approvedAtMs));
  const limit =
    oldestAtMs === null
      ? null
      : nowMs - oldestAtMs >= limits.mostAgeMs
        ? 'age'
        : amountCents >= limits.mostAmountCents
          ? 'amount'
          : count >= limits.mostCount
            ? 'count'
            : null;
  return { count, amountCents, oldestAtMs, limit };
}

/** SA42: one more may be booked without going beyond sum and number. Pure. */
export function mayTakeOffline(
  { count, amountCents }: OfflineStanding,
  moreCents: number,
  limits: OfflineLimits,
): boolean {
  return count + 1 <= limits.mostCount && amountCents + moreCents <= limits.mostAmountCents;
}
