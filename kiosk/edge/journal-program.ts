import { systemClock } from '@portillon/core/base/system-clock.ts';
import { systemLog } from '@portillon/core/base/system-log.ts';
import { systemRandom } from '@portillon/core/base/system-random.ts';
import { systemSeal } from '@portillon/sync-service/secrets/system-seal.ts';
import { edgeSoftware } from './edge-software.ts';
import { runJournalCommand } from './journal-desk/journal-command.ts';

/**
 * The journal of a till as a program: `journal --config FILE COMMAND`. Ends with 0 when it is done, with 1 and a sentence
 * when it cannot be done or the journal does not hold, with 2 when it was called wrongly.
 */
process.exitCode = await runJournalCommand(process.argv.slice(2), {
  software: edgeSoftware,
  seal: (folder) => systemSeal(process.env, folder),
  clock: systemClock,
  random: systemRandom,
  log: systemLog('journal', process.env.PORTILLON_LOG ?? 'error'),
  say: (text) => process.stdout.write(`${text}\n`),
  tell: (text) => process.stderr.write(`${text}\n`),
});
