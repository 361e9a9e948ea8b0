import { invariant } from '../base/invariant.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { sha256Hex } from '../crypto/digest.ts';
import { type ClosingPayload, totalsOfClosings } from './closing.ts';
import { head, type RecordPlace, signedRecord } from './compose-record.ts';
import { fiscalSignatureHolds, keyId } from './fiscal-key.ts';
import { type FiscalRecord, readFields } from './record-layout.ts';
import { allTills, type StoreClosingPayload, storeClosingPayloadSchema } from './store-closing-payload.ts';
import { vatText } from './vat-row.ts';

/** A till's closing and the signature that makes it findable. */
export interface SignedClosing {
  readonly closing: ClosingPayload;
  readonly signature: string;
}

export interface StoreClosingFacts {
  /** Of one establishment and one period, one a till. */
  readonly closings: readonly SignedClosing[];
  readonly earlier: readonly SignedClosing[];
  readonly missing: readonly string[];
  readonly corrects: number;
  readonly operator: string;
}

/** Everything of the payload that follows from the tills' own closings. Throws (a bug) when they are not of one period. */
export function storeTotals(closings: readonly SignedClosing[], earlier: readonly SignedClosing[]) {
  const [first] = closings;
  invariant(first, 'a closing over all tills sums up one at least');
  const { est, level, period, to } = first.closing;
  invariant(
    closings.every(({ closing }) => closing.est === est && closing.period === period),
    'closings of one establishment and one period',
  );
  const { tickets, ...totals } = totalsOfClosings(closings.map(({ closing }) => closing));
  const { sales, refunds, cancelled } = tickets;
  const all = [...closings, ...earlier].map(({ closing }) => closing);
  const sum = (read: (closing: ClosingPayload) => number) =>
    all.reduce((total, closing) => total + read(closing), 0);
  return {
    est,
    level,
    period,
    // A till that began within a month has a shorter one.
    from: closings.map(({ closing }) => closing.from).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? to,
    to,
    tills: closings.map(({ closing, signature }) => ({
      till: closing.till,
      no: closing.no,
      signature,
      sales: closing.tickets.sales,
      refunds: closing.tickets.refunds,
      cancelled: closing.tickets.cancelled,
      total: closing.total,
    })),
    earlier: earlier.map(({ closing: { till, no }, signature }) => ({ till, no, signature })),
    sales,
    refunds,
    cancelled,
    ...totals,
    perpSigned: sum(({ perpSigned }) => perpSigned),
    perpAbs: sum(({ perpAbs }) => perpAbs),
    perpHt: sum(({ perpHt }) => perpHt),
  };
}

/** A `C1` over all tills of an establishment. `place` is the next place of its own chain; its till is `*`. */
export function composeStoreClosing(
  place: Omit<RecordPlace, 'est' | 'till'>,
  { closings, earlier, missing, corrects, operator }: StoreClosingFacts,
): { readonly record: FiscalRecord; readonly payload: StoreClosingPayload } {
  const totals = storeTotals(closings, earlier);
  const here = { ...place, est: totals.est, till: allTills };
  const payload = storeClosingPayloadSchema.parse({
    ...head(here),
    ...totals,
    missing: [...missing],
    corrects,
    operator,
    software: place.software,
  });
  const text = canonicalJson(payload);
  const record = signedRecord(
    'C',
    here,
    {
      level: payload.level,
      period: payload.period.replaceAll('-', ''),
      // Numbers of tickets are each till's own.
      firstTicket: '0',
      lastTicket: '0',
      vat: vatText(payload.vat),
      total: String(payload.total),
      perp: String(payload.perpSigned),
      perpAbs: String(payload.perpAbs),
      payload: sha256Hex(text),
    },
    text,
  );
  return { record, payload };
}

/**
 * The first thing that does not hold in the closings of an establishment, in order from the first one; null when all hold.
 * `closingOf` gives a till's own closing by its name and number, null where it is not to be had; `keys` are public keys by
 * their id.
 */
export function storeClosingsProblem(
  records: readonly FiscalRecord[],
  keys: ReadonlyMap<string, string>,
  closingOf: (till: string, no: number) => SignedClosing | null,
): string | null {
  let previous = '';
  for (const [index, record] of records.entries()) {
    const problem = problemOf(record, index + 1, previous, keys, closingOf);
    if (problem) return `C1 of all tills, number ${index + 1}: ${problem}`;
    previous = record.signature;
  }
  return null;
}

function problemOf(
  { text, payload, signature }: FiscalRecord,
  no: number,
  previous: string,
  keys: ReadonlyMap<string, string>,
  closingOf: (till: string, no: number) => SignedClosing | null,
): string | null {
  const fields = readFields('C1', text);
  const key = fields && keys.get(fields.kid);
  if (!fields || fields.till !== allTills) return 'it is no closing over all tills';
  if (!key || keyId(Buffer.from(key, 'base64')) !== fields.kid) return 'its key is not known';
  if (!fiscalSignatureHolds(key, text, signature)) return 'its signature does not hold';
  if (fields.no !== String(no) || fields.prev !== previous) return 'it does not follow the one before it';
  if (payload === null || sha256Hex(payload) !== fields.payload)
    return 'its payload is not the one that was signed';
  const content = storeClosingPayloadSchema.parse(JSON.parse(payload));
  const found = [...content.tills, ...content.earlier].map((named) => ({
    named,
    closing: closingOf(named.till, named.no),
  }));
  const absent = found.find(({ closing }) => !closing);
  if (absent) return `closing ${absent.named.no} of till ${absent.named.till} is not there`;
  const other = found.find(({ named, closing }) => closing?.signature !== named.signature);
  if (other) return `closing ${other.named.no} of till ${other.named.till} is another one`;
  const signed = found.flatMap(({ closing }) => closing ?? []);
  const totals = storeTotals(signed.slice(0, content.tills.length), signed.slice(content.tills.length));
  const same = Object.entries(totals).every(
    ([name, value]) => canonicalJson(value) === canonicalJson(content[name as keyof StoreClosingPayload]),
  );
  if (!same) return 'it is not the sum of the closings that it names';
  const summary = [content.total, content.perpSigned, content.perpAbs].map(String);
  if (summary.join() !== [fields.total, fields.perp, fields.perpAbs].join())
    return 'its string and its payload do not agree';
  return null;
}
