import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '@portillon/core/base/log.ts';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { sampleIdentity, sampleJournal } from '@portillon/kiosk/edge/kiosk/test/sample-sale.ts';
import { EdgeStore } from '@portillon/kiosk/store/edge-store.ts';
import { archiveOfRun, type MatrixArchive } from './matrix-archive.ts';
import { fullDepth, type MatrixSummary, runMatrix } from './matrix-run.ts';
import { terminalFamilies } from './model-terminal.ts';

const usage = `npm run sale-matrix -- [options]   every answer of every device, every power cut, and how each sale ends
  --archive FOLDER  keeps the archive of the run's fiscal journal in this folder, for npm run verify-journal
  --json            ends with one line of JSON`;

const progressEveryMs = 2_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { archive: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'portillon-sale-matrix-'));
  const archives = resolve(values.archive ?? folder);
  mkdirSync(archives, { recursive: true });
  try {
    const done = await matrixIn(folder, archives, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(
      values.json ? `${JSON.stringify(done)}\n` : report(done, values.archive !== undefined),
    );
    return done.violations.length === 0 && done.journal.holds ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Done = MatrixSummary & { readonly journal: MatrixArchive };

async function matrixIn(folder: string, archives: string, say: (line: string) => void): Promise<Done> {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const opened = await EdgeStore.open({ folder: join(folder, 'edge'), clock, random, log: silentLog });
  if (!opened.ok) throw new Error(`The store cannot be opened: ${opened.error.detail}`);
  const store = opened.value;
  try {
    let toldMs = systemClock.monotonicMs();
    const startedAtMs = clock.wallMs();
    const journal = await sampleJournal(store);
    const identity = sampleIdentity({ clock, random });
    const summary = await runMatrix(
      { store, journal, identity, clock, random, log: silentLog },
      fullDepth,
      (done, family) => {
        if (systemClock.monotonicMs() - toldMs < progressEveryMs) return;
        toldMs = systemClock.monotonicMs();
        say(`· ${done} combinations, at terminals that ${family}`);
      },
    );
    return { ...summary, journal: await archiveOfRun({ store, journal, clock }, startedAtMs, archives) };
  } finally {
    await store.close();
  }
}

function report(
  { combinations, withCut, endings, leadsTo, violations, journal }: Done,
  kept: boolean,
): string {
  const width = Math.max(...Object.keys(leadsTo).map((words) => words.length));
  const rows = Object.entries(leadsTo)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([words, ends]) =>
        `  ${words.padEnd(width)}  ${terminalFamilies.map((family) => (ends[family] ?? '-').padEnd(14)).join('  ')}`,
    );
  return [
    'What one different answer leads to, by family of terminals:',
    `  ${''.padEnd(width)}  ${terminalFamilies.map((family) => family.padEnd(14)).join('  ')}`,
    ...rows,
    '',
    `combinations  ${combinations}, ${withCut} of them with a power cut`,
    ...Object.entries(endings).map(([ending, count]) => `  ${ending.padEnd(12)} ${count}`),
    `invariant violations  ${violations.length}`,
    `fiscal journal  ${journal.words}${kept ? `; npm run verify-journal -- ${journal.folder}` : ''}`,
    ...violations.slice(0, 20).map(({ trial, broken }) => `  ${trial}: ${broken}`),
    '',
  ].join('\n');
}

process.exitCode = await main();
