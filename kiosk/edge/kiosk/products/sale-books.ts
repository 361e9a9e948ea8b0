import type { CredentialRecord } from '@portillon/core/access/access-facts.ts';
import { isoTime } from '@portillon/core/base/clock.ts';
import type { TakingEvent } from '@portillon/core/wire/event.ts';
import type { SaleInProgress } from '../sale-in-progress.ts';
import type { FiscalMark } from '../sale-records.ts';
import type { CredentialRow } from './credential-rows.ts';

/** What is known when the sale is recorded. */
export interface Recorded {
  readonly payment: NonNullable<SaleInProgress['payment']>;
  readonly fiscal: FiscalMark;
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
  event(recorded: Recorded): TakingEvent;
  /** What the customer may enter with from now on, or no more. */
  credentials(status: CredentialRecord['status']): readonly CredentialRow[];
}

/** The part of the event that is alike for everything that is sold. */
export function moneyOf(sale: SaleInProgress, { payment, fiscal, atMs }: Recorded) {
  return {
    saleId: sale.saleId,
    saleReference: sale.saleReference,
    at: isoTime(atMs),
    legalEntityId: sale.legalEntityId,
    language: sale.language,
    lines: sale.lines.map((line) => ({ ...line })),
    totalCents: sale.totalCents,
    payment,
    fiscal,
  };
}
