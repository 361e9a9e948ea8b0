import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { flawOfLines } from '@portillon/core/sale/flaw-of-lines.ts';
import type { ReadEventOf } from '@portillon/core/wire/event.ts';
import type { OrderKind } from '@portillon/core/wire/messages.ts';
import type { Facts } from './event-facts.ts';
import { insert, placeOf, type RowChange, update } from './row-change.ts';
import { flawOfSale, saleRow } from './sale-row.ts';

/** What the kiosk tells of an order that it carried out. */
export type OrderResult = ReadEventOf<'sale.refunded' | 'card.replaced'>;

/** W-ORDER-5, W-ORDER-7, W-ORDER-19. */
export function saleRefunded(event: ReadEventOf<'sale.refunded'>, facts: Facts): Result<RowChange[], string> {
  const flaw = orderFlaw('refund', event, facts);
  if (flaw !== null) return err(flaw);
  const { order, reporter } = facts;
  if (facts.saleClubId === null) return err('the base knows no such sale');
  if (facts.saleClubId !== reporter.clubId) return err('the sale was made in another club');
  if (order && order.saleId !== event.saleId) return err('the order is for another sale');
  const rows = [
    insert('refunds', {
      id: event.refundId,
      reference: event.refundReference,
      order_id: order?.orderId ?? null,
      sale_id: event.saleId,
      ...placeOf(reporter),
      at: event.at,
      total_cents: event.totalCents,
      lines: JSON.stringify(event.lines),
      payment: JSON.stringify(event.payment),
      fiscal_record_no: event.fiscal.recordNo,
      fiscal_characters: event.fiscal.characters,
    }),
  ];
  if (order?.endsMembership && order.memberId === null) {
    rows.push(update('credentials', { status: 'blocked' }, { sale_id: event.saleId, status: 'active' }));
  } else if (order?.endsMembership) {
    rows.push(
      // All of the member's, also a period and a card that came after those of this sale.
      update('memberships', { status: 'cancelled' }, { member_id: order.memberId }),
      update('credentials', { status: 'blocked' }, { member_id: order.memberId }),
      update('mandates', { status: 'cancelled' }, { member_id: order.memberId }),
      update(
        'orders',
        { status: 'cancelled', closed_at: event.at },
        { member_id: order.memberId, kind: 'card-replacement', status: 'open' },
      ),
      update(
        'orders',
        { status: 'cancelled', closed_at: event.at },
        { member_id: order.memberId, kind: 'collection', status: 'open' },
      ),
    );
  }
  return ok([...rows, ...collected(event, event.refundId, facts, tooMuchBack(event, facts))]);
}

/** W-ORDER-5, W-ORDER-6, W-ORDER-7. */
export function cardReplaced(event: ReadEventOf<'card.replaced'>, facts: Facts): Result<RowChange[], string> {
  const flaw = orderFlaw('card-replacement', event, facts);
  if (flaw !== null) return err(flaw);
  const { order, replaced, reporter } = facts;
  if (!replaced) return err('the base does not know the card that is replaced');
  if (order && order.credentialId !== event.replacedCredentialId) return err('the order is for another card');
  const wrong = flawOfSale(event, reporter);
  if (wrong !== null) return err(wrong);
  const isCard = event.credential.cardUid !== null;
  return ok([
    saleRow(event, replaced.memberId, reporter),
    insert('credentials', {
      id: event.credential.credentialId,
      kind: isCard ? 'card' : 'ticket',
      card_uid: event.credential.cardUid,
      member_id: replaced.memberId,
      plan_id: replaced.planId,
      home_club_id: replaced.homeClubId,
      sale_id: event.saleId,
      valid_from: event.credential.validFrom,
      // Of today, not of when the kiosk last heard of it; a ticket that stands in for a pass says itself when it ends.
      valid_to: isCard ? replaced.validTo : event.credential.validTo,
      single_use: false,
      // W-ORDER-10: the kiosk may not have heard of the end.
      status: replaced.hasEnded ? 'blocked' : 'active',
    }),
    update('credentials', { status: 'blocked' }, { id: event.replacedCredentialId }),
    ...(replaced.wasReplaced ? [orderCase(event, facts, 'the card was replaced before: two are out')] : []),
    ...(replaced.hasEnded
      ? [orderCase(event, facts, 'the membership has ended: the card opens nothing')]
      : []),
    ...collected(event, event.saleId, facts),
  ]);
}

/** Why an order cannot have been carried out so; null when it can. One that the base has lost hinders nothing. */
function orderFlaw(kind: OrderKind, event: OrderResult, { order, reporter }: Facts): string | null {
  const flaw = flawOfLines(event.lines, event.totalCents);
  if (flaw !== null) return flaw;
  if (!order) return null;
  if (order.status === 'collected') return 'the order was carried out before';
  // W-ORDER-13: a collection is told to the box as the replacement of a card.
  if ((order.kind === 'collection' ? 'card-replacement' : order.kind) !== kind)
    return 'the order is of another kind';
  if (order.edgeId !== reporter.edgeId) return 'the order is for another box';
  if (order.amountCents !== event.totalCents) return `the order says ${order.amountCents} cents`;
  return null;
}

/** W-ORDER-19: the money is out, so that it is taken in all the same; null where no more went back than was paid. */
function tooMuchBack({ totalCents }: ReadEventOf<'sale.refunded'>, { saleMoney }: Facts): string | null {
  if (!saleMoney) return null;
  const backCents = saleMoney.givenBackCents + totalCents;
  if (backCents <= saleMoney.paidCents) return null;
  return `${backCents} cents were given back of a sale for which ${saleMoney.paidCents} were paid`;
}

/**
 * The order is done, and so is the case it was made for. What was not open any more, or went wrong in another way, is done all
 * the same, with a case.
 */
function collected(
  event: OrderResult,
  resultId: string,
  facts: Facts,
  wrong: string | null = null,
): RowChange[] {
  const { order } = facts;
  const notOpen = !order
    ? 'the base knows no such order'
    : order.status === 'open'
      ? null
      : `the order was ${order.status}`;
  const why = [notOpen, wrong].filter((each) => each !== null).join('; ');
  const cases = why === '' ? [] : [orderCase(event, facts, why)];
  if (!order) return cases;
  const rows = [
    update(
      'orders',
      { status: 'collected', closed_at: event.at, result_id: resultId },
      { id: order.orderId },
    ),
  ];
  rows.push(...cases);
  if (order.caseId !== null) {
    rows.push({
      do: 'insert',
      table: 'case_settlements',
      unlessThere: true,
      row: {
        case_id: order.caseId,
        settled_at: event.at,
        user_id: order.madeBy.userId,
        user_name: order.madeBy.name,
        outcome: event.type === 'sale.refunded' ? 'refunded-at-terminal' : 'card-handed-over',
        words: event.type === 'sale.refunded' ? event.refundReference : event.saleReference,
      },
    });
  }
  return rows;
}

/** What an order led to that it should not have: money or a card is out, and a person must look. */
export function orderCase(
  event: OrderResult,
  facts: Pick<Facts, 'reporter' | 'newCaseId'>,
  detail: string,
): RowChange {
  return insert('cases', {
    id: facts.newCaseId(),
    ...placeOf(facts.reporter),
    at: event.at,
    kind: 'order-not-open',
    sale_id: event.saleId,
    sale_reference: event.type === 'sale.refunded' ? event.refundReference : event.saleReference,
    amount_cents: event.totalCents,
    detail: detail.slice(0, 400),
  });
}
