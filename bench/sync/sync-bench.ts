import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { drain } from './drain.ts';
import { revocation } from './revocation.ts';
import type { SyncScenario } from './scenario.ts';
import { snapshot } from './snapshot.ts';
import { storm } from './storm.ts';
import { type ScenarioReport, type SyncReport, tableOf } from './sync-report.ts';

/** What can be measured, by the word of `--only`; run in this order. */
const scenarios: Readonly<Record<string, SyncScenario>> = { drain, storm, snapshot, revocation };

const usage =
  () => `npm run bench -- sync [options]   edges against a member base, real HTTP, durable commits on both sides
  --only A,B       of these scenarios (default: all)
${Object.entries(scenarios).map(usageOf).join('\n')}
  --json           ends with one line of JSON`;

function usageOf([name, { summary, sizes }]: [string, SyncScenario]): string {
  const options = Object.entries(sizes).map(
    ([option, { usual, about }]) => `${`    --${option} N`.padEnd(26)}${about} (default ${usual})`,
  );
  return [`${name}: ${summary}`, ...options].map((line) => `  ${line}`).join('\n');
}

export async function syncBench(args: readonly string[]): Promise<number> {
  const sizes = Object.assign({}, ...Object.values(scenarios).map((scenario) => scenario.sizes)) as Record<
    string,
    { readonly usual: number }
  >;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: Object.keys(scenarios).join(',') },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      ...Object.fromEntries(Object.keys(sizes).map((option) => [option, { type: 'string' as const }])),
    },
  });
  const given = values as Readonly<Record<string, unknown>>;
  const names = values.only.split(',');
  const counts = Object.fromEntries(
    Object.entries(sizes).map(([option, { usual }]) => [option, Number(given[option] ?? usual)]),
  );
  const understood =
    names.every((name) => Object.hasOwn(scenarios, name)) &&
    Object.values(counts).every((count) => Number.isSafeInteger(count) && count > 0);
  if (values.help || !understood) {
    process.stdout.write(`${usage()}\n`);
    return values.help ? 0 : 2;
  }
  const measured: ScenarioReport[] = [];
  for (const name of names) {
    const scenario = scenarios[name];
    if (scenario) measured.push(await measure(name, scenario, counts));
  }
  const report: SyncReport = {
    ok: measured.every(({ figures }) => figures.every(({ ok }) => ok)),
    scenarios: measured,
    cores: availableParallelism(),
    node: process.version,
  };
  process.stdout.write(tableOf(report));
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.ok ? 0 : 1;
}

/** In a folder of its own that is removed afterwards. */
async function measure(
  name: string,
  scenario: SyncScenario,
  sizes: Readonly<Record<string, number>>,
): Promise<ScenarioReport> {
  const folder = mkdtempSync(join(tmpdir(), `portillon-sync-${name}-`));
  chmodSync(folder, 0o755); // the account of PostgreSQL goes through it
  const loadBefore = loadavg()[0] ?? 0;
  try {
    const say = (line: string) => process.stderr.write(`· ${name}: ${line}\n`);
    const result = await scenario.run({ folder, clock: systemClock, sizes, say });
    return { name, ...result, loadBefore, loadAfter: loadavg()[0] ?? 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
