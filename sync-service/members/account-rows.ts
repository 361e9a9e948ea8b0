import { err, ok, type Result } from '@portillon/core/base/result.ts';
import type { ReadEventOf, TakingEvent } from '@portillon/core/wire/event.ts';
import { priceDiffers } from './charged-price.ts';
import type { Facts, KnownPeriod } from './event-facts.ts';
import { insert, placeOf, type RowChange, update } from './row-change.ts';
import { flawOfSale, saleRow } from './sale-row.ts';

/** The plan that applies at a moment: that of the period begun last, or of the first one before any has. */
export function planAt(periods: readonly KnownPeriod[], atMs: number): string | null {
  const begun = periods.filter(({ validFrom }) => Date.parse(validFrom) <= atMs);
  return (begun.at(-1) ?? periods[0])?.planId ?? null;
}

/** W-ACCOUNT-3, W-ACCOUNT-4. */
export function membershipRenewed(
  event: ReadEventOf<'membership.renewed'>,
  facts: Facts,
): Result<RowChange[], string> {
  const { reporter, account } = facts;
  const flaw = flawOfSale(event, reporter);
  if (flaw !== null) return err(flaw);
  if (!account) return err('the base knows no such member');
  if (Date.parse(event.to) <= Date.parse(event.from)) return err('the period ends before it begins');
  const sale = saleRow(event, event.memberId, reporter);
  if (account.periods.length === 0) {
    return ok([sale, paidNotServed(event, 'the membership has ended: no card opens for the period', facts)]);
  }
  const isTaken = account.periods.some(
    ({ validFrom, validTo }) =>
      Date.parse(validFrom) < Date.parse(event.to) &&
      (validTo === null || Date.parse(validTo) > Date.parse(event.from)),
  );
  if (isTaken) {
    return ok([
      sale,
      paidTwice(event, event.totalCents, `a period from ${event.from} on was paid for before`, facts),
    ]);
  }
  const period = {
    membershipId: event.membershipId,
    planId: event.planId,
    validFrom: event.from,
    validTo: event.to,
  };
  // After a restore of the base a later period may have come before this one.
  const periods = [...account.periods, period].sort(
    (one, other) => Date.parse(one.validFrom) - Date.parse(other.validFrom),
  );
  return ok([
    sale,
    insert('memberships', {
      id: event.membershipId,
      member_id: event.memberId,
      plan_id: event.planId,
      club_id: reporter.clubId,
      sale_id: event.saleId,
      valid_from: event.from,
      valid_to: event.to,
      status: 'active',
    }),
    // Not of a ticket that stands in for a pass: it has an end of its own.
    ...['card', 'pass'].map((kind) =>
      update(
        'credentials',
        { valid_to: periods.at(-1)?.validTo ?? null, plan_id: planAt(periods, Date.parse(event.at)) },
        { member_id: event.memberId, kind },
      ),
    ),
    ...priceDiffers(event, facts),
  ]);
}

/** W-ACCOUNT-5, W-ACCOUNT-6. */
export function debtSettled(event: ReadEventOf<'debt.settled'>, facts: Facts): Result<RowChange[], string> {
  const { reporter, account } = facts;
  const flaw = flawOfSale(event, reporter);
  if (flaw !== null) return err(flaw);
  if (!account) return err('the base knows no such member');
  const rows = [saleRow(event, event.memberId, reporter)];
  const before: string[] = [];
  let twiceCents = 0;
  if (event.lines.length !== new Set(event.debtIds).size) return err('there is one line a debt');
  for (const debtId of new Set(event.debtIds)) {
    const debt = account.debts.find((known) => known.debtId === debtId);
    if (!debt) return err('the base knows no such debt');
    if (debt.memberId !== event.memberId) return err('the debt is another member’s');
    if (debt.legalEntityId !== event.legalEntityId) return err('the debt is owed to another legal entity');
    const line = event.lines.find(({ productId }) => productId === debtId);
    if (line?.grossCents !== debt.amountCents) return err('the line of a debt is not its amount');
    if (debt.settledBySale === null) {
      rows.push(
        update(
          'debts',
          { settled_at: event.at, settled_by_sale: event.saleId },
          { member_id: event.memberId, id: debtId },
        ),
      );
    } else {
      twiceCents += debt.amountCents;
      before.push(`debt ${debtId} was settled by sale ${debt.settledBySale}`);
    }
  }
  if (twiceCents > 0) rows.push(paidTwice(event, twiceCents, before.join('; '), facts));
  return ok(rows);
}

/** Money that was received twice is never passed over: staff give it back, or the member gets something for it. */
function paidTwice(
  event: ReadEventOf<'membership.renewed' | 'debt.settled'>,
  amountCents: number,
  detail: string,
  facts: Facts,
): RowChange {
  return moneyCase('paid-twice', event, amountCents, detail, facts);
}

/** W-ACCOUNT-7: money for something that the base cannot give, or does not understand. */
export function paidNotServed(
  event: ReadEventOf<TakingEvent['type']>,
  detail: string,
  facts: Pick<Facts, 'reporter' | 'newCaseId'>,
): RowChange {
  return moneyCase('paid-not-served', event, event.totalCents, detail, facts);
}

function moneyCase(
  kind: 'paid-twice' | 'paid-not-served',
  event: ReadEventOf<TakingEvent['type']>,
  amountCents: number,
  detail: string,
  { reporter, newCaseId }: Pick<Facts, 'reporter' | 'newCaseId'>,
): RowChange {
  return insert('cases', {
    id: newCaseId(),
    ...placeOf(reporter),
    at: event.at,
    kind,
    sale_id: event.saleId,
    sale_reference: event.saleReference,
    amount_cents: amountCents,
    detail: detail.slice(0, 400),
  });
}
