import { StoreFault } from '@portillon/core/base/store-fault.ts';
import { receiptCharacters } from '@portillon/core/journal/fiscal-key.ts';
import { type Chain, chains, readFields } from '@portillon/core/journal/record-layout.ts';
import { type TakingPayload, takingPayloadSchema } from '@portillon/core/journal/taking.ts';
import type { Reader } from './connection.ts';
import { FiscalKeys } from './fiscal-keys.ts';
import { type PurgedThrough, purgedThrough } from './fiscal-purges.ts';
import { fiscalRecords, type StoredRecord } from './fiscal-records.ts';
import { recordProblem, verifiersOf } from './fiscal-tail-check.ts';
import { lastTold } from './fiscal-told.ts';
import { checkWhole, type WholeCheck } from './fiscal-whole-check.ts';

/** Takings read in one go, a few ms: between two goes the edge does everything else it has to do. */
const goLength = 100;

/** One taking with everything the journal knows of it: what a tax officer may ask for (BOI-TVA-DECLA-30-10-30 §50). */
export interface TakingDossier {
  readonly no: number;
  readonly taking: TakingPayload;
  /** The signed bytes, verbatim. */
  readonly string: string;
  readonly payload: string;
  readonly signature: string;
  readonly keyId: string;
  /** As on the receipt (FJ7). */
  readonly receiptCharacters: string;
  /** Whether digest and signature hold, with the public key on this disk. */
  readonly signatureHolds: boolean;
  /** Takings that undo this one. */
  readonly undoneBy: readonly UndoingTaking[];
  readonly duplicates: readonly IssuedDuplicate[];
}

export interface UndoingTaking {
  readonly no: number;
  readonly type: string;
  readonly dt: string;
  readonly total: number;
}

export interface IssuedDuplicate {
  readonly no: number;
  readonly copyNo: number;
  readonly channel: string;
  readonly operator: string;
  /** `20261122091542+0100` */
  readonly time: string;
}

/** A taking in a list. */
export interface ListedTaking extends UndoingTaking {
  /** Number of the sale that it undoes; empty for a sale. */
  readonly ref: string;
}

export interface ChainStanding {
  readonly chain: Chain;
  readonly count: number;
  /** 0 where there is none. */
  readonly lastNo: number;
  readonly purgedThrough: number;
}

export interface LastClosed {
  readonly level: 'J' | 'M' | 'A';
  readonly period: string;
}

/**
 * The journal of this disk as it is read: by an auditor, by the operator. Nothing here writes, and all of it can be read when
 * the journal itself cannot be opened. Rejects with `StoreFault` when the disk fails.
 */
export class FiscalBooks {
  readonly #read: Reader;

  constructor(read: Reader) {
    this.#read = read;
  }

  /** Null when there is no such taking on this disk. */
  async taking(no: number): Promise<TakingDossier | null> {
    const record = await fiscalRecords.record(this.#read, 'T', no);
    const fields = record && readFields('T1', record.text);
    if (!record || !fields) return null;
    const { text, payload, signature } = record;
    const keys = verifiersOf(await FiscalKeys.all(this.#read));
    return {
      no,
      taking: takingOf(record),
      string: text,
      payload: payload ?? '',
      signature,
      keyId: fields.kid,
      receiptCharacters: receiptCharacters(signature),
      signatureHolds: recordProblem(record, null, keys) === null,
      undoneBy: await this.#undoing(no),
      duplicates: await this.duplicatesOf('T1', no),
    };
  }

  async duplicatesOf(original: 'T1' | 'X1', no: number): Promise<readonly IssuedDuplicate[]> {
    return (await fiscalRecords.ofSubject(this.#read, 'D', `${original}:${no}`)).flatMap(issued);
  }

  /** Takings from `fromMs` until before `toMs`, the oldest first; no more than `limit`. */
  async takings(fromMs: number, toMs: number, limit: number): Promise<readonly ListedTaking[]> {
    const found: ListedTaking[] = [];
    for (;;) {
      const records = await this.#read.all<TakingRow>(
        `SELECT no, payload FROM fiscal_record
         WHERE chain = 'T' AND filed_ms >= ? AND filed_ms < ? AND no > ? ORDER BY no LIMIT ?`,
        [fromMs, toMs, found.at(-1)?.no ?? 0, Math.min(goLength, limit - found.length)],
      );
      if (records.length === 0) return found;
      found.push(...records.map(takingOf).map(listed));
    }
  }

  chains(): Promise<readonly ChainStanding[]> {
    return Promise.all(
      chains.map(async (chain) => {
        const row = await this.#read.get<{ count: number; lastNo: number }>(
          `SELECT COUNT(*) AS count, COALESCE(MAX(no), 0) AS lastNo FROM fiscal_record WHERE chain = ?`,
          [chain],
        );
        const purged = await this.purgedThrough(chain);
        return {
          chain,
          count: row?.count ?? 0,
          lastNo: row?.lastNo ?? 0,
          purgedThrough: purged?.no ?? 0,
        };
      }),
    );
  }

  purgedThrough(chain: Chain): Promise<PurgedThrough | null> {
    return purgedThrough(this.#read, chain);
  }

  /** The last closing of a day, of a month, of a year; those that there are. */
  async lastClosed(): Promise<readonly LastClosed[]> {
    const found = await Promise.all(
      (['J', 'M', 'A'] as const).map(async (level) => {
        const last = await fiscalRecords.lastClosing(this.#read, level);
        return last ? [{ level, period: last.period }] : [];
      }),
    );
    return found.flat();
  }

  /** The key that signs now; null before there is one. */
  async currentKeyId(): Promise<string | null> {
    return (await FiscalKeys.current(this.#read))?.kid ?? null;
  }

  /** Establishment, zone and software as the journal was last told them. */
  told(): ReturnType<typeof lastTold> {
    return lastTold(this.#read);
  }

  /** Looks at every record, beside everything else (see `checkWhole`). */
  check(signal: AbortSignal): Promise<WholeCheck | 'stopped'> {
    return checkWhole(this.#read, signal);
  }

  async #undoing(no: number): Promise<readonly UndoingTaking[]> {
    const records = await this.#read.all<TakingRow>(
      `SELECT no, payload FROM fiscal_record
       WHERE chain = 'T' AND no > ? AND type <> 'VENTE' AND payload->>'ref' = ? ORDER BY no`,
      [no, String(no)],
    );
    return records
      .map(takingOf)
      .map(({ no: undoingNo, type, dt, total }) => ({ no: undoingNo, type, dt, total }));
  }
}

type TakingRow = Pick<StoredRecord, 'no' | 'payload'>;

function takingOf({ no, payload }: TakingRow): TakingPayload {
  try {
    return takingPayloadSchema.parse(JSON.parse(payload ?? 'null'));
  } catch (error) {
    throw new StoreFault('journal.broken', `T1 number ${no} has a payload that cannot be read`, {
      cause: error,
    });
  }
}

function listed({ no, type, dt, total, ref }: TakingPayload): ListedTaking {
  return { no, type, dt, total, ref };
}

function issued({ no, text }: StoredRecord): readonly IssuedDuplicate[] {
  const fields = readFields('D1', text);
  if (!fields) return [];
  const { copyNo, channel, operator, dt, tz } = fields;
  return [{ no, copyNo: Number(copyNo), channel, operator, time: `${dt}${tz}` }];
}
