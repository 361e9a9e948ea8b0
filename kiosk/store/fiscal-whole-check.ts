import { canonicalJson } from '@portillon/core/crypto/canonical-json.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import { archiveManifestSchema } from '@portillon/core/journal/archive-manifest.ts';
import {
  type ClosingPayload,
  closingPayloadSchema,
  totalsOfClosings,
  totalsOfTakings,
} from '@portillon/core/journal/closing.ts';
import { eventPayloadSchema } from '@portillon/core/journal/fiscal-event.ts';
import type { FiscalVerifier } from '@portillon/core/journal/fiscal-key.ts';
import { afterTaking, nothingTaken, type PerpetualTotals } from '@portillon/core/journal/perpetual-totals.ts';
import {
  type Chain,
  chains,
  type FiscalRecord,
  kindOf,
  readFields,
} from '@portillon/core/journal/record-layout.ts';
import { registrationProblem } from '@portillon/core/journal/spain/registration-problem.ts';
import {
  type TakingPayload,
  type TrainingPayload,
  takingPayloadSchema,
  trainingPayloadSchema,
} from '@portillon/core/journal/taking.ts';
import { vatRows, vatText } from '@portillon/core/journal/vat-row.ts';
import type { Reader } from './connection.ts';
import { FiscalKeys, type FiscalPublicKey } from './fiscal-keys.ts';
import { purgedThrough } from './fiscal-purges.ts';
import { fiscalRecords } from './fiscal-records.ts';
import { fiscalRegistrations } from './fiscal-registrations.ts';
import { type BrokenChain, recordProblem, verifiersOf } from './fiscal-tail-check.ts';

/** Records looked at in one go, a few ms: between two goes the edge does everything else it has to do. */
const goLength = 20;

export interface WholeCheck {
  /** Records looked at of each chain. */
  readonly counts: Readonly<Record<Chain, number>>;
  /** The first place where the journal does not hold; null when it holds. */
  readonly broken: BrokenChain | null;
}

/**
 * Every record on the disk, as the verifier of archives looks at those of an archive: numbers, links, digests, signatures,
 * string and payload, sums, perpetual totals, duplicates, closings. What is recorded meanwhile is not looked at. Resolves
 * with `stopped` soon after the signal.
 */
export async function checkWhole(read: Reader, signal: AbortSignal): Promise<WholeCheck | 'stopped'> {
  const heads = await fiscalRecords.heads(read);
  const keys = await FiscalKeys.all(read);
  const counts: Record<Chain, number> = { T: 0, X: 0, D: 0, C: 0, J: 0, A: 0 };
  for (const chain of chains) {
    const purged = await purgedThrough(read, chain);
    const first = (purged?.no ?? 0) + 1;
    const last = heads.find((head) => head.chain === chain)?.no ?? 0;
    const check = new ChainCheck(read, chain, keys, purged !== null);
    let previous = purged?.signature ?? '';
    for (let no = first; no <= last; ) {
      if (signal.aborted) return 'stopped';
      const records = await fiscalRecords.between(read, chain, no, Math.min(last, no + goLength - 1));
      if (records.length === 0) return { counts, broken: { chain, no, problem: 'is missing' } };
      for (const record of records) {
        const problem =
          record.no === no ? await check.problem(record, previous) : `is missing: ${record.no} follows`;
        if (problem) return { counts, broken: { chain, no, problem } };
        previous = record.signature;
        counts[chain]++;
        no++;
      }
    }
  }
  const broken = await registrationsBroken(read, signal);
  return broken === 'stopped' ? broken : { counts, broken };
}

/** FJ29: each registration is made again from its taking, and no taking behind the first registered one is without. */
async function registrationsBroken(
  read: Reader,
  signal: AbortSignal,
): Promise<BrokenChain | 'stopped' | null> {
  let previous = '';
  let lastTakingNo: number | null = null;
  for (let after = 0; ; ) {
    if (signal.aborted) return 'stopped';
    const registrations = await fiscalRegistrations.after(read, after, goLength);
    if (registrations.length === 0) return null;
    for (const registration of registrations) {
      const { no, takingNo } = registration;
      const broken = (problem: string): BrokenChain => ({ chain: 'T', no: takingNo, problem });
      if (no !== after + 1) return broken(`has registration ${no}, which follows ${after}`);
      if (lastTakingNo !== null && takingNo !== lastTakingNo + 1)
        return { chain: 'T', no: lastTakingNo + 1, problem: 'has no registration' };
      const taking = await fiscalRecords.record(read, 'T', takingNo);
      const undone = taking && parsed(takingPayloadSchema, taking)?.ref;
      const original = undone ? await fiscalRecords.record(read, 'T', Number(undone)) : null;
      const problem = registrationProblem(registration, previous, taking, original);
      if (problem) return broken(`has a registration that ${problem}`);
      previous = registration.digest;
      lastTakingNo = takingNo;
      after = no;
    }
  }
}

