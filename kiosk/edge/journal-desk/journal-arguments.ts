import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '@portillon/core/base/result.ts';
import { type DeskRequest, deskRequestSchema, requestProblem } from './desk-request.ts';

/** What was asked for on the command line. */
export interface JournalCall {
  readonly config: string;
  readonly json: boolean;
  readonly request: DeskRequest;
}

export const journalUsage = `journal --config FILE COMMAND [--json]
  status                                             chains, last closings, fault, software
  ticket NO [--operator ID]                          one taking with all its data; recorded as an access
  list --from DAY --to DAY [--operator ID]           takings of a period; recorded as an access
  archive --from DAY --to DAY --to-folder DIR [--yearly]
  archive --again NO --to-folder DIR                 an archive that was made before, the same to the byte
  verify                                             looks at every record on the disk
  settle-broken --operator ID                        what verify found broken was looked into: the till sells again
  close                                              closes what is over
  confirm-clock --operator ID                        the clock was looked at and is right
  rotate-key --operator ID                           a new key signs from now on
  practice start --operator ID                       nothing is sold from now on, staff practise
  practice stop [--operator ID]                      the till sells again
  purge --years N --operator ID                      line data older than N full years that are archived
Days are written 2026-11-22; --to is the day after the last one.`;

type Option = 'from' | 'to' | 'to-folder' | 'yearly' | 'again' | 'operator' | 'years';
type Options = Partial<Record<Option, string | boolean>>;

interface Command {
  readonly takes: readonly Option[];
  readonly argument?: string;
  readonly request: (options: Options, argument: string | undefined) => object;
}

const commands: Readonly<Record<string, Command>> = {
  status: { takes: [], request: () => ({ command: 'status' }) },
  ticket: {
    takes: ['operator'],
    argument: 'the number of the taking: ticket 17',
    request: ({ operator }, no) => ({ command: 'ticket', no: whole(no), operator }),
  },
  list: {
    takes: ['from', 'to', 'operator'],
    request: ({ from, to, operator }) => ({ command: 'list', from, to, operator }),
  },
  archive: {
    takes: ['from', 'to', 'to-folder', 'yearly'],
    request: ({ from, to, yearly, 'to-folder': folder }) => ({
      command: 'archive',
      from,
      to,
      yearly,
      folder: wholePath(folder),
    }),
  },
  'archive --again': {
    takes: ['again', 'to-folder'],
    request: ({ again, 'to-folder': folder }) => ({
      command: 'archive-again',
      no: whole(again),
      folder: wholePath(folder),
    }),
  },
  verify: { takes: [], request: () => ({ command: 'verify' }) },
  'settle-broken': {
    takes: ['operator'],
    request: ({ operator }) => ({ command: 'settle-broken', operator }),
  },
  close: { takes: [], request: () => ({ command: 'close' }) },
  'confirm-clock': {
    takes: ['operator'],
    request: ({ operator }) => ({ command: 'confirm-clock', operator }),
  },
  'rotate-key': { takes: ['operator'], request: ({ operator }) => ({ command: 'rotate-key', operator }) },
  'practice start': {
    takes: ['operator'],
    request: ({ operator }) => ({ command: 'practice-start', operator }),
  },
  'practice stop': {
    takes: ['operator'],
    request: ({ operator }) => ({ command: 'practice-stop', operator }),
  },
  purge: {
    takes: ['years', 'operator'],
    request: ({ years, operator }) => ({ command: 'purge', years: whole(years), operator }),
  },
};

/** The error is a sentence: what is wrong, and what to write instead. */
export function readJournalArguments(args: readonly string[]): Result<JournalCall, string> {
  const parsed = parsedArguments(args);
  if (!parsed.ok) return parsed;
  const { values, positionals } = parsed.value;
  const { config, json = false, ...options } = values;
  const { name, argument, rest } = commandOf(positionals, options.again !== undefined);
  if (!config) return err(`Say which configuration file the till has: --config FILE.\n${journalUsage}`);
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!name || !command)
    return err(`${name ? `There is no command ${name}.` : 'Say what to do.'}\n${journalUsage}`);
  if (argument === undefined && command.argument) return err(`Say ${command.argument}.`);
  const surplus = command.argument ? rest[0] : argument;
  if (surplus !== undefined) return err(`${name} takes no "${surplus}".`);
  const unknown = Object.keys(options).find((option) => !command.takes.some((taken) => taken === option));
  if (unknown) return err(`${name} takes no --${unknown}.`);
  const request = command.request(options, argument);
  const missing = Object.entries(request).filter(([, value]) => value === undefined);
  const checked = deskRequestSchema.safeParse(
    Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined)),
  );
  if (checked.success) return ok({ config, json, request: checked.data });
  const absent = missing
    .map(([entry]) => optionOf[entry] ?? `--${entry}`)
    .filter((option) => isNeeded(name, option));
  if (absent.length > 0) return err(`${name} needs ${absent.join(' and ')}.`);
  return err(`${name}: ${requestProblem(checked.error)}.`);
}

/** `practice start` and `archive --again` are commands of two words. */
function commandOf(
  [word, ...others]: readonly string[],
  again: boolean,
): {
  readonly name: string | undefined;
  readonly argument: string | undefined;
  readonly rest: readonly string[];
} {
  const [next, ...rest] = others;
  if (word === 'practice' && next !== undefined)
    return { name: `practice ${next}`, argument: rest[0], rest: rest.slice(1) };
  return { name: word === 'archive' && again ? 'archive --again' : word, argument: next, rest };
}

const optionOf: Readonly<Record<string, string>> = { folder: '--to-folder' };

function isNeeded(command: string, option: string): boolean {
  const needsNoOperator = ['ticket', 'list', 'practice stop'].includes(command);
  const optional = option === '--yearly' || (option === '--operator' && needsNoOperator);
  return !optional;
}

function parsedArguments(args: readonly string[]) {
  try {
    return ok(
      parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          config: { type: 'string' },
          json: { type: 'boolean' },
          from: { type: 'string' },
          to: { type: 'string' },
          'to-folder': { type: 'string' },
          yearly: { type: 'boolean' },
          again: { type: 'string' },
          operator: { type: 'string' },
          years: { type: 'string' },
        },
      }),
    );
  } catch (error) {
    return err(`${error instanceof Error ? error.message : String(error)}\n${journalUsage}`);
  }
}

/** The edge may run elsewhere: what was meant from here is made whole. */
function wholePath(folder: string | boolean | undefined): string | undefined {
  return typeof folder === 'string' ? resolve(folder) : undefined;
}

/** A number as it was typed; what is none is left to the schema, which says so. */
function whole(text: string | boolean | undefined): number | string | undefined {
  return typeof text === 'string' ? (/^\d{1,12}$/.test(text) ? Number(text) : text) : undefined;
}
