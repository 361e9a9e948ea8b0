import { isoTime } from '@portillon/core/base/clock.ts';
import type { DebtSale, RenewalSale } from '../sale-in-progress.ts';
import type { CredentialRow } from './credential-rows.ts';
import { moneyOf, paidOf, type SaleBooks } from './sale-books.ts';

/** A period more for a member who is known: no person, no card, no contract. */
export function renewalBooks(sale: RenewalSale): SaleBooks {
  const { memberId, membershipId, planId, period } = sale;
  return {
    ...accountBooks(sale, { credentialId: sale.credentialId, record: sale.recordAfter }),
    event: (recorded) => ({
      ...moneyOf(sale, recorded),
      ...paidOf(recorded),
      type: 'membership.renewed',
      memberId,
      membershipId,
      planId,
      from: isoTime(period.fromMs),
      to: isoTime(period.toMs),
    }),
  };
}

/** What a member owed, paid. */
export function debtBooks(sale: DebtSale): SaleBooks {
  const { memberId, debtIds } = sale;
  const { credentialId, recordAfter } = sale;
  return {
    ...accountBooks(sale, { credentialId, record: recordAfter, asOf: credentialId }),
    event: (recorded) => ({
      ...moneyOf(sale, recorded),
      ...paidOf(recorded),
      type: 'debt.settled',
      memberId,
      debtIds: [...debtIds],
    }),
  };
}

function accountBooks(sale: RenewalSale | DebtSale, row: CredentialRow): Omit<SaleBooks, 'event'> {
  return {
    customerId: sale.memberId,
    attachments: [],
    order: null,
    creditOf: null,
    // What is undone before it was recorded has changed nothing: the card keeps what it was good for.
    credentials: (status) => (status === 'active' ? [row] : []),
  };
}
