// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { say } from './set-up/progress.mjs';
import { inProject, projectFolder } from './set-up/project.mjs';
import { runCommand } from './set-up/run-command.mjs';
import { setUp } from './set-up.mjs';
import { tallyOf } from './test/vitest-report.mjs';

const help = `npm test               everything: types, lint, layers, build, then unit, process and browser tests
npm test -- WORDS      only the tests whose file holds one of the words; further options go to vitest`;

/** @typedef {{ name: string, passed: number, failed: number, seconds: number }} StepResult */

/** A test that spins without end cannot be stopped by its runner's own limits. */
const runnerLimitMs = 8 * 60_000;

const filters = process.argv.slice(2);
if (filters.includes('--help')) {
  say(help);
  process.exit(0);
}

const missing = await setUp({ yes: false, withElectron: false });
/** @type {StepResult[]} */
const results = [];
/** @type {string[]} */
const skipped = [];
/** @type {string[]} */
const failures = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
const reports = mkdtempSync(join(tmpdir(), 'portillon-test-'));

process.once('exit', () => rmSync(reports, { recursive: true, force: true }));

if (filters.length === 0) await runChecks();
await timed('build', async () => {
  try {
    await buildAll();
    return { passed: 1, failed: 0 };
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1 };
  }
});
if (filters.length > 0) await runTests('matching', filters);
else for (const project of ['unit', 'process', 'browser']) await runTests(project, [`--project=${project}`]);
report();

async function runChecks() {
  const local = (/** @type {string} */ name) => inProject('node_modules', '.bin', name);
  /** @type {readonly [string, string, readonly string[]][]} */
  const checks = [
    ['types of the programs', local('tsc'), ['-p', 'tsconfig.json']],
    ['types of the pages', local('tsc'), ['-p', 'tsconfig.web.json']],
    ['lint', local('biome'), ['check', '.']],
    ['layers', process.execPath, ['tools/layers/check.mjs']],
  ];
  for (const [name, command, args] of checks)
    await timed(name, async () => {
      const { code } = await runCommand(command, args, { cwd: projectFolder });
      return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
    });
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
async function runTests(name, args) {
  const reportFile = join(reports, `${name}.json`);
  const vitest = inProject('node_modules', 'vitest', 'vitest.mjs');
  await timed(`${name} tests`, async () => {
    const { code } = await runCommand(
      process.execPath,
      [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...args],
      {
        cwd: projectFolder,
        limitMs: runnerLimitMs,
        env: {
          ...process.env,
          FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
          // Most unit tests wait for a simulated line, a disk or PostgreSQL; the others start whole clubs.
          ...(name === 'unit' ? { VITEST_MAX_WORKERS: '4' } : {}),
        },
      },
    );
    if (code === 128)
      say(`The ${name} tests were killed, after ${runnerLimitMs / 60_000} minutes or from outside.`);
    const written = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : null;
    const tally = tallyOf(written, code);
    skipped.push(...tally.skipped.map((title) => `${name}: ${title}`));
    failures.push(...tally.failures.map((words) => `${name}: ${words}`));
    return tally;
  });
}

/**
 * @param {string} name
 * @param {() => Promise<{ passed: number, failed: number }>} work
 */
async function timed(name, work) {
  say(`\n── ${name}`);
  const startedMs = performance.now();
  const { passed, failed } = await work();
  results.push({ name, passed, failed, seconds: (performance.now() - startedMs) / 1000 });
}

function report() {
  say('\n── times');
  for (const { name, seconds, failed } of results)
    say(`${name.padEnd(24)} ${seconds.toFixed(1).padStart(7)} s${failed > 0 ? '   FAILED' : ''}`);

  for (const { name, without } of missing) say(`Missing: ${name}. Left out: ${without}.`);
  // With words on the command line most tests are left out because they do not fit them.
  if (filters.length === 0) for (const name of skipped) say(`Skipped: ${name}`);

  // Here again, at the end: the place where a long log is read first.
  for (const words of failures) say(`Failed: ${words.replaceAll(`${projectFolder}/`, '')}`);

  const isTests = (/** @type {StepResult} */ { name }) => name.endsWith(' tests');
  const checks = results.filter((result) => !isTests(result));
  sum('checks', checks);
  for (const result of results.filter(isTests)) sum(result.name, [result]);

  process.exitCode = results.some((result) => result.failed > 0) ? 1 : 0;
}

/**
 * @param {string} title
 * @param {readonly StepResult[]} parts
 */
function sum(title, parts) {
  const passed = parts.reduce((total, part) => total + part.passed, 0);
  const failed = parts.reduce((total, part) => total + part.failed, 0);
  say(`\n${title}\n${passed} passed, ${failed} failed`);
}
