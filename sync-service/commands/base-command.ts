import type { Clock } from '@portillon/core/base/clock.ts';
import type { Random } from '@portillon/core/base/random.ts';
import type { Database } from '../postgres/database.ts';

/** What a command ends with: done; something could not be done; called wrongly; the answer to what was asked is no. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What every command works with. */
export interface CommandContext {
  /** The tables of the base, whether it runs on a PostgreSQL of ours or of the operator's. Closed at the end. */
  readonly database: Database;
  /** Null where a PostgreSQL of the operator's was named and no folder. */
  readonly stateFolder: string | null;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  /** Standard output and standard error, a line at a time. */
  readonly say: (text: string) => void;
  readonly tell: (text: string) => void;
}

/** One word after `npm run base --`. */
export interface BaseCommand {
  /** `WORDS [options]` with a line for each option; shown where it was called wrongly. */
  readonly usage: string;
  /** `args` are what follows the word, without `--state`. May reject with a sentence for whoever called it. */
  run(args: readonly string[], context: CommandContext): Promise<ExitCode>;
}
