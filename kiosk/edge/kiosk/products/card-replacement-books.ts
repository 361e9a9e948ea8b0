import { isoTime } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import { endOf } from '../draw-up-order.ts';
import { type CardReplacementSale, handedCredential } from '../sale-in-progress.ts';
import { bridgeRecord, cardRecord } from './credential-rows.ts';
import { moneyOf, type SaleBooks } from './sale-books.ts';

/** Another card, or ticket (SA83), of the same membership; what it stands in for opens nothing any more. */
export function cardReplacementBooks(sale: CardReplacementSale): SaleBooks {
  const { card, orderId, replaced } = sale;
  const handed = handedCredential(sale);
  invariant(handed, 'a replacement is handed over');
  return {
    customerId: handed.memberId,
    attachments: [],
    order: { orderId, backOfSale: null, backCents: 0 },
    creditOf: null,
    event: (recorded) => {
      invariant(!card || card.cardUid, 'a card that is handed over was staged');
      return {
        ...moneyOf(sale, recorded),
        type: 'card.replaced',
        orderId,
        replacedCredentialId: replaced.credentialId,
        credential: {
          credentialId: handed.credentialId,
          cardUid: card ? card.cardUid : null,
          validFrom: isoTime(handed.validFromMs),
          validTo: card ? endOf(card) : isoTime(sale.bridge.ticketToMs),
        },
        payment: recorded.payment,
        fiscal: recorded.fiscal,
      };
    },
    credentials: (status) => [
      {
        credentialId: handed.credentialId,
        asOf: replaced.credentialId,
        record: {
          ...(card ? cardRecord(sale, card, status) : bridgeRecord(sale, sale.bridge, status)),
          // A ticket leads to the pass before the base is heard of again: what it stands for goes with it.
          ...(card || !replaced.record.account ? {} : { account: replaced.record.account }),
          ...(card || !replaced.record.standing ? {} : { standing: replaced.record.standing }),
        },
      },
      { credentialId: replaced.credentialId, record: { ...replaced.record, status: 'blocked' } },
    ],
  };
}
