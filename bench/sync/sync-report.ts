import type { ScenarioResult } from './scenario.ts';

export interface ScenarioReport extends ScenarioResult {
  readonly name: string;
  /** Average of a minute, before and after. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export interface SyncReport {
  /** No target was missed. */
  readonly ok: boolean;
  readonly scenarios: readonly ScenarioReport[];
  readonly cores: number;
  readonly node: string;
}

const widths = { name: 52, measured: 20, target: 28 };

export function tableOf({ scenarios, cores, node }: SyncReport): string {
  const row = (name: string, measured: string, target: string, verdict: string) =>
    `${name.padEnd(widths.name)}${measured.padStart(widths.measured)}   ${target.padEnd(widths.target)}${verdict}`.trimEnd();
  const lines = scenarios.flatMap(({ name, figures, notes, loadBefore, loadAfter }) => [
    row(name, 'measured', 'target', ''),
    ...figures.map((each) =>
      row(
        `  ${each.name}`,
        each.measured,
        each.target ?? '',
        each.target === null ? '' : each.ok ? 'met' : 'MISSED',
      ),
    ),
    ...notes.map((note) => `  ${note}`),
    `  load average ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after${loadBefore > 1 ? '; more was running than this bench, and the figures are theirs too' : ''}`,
    '',
  ]);
  const missed = scenarios.flatMap(({ figures }) => figures.filter(({ ok }) => !ok));
  return [
    ...lines,
    `machine       ${cores} cores, Node ${node}`,
    missed.length === 0
      ? 'every target is met'
      : `missed: ${missed.map(({ name, measured }) => `${name}, ${measured}`).join('; ')}`,
    '',
  ].join('\n');
}
