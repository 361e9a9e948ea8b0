import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inProject } from '../set-up/project.mjs';
import type { GateDayReport } from './gate-day-report.ts';

const hasReader = existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so');

function gateDay(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const program = inProject('build', 'gate-day.mjs');
    execFile(process.execPath, [program, ...args], (error, out, err) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
    });
  });
}

it('says which value is wrong', async () => {
  const { code, err } = await gateDay('--people', 'many');
  expect(code).toBe(1);
  expect(err).toContain('--people takes a whole number from 10 to 1000, not "many".');
});

it.runIf(process.env.CI || hasReader)(
  '[I4] [I5] [I6] [I7] [I9] [I13] hold on the morning of a small club, in and out of a cut',
  async () => {
    const { code, out, err } = await gateDay(
      '--people',
      '10',
      '--days-before',
      '1',
      '--until',
      '14',
      '--json',
    );
    expect(err).not.toContain('Error');
    const report = JSON.parse(out) as GateDayReport;
    expect(report.violations).toEqual([]);
    expect(code).toBe(0);
    expect(report.decisions['refused: data-too-old']).toBe(1);
    expect(report.decidedOffline).toBeGreaterThan(3);
    expect(report.passages.entries).toBeGreaterThan(2);
    expect(report.tapToReleaseMs['card at gate-1']?.count).toBeGreaterThan(0);
    expect(report.tapToReleaseMs['card at gate-2']?.count).toBeGreaterThan(0);
  },
  120_000,
);
