import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { runBaseCommand } from './run-base-command.ts';

/** Commands on a base that runs. Ends with 0, with 1 and a sentence when it cannot be done, with 2 when called wrongly. */
process.exitCode = await runBaseCommand(process.argv.slice(2), {
  environment: process.env,
  clock: systemClock,
  random: systemRandom,
  log: systemLog('base'),
  say: (text) => process.stdout.write(`${text}\n`),
  tell: (text) => process.stderr.write(`${text}\n`),
});
