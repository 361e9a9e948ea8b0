import type { SaleInProgress } from '../sale-in-progress.ts';
import { debtBooks, renewalBooks } from './account-books.ts';
import { cardReplacementBooks } from './card-replacement-books.ts';
import { dayEntryBooks } from './day-entry-books.ts';
import { membershipBooks } from './membership-books.ts';
import { refundBooks } from './refund-books.ts';
import type { SaleBooks } from './sale-books.ts';

/** What is sold decides what is written. */
export function booksOf(sale: SaleInProgress): SaleBooks {
  switch (sale.product) {
    case 'membership':
      return membershipBooks(sale);
    case 'day-entry':
      return dayEntryBooks(sale);
    case 'renewal':
      return renewalBooks(sale);
    case 'debt':
      return debtBooks(sale);
    case 'refund':
      return refundBooks(sale);
    case 'card-replacement':
      return cardReplacementBooks(sale);
  }
}
