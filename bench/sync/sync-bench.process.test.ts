import { execFile } from 'node:child_process';
import { inProject } from '@portillon/tools/set-up/project.mjs';
import { expect, it } from 'vitest';
import type { SyncReport } from './sync-report.ts';

function bench(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [inProject('build', 'bench.mjs'), 'sync', ...args], (error, out) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out });
    });
  });
}

it('drains a queue and a storm whole, and ends as the targets say', async () => {
  const { code, out } = await bench(
    ...['--only', 'drain,storm', '--json'],
    ...['--drain-events', '1500', '--drain-members', '20', '--drain-beside', '100'],
    ...['--storm-edges', '6', '--storm-events', '50'],
  );
  const report = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as SyncReport;
  const figureOf = (name: string, what: string) =>
    report.scenarios.find((each) => each.name === name)?.figures.find((figure) => figure.name === what);
  expect(figureOf('drain', 'rows of decisions and passages')).toMatchObject({ measured: '1,500', ok: true });
  expect(figureOf('drain', 'parked')).toMatchObject({ ok: true });
  expect(figureOf('storm', 'events that the base holds')).toMatchObject({ ok: true });
  expect(figureOf('storm', 'pushes refused or not answered')).toMatchObject({ ok: true });
  expect(report.ok).toBe(report.scenarios.every(({ figures }) => figures.every(({ ok }) => ok)));
  expect(code).toBe(report.ok ? 0 : 1);
}, 120_000);

it('says what it can do to one who types something else', async () => {
  expect(await bench('--only', 'weather')).toMatchObject({ code: 2, out: expect.stringContaining('--only') });
  expect(await bench('--drain-events', 'many')).toMatchObject({ code: 2 });
});
