import { isoTime } from '@portillon/core/base/clock.ts';
import type { RefundSale } from '../sale-in-progress.ts';
import { paidOf, type SaleBooks } from './sale-books.ts';

/** Money given back: a credit note in the journal, and what ended with it. */
export function refundBooks(sale: RefundSale): SaleBooks {
  const { original, orderId, saleId, totalCents } = sale;
  return {
    customerId: sale.memberId,
    attachments: [],
    order: { orderId, backOfSale: original.saleId, backCents: totalCents },
    creditOf: original.recordNo,
    event: (recorded) => ({
      ...paidOf(recorded),
      type: 'sale.refunded',
      refundId: saleId,
      refundReference: sale.saleReference,
      at: isoTime(recorded.atMs),
      orderId,
      saleId: original.saleId,
      originalRecordNo: original.recordNo,
      language: sale.language,
      lines: sale.lines.map((line) => ({ ...line })),
      totalCents,
    }),
    credentials: () =>
      sale.ends.map(({ credentialId, record }) => ({
        credentialId,
        record: {
          ...record,
          status: 'blocked',
          ...(record.account ? { account: { ...record.account, status: 'cancelled' } } : {}),
        },
      })),
  };
}
