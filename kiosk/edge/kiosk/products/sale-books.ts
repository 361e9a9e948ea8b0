import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import { invariant } from '@portillon/core/base/invariant.ts';
import type { EventOf, TakingEvent } from '@portillon/core/wire/event.ts';
import type { UsedOrder } from '../../../store/used-orders.ts';
import type { SaleInProgress } from '../sale-in-progress.ts';
import type { FiscalMark } from '../sale-records.ts';
import type { CredentialRow } from './credential-rows.ts';

/** What is known when the sale is recorded. */
export interface Recorded {
  /** Both null where nothing was to be paid (SA60). */
  readonly payment: SaleInProgress['payment'];
  readonly fiscal: FiscalMark | null;
  readonly atMs: number;
}

/** What one kind of product leaves in the books; the money itself is written alike for all of them. */
export interface SaleBooks {
  /** Who the taking is for, an id of our own; null where nobody in particular. */
  readonly customerId: string | null;
  /** Digests of the sealed documents that the event names. */
  readonly attachments: readonly string[];
  /** What staff are told of in the same transaction, where something is left for them to do. */
  readonly opensCase?: 'mandate-missing';
  /** The order that it carries out, and what that gives back of which sale; null where there is none (SA62). */
  readonly order: Omit<UsedOrder, 'outcome'> | null;
  /** Number of the taking that money is given back for; null where money comes in. */
  readonly creditOf: number | null;
  event(recorded: Recorded): TakingEvent | EventOf<'sale.refunded'>;
  /** What the customer may enter with from now on, or no more. */
  credentials(status: CredentialRecord['status']): readonly CredentialRow[];
}

/** The part of the event that is alike for everything that is sold. */
export function moneyOf(sale: SaleInProgress, { atMs }: Recorded) {
  return {
    saleId: sale.saleId,
    saleReference: sale.saleReference,
    at: isoTime(atMs),
    legalEntityId: sale.legalEntityId,
    language: sale.language,
    lines: sale.lines.map((line) => ({ ...line })),
    totalCents: sale.totalCents,
  };
}

/** The payment and its record in the journal, of a sale that was paid. */
export function paidOf({ payment, fiscal }: Recorded) {
  invariant(payment && fiscal, 'what was paid is in the journal');
  return { payment, fiscal };
}
