import { receiptCharacters } from './fiscal-key.ts';
import type { FiscalRecord } from './record-layout.ts';

/** What a receipt shows so that it can be held against the journal. */
export interface ReceiptMarks {
  /** What the paper is called by: the number of the taking in its chain, in the form of the country. */
  readonly number: string;
  /** Characters of the signature; null where the country shows none. */
  readonly characters: string | null;
  /** Address of a QR of the tax authority, at the head of the paper; null where there is none. */
  readonly qrAddress: string | null;
  /** Sentences that the country wants on the paper. */
  readonly mentions: readonly string[];
}

/** A record in the form of a tax authority, chained beside the journal's own chain. */
export interface Registration {
  /** What it registers: a paper that was issued, or one that is voided. */
  readonly kind: 'alta' | 'anulacion';
  readonly text: string;
  readonly digest: string;
}

/**
 * What a country asks beside the common journal (FJ24). The journal itself, its closings, archives and checks are the same
 * everywhere: a country adds a registration to a taking, marks to a receipt, and a time for which data are kept.
 */
export interface FiscalRules {
  readonly country: 'FR' | 'ES';
  /** Years that line data are kept at least; the network may choose more. */
  readonly keptYearsMin: number;
  /** Why nothing may be sold under these rules by this taxpayer; null when it may. */
  readonly taxpayerFlaw: string | null;
  /**
   * Null where the country has no form of its own. `previous` is the digest of the registration before, empty at first;
   * `original` is the taking that this one undoes.
   */
  registration(taking: FiscalRecord, previous: string, original: FiscalRecord | null): Registration | null;
  receiptMarks(taking: FiscalRecord): ReceiptMarks;
}

/** LPF L102 B: six years at least; ten is the default of the journal (loi 2026-534 art. 36). */
export const fiscalRulesOfFrance: FiscalRules = {
  country: 'FR',
  keptYearsMin: 6,
  taxpayerFlaw: null,
  registration: () => null,
  receiptMarks: (taking) => ({
    number: String(taking.no),
    characters: receiptCharacters(taking.signature),
    qrAddress: null,
    mentions: [],
  }),
};
