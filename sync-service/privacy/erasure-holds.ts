/** What the base knows of a member that may stand against forgetting them. Times are ISO 8601 in UTC. */
export interface HoldFacts {
  readonly debts: readonly { readonly amountCents: number }[];
  readonly openCases: readonly { readonly caseId: string; readonly amountCents: number }[];
  readonly openOrders: readonly { readonly orderId: string }[];
  /** Requests for a copy that nobody has answered. */
  readonly copiesAwaited: number;
  /** Periods that were paid for and not undone; null for no end. */
  readonly periods: readonly { readonly validTo: string | null; readonly status: 'active' | 'cancelled' }[];
  readonly sales: number;
  readonly documents: Readonly<Record<'contract' | 'mandate', number>>;
}

/** Stands against it: nothing is erased until it is gone. */
export type Blocking =
  | { readonly kind: 'debt'; readonly amountCents: number; readonly count: number }
  | { readonly kind: 'open-case'; readonly amountCents: number; readonly count: number }
  | { readonly kind: 'open-order' | 'copy-awaited'; readonly count: number }
  | { readonly kind: 'running-membership'; readonly until: string | null };

/** Stays, without holding up the rest. `until` null: for good, since it says nothing of the person any more. */
export interface Kept {
  readonly what: 'sales' | 'contract' | 'mandate';
  readonly count: number;
  readonly until: string | null;
}

export interface Holds {
  readonly blocking: readonly Blocking[];
  readonly kept: readonly Kept[];
}

/** French Code civil, art. 2224: five years to go to court about a contract. */
const contractYears = 5;
/** Code monétaire et financier, L133-24: thirteen months to contest a debit. */
const mandateMonths = 13;

/** PV10 to PV12. */
export function holdsOf(facts: HoldFacts, nowMs: number): Holds {
  const blocking: Blocking[] = [];
  const { debts, openCases, openOrders, copiesAwaited, periods } = facts;
  if (debts.length > 0) blocking.push({ kind: 'debt', ...totalOf(debts) });
  if (openCases.length > 0) blocking.push({ kind: 'open-case', ...totalOf(openCases) });
  if (openOrders.length > 0) blocking.push({ kind: 'open-order', count: openOrders.length });
  if (copiesAwaited > 0) blocking.push({ kind: 'copy-awaited', count: copiesAwaited });
  const running = periods.filter(
    ({ status, validTo }) => status === 'active' && (validTo === null || Date.parse(validTo) > nowMs),
  );
  if (running.length > 0) {
    const ends = running.map(({ validTo }) => validTo);
    blocking.push({ kind: 'running-membership', until: ends.includes(null) ? null : latest(ends) });
  }
  const kept: Kept[] = [];
  if (facts.sales > 0) kept.push({ what: 'sales', count: facts.sales, until: null });
  const endMs = lastActivityMs(periods, nowMs);
  const documents = [
    ['contract', contractYears * 12],
    ['mandate', mandateMonths],
  ] as const;
  for (const [what, months] of documents) {
    const until = monthsAfter(endMs, months);
    const count = facts.documents[what];
    if (count > 0 && until > nowMs) kept.push({ what, count, until: new Date(until).toISOString() });
  }
  return { blocking, kept };
}

/** PV12: the end of the last period; one that was cancelled or has no end counts as ending now, which keeps longest. */
function lastActivityMs(periods: HoldFacts['periods'], nowMs: number): number {
  const ends = periods.map(({ validTo }) =>
    validTo === null ? nowMs : Math.min(Date.parse(validTo), nowMs),
  );
  return ends.length === 0 ? nowMs : Math.max(...ends);
}

function monthsAfter(timeMs: number, months: number): number {
  const date = new Date(timeMs);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

function totalOf(rows: readonly { readonly amountCents: number }[]) {
  return { count: rows.length, amountCents: rows.reduce((total, { amountCents }) => total + amountCents, 0) };
}

function latest(times: readonly (string | null)[]): string | null {
  return times.reduce((last, time) => (last !== null && time !== null && last > time ? last : time), null);
}
