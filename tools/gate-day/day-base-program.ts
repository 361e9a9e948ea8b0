import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { MemberBase } from '@portillon/sync-service/member-base.ts';
import { seedFileSchema } from '@portillon/sync-service/seed/seed-file.ts';
import type { AskedOfProgram, ToldByProgram } from './day-messages.ts';
import { LeapingClock } from './leaping-clock.ts';
import { untilTrue } from './until-true.ts';

/** The member base of a played day: what `serve.ts` puts together, on a clock that leaps. Started by `gate-day.ts` only. */
const { values } = parseArgs({
  options: {
    state: { type: 'string' },
    seed: { type: 'string' },
    'offset-ms': { type: 'string' },
    'gate-code-for': { type: 'string' },
  },
});
const clock = new LeapingClock({
  under: systemClock,
  offsetMs: Number(values['offset-ms']),
  timersLeap: true,
});

const waitingLimitMs = 30_000;

function tell(message: ToldByProgram): void {
  process.send?.(message);
}

const base = await MemberBase.start({
  stateFolder: values.state ?? '',
  port: 0,
  seed: seedFileSchema.parse(JSON.parse(readFileSync(values.seed ?? '', 'utf8'))),
  staffPage: null,
  newGateCodesFor: [values['gate-code-for'] ?? ''],
  clock,
  random: systemRandom,
  log: systemLog('sync-service'),
});

async function answer({ no, request }: AskedOfProgram): Promise<void> {
  if (request.type === 'leap') {
    if (request.inTouch)
      await untilTrue(systemClock, 'an edge waits', waitingLimitMs, () => base.isWaitedForFeed);
    clock.leap(request.offsetMs);
  }
  if (request.type === 'stop') await base.stop();
  tell({ type: 'answer', no, health: null });
  if (request.type === 'stop') process.disconnect();
}
process.on('message', (asked: AskedOfProgram) => {
  answer(asked).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(70);
  });
});
process.on('disconnect', () => {
  base.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
tell({ type: 'ready', base: base.ready });
