import { invariant } from '@portillon/core/base/invariant.ts';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { sha256Hex } from '@portillon/core/crypto/digest.ts';
import type { ChainHead } from '@portillon/core/journal/anchor.ts';
import {
  ArchiveComposer,
  type ArchiveFiles,
  type ArchiveText,
  archiveRecordName,
  archiveRecordText,
} from '@portillon/core/journal/archive-files.ts';
import {
  type ArchiveManifest,
  archiveManifestSchema,
  type ChainRange,
  type Company,
} from '@portillon/core/journal/archive-manifest.ts';
import { eventPayloadSchema } from '@portillon/core/journal/fiscal-event.ts';
import {
  isoLocalTime,
  type LocalDate,
  localDate,
  startOfDayMs,
} from '@portillon/core/journal/fiscal-time.ts';
import { type Chain, chains, type FiscalRecord } from '@portillon/core/journal/record-layout.ts';
import type { Reader, Tx } from './connection.ts';
import type { FiscalTill } from './fiscal-journal.ts';
import { FiscalKeys } from './fiscal-keys.ts';
import { fiscalRecords, type StoredRecord } from './fiscal-records.ts';
import { fiscalRegistrations } from './fiscal-registrations.ts';

export interface ArchivePeriod {
  /** The first day inside, the first day after; at most twelve months apart. */
  readonly from: LocalDate;
  readonly to: LocalDate;
}

export type ArchiveRefusal =
  /** `to` does not come after `from`, or more than twelve months after. */
  | 'not-a-period'
  /** A day of the period is not closed yet. */
  | 'period-open'
  /** Records of the period were purged: they are in the archive that was made before. */
  | 'period-purged';

/** A finished archive: every file by name, ready to be written to a folder. */
export interface FinishedArchive {
  readonly no: number;
  readonly manifest: ArchiveManifest;
  readonly files: ReadonlyMap<string, ArchiveText>;
  /** Where each chain stood at its end: to be noted elsewhere, for `--anchor` of the verifier. */
  readonly anchor: readonly ChainHead[];
}

/** Line data may be purged when they are older than this many full calendar years; never under 6 (LPF L102 B). */
export interface Retention {
  readonly keptYears: number;
}

/** Accounting documents, and tax documents after loi 2026-534 art. 36. */
export const keptYearsDefault = 10;

export type PurgeRefusal =
  /** Records old enough to go are in no archive. */
  'not-archived';

/**
 * Records put into the files in one go, about a millisecond: between two goes the edge does everything else it has to do, and
 * a transaction of a gate is several of its turns.
 */
const goLength = 10;

/** What can be read of an archive before it is signed. */
export interface DraftArchive {
  readonly files: ArchiveFiles;
  readonly to: LocalDate;
}

/**
 * Reads the records of a period and makes its files (FJ21). Only closed days are archived, whose records never change, so
 * that this reads beside the writer and keeps nobody waiting.
 */
export async function draftArchive(
  read: Reader,
  till: FiscalTill,
  company: Company,
  period: ArchivePeriod,
  nowMs: number,
): Promise<Result<DraftArchive, ArchiveRefusal>> {
  const { est, timeZone, software } = till;
  const { from, to } = period;
  if (from >= to || to > `${Number(from.slice(0, 4)) + 1}${from.slice(4)}`) return err('not-a-period');
  const closed = await fiscalRecords.lastClosing(read, 'J');
  const toMs = startOfDayMs(to, timeZone);
  if (!closed || closed.toMs < toMs) return err('period-open');

  const last = await fiscalRecords.last(read, 'A');
  const before = last ? manifestOf(last) : null;
  const fromMs = startOfDayMs(from, timeZone);
  const composer = new ArchiveComposer();
  const ranges: Partial<Record<Chain, ChainRange>> = {};
  for (const chain of chains) {
    const { first, lastNo } = await rangeOf(read, chain, fromMs, toMs, before, before?.to === from);
    const range = await compose(composer, read, chain, first, lastNo);
    if (!range) return err('period-purged');
    ranges[chain] = range;
  }
  const { T, X, D, C, J, A } = ranges;
  invariant(T && X && D && C && J && A, 'every chain was read');
  const files = composer.finish({
    no: (last?.no ?? 0) + 1,
    company,
    est,
    till: till.till,
    timeZone,
    from,
    to,
    generated: isoLocalTime(nowMs, timeZone),
    software,
    chains: { T, X, D, C, J, A },
    keys: await FiscalKeys.all(read),
    keyChanges: await fiscalRecords.ofType(read, 'J', 'key-rotation'),
    perpetualBefore: await fiscalRecords.perpetualAtMs(read, fromMs),
    perpetualAfter: await fiscalRecords.perpetualAtMs(read, toMs),
    previousArchive: last?.payload ? sha256Hex(last.payload) : '',
  });
  return ok({ files, to });
}

/** Archives of periods that touch hold ranges that touch. Of the archives themselves, each holds the one before it. */
async function rangeOf(
  read: Reader,
  chain: Chain,
  fromMs: number,
  toMs: number,
  before: ArchiveManifest | null,
  touches: boolean,
): Promise<{ readonly first: number; readonly lastNo: number }> {
  if (chain === 'A') return { first: Math.max(1, before?.no ?? 1), lastNo: before?.no ?? 0 };
  const first =
    before && touches
      ? before.chains[chain].last + 1
      : (await fiscalRecords.lastNoBefore(read, chain, fromMs)) + 1;
  return { first, lastNo: Math.max(first - 1, await fiscalRecords.lastNoBefore(read, chain, toMs)) };
}

