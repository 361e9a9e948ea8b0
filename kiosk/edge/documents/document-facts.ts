import type { SaleLine } from '@portillon/core/sale/pricing.ts';
import type { EventOf } from '@portillon/core/wire/event.ts';

/** Who sells: printed on every document of money. */
export interface SellerFacts {
  readonly name: string;
  readonly address: string;
  readonly siret: string;
  readonly vatNumber: string;
  /** Creditor of direct debits (ICS), where it collects any. */
  readonly creditorId?: string | undefined;
}

/** Where and in which language a document is made. */
export interface PlaceFacts {
  readonly language: 'fr' | 'en';
  readonly seller: SellerFacts;
  readonly clubName: string;
  /** Name of the kiosk, which is a till in the sense of the law. */
  readonly till: string;
  readonly timeZone: string;
  /** Made for practice: everything it leaves behind says so (BOFiP BOI-TVA-DECLA-30-10-30, § 150). */
  readonly training: boolean;
}

/** What the fiscal journal says of a sale. */
export interface FiscalFacts {
  /** What the paper is called by: the number of its record, without gaps on this till, in the form of the country. */
  readonly number: string;
  /** The 3rd, 7th, 13th and 19th character of the record's signature; null where the country shows none. */
  readonly signatureMark: string | null;
  /** What a tax authority wants at the head of the paper; null where there is none. */
  readonly authority: { readonly qrAddress: string; readonly mentions: readonly string[] } | null;
}

/** Everything that a sale's receipt and its electronic note say; both are made from the same facts. */
export interface SaleFacts extends PlaceFacts {
  readonly saleReference: string;
  /** The note names the client (arrêté 83-50/A, art. 3). */
  readonly customerName: string;
  /** When money was taken. */
  readonly atMs: number;
  readonly lines: readonly SaleLine[];
  readonly totalCents: number;
  readonly payment: EventOf<'sale.completed'>['payment'];
  /** Set on a credit note: the record and the reference of the sale that money is given back for; amounts are below zero. */
  readonly credit?: { readonly originalNo: number; readonly saleReference: string };
  /** Null while the journal has no record of the sale. */
  readonly fiscal: FiscalFacts | null;
  /** 0 for the original; n for the n-th duplicate. */
  readonly copyNo: number;
  /** Name and version of this program. */
  readonly software: string;
}
