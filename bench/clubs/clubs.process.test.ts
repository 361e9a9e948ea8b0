import { execFile } from 'node:child_process';
import { inProject } from '@portillon/tools/set-up/project.mjs';
import { expect, it } from 'vitest';
import type { ClubsReport } from './clubs-report.ts';

it('[I4] [I7] plays four clubs with cuts, kills and wrong clocks, and finds everything at the base once and in order', async () => {
  const args = ['--clubs', '4', '--hours', '0.1', '--halls', '2', '--seed', '2', '--json'];
  const { code, out } = await new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, [inProject('build', 'clubs.mjs'), ...args], (error, stdout) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, out: stdout }),
    );
  });
  const report = JSON.parse(out.trim().split('\n').at(-1) ?? '') as ClubsReport;
  expect(report.verdict).toMatchObject({ holds: true, lost: [], twice: [], outOfOrder: [], parked: [] });
  expect(report.verdict.events).toBeGreaterThan(20);
  expect({ halls: report.hallCuts, base: report.baseCuts }).toEqual({ halls: 2, base: 2 });
  expect(code).toBe(0);
}, 60_000);
