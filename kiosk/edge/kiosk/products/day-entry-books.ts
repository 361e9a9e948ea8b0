import { isoTime } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { DayEntrySale } from '../sale-in-progress.ts';
import { ticketRows } from './credential-rows.ts';
import { moneyOf, paidOf, type SaleBooks } from './sale-books.ts';

/** One ticket, and nobody's name. */
export function dayEntryBooks(sale: DayEntrySale): SaleBooks {
  const { planId, agreedAtMs } = sale;
  return {
    customerId: null,
    attachments: [],
    order: null,
    creditOf: null,
    event: (recorded) => {
      const [ticket] = sale.tickets;
      invariant(ticket, 'a day entry is a ticket');
      return {
        ...moneyOf(sale, recorded),
        ...paidOf(recorded),
        ...paidOf(recorded),
        type: 'day-entry.sold',
        planId,
        ticket: {
          credentialId: ticket.credentialId,
          validFrom: isoTime(agreedAtMs),
          validTo: isoTime(ticket.validToMs),
        },
      };
    },
    credentials: (status) => ticketRows(sale, { memberId: null, planId }, status),
  };
}