/** What is known of a chain while it is walked from its first record on. */
class ChainCheck {
  readonly #read: Reader;
  readonly #chain: Chain;
  readonly #keys: readonly FiscalPublicKey[];
  readonly #verifiers: ReadonlyMap<string, FiscalVerifier>;
  /** Null until something is known: the first record after a purge is believed. */
  #perpetual: PerpetualTotals | null;
  readonly #copies = new Map<string, number>();
  readonly #beginsPurged: boolean;
  #keyOrder = 0;
  #lastDayToMs: number | null = null;
  #lastPayload = '';

  constructor(read: Reader, chain: Chain, keys: readonly FiscalPublicKey[], beginsPurged: boolean) {
    this.#read = read;
    this.#chain = chain;
    this.#keys = keys;
    this.#verifiers = verifiersOf(keys);
    this.#beginsPurged = beginsPurged;
    this.#perpetual = beginsPurged ? null : nothingTaken;
  }

  async problem(record: FiscalRecord, previous: string): Promise<string | null> {
    const fields = readFields(kindOf(this.#chain), record.text);
    if (fields?.prev !== previous) return 'does not follow the one before it';
    if (fields.first !== (record.no === 1 ? 'O' : 'N')) return 'says wrongly whether it is the first';
    return (
      recordProblem(record, null, this.#verifiers) ??
      this.#keyProblem(fields.kid, record.no) ??
      (await this.#contentProblem(record))
    );
  }

  /** A key that was followed by another signs no more; an event is signed by the key of its time exactly (FJ19). */
  #keyProblem(kid: string, no: number): string | null {
    const order = this.#keys.findIndex((key) => key.kid === kid);
    if (order < this.#keyOrder) return `is signed by key ${kid}, which was retired`;
    this.#keyOrder = order;
    if (this.#chain !== 'J') return null;
    const ofItsTime = this.#keys.filter(({ sinceEventNo }) => sinceEventNo <= no).length - 1;
    return order === ofItsTime ? null : `is signed by key ${kid} of another time`;
  }

  #contentProblem(record: FiscalRecord): Promise<string | null> | string | null {
    switch (this.#chain) {
      case 'T':
        return this.#taking(record);
      case 'X':
        return practiceProblem(record);
      case 'D':
        return this.#duplicate(record);
      case 'C':
        return this.#closing(record);
      case 'J':
        return eventProblem(record);
      case 'A':
        return this.#archive(record);
    }
  }

  #taking(record: FiscalRecord): string | null {
    const fields = readFields('T1', record.text);
    const payload = parsed(takingPayloadSchema, record);
    if (!fields || !payload) return otherShape;
    const after = this.#perpetual
      ? afterTaking(this.#perpetual, payload)
      : { signed: Number(fields.perp), absolute: Number(fields.perpAbs), net: payload.perpHt };
    this.#perpetual = after;
    if (
      fields.perp !== `${after.signed}` ||
      fields.perpAbs !== `${after.absolute}` ||
      payload.perpHt !== after.net
    )
      return 'has perpetual totals that do not go on from the taking before it';
    return headProblem(fields, payload) ?? sumProblem(fields, payload);
  }

  /** FJ16. Of a receipt whose earlier duplicates were purged, the first one here is believed. */
  #duplicate(record: FiscalRecord): string | null {
    const fields = readFields('D1', record.text);
    if (!fields || record.payload !== null) return otherShape;
    const original = `${fields.origType}:${fields.origNo}`;
    const before = this.#copies.get(original) ?? (this.#beginsPurged ? Number(fields.copyNo) - 1 : 0);
    this.#copies.set(original, before + 1);
    return Number(fields.copyNo) === before + 1 ? null : `counts the duplicates of ${original} wrongly`;
  }

  /** FJ11: days touch and sum their takings, unless these were purged; months sum their days, years their months. */
  async #closing(record: FiscalRecord): Promise<string | null> {
    const fields = readFields('C1', record.text);
    const payload = parsed(closingPayloadSchema, record);
    if (!fields || !payload) return otherShape;
    const inString = [
      fields.level === payload.level,
      fields.period === payload.period.replaceAll('-', ''),
      fields.firstTicket === `${payload.tickets.first}`,
      fields.lastTicket === `${payload.tickets.last}`,
      fields.vat === vatText(payload.vat),
      fields.total === `${payload.total}`,
      fields.perp === `${payload.perpSigned}`,
      fields.perpAbs === `${payload.perpAbs}`,
    ];
    if (inString.includes(false)) return stringAndPayload;
    const fromMs = Date.parse(payload.from);
    const toMs = Date.parse(payload.to);
    if (payload.level === 'J') {
      if (this.#lastDayToMs !== null && this.#lastDayToMs !== fromMs)
        return 'does not touch the day before it';
      this.#lastDayToMs = toMs;
    }
    const sums =
      payload.level === 'J'
        ? await this.#daySums(fromMs, toMs)
        : await this.#sumsOfClosings(payload.level === 'M' ? 'J' : 'M', fromMs, toMs);
    const { tickets, copies, training, pay, vat, total, totalHt, closings } = payload;
    if (sums && !same({ tickets, copies, training, pay, vat, total, totalHt, closings }, sums))
      return 'sums up other amounts than those of its period';
    return headProblem(fields, payload) ?? (await this.#closingEndProblem(payload, toMs));
  }

  async #daySums(fromMs: number, toMs: number) {
    for (const chain of ['T', 'X', 'D'] as const) {
      const purged = await purgedThrough(this.#read, chain);
      if (purged && (await fiscalRecords.lastNoBefore(this.#read, chain, fromMs)) < purged.no) return null;
    }
    const counts = {
      copies: await fiscalRecords.count(this.#read, 'D', fromMs, toMs),
      training: await fiscalRecords.count(this.#read, 'X', fromMs, toMs),
    };
    return {
      ...totalsOfTakings(await fiscalRecords.takings(this.#read, fromMs, toMs), counts),
      closings: [],
    };
  }

  async #sumsOfClosings(level: 'J' | 'M', fromMs: number, toMs: number) {
    const parts = await fiscalRecords.closings(this.#read, level, fromMs, toMs);
    return { ...totalsOfClosings(parts), closings: parts.map(({ no }) => no) };
  }

  async #closingEndProblem(payload: ClosingPayload, toMs: number): Promise<string | null> {
    const no = await fiscalRecords.lastNoBefore(this.#read, 'T', toMs);
    const last = no > 0 ? await fiscalRecords.record(this.#read, 'T', no) : null;
    // Purged with its day; what the closing says of it is signed.
    if (!last && (await purgedThrough(this.#read, 'T'))) return null;
    const { signed, absolute, net } = fiscalRecords.perpetualAfter(last);
    const { perpSigned, perpAbs, perpHt, lastSig } = payload;
    return same([perpSigned, perpAbs, perpHt, lastSig], [signed, absolute, net, last?.signature ?? ''])
      ? null
      : 'has other perpetual totals than the last taking of its period';
  }

  #archive(record: FiscalRecord): string | null {
    const fields = readFields('A1', record.text);
    const manifest = parsed(archiveManifestSchema, record);
    if (!fields || !manifest) return otherShape;
    const before = this.#lastPayload === '' ? '' : sha256Hex(this.#lastPayload);
    this.#lastPayload = record.payload ?? '';
    if (manifest.previousArchive !== before) return 'does not name the archive before it';
    return manifest.no === record.no && fields.total === `${manifest.total}` ? null : stringAndPayload;
  }
}

const otherShape = 'has a payload of another shape';
const stringAndPayload = 'says one thing in its string and another in its payload';

function practiceProblem(record: FiscalRecord): string | null {
  const fields = readFields('X1', record.text);
  const payload = parsed(trainingPayloadSchema, record);
  if (!fields || !payload) return otherShape;
  if (fields.operator !== payload.operator) return stringAndPayload;
  return headProblem(fields, payload) ?? sumProblem(fields, payload);
}

function eventProblem(record: FiscalRecord): string | null {
  const fields = readFields('J1', record.text);
  const payload = parsed(eventPayloadSchema, record);
  if (!fields || !payload) return otherShape;
  if (fields.code !== payload.code || fields.operator !== payload.operator) return stringAndPayload;
  return headProblem(fields, payload);
}

interface Head {
  readonly est: string;
  readonly till: string;
  readonly no: string | number;
  readonly dt: string;
}

function headProblem(fields: Head & { readonly tz: string }, payload: Head): string | null {
  const time = payload.dt.slice(0, 19).replace(/[-:T]/g, '');
  const offset = payload.dt.slice(19).replace(':', '');
  return same(
    [fields.est, fields.till, fields.no, fields.dt, fields.tz],
    [payload.est, payload.till, `${payload.no}`, time, offset],
  )
    ? null
    : stringAndPayload;
}

/** FJ10: lines, tax and payments come to one total, which the string says too. */
function sumProblem(
  fields: { readonly type: string; readonly total: string; readonly vat: string },
  payload: TakingPayload | TrainingPayload,
): string | null {
  const { type, total, vat, lines, pay } = payload;
  if (!same([fields.type, fields.total, fields.vat], [type, `${total}`, vatText(vat)]))
    return stringAndPayload;
  const ofLines = vatRows(lines.map(({ rate, ht, vat: tax, ttc }) => ({ rate, ht, vat: tax, ttc })));
  const adds =
    lines.every((line) => line.ht + line.vat === line.ttc) &&
    same(ofLines, vat) &&
    lines.reduce((sum, { ttc }) => sum + ttc, 0) === total &&
    pay.reduce((sum, { amount }) => sum + amount, 0) === total;
  return adds ? null : 'has lines, tax and payments that do not come to one total';
}

function same(found: unknown, expected: unknown): boolean {
  return canonicalJson(found) === canonicalJson(expected);
}

function parsed<Payload>(
  schema: { safeParse(value: unknown): { success: true; data: Payload } | { success: false } },
  { payload }: FiscalRecord,
): Payload | null {
  let json: unknown;
  try {
    json = JSON.parse(payload ?? 'null');
  } catch {
    return null; // told to the caller as a payload of another shape
  }
  const result = schema.safeParse(json);
  return result.success ? result.data : null;
}
