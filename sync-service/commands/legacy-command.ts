import { createWriteStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { newId } from '@portillon/core/base/ids.ts';
import { settlementWords } from '../http/staff/case-view.ts';
import { type ClubState, clubStates } from '../migration/club-state.ts';
import { type GoLine, goList, isGo } from '../migration/go-list.ts';
import { mappingFileSchema } from '../migration/mapping-file.ts';
import { CsvFault } from '../migration/read-csv.ts';
import { reconciliationText } from '../migration/reconciliation.ts';
import { rejectedCsv, rejectedHead, SourceFiles } from '../migration/source-files.ts';
import { changeClubState } from '../postgres/club-migration.ts';
import { readClubMigration, readSalesSince } from '../postgres/club-migration-shown.ts';
import { readGoFacts } from '../postgres/go-facts.ts';
import { type ImportReport, importLegacyClub } from '../postgres/legacy-import.ts';
import { reconcileClub } from '../postgres/reconcile-club.ts';
import type { BaseCommand, CommandContext, ExitCode } from './base-command.ts';
import { callerOf } from './caller.ts';
import { openDocumentKeys } from './document-keys.ts';

const usage = `  legacy bring --club NAME --mapping FILE [--dry-run] [--rejected FILE] [--keys FOLDER]
                     brings the files of the club's old system over; the same again changes nothing. --keys: where base-keys.json
                     lies, when not in the state folder
  legacy reconcile --club NAME --mapping FILE [--json FILE]
                     compares the files with what the base holds; ends with 3 when something differs
  legacy go-list --club NAME --for both|migrated
                     whether the club may go on, line by line; ends with 3 for a no-go
  legacy set ${clubStates.join('|')} --club NAME --reason WORDS [--despite-no-go]
  legacy state --club NAME   where the club is, and how it got there
  legacy sales --club NAME   sales here to members who were brought over, for the old system, as CSV`;

/** Bringing a legacy club over (sync-service/migration/SPEC.md). */
export const legacyCommand: BaseCommand = { usage, run };

interface Call {
  readonly club: string;
  readonly mapping?: string | undefined;
  readonly rejected?: string | undefined;
  readonly json?: string | undefined;
  readonly for?: string | undefined;
  readonly reason?: string | undefined;
  readonly keys?: string | undefined;
  readonly 'dry-run': boolean;
  readonly 'despite-no-go': boolean;
}

async function run(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      club: { type: 'string' },
      mapping: { type: 'string' },
      rejected: { type: 'string' },
      json: { type: 'string' },
      for: { type: 'string' },
      reason: { type: 'string' },
      keys: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      'despite-no-go': { type: 'boolean', default: false },
    },
  });
  const [act, to, ...more] = positionals;
  const { club, mapping, reason } = values;
  if (club === undefined || more.length > 0 || (to !== undefined && act !== 'set')) return wrong(context);
  const call: Call = { ...values, club };
  if (act === 'bring' && mapping !== undefined) return bring(call, context);
  if (act === 'reconcile' && mapping !== undefined) return reconcile(call, context);
  if (act === 'go-list' && (call.for === 'both' || call.for === 'migrated')) {
    return list(call, call.for, context);
  }
  if (act === 'set' && clubStates.includes(to as ClubState) && reason !== undefined) {
    return set(call, to as ClubState, reason.trim(), context);
  }
  if (act === 'state') return state(call, context);
  if (act === 'sales') return sales(call, context);
  return wrong(context);
}

function wrong({ tell }: CommandContext): ExitCode {
  tell(usage);
  return 2;
}

async function bring(call: Call, context: CommandContext): Promise<ExitCode> {
  const { database, clock, random, say, tell, environment } = context;
  const path = call.rejected ?? `${call.mapping}.rejected.csv`;
  const files = await filesOf(call);
  const { memberKeys } = await openDocumentKeys(context, call.keys ?? null);
  // Personal data: for its owner only.
  const out = createWriteStream(path, { mode: 0o600 });
  out.write(rejectedHead);
  let shownAtMs = clock.monotonicMs();
  try {
    const report = await importLegacyClub(database, {
      files,
      club: call.club,
      dryRun: call['dry-run'],
      by: callerOf(environment),
      keys: memberKeys,
      clock,
      random,
      onRejected: (line) => out.write(rejectedCsv(line)),
      onProgress: (kind, lines, part) => {
        const nowMs = clock.monotonicMs();
        if (part < 1 && nowMs - shownAtMs < 2_000) return;
        shownAtMs = nowMs;
        tell(`${kind}: ${lines} lines, ${Math.floor(part * 100)} %`);
      },
    });
    for (const line of reportLines(report)) say(line);
    const rejected = Object.values(report.rejectedBy).reduce((total, count) => total + count, 0);
    if (rejected > 0) say(`rejected lines, with what to do: ${path}`);
    return 0;
  } finally {
    await memberKeys.end();
    out.end();
    await finished(out);
  }
}

