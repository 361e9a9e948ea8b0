import { readFile, stat } from 'node:fs/promises';
import { type Clock, isoTime } from '@portillon/core/base/clock.ts';
import { newId } from '@portillon/core/base/ids.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { localDate } from '@portillon/core/journal/fiscal-time.ts';
import { takesImports } from '../migration/club-state.ts';
import type { RowKind } from '../migration/mapping-file.ts';
import { CsvFault } from '../migration/read-csv.ts';
import type { LeftOutReason, RejectionCode } from '../migration/rejections.ts';
import type { RejectedLine, SourceFiles, SourceLine } from '../migration/source-files.ts';
import type { SourceRows } from '../migration/source-rows.ts';
import { imageType } from './attachments.ts';
import { readClubState, writeClubState } from './club-migration.ts';
import type { Database, Sql } from './database.ts';
import { importBadges } from './import-badges.ts';
import { importDebts, importPhotos, type ReadPhoto } from './import-money-and-photos.ts';
import { type ChunkResult, importMembers, importMemberships } from './import-people.ts';
import { type ImportContext, type RowOutcome, rejected } from './imported-rows.ts';
import { type KeysOfNames, passingKeys } from './member-names.ts';

export interface KindCounts {
  lines: number;
  written: number;
  updated: number;
  unchanged: number;
  rejected: number;
  leftOut: Partial<Record<LeftOutReason, number>>;
}

/** What an import came to. */
export interface ImportReport {
  readonly club: string;
  readonly system: string;
  readonly dryRun: boolean;
  readonly startedAt: string;
  endedAt: string;
  readonly kinds: Partial<Record<RowKind, KindCounts>>;
  readonly rejectedBy: Partial<Record<RejectionCode, number>>;
  possibleDuplicates: number;
}

export interface ImportOptions {
  readonly files: SourceFiles;
  /** Name of the club. */
  readonly club: string;
  readonly dryRun: boolean;
  /** Who runs it, for the history of the club. */
  readonly by: string;
  /** Under which names are sealed. */
  readonly keys: KeysOfNames;
  readonly clock: Clock;
  readonly random: Random;
  readonly onRejected: (line: RejectedLine) => void;
  /** After each chunk: which file, how many of its lines, which part of it (0 to 1). */
  readonly onProgress?: (kind: RowKind, lines: number, part: number) => void;
}

const chunkLines = 1_000;
const chunkPhotos = 20;
/** As of an edge (edge-routes.ts). */
const largestPhoto = 4 * 1024 * 1024;

class Undone extends Error {}

/** Brings the files of a club over, a transaction a chunk (MI6); a dry run is one transaction that is undone (MI5). Rejects with a CsvFault when it cannot begin. */
export async function importLegacyClub(base: Database, options: ImportOptions): Promise<ImportReport> {
  await options.files.check();
  const database = base.for('job');
  if (!options.dryRun) return carriedOver(database, (work) => database.transaction(work), options);
  let report: ImportReport | undefined;
  await database
    .transaction(async (sql) => {
      report = await carriedOver(sql, (work) => work(sql), options);
      throw new Undone();
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) throw error;
    });
  return report as ImportReport;
}

type Atomically = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

async function carriedOver(sql: Sql, atomically: Atomically, options: ImportOptions): Promise<ImportReport> {
  const { files, dryRun, clock } = options;
  const context = await contextOf(sql, options);
  const runId = newId<'import-run'>(clock, options.random);
  const report: ImportReport = {
    club: options.club,
    system: files.mapping.system,
    dryRun,
    startedAt: isoTime(clock.wallMs()),
    endedAt: '',
    kinds: {},
    rejectedBy: {},
    possibleDuplicates: 0,
  };
  if (!dryRun) {
    await sql.query('insert into import_runs (id, club_id, system, started_at) values ($1, $2, $3, $4)', [
      runId,
      context.clubId,
      files.mapping.system,
      report.startedAt,
    ]);
  }
  for (const kind of files.kinds) await carryKind(kind, context, atomically, report, options);
  report.endedAt = isoTime(clock.wallMs());
  if (!dryRun) {
    await sql.query('update import_runs set ended_at = $2, report = $3 where id = $1', [
      runId,
      report.endedAt,
      JSON.stringify(report),
    ]);
  }
  return report;
}

