import { canonicalJson } from '../crypto/canonical-json.ts';
import { sha256Hex } from '../crypto/digest.ts';
import { type ClosingPayload, closingPayloadSchema, type PeriodTotals } from './closing.ts';
import type { DueClosing } from './due-closings.ts';
import {
  eventPayloadSchema,
  type FiscalEventDetail,
  type FiscalEventKind,
  fiscalEvents,
} from './fiscal-event.ts';
import type { FiscalSigner } from './fiscal-key.ts';
import { isoLocalTime, signedTime } from './fiscal-time.ts';
import type { Software } from './payload-shapes.ts';
import { afterTaking, type PerpetualTotals } from './perpetual-totals.ts';
import { type Chain, type FieldsOf, type FiscalRecord, kindOf, recordText } from './record-layout.ts';
import {
  type Taking,
  type TakingPayload,
  takingContent,
  takingPayloadSchema,
  trainingPayloadSchema,
} from './taking.ts';
import { type VatRow, vatText } from './vat-row.ts';

/** Where a record will stand: the next place of its chain, and who writes it. */
export interface RecordPlace {
  readonly est: string;
  readonly till: string;
  readonly timeZone: string;
  readonly software: Software;
  readonly no: number;
  /** Signature of the record before it in the chain; empty for the first. */
  readonly previousSignature: string;
  /** The moment it is recorded, in whole seconds. */
  readonly atMs: number;
  readonly signer: FiscalSigner;
}

type Common = 'est' | 'till' | 'kid' | 'no' | 'dt' | 'tz' | 'first' | 'prev';
type OwnFields<C extends Chain> = Omit<FieldsOf<ReturnType<typeof kindOf<C>>>, Common>;

/** Signs the string of a record; what stands in each at its place is put there. */
export function signedRecord<C extends Chain>(
  chain: C,
  place: RecordPlace,
  own: OwnFields<C>,
  payload: string | null,
): FiscalRecord {
  const { est, till, no, previousSignature, atMs, timeZone, signer } = place;
  const values: Readonly<Record<string, string>> = {
    est,
    till,
    kid: signer.kid,
    no: String(no),
    ...signedTime(atMs, timeZone),
    first: previousSignature === '' ? 'O' : 'N',
    prev: previousSignature,
    ...own,
  };
  const text = recordText(kindOf(chain), values);
  return { chain, no, text, payload, signature: signer.sign(text) };
}

/** The members with which most payloads begin. */
export function head(place: RecordPlace) {
  const { est, till, no, atMs, timeZone } = place;
  return { est, till, no, dt: isoLocalTime(atMs, timeZone) };
}

/** A `T1`, and the perpetual totals after it. Throws (a bug) when the taking does not add up or does not fit its shape. */
export function composeTaking(
  place: RecordPlace,
  taking: Taking,
  before: PerpetualTotals,
): { readonly record: FiscalRecord; readonly totals: PerpetualTotals } {
  const content = takingContent(taking);
  const totals = afterTaking(before, content);
  const payload = canonicalJson(
    takingPayloadSchema.parse({
      ...head(place),
      ...content,
      perpHt: totals.net,
      software: place.software,
    } satisfies TakingPayload),
  );
  const record = signedRecord(
    'T',
    place,
    {
      type: content.type,
      vat: vatText(content.vat),
      total: String(content.total),
      perp: String(totals.signed),
      perpAbs: String(totals.absolute),
      payload: sha256Hex(payload),
    },
    payload,
  );
  return { record, totals };
}

/** An `X1`. */
export function composeTraining(place: RecordPlace, taking: Taking, operator: string): FiscalRecord {
  const content = takingContent(taking);
  const payload = canonicalJson(
    trainingPayloadSchema.parse({
      ...head(place),
      ...content,
      software: place.software,
      mark: 'SIMULATION',
      operator,
    }),
  );
  return signedRecord(
    'X',
    place,
    {
      type: content.type,
      vat: vatText(content.vat),
      total: String(content.total),
      operator,
      payload: sha256Hex(payload),
    },
    payload,
  );
}

/** A receipt that is handed out again, of a taking or of a practice. */
export interface Duplicate {
  readonly original: 'T1' | 'X1';
  readonly originalNo: number;
  /** 1 for the first duplicate of this original. */
  readonly copyNo: number;
  readonly channel: 'PRINT' | 'EMAIL';
  /** `BORNE`, or the id of a member of staff. */
  readonly operator: string;
}

/** A `D1`. */
export function composeDuplicate(place: RecordPlace, duplicate: Duplicate): FiscalRecord {
  const { original, originalNo, copyNo, channel, operator } = duplicate;
  return signedRecord(
    'D',
    place,
    { origType: original, origNo: String(originalNo), copyNo: String(copyNo), channel, operator },
    null,
  );
}

export interface ClosingToCompose extends DueClosing {
  readonly totals: PeriodTotals;
  readonly perpetual: PerpetualTotals;
  readonly lastTakingSignature: string;
  /** Numbers of the closings summed up. */
  readonly closings: readonly number[];
}

/** A `C1`. */
export function composeClosing(
  place: RecordPlace,
  closing: ClosingToCompose,
): { readonly record: FiscalRecord; readonly payload: ClosingPayload } {
  const { level, period, fromMs, toMs, totals, perpetual, lastTakingSignature, closings } = closing;
  const content = closingPayloadSchema.parse({
    ...head(place),
    level,
    period,
    from: isoLocalTime(fromMs, place.timeZone),
    to: isoLocalTime(toMs, place.timeZone),
    ...totals,
    perpSigned: perpetual.signed,
    perpAbs: perpetual.absolute,
    perpHt: perpetual.net,
    lastSig: lastTakingSignature,
    closings: [...closings],
    software: place.software,
  });
  const payload = canonicalJson(content);
  const record = signedRecord(
    'C',
    place,
    {
      level,
      period: period.replaceAll('-', ''),
      firstTicket: String(totals.tickets.first),
      lastTicket: String(totals.tickets.last),
      vat: vatText(totals.vat),
      total: String(totals.total),
      perp: String(perpetual.signed),
      perpAbs: String(perpetual.absolute),
      payload: sha256Hex(payload),
    },
    payload,
  );
  return { record, payload: content };
}

/** A `J1`. */
export function composeEvent(
  place: RecordPlace,
  kind: FiscalEventKind,
  operator: string,
  detail: FiscalEventDetail,
): FiscalRecord {
  const { code, label } = fiscalEvents[kind];
  const payload = canonicalJson(eventPayloadSchema.parse({ ...head(place), code, operator, detail }));
  return signedRecord('J', place, { code, label, operator, payload: sha256Hex(payload) }, payload);
}

export interface ArchiveToCompose {
  /** Local dates: the first day inside, the first day after. */
  readonly from: string;
  readonly to: string;
  readonly vat: readonly VatRow[];
  readonly total: number;
  readonly perpetual: PerpetualTotals;
  /** The bytes of the manifest. */
  readonly manifest: string;
}

/** An `A1`. Its payload is the manifest. */
export function composeArchive(place: RecordPlace, archive: ArchiveToCompose): FiscalRecord {
  const { from, to, vat, total, perpetual, manifest } = archive;
  return signedRecord(
    'A',
    place,
    {
      from: from.replaceAll('-', ''),
      to: to.replaceAll('-', ''),
      vat: vatText(vat),
      total: String(total),
      perp: String(perpetual.signed),
      payload: sha256Hex(manifest),
    },
    manifest,
  );
}