/** The files of an archive that was made before, the same to the byte; null when its records were purged since. */
export async function remakeArchive(read: Reader, no: number): Promise<FinishedArchive | null> {
  const record = await fiscalRecords.record(read, 'A', no);
  if (!record) return null;
  const { chains: ranges, keys, files: listed, format, vat, total, ...told } = manifestOf(record);
  const composer = new ArchiveComposer();
  for (const chain of chains) {
    if (!(await compose(composer, read, chain, ranges[chain].first, ranges[chain].last))) return null;
  }
  const known = new Set(keys.map(({ kid }) => kid));
  const made = composer.finish({
    ...told,
    chains: ranges,
    keys: (await FiscalKeys.all(read)).filter(({ kid }) => known.has(kid)),
    keyChanges: (await fiscalRecords.ofType(read, 'J', 'key-rotation')).filter((event) =>
      known.has(newKeyOf(event)),
    ),
  });
  invariant(made.manifestText === record.payload, `archive ${no} can be made again as it was`);
  return finished(record, made);
}

export function finished(record: FiscalRecord, { files, manifest }: ArchiveFiles): FinishedArchive {
  const ended = manifest.chains;
  return {
    no: record.no,
    manifest,
    files: new Map([...files, [archiveRecordName, [archiveRecordText(record)]]]),
    anchor: [
      ...chains.flatMap((chain) => {
        if (chain === 'A' || ended[chain].last === 0) return [];
        return [{ chain, no: ended[chain].last, signature: ended[chain].lastSignature }];
      }),
      { chain: 'A', no: record.no, signature: record.signature },
    ],
  };
}

/** Adds the records of a range; null when one of them is gone. */
async function compose(
  composer: ArchiveComposer,
  read: Reader,
  chain: Chain,
  first: number,
  last: number,
): Promise<ChainRange | null> {
  const before = first > 1 ? await signatureOf(read, chain, first - 1) : '';
  if (before === null) return null;
  let lastSignature = before;
  for (let no = first; no <= last; no += goLength) {
    const through = Math.min(last, no + goLength - 1);
    const records = await fiscalRecords.between(read, chain, no, through);
    if (records.length !== through - no + 1) return null;
    for (const record of records) composer.add(record);
    lastSignature = records.at(-1)?.signature ?? lastSignature;
    if (chain !== 'T') continue;
    for (const registration of await fiscalRegistrations.ofTakings(read, no, through))
      composer.register(registration);
  }
  return { first, last, previousSignature: before, lastSignature };
}

async function signatureOf(read: Reader, chain: Chain, no: number): Promise<string | null> {
  const row = await read.get<{ signature: string }>(
    `SELECT signature FROM fiscal_record WHERE chain = ?1 AND no = ?2
     UNION SELECT through_signature FROM fiscal_purge WHERE chain = ?1 AND through_no = ?2`,
    [chain, no],
  );
  return row?.signature ?? null;
}

function newKeyOf({ payload }: StoredRecord): string {
  return eventPayloadSchema.parse(JSON.parse(payload ?? 'null')).detail.nextKid ?? '';
}

export function manifestOf(record: StoredRecord): ArchiveManifest {
  return archiveManifestSchema.parse(JSON.parse(record.payload ?? 'null'));
}

const purgedChains = ['T', 'X', 'D'] as const;

export interface Purged {
  readonly chain: (typeof purgedChains)[number];
  readonly throughNo: number;
  readonly count: number;
}

/** Deletes line data older than the retention, once archived (FJ22). The last record of each chain stays, and with it all totals. */
export async function purgeArchived(
  tx: Tx,
  { keptYears }: Retention,
  nowMs: number,
  timeZone: string,
): Promise<Result<readonly Purged[], PurgeRefusal>> {
  invariant(Number.isInteger(keptYears) && keptYears >= 6, 'line data are kept for six years at least');
  const year = Number(localDate(nowMs, timeZone).slice(0, 4)) - keptYears;
  const cutMs = startOfDayMs(`${String(year).padStart(4, '0')}-01-01`, timeZone);
  const archives = await tx.all<StoredRecord>(
    `SELECT no, payload FROM fiscal_record WHERE chain = 'A' ORDER BY no`,
  );
  const plans: { chain: Purged['chain']; throughNo: number; archiveNo: number }[] = [];
  for (const chain of purgedChains) {
    const head = await fiscalRecords.last(tx, chain);
    const throughNo = Math.min(await fiscalRecords.lastNoBefore(tx, chain, cutMs), (head?.no ?? 1) - 1);
    const gone = await tx.get<{ no: number | null }>(
      'SELECT MAX(through_no) AS no FROM fiscal_purge WHERE chain = ?',
      [chain],
    );
    if (throughNo <= (gone?.no ?? 0)) continue;
    const archiveNo = coveringArchive(archives, chain, throughNo);
    if (archiveNo === null) return err('not-archived');
    plans.push({ chain, throughNo, archiveNo });
  }
  const purged: Purged[] = [];
  for (const { chain, throughNo, archiveNo } of plans) {
    await tx.run(
      `INSERT INTO fiscal_purge (chain, through_no, through_signature, archive_no)
       SELECT chain, no, signature, ? FROM fiscal_record WHERE chain = ? AND no = ?`,
      [archiveNo, chain, throughNo],
    );
    const count = await tx.run('DELETE FROM fiscal_record WHERE chain = ? AND no <= ?', [chain, throughNo]);
    purged.push({ chain, throughNo, count });
  }
  return ok(purged);
}

/** The archive up to which archives hold every record of a chain through this one; null when one is missing. */
function coveringArchive(archives: readonly StoredRecord[], chain: Chain, throughNo: number): number | null {
  let covered = 0;
  for (const archive of archives) {
    const { first, last } = manifestOf(archive).chains[chain];
    if (first <= covered + 1) covered = Math.max(covered, last);
    if (covered >= throughNo) return archive.no;
  }
  return null;
}