async function contextOf(
  sql: Sql,
  { files, club, dryRun, by, keys, clock, random }: ImportOptions,
): Promise<ImportContext> {
  const { mapping } = files;
  const [found] = await sql.query<{ id: string; legalEntityId: string; timeZone: string; sealKey: string }>(
    `select clubs.id, legal_entity_id as "legalEntityId", time_zone as "timeZone", seal_key as "sealKey"
       from clubs cross join meta where clubs.name = $1`,
    [club],
  );
  if (!found) throw new CsvFault(`no club is called ${club}`);
  const plans = await sql.query<{ id: string; fr: string; en: string }>(
    "select id, record->'names'->>'fr' as fr, record->'names'->>'en' as en from plans",
  );
  const planIds = new Map<string, string>();
  for (const name of new Set(Object.values(mapping.memberships.plans))) {
    const named = plans.filter(({ id, fr, en }) => [id, fr, en].includes(name));
    if (named.length !== 1) {
      throw new CsvFault(
        `memberships.plans: ${named.length === 0 ? 'no plan' : 'more than one plan'} is called ${name}; there are ${plans.map(({ fr }) => fr).join(', ')}`,
      );
    }
    planIds.set(name, named[0]?.id ?? '');
  }
  const nowMs = clock.wallMs();
  const state = await readClubState(sql, found.id);
  if (!takesImports(state)) {
    throw new CsvFault(
      `${club} is ${state}: nothing is brought over now. ${state === 'migrated' ? 'Set it back to both' : 'Set it to legacy'} first.`,
    );
  }
  if (state === null && !dryRun) {
    await writeClubState(sql, {
      id: newId<'club-migration-change'>(clock, random),
      clubId: found.id,
      from: null,
      to: 'legacy',
      reason: `first import of ${mapping.system}`,
      by: { userId: null, name: by },
      despite: [],
      nowMs,
    });
  }
  return {
    clubId: found.id,
    legalEntityId: found.legalEntityId,
    timeZone: found.timeZone,
    sealKey: found.sealKey,
    mapping,
    planIds,
    live: state === 'both',
    dryRun,
    keys: dryRun ? passingKeys : keys,
    nowMs,
    newId: () => newId<'imported'>(clock, random),
  };
}

type Writers = {
  readonly [Kind in RowKind]: (
    sql: Sql,
    context: ImportContext,
    rows: readonly (Kind extends 'photos' ? ReadPhoto : SourceRows[Kind])[],
  ) => Promise<ChunkResult>;
};
const writers: Writers = {
  members: importMembers,
  memberships: importMemberships,
  debts: importDebts,
  badges: importBadges,
  photos: importPhotos,
};

async function carryKind(
  kind: RowKind,
  context: ImportContext,
  atomically: Atomically,
  report: ImportReport,
  { files, onRejected, onProgress }: ImportOptions,
): Promise<void> {
  const counts: KindCounts = { lines: 0, written: 0, updated: 0, unchanged: 0, rejected: 0, leftOut: {} };
  report.kinds[kind] = counts;
  const write = writers[kind] as (sql: Sql, context: ImportContext, rows: unknown[]) => Promise<ChunkResult>;
  const count = ({ line, text }: SourceLine, outcome: RowOutcome): void => {
    counts.lines++;
    if (typeof outcome === 'string') counts[outcome]++;
    else if ('leftOut' in outcome) {
      counts.leftOut[outcome.leftOut] = (counts.leftOut[outcome.leftOut] ?? 0) + 1;
    } else {
      counts.rejected++;
      const { code } = outcome.rejected;
      report.rejectedBy[code] = (report.rejectedBy[code] ?? 0) + 1;
      onRejected({ kind, file: files.nameOf(kind), line, text, ...outcome.rejected });
    }
  };
  let part = 0;
  /** In the order of the file: rows to write, and lines of which it is known already what becomes of them. */
  let waiting: { readonly line: SourceLine; readonly row: unknown; readonly known: RowOutcome | null }[] = [];
  const flush = async (): Promise<void> => {
    const chunk = waiting;
    waiting = [];
    const rows = chunk.filter(({ known }) => known === null).map(({ row }) => row);
    const result =
      rows.length === 0
        ? { outcomes: [] }
        : await atomically(async (sql): Promise<ChunkResult> => {
            // Two imports of one club at once take turns.
            if (!context.dryRun) {
              await sql.query("select pg_advisory_xact_lock(hashtextextended('import ' || $1, 0))", [
                context.clubId,
              ]);
            }
            return write(sql, context, rows);
          });
    const outcomes = result.outcomes[Symbol.iterator]();
    for (const { line, known } of chunk) count(line, known ?? (outcomes.next().value as RowOutcome));
    report.possibleDuplicates += result.possibleDuplicates ?? 0;
    onProgress?.(kind, counts.lines, part);
  };
  const today = localDate(context.nowMs, context.timeZone);
  const lines: AsyncGenerator<SourceLine> = files.lines(kind, today, (read) => {
    part = read;
  });
  for await (const line of lines) {
    const row = !line.read.ok
      ? { rejected: line.read.error }
      : kind === 'photos'
        ? await photoRead(line.read.value as SourceRows['photos'], files)
        : line.read.value;
    waiting.push({ line, row, known: 'rejected' in row ? row : null });
    if (waiting.length >= (kind === 'photos' ? chunkPhotos : chunkLines)) await flush();
  }
  await flush();
  onProgress?.(kind, counts.lines, 1);
}

async function photoRead(
  row: SourceRows['photos'],
  files: SourceFiles,
): Promise<ReadPhoto | Extract<RowOutcome, { rejected: unknown }>> {
  const column = files.mapping.photos?.columns.file ?? null;
  const no = (code: RejectionCode) => rejected(code, column) as Extract<RowOutcome, { rejected: unknown }>;
  const path = files.photoPath(row.file);
  const found = await stat(path).catch(() => null);
  if (!found?.isFile()) return no('no-photo');
  if (found.size > largestPhoto) return no('photo-too-large');
  const plain = await readFile(path);
  return imageType(plain) ? { ...row, plain } : no('photo-type');
}
