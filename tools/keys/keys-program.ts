import { runKeysCommand } from './keys-command.ts';

/** The keys of a base or of a box as a program. Ends with 0, with 1 and a sentence when it cannot be done, with 2 when called wrongly. */
process.exitCode = await runKeysCommand(process.argv.slice(2), {
  environment: process.env,
  say: (text) => process.stdout.write(`${text}\n`),
  tell: (text) => process.stderr.write(`${text}\n`),
});
