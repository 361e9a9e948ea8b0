import { flawOfLines } from '@portillon/core/sale/flaw-of-lines.ts';
import type { ReadEventOf, TakingEvent } from '@portillon/core/wire/event.ts';
import { insert, placeOf, type Reporter, type RowChange } from './row-change.ts';

/** What was sold, by the event that tells of it. */
const products = {
  'sale.completed': 'membership',
  'membership.renewed': 'renewal',
  'debt.settled': 'debt',
  'day-entry.sold': 'day-entry',
  'card.replaced': 'card-replacement',
} as const satisfies Record<SaleOfMoney['type'], string>;

/** The row that every sale has; one that is nobody's in particular names no member. */
export function saleRow(
  event: SaleOfMoney,
  memberId: string | null,
  reporter: Reporter,
  consents: ReadEventOf<'sale.completed'>['consents'] = [],
): RowChange {
  return insert('sales', {
    id: event.saleId,
    product: products[event.type],
    reference: event.saleReference,
    ...placeOf(reporter),
    legal_entity_id: event.legalEntityId,
    member_id: memberId,
    at: event.at,
    language: event.language,
    total_cents: event.totalCents,
    lines: JSON.stringify(event.lines),
    payment: JSON.stringify(event.payment),
    consents: JSON.stringify(consents),
    fiscal_record_no: event.fiscal?.recordNo ?? null,
    fiscal_characters: event.fiscal?.characters ?? null,
  });
}

type SaleOfMoney = ReadEventOf<TakingEvent['type']>;

/** Why a sale is not one of this club, or does not add up; null when it is and does. */
export function flawOfSale(event: SaleOfMoney, reporter: Reporter): string | null {
  if (event.legalEntityId !== reporter.legalEntityId) {
    return 'the legal entity of the sale is not the one that sells in this club';
  }
  return flawOfLines(event.lines, event.totalCents);
}
