import { parseArgs } from 'node:util';
import type { Log, LogFields } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { Edge } from '@portillon/kiosk/edge/edge.ts';
import { readEdgeConfig } from '@portillon/kiosk/edge/edge-config.ts';
import { edgeSoftware } from '@portillon/kiosk/edge/edge-software.ts';
import type { AskedOfProgram, ToldByProgram } from './day-messages.ts';
import { LeapingClock } from './leaping-clock.ts';

/** The edge of a played day: what `edge-program.ts` puts together, on a wall clock that leaps. Started by `gate-day.ts` only. */
const { values } = parseArgs({ options: { config: { type: 'string' }, 'offset-ms': { type: 'string' } } });
const clock = new LeapingClock({
  under: systemClock,
  offsetMs: Number(values['offset-ms']),
  // Devices answer in their own time.
  timersLeap: false,
  monotonicLeaps: true,
});

/** What the run of the day listens for. */
const told = ['gate.decided', 'gate.passage', 'gate.alarm', 'gate.release-resumed', 'gate.not-released'];

function tell(message: ToldByProgram): void {
  process.send?.(message);
}

function toldLog(log: Log): Log {
  const telling =
    (write: Log['info']) =>
    (event: string, fields: LogFields = {}) => {
      write(event, fields);
      if (told.includes(event)) tell({ type: 'logged', event, fields });
    };
  return {
    debug: log.debug,
    info: telling(log.info),
    warn: telling(log.warn),
    error: telling(log.error),
    child: (fields) => toldLog(log.child(fields)),
  };
}

const config = await readEdgeConfig(values.config ?? '');
if (!config.ok) throw new Error(config.error.detail);
const started = await Edge.start({
  config: config.value,
  screenFolder: null,
  software: `portillon-edge ${edgeSoftware.version}`,
  fiscalSoftware: edgeSoftware,
  clock,
  random: systemRandom,
  log: toldLog(systemLog('edge')),
});
if (!started.ok) throw new Error(`${started.error.code}: ${started.error.detail}`);
const edge = started.value;

async function answer({ no, request }: AskedOfProgram): Promise<void> {
  if (request.type === 'leap') clock.leap(request.offsetMs);
  if (request.type === 'stop') await edge.stop();
  tell({ type: 'answer', no, health: request.type === 'health' ? await edge.health() : null });
  if (request.type === 'stop') process.disconnect();
}
process.on('message', (asked: AskedOfProgram) => {
  answer(asked).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(70);
  });
});
// The run of the day has ended without a word.
process.on('disconnect', () => process.exit(0));
tell({ type: 'ready', base: null });
