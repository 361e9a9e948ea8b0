import type { Clock } from '@portillon/core/base/clock.ts';

/** What a scenario works with. */
export interface SyncBench {
  /** Of this scenario alone; the account of PostgreSQL may enter it. Removed afterwards. */
  readonly folder: string;
  readonly clock: Clock;
  /** How much of each, by the names of the scenario's `sizes`. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Progress, one line. */
  readonly say: (line: string) => void;
}

/** One row of the table. */
export interface SyncFigure {
  readonly name: string;
  /** With its unit. */
  readonly measured: string;
  /** With its unit; null where there is nothing to keep to. */
  readonly target: string | null;
  /** False ends the bench with 1. */
  readonly ok: boolean;
}

export interface ScenarioResult {
  readonly figures: readonly SyncFigure[];
  /** What a reader must know to judge them, a line each. */
  readonly notes: readonly string[];
}

/** Something between edges and a base that is measured, each in a file of its own. */
export interface SyncScenario {
  readonly summary: string;
  /** Options that are whole numbers above zero, by the word of the option. */
  readonly sizes: Readonly<Record<string, { readonly usual: number; readonly about: string }>>;
  readonly run: (bench: SyncBench) => Promise<ScenarioResult>;
}

/** A figure that may not be over, or not under, its target. */
export function figure(
  name: string,
  value: number,
  unit: string,
  target: { readonly atMost: number } | { readonly atLeast: number } | null = null,
): SyncFigure {
  const shown = (amount: number) => `${grouped(amount)} ${unit}`.trimEnd();
  if (target === null) return { name, measured: shown(value), target: null, ok: true };
  if ('atMost' in target) {
    return {
      name,
      measured: shown(value),
      target: `at most ${shown(target.atMost)}`,
      ok: value <= target.atMost,
    };
  }
  return {
    name,
    measured: shown(value),
    target: `at least ${shown(target.atLeast)}`,
    ok: value >= target.atLeast,
  };
}

/** Small values with two places, large ones without and in groups of three. */
function grouped(value: number): string {
  const places = Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0;
  return value.toLocaleString('en', { minimumFractionDigits: places, maximumFractionDigits: places });
}
