import { invariant } from '../base/invariant.ts';
import { neutralText } from './fiscal-text.ts';

/**
 * The strings that are signed (FJ1 to FJ5): fields in this order, joined by `,`. The shape follows NF525 as far as it is
 * public, so that an auditor of tills finds his way.
 */
export const layouts = {
  /** A taking: money taken or given back. */
  T1: fields('type', 'vat', 'total', 'perp', 'perpAbs', 'payload'),
  /** The same while practising: a chain of its own, no totals. */
  X1: fields('type', 'vat', 'total', 'operator', 'payload'),
  /** A duplicate of a receipt. */
  D1: fields('origType', 'origNo', 'copyNo', 'channel', 'operator'),
  /** A closing of a day (J), month (M), year (A). */
  C1: fields('level', 'period', 'firstTicket', 'lastTicket', 'vat', 'total', 'perp', 'perpAbs', 'payload'),
  /** An event of the till. */
  J1: fields('code', 'label', 'operator', 'payload'),
  /** An archive that was made. */
  A1: fields('from', 'to', 'vat', 'total', 'perp', 'payload'),
} as const;

function fields<const Own extends readonly string[]>(...own: Own) {
  return ['kind', 'est', 'till', 'kid', 'no', 'dt', 'tz', ...own, 'first', 'prev'] as const;
}

export type RecordKind = keyof typeof layouts;
/** A chain is named by the letter of its records. */
export type Chain = 'T' | 'X' | 'D' | 'C' | 'J' | 'A';
export const chains: readonly Chain[] = ['T', 'X', 'D', 'C', 'J', 'A'];
const kinds = { T: 'T1', X: 'X1', D: 'D1', C: 'C1', J: 'J1', A: 'A1' } as const;

export function kindOf<C extends Chain>(chain: C): (typeof kinds)[C] {
  return kinds[chain];
}

type Field<K extends RecordKind> = Exclude<(typeof layouts)[K][number], 'kind'>;
export type FieldsOf<K extends RecordKind> = Readonly<Record<Field<K>, string>>;

/** A record as it is kept for ever: the string, the JSON it covers, the signature over the string. */
export interface FiscalRecord {
  readonly chain: Chain;
  /** From 1, without gaps, in its chain. */
  readonly no: number;
  readonly text: string;
  /** Frozen canonical JSON; null for a duplicate, whose string says everything. */
  readonly payload: string | null;
  readonly signature: string;
}

/** The string of a record. Every field is neutralised, so that none can become two. */
export function recordText<K extends RecordKind>(kind: K, values: FieldsOf<K>): string {
  const texts = new Map<string, string>(Object.entries(values));
  return layouts[kind]
    .map((field) => {
      if (field === 'kind') return kind;
      const text = texts.get(field);
      invariant(text !== undefined, `a ${kind} has its field ${field}`);
      // The VAT list is joined by `|` and made here of numbers only.
      return field === 'vat' ? text : neutralText(text);
    })
    .join(',');
}

/** The fields of a string, by name. Null when it is no string of this kind. */
export function readFields<K extends RecordKind>(kind: K, text: string): FieldsOf<K> | null {
  const parts = text.split(',');
  const layout = layouts[kind];
  if (parts.length !== layout.length || parts[0] !== kind) return null;
  return Object.fromEntries(layout.map((field, index) => [field, parts[index] ?? ''])) as FieldsOf<K>;
}
