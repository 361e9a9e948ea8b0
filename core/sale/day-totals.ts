/** What is compared of a taking of the journal; a `TakingPayload` has it. */
export interface CardTaking {
  readonly type: 'VENTE' | 'AVOIR' | 'ANNUL';
  /** Negative when given back. */
  readonly pay: readonly { readonly means: string; readonly amount: number }[];
}

/** As a terminal tells them: both amounts positive, in cents. */
export interface ToldTotals {
  readonly debits: { readonly count: number; readonly amountCents: number };
  readonly credits: { readonly count: number; readonly amountCents: number };
}

/** Our own card takings of the same time. */
export interface OwnTotals extends ToldTotals {
  /** Of the debits and the credits: how many sales were undone before anything was handed over. */
  readonly undoneCount: number;
}

export type DayComparison =
  | { readonly kind: 'same'; readonly own: OwnTotals }
  | {
      readonly kind: 'different';
      readonly own: OwnTotals;
      /** Positive when the terminal has taken more than the journal says. */
      readonly differenceCents: number;
      /** Positive when the terminal has booked more payments than the journal can explain. */
      readonly differenceCount: number;
      /** One sentence, for the case. */
      readonly words: string;
    };

/** SA26: the card payments of these takings. Other means are no business of the terminal. */
export function cardTotals(takings: readonly CardTaking[]): OwnTotals {
  const payments = takings.flatMap(({ type, pay }) =>
    pay.filter(({ means, amount }) => means === 'CB' && amount !== 0).map(({ amount }) => ({ type, amount })),
  );
  const sumOf = (chosen: typeof payments) => ({
    count: chosen.length,
    amountCents: chosen.reduce((sum, { amount }) => sum + Math.abs(amount), 0),
  });
  return {
    debits: sumOf(payments.filter(({ amount }) => amount > 0)),
    credits: sumOf(payments.filter(({ amount }) => amount < 0)),
    undoneCount: payments.filter(({ type }) => type === 'ANNUL').length,
  };
}

export function netOf({ debits, credits }: ToldTotals): number {
  return debits.amountCents - credits.amountCents;
}

/**
 * Holds what the terminal tells against our own (SA26, SA27). `own` has one entry, or more where an earlier end of day was
 * not heard and either side of it may be where the terminal's totals begin (SA29): the first that fits is taken, and where
 * none fits the difference is told against the first.
 */
export function compareDayTotals(
  told: ToldTotals,
  own: readonly [OwnTotals, ...(readonly OwnTotals[])],
): DayComparison {
  const fitting = own.find((each) => netOf(told) === netOf(each) && unexplainedCount(told, each) === 0);
  if (fitting) return { kind: 'same', own: fitting };
  const [first] = own;
  const differenceCents = netOf(told) - netOf(first);
  const differenceCount = unexplainedCount(told, first);
  return {
    kind: 'different',
    own: first,
    differenceCents,
    differenceCount,
    words: `${moneyWords(differenceCents)}; ${countWords(differenceCount)}`,
  };
}

/** SA27: an undone sale is no payment at all for one terminal, and a payment and a reversal for another. */
function unexplainedCount(told: ToldTotals, own: OwnTotals): number {
  const count = told.debits.count + told.credits.count;
  const most = own.debits.count + own.credits.count;
  const fewest = most - 2 * own.undoneCount;
  if (count > most) return count - most;
  return count < fewest ? count - fewest : 0;
}

function moneyWords(differenceCents: number): string {
  if (differenceCents === 0) return 'the amounts are the same';
  const amount = (Math.abs(differenceCents) / 100).toFixed(2);
  return `the terminal has taken ${amount} ${differenceCents > 0 ? 'more' : 'less'} than the journal says`;
}

function countWords(differenceCount: number): string {
  if (differenceCount === 0) return 'as many payments';
  const count = Math.abs(differenceCount);
  return `${count} ${count === 1 ? 'payment' : 'payments'} ${differenceCount > 0 ? 'too many' : 'too few'}`;
}
