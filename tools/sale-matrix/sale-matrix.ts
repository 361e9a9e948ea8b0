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
import { fullDepth, type MatrixSummary, runMatrix } from './matrix-run.ts';
import { terminalFamilies } from './model-terminal.ts';

const usage = `npm run sale-matrix -- [options]   every answer of every device, every power cut, and how each sale ends
  --store FOLDER   keeps the kiosk's store, with the journal of the whole run, in this folder
  --json           ends with one line of JSON`;

const progressEveryMs = 2_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { store: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const folder = values.store ? resolve(values.store) : mkdtempSync(join(tmpdir(), 'portillon-sale-matrix-'));
  mkdirSync(folder, { recursive: true });
  try {
    const summary = await matrixIn(folder, (line) => process.stderr.write(`${line}\n`));
    process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : report(summary));
    return summary.violations.length === 0 ? 0 : 1;
  } finally {
    if (!values.store) rmSync(folder, { recursive: true, force: true });
  }
}

async function matrixIn(folder: string, say: (line: string) => void): Promise<MatrixSummary> {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const opened = await EdgeStore.open({ folder: join(folder, 'edge'), clock, random, log: silentLog });
  if (!opened.ok) throw new Error(`The store cannot be opened: ${opened.error.detail}`);
  const store = opened.value;
  try {
    let toldMs = systemClock.monotonicMs();
    return await runMatrix(
      {
        store,
        journal: await sampleJournal(store),
        identity: sampleIdentity({ clock, random }),
        clock,
        random,
        log: silentLog,
      },
      fullDepth,
      (done, family) => {
        if (systemClock.monotonicMs() - toldMs < progressEveryMs) return;
        toldMs = systemClock.monotonicMs();
        say(`· ${done} combinations, at terminals that ${family}`);
      },
    );
  } finally {
    await store.close();
  }
}

function report({ combinations, withCut, endings, leadsTo, violations }: MatrixSummary): string {
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
    ...violations.slice(0, 20).map(({ trial, broken }) => `  ${trial}: ${broken}`),
    '',
  ].join('\n');
}

process.exitCode = await main();
