import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inProject } from '@portillon/tools/set-up/project.mjs';
import { describe, expect, it } from 'vitest';
import type { TapReport } from './tap-report.ts';

const installed = existsSync('/usr/lib/pcsc/drivers/serial/libifdvpcd.so');

function bench(...args: string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [inProject('build', 'bench.mjs'), ...args], (error, out) => {
      resolve({ code: error ? Number(error.code ?? -1) : 0, out });
    });
  });
}

describe.skipIf(!installed && process.env.CI !== 'true')('bench tap', () => {
  it('taps everything at both gates, and ends as the limit says', async () => {
    const { code, out } = await bench('tap', '--taps', '1', '--warm-up', '0', '--limit', '0.001', '--json');
    const report = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as TapReport;
    expect(
      report.ways.map(({ board, credential, taps, missed }) => [board, credential, taps + missed]),
    ).toEqual([
      ['modbus', 'card, PC/SC', 1],
      ['modbus', 'pass, scanner', 1],
      ['modbus', 'ticket, scanner', 1],
      ['osdp', 'card, PC/SC', 1],
      ['osdp', 'pass, scanner', 1],
      ['osdp', 'ticket, scanner', 1],
      ['osdp', 'badge, OSDP reader', 1],
    ]);
    // On a machine that does much else a tap may be missed.
    const tapped = report.ways.filter(({ taps }) => taps > 0);
    expect(tapped).not.toEqual([]);
    for (const { measuredMs, ownMs } of tapped) {
      expect(ownMs.p50).toBeGreaterThan(0);
      expect(ownMs.p50).toBeLessThanOrEqual(measuredMs.p50);
    }
    // Nothing is done in a microsecond.
    expect(report.ok).toBe(false);
    expect(code).toBe(1);
    expect(out).toContain('own p99 is over 0.001 ms: ');
  });

  it('says what it can do to one who types something else', async () => {
    expect(await bench()).toMatchObject({ code: 2, out: expect.stringContaining('tap') });
    expect(await bench('tap', '--taps', 'many')).toMatchObject({
      code: 2,
      out: expect.stringContaining('--taps N'),
    });
  });
});