function reportLines(report: ImportReport): string[] {
  return [
    report.dryRun ? 'Nothing was written: this was a dry run.' : `${report.club}, ${report.system}`,
    ...Object.entries(report.kinds).map(([kind, { leftOut, ...counts }]) => {
      const parts = [...Object.entries(counts), ...Object.entries(leftOut)];
      return `${kind.padEnd(12)} ${parts.map(([name, count]) => `${name} ${count}`).join(', ')}`;
    }),
    ...Object.entries(report.rejectedBy).map(([code, count]) => `rejected, ${code}: ${count}`),
    `possible duplicates found: ${report.possibleDuplicates}`,
  ];
}

async function reconcile(call: Call, context: CommandContext): Promise<ExitCode> {
  const { database, clock, random, say } = context;
  const files = await filesOf(call);
  const report = await reconcileClub(database, { files, club: call.club, clock, random });
  say(reconciliationText(report));
  if (call.json !== undefined) {
    await writeFile(call.json, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  }
  return report.differences.length === 0 ? 0 : 3;
}

async function list(call: Call, target: 'both' | 'migrated', context: CommandContext): Promise<ExitCode> {
  const { database, clock, say } = context;
  const lines = goList(
    await readGoFacts(database.for('job'), await clubId(call, context), clock.wallMs()),
    target,
  );
  for (const line of lines) say(goLineText(line));
  say(isGo(lines) ? `go: ${call.club} may go to ${target}` : `no-go: ${call.club} may not go to ${target}`);
  return isGo(lines) ? 0 : 3;
}

function goLineText({ question, figure, limit, unit, verdict }: GoLine): string {
  return `${verdict.padEnd(6)} ${question.padEnd(24)} ${String(figure ?? 'not measured').padStart(14)}   at most ${limit} ${unit}`;
}

async function set(call: Call, to: ClubState, reason: string, context: CommandContext): Promise<ExitCode> {
  const { database, clock, random, say, tell, environment } = context;
  if (reason.length < settlementWords.min || reason.length > settlementWords.max) {
    tell(`Say why in ${settlementWords.min} to ${settlementWords.max} characters.`);
    return 2;
  }
  const result = await changeClubState(database, {
    clubId: await clubId(call, context),
    to,
    reason,
    by: { userId: null, name: callerOf(environment) },
    despiteNoGo: call['despite-no-go'],
    nowMs: clock.wallMs(),
    newId: () => newId<'club-migration-change'>(clock, random),
  });
  switch (result.outcome) {
    case 'done':
      say(`${call.club} is ${to}. Badges opened: ${result.opened}. Members ended: ${result.ended}.`);
      return 0;
    case 'no-go':
      for (const line of result.against) tell(goLineText(line));
      tell('no-go. Settle these lines, or say --despite-no-go: the history keeps them.');
      return 3;
    case 'not-possible':
      tell(
        `${call.club} is ${result.state ?? 'no legacy club'}: from there it can go to ${result.next.join(', ')}.`,
      );
      return 1;
    case 'unknown-club':
      throw new CsvFault(`no club is called ${call.club}`);
  }
}

async function state(call: Call, context: CommandContext): Promise<ExitCode> {
  const { database, clock, say } = context;
  const shown = await readClubMigration(database, await clubId(call, context), clock.wallMs());
  say(`${call.club}: ${shown?.state ?? 'nothing was ever brought over'}`);
  for (const { at, from, to, by, reason, despite } of shown?.history ?? []) {
    const against =
      despite.length === 0 ? '' : `, despite ${despite.map(({ question }) => question).join(', ')}`;
    say(`${at}  ${from ?? '-'} -> ${to}  ${by}: ${reason}${against}`);
  }
  return 0;
}

async function sales(call: Call, context: CommandContext): Promise<ExitCode> {
  const { database, say } = context;
  say('member in the old system,reference,at,product,cents');
  for (const sale of await readSalesSince(database.for('job'), await clubId(call, context))) {
    say([sale.sourceId, sale.reference, sale.at, sale.product, sale.totalCents].join(','));
  }
  return 0;
}

async function clubId({ club }: Call, { database }: CommandContext): Promise<string> {
  const [found] = await database.query<{ id: string }>('select id from clubs where name = $1', [club]);
  if (!found) throw new CsvFault(`no club is called ${club}`);
  return found.id;
}

async function filesOf({ mapping = '' }: Call): Promise<SourceFiles> {
  const text = await readFile(mapping, 'utf8').catch(() => null);
  if (text === null) throw new CsvFault(`${mapping}: there is no such file`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new CsvFault(`${mapping}: no JSON: ${(error as Error).message}`);
  }
  const read = mappingFileSchema.safeParse(json);
  if (!read.success) {
    const flaws = read.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
    throw new CsvFault([`${mapping} is no mapping file:`, ...flaws].join('\n'));
  }
  return new SourceFiles(read.data, dirname(mapping));
}
