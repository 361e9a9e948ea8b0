import type { Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import type { Random } from '@portillon/core/base/random.ts';
import { Database, sqlState } from '../postgres/database.ts';
import { knownServerUrl } from '../postgres/embedded-server.ts';
import { namesNotOpen } from '../postgres/member-names.ts';
import type { ExitCode } from './base-command.ts';
import { baseCommands } from './base-commands.ts';

export interface RunBaseCommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly say: (text: string) => void;
  readonly tell: (text: string) => void;
}

const undefinedTable = '42P01';

function usage(): string {
  const words = Object.values(baseCommands).map((command) => `\n${command.usage}`);
  return `npm run base -- COMMAND … --state FOLDER   works on a base that runs; DATABASE_URL names another PostgreSQL than that of the folder
${words.join('\n')}`;
}

/** The base for whoever runs it: one command, on the tables of a base that runs. */
export async function runBaseCommand(
  args: readonly string[],
  options: RunBaseCommandOptions,
): Promise<ExitCode> {
  const { environment, clock, random, say, tell } = options;
  const { stateFolder, rest } = withoutState(args);
  const [word = '', ...more] = rest;
  const command = Object.hasOwn(baseCommands, word) ? baseCommands[word] : undefined;
  const url = environment.DATABASE_URL ?? (stateFolder === null ? null : await knownServerUrl(stateFolder));
  if (!command || (stateFolder === null && url === null)) {
    tell(usage());
    return 2;
  }
  if (url === null) {
    tell('There is no base in this folder: start it once, or name its PostgreSQL with DATABASE_URL.');
    return 1;
  }
  const database = new Database(url, options.log);
  try {
    return await command.run(more, { database, stateFolder, environment, clock, random, say, tell });
  } catch (error) {
    tell(wordsOf(error));
    return 1;
  } finally {
    await database.close();
  }
}

/** `--state FOLDER` may stand anywhere: it belongs to every command. */
function withoutState(args: readonly string[]): { stateFolder: string | null; rest: readonly string[] } {
  const at = args.indexOf('--state');
  if (at === -1) return { stateFolder: null, rest: args };
  return { stateFolder: args[at + 1] ?? null, rest: [...args.slice(0, at), ...args.slice(at + 2)] };
}

function wordsOf(error: unknown): string {
  if (sqlState(error) === undefinedTable) {
    return 'The tables of this base are those of an older version: start the base of this version once.';
  }
  if (sqlState(error) === namesNotOpen) {
    return 'The base opens the names of members now: call this again when /v1/ready says that they are open.';
  }
  if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
    return 'The base does not run: start it, then call this again.';
  }
  return (error as Error).message;
}
