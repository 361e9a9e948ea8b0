import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemSeal } from '@portillon/sync-service/secrets/system-seal.ts';
import { runReadersCommand } from './readers-desk/readers-command.ts';

/** The readers of a box as a program: `readers --config FILE [--install PLACE]`. Ends with 0, or 1 when one is not well. */
process.exitCode = await runReadersCommand(process.argv.slice(2), {
  seal: (folder) => systemSeal(process.env, folder),
  clock: systemClock,
  log: systemLog('readers', process.env.PORTILLON_LOG ?? 'error'),
  say: (text) => process.stdout.write(`${text}\n`),
  tell: (text) => process.stderr.write(`${text}\n`),
});
