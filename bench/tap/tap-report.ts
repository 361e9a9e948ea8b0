import type { Quantiles, WayFigures } from './tap-figures.ts';

/** One kind of credential at one kind of gate. */
export interface MeasuredWay extends WayFigures {
  readonly board: 'modbus' | 'osdp';
  readonly credential: string;
  /** Presented, and nothing was released: not among the taps. */
  readonly missed: number;
  /** What the bytes of the credential need on their serial line, before the measured time; null where there is none. */
  readonly credentialWireMs: number | null;
  /** What the bytes of the release need on the line of the board, after the measured time. */
  readonly releaseWireMs: number;
}

export interface Machine {
  readonly limitMs: number;
  readonly cores: number;
  /** Average of a minute, before the first tap and after the last. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly node: string;
  /** One durable write of 4 KiB beside the taps: less than that no program can take that writes before it opens. */
  readonly diskMs: Quantiles;
}

export interface TapReport extends Machine {
  /** No kind took the program longer than the limit, p99, and none was missed. */
  readonly ok: boolean;
  readonly ways: readonly MeasuredWay[];
}

export function reportOf(ways: readonly MeasuredWay[], machine: Machine): TapReport {
  return {
    ok: ways.every(({ ownMs, missed }) => ownMs.p99 <= machine.limitMs && missed === 0),
    ...machine,
    ways,
  };
}

const columns = ['measured', 'line busy', 'own', 'own, free line', 'wire in', 'wire out'] as const;
const nameWidth = 28;
const columnWidth = 16;

/** All times in ms; p50 and p99 of each. */
export function tableOf({ ways, limitMs, cores, loadBefore, loadAfter, node, diskMs }: TapReport): string {
  const row = (name: string, cells: readonly string[]) =>
    `${name.padEnd(nameWidth)}${cells.map((cell) => cell.padStart(columnWidth)).join('')}`.trimEnd();
  const both = ({ p50, p99 }: Quantiles) => `${p50.toFixed(2)} / ${p99.toFixed(2)}`;
  const lines = ways.map((way) =>
    row(`${way.board.padEnd(7)} ${way.credential}`, [
      both(way.measuredMs),
      both(way.busyMs),
      both(way.ownMs),
      way.freeLine ? both(way.freeLine.ownMs) : '-',
      way.credentialWireMs === null ? '-' : way.credentialWireMs.toFixed(1),
      way.releaseWireMs.toFixed(1),
    ]),
  );
  const slow = ways.filter(({ ownMs }) => ownMs.p99 > limitMs);
  const missed = ways.reduce((sum, way) => sum + way.missed, 0);
  const busy = Math.max(loadBefore, loadAfter) > cores;
  return [
    'ms, p50 / p99',
    row('', columns),
    ...lines,
    '',
    `taps          ${ways.map(({ taps }) => taps).join(', ')}; on a free line ${ways.map(({ freeLine }) => freeLine?.taps ?? 0).join(', ')}`,
    'measured      last byte of the credential to first byte of the release, both at the device end of the line',
    'line busy     of that, the line of the board was taken by a poll, its answer and the rest after it',
    'own           measured less line busy; a pseudo-terminal takes no time for bytes, so nothing else is taken off',
    'wire in, out  what the bytes of the credential and of the release need on a line of that speed, beside the measured',
    `disk          a durable write of 4 KiB took ${both(diskMs)} beside the taps; an intent is one, and own holds it`,
    `machine       ${cores} cores, load average ${loadBefore.toFixed(2)} before and ${loadAfter.toFixed(2)} after, Node ${node}${busy ? '; more was running than there are cores, so p99 is theirs too' : ''}`,
    slow.length === 0
      ? `own p99 is within ${limitMs} ms everywhere`
      : `own p99 is over ${limitMs} ms: ${slow.map(({ board, credential, ownMs }) => `${board} ${credential} ${ownMs.p99.toFixed(2)}`).join('; ')}`,
    ...(missed === 0 ? [] : [`${missed} taps released nothing and were not counted`]),
    '',
  ].join('\n');
}
