import { isoTime } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { endOf } from '../draw-up-order.ts';
import type { CardReplacementSale } from '../sale-in-progress.ts';
import { cardRecord } from './credential-rows.ts';
import { moneyOf, type SaleBooks } from './sale-books.ts';

/** Another card of the same membership; the one it stands in for opens nothing any more. */
export function cardReplacementBooks(sale: CardReplacementSale): SaleBooks {
  const { card, orderId, replaced } = sale;
  return {
    customerId: card.memberId,
    attachments: [],
    order: { orderId, backOfSale: null, backCents: 0 },
    creditOf: null,
    event: (recorded) => {
      invariant(card.cardUid, 'a card that is handed over was staged');
      return {
        ...moneyOf(sale, recorded),
        type: 'card.replaced',
        orderId,
        replacedCredentialId: replaced.credentialId,
        credential: {
          credentialId: card.credentialId,
          cardUid: card.cardUid,
          validFrom: isoTime(card.validFromMs),
          validTo: endOf(card),
        },
        payment: recorded.payment,
        fiscal: recorded.fiscal,
      };
    },
    credentials: (status) => [
      { credentialId: card.credentialId, record: cardRecord(sale, card, status) },
      { credentialId: replaced.credentialId, record: { ...replaced.record, status: 'blocked' } },
    ],
  };
}
