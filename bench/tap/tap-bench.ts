import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SeededRandom } from '@portillon/core/base/random.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { anyPort } from '@portillon/tools/start/free-port.mjs';
import { DiskProbe } from './disk-probe.ts';
import { EdgeProcess } from './edge-process.ts';
import { MeasuredGate, MissedTap, type TapOnTheLine } from './measured-gate.ts';
import { figuresOf, quantilesOf } from './tap-figures.ts';
import { type MeasuredWay, reportOf, type TapReport, tableOf } from './tap-report.ts';
import { ToldNetwork } from './told-network.ts';

const usage = `npm run bench -- tap [options]   from the last byte of a credential to the first byte of the release of the gate
  --taps N         of every kind at every gate (default 200; about 2 s each)
  --warm-up N      taps of every kind before those, not counted (default 5)
  --limit MS       what the program itself may take, p99 (default 5); ends with 1 when one kind took longer
  --modbus-baud N  of the relay board (default 38400)
  --osdp-baud N    of the OSDP line (default 115200)
  --json           ends with one line of JSON`;

const scannerBaud = 115_200;
const progressEveryMs = 10_000;

interface TapBench {
  readonly taps: number;
  readonly warmUp: number;
  readonly limitMs: number;
  readonly modbusBaud: number;
  readonly osdpBaud: number;
  readonly say: (line: string) => void;
}

export async function tapBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      taps: { type: 'string', default: '200' },
      'warm-up': { type: 'string', default: '5' },
      limit: { type: 'string', default: '5' },
      'modbus-baud': { type: 'string', default: '38400' },
      'osdp-baud': { type: 'string', default: '115200' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const bench = {
    taps: Number(values.taps),
    warmUp: Number(values['warm-up']),
    limitMs: Number(values.limit),
    modbusBaud: Number(values['modbus-baud']),
    osdpBaud: Number(values['osdp-baud']),
  };
  const { warmUp, ...positive } = bench;
  const understood =
    [bench.taps, warmUp].every(Number.isInteger) &&
    warmUp >= 0 &&
    Object.values(positive).every((value) => Number.isFinite(value) && value > 0);
  if (values.help || !understood) {
    process.stdout.write(`${usage}\n`);
    return values.help ? 0 : 2;
  }
  const report = await measure({ ...bench, say: (line) => process.stderr.write(`· ${line}\n`) });
  process.stdout.write(tableOf(report));
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.ok ? 0 : 1;
}

/** A gate controller with two gates, in a folder of its own that is removed afterwards. */
async function measure(bench: TapBench): Promise<TapReport> {
  const folder = mkdtempSync(join(tmpdir(), 'portillon-bench-'));
  const undo: (() => Promise<void>)[] = [];
  try {
    const portFolder = join(folder, 'ports');
    mkdirSync(portFolder);
    const about = { portFolder, clock: systemClock, random: new SeededRandom(1), scannerBaud };
    const gates = [
      new MeasuredGate({ ...about, id: 'gate-1', board: 'modbus', boardBaud: bench.modbusBaud }),
      new MeasuredGate({ ...about, id: 'gate-2', board: 'osdp', boardBaud: bench.osdpBaud }),
    ];
    const network = new ToldNetwork(systemClock);
    const carried = await Promise.all(
      gates.map(async (gate) => ({ gate, card: await network.card(), badge: network.badge() })),
    );
    for (const gate of gates) {
      undo.unshift(() => gate.stop());
      await gate.start();
    }
    const readerKeys = Object.assign({}, ...gates.map((gate) => gate.readerKeys));
    await network.tellEdge(join(folder, 'edge'), readerKeys);
    const edge = new EdgeProcess(systemClock, folder, {
      name: 'bench',
      stateFolder: join(folder, 'edge'),
      // Nobody listens there: a gate needs no network.
      baseUrl: `http://127.0.0.1:${await anyPort()}`,
      bridge: { port: await anyPort() },
      devices: { gates: gates.map(({ config }) => config) },
    });
    undo.unshift(() => edge.stop());
    const loadBefore = loadavg();
    const disk = new DiskProbe(systemClock, folder);
    undo.unshift(() => disk.stop());
    disk.start();
    const tapped = await allTapped(bench, network, carried, edge);
    await disk.stop();
    return reportOf(tapped.flat(), {
      diskMs: quantilesOf(disk.tookMs),
      limitMs: bench.limitMs,
      cores: availableParallelism(),
      loadBefore: loadBefore[0] ?? 0,
      loadAfter: loadavg()[0] ?? 0,
      node: process.version,
    });
  } finally {
    for (const step of undo) await step();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rejects with what went wrong, and what the edge said of it. */
async function allTapped(
  bench: TapBench,
  network: ToldNetwork,
  carried: readonly Carried[],
  edge: EdgeProcess,
): Promise<readonly (readonly MeasuredWay[])[]> {
  try {
    await edge.ready();
    bench.say('gates ready');
    return await Promise.all(carried.map((each) => tapAll(bench, network, each)));
  } catch (error) {
    throw new Error(`${(error as Error).message}. The edge said last:\n${edge.lastWords}`);
  }
}

interface Carried {
  readonly gate: MeasuredGate;
  readonly card: Awaited<ReturnType<ToldNetwork['card']>>;
  readonly badge: string;
}

/** One of each in turn, so that the field of the reader is empty for long enough between two cards. */
async function tapAll(
  { taps, warmUp, say }: TapBench,
  network: ToldNetwork,
  { gate, card, badge }: Carried,
): Promise<MeasuredWay[]> {
  const kinds: readonly { readonly credential: string; readonly tap: () => Promise<TapOnTheLine> }[] = [
    { credential: 'card, PC/SC', tap: () => gate.tapCard(card) },
    { credential: 'pass, scanner', tap: () => gate.scan(network.passCode()) },
    { credential: 'ticket, scanner', tap: () => gate.scan(network.ticketCode()) },
    ...(gate.board === 'osdp'
      ? [{ credential: 'badge, OSDP reader', tap: () => gate.readBadge(badge) }]
      : []),
  ];
  const results = kinds.map(({ credential }) => ({ credential, taps: [] as TapOnTheLine[], missed: 0 }));
  let toldMs = systemClock.monotonicMs();
  for (let round = -warmUp; round < taps; round++) {
    for (const [index, { tap }] of kinds.entries()) {
      const measured = await tap().catch((error: unknown) => {
        if (error instanceof MissedTap) return null;
        throw error;
      });
      const result = results[index];
      if (round < 0 || !result) continue;
      if (measured) result.taps.push(measured);
      else result.missed += 1;
    }
    if (systemClock.monotonicMs() - toldMs < progressEveryMs) continue;
    toldMs = systemClock.monotonicMs();
    say(`${gate.id}: ${Math.max(0, round + 1)} of ${taps}`);
  }
  return results.map(({ credential, taps: measured, missed }) => ({
    board: gate.board,
    credential,
    missed,
    ...figuresOf(measured),
    credentialWireMs: measured[0]?.credentialWireMs ?? null,
    releaseWireMs: measured[0]?.releaseWireMs ?? 0,
  }));
}
